"""`quarantine`: what townships wrote after they had left, seen and adopted singly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_NAME, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.moments import clock

if TYPE_CHECKING:
    from node.ledgers import Ledger

_SHORT = 8


@command(
    "list",
    Text(
        "离开的乡镇、停用的设备后来写的记录：保留，但不算数。",
        "What townships that left, and devices that were revoked, wrote afterwards: kept, but it does not "
        "count.",
    ),
    example="mulin quarantine list",
)
def quarantined(face: Face) -> None:
    ledger = face.ledger
    found = [_of_quarantined(ledger, q) for q in face.service.epochs.quarantined(ledger)]

    def people() -> None:
        if not found:
            face.say(Text("没有。", "None."))
        for one in found:
            face.wrapped(
                Text(
                    "{id}  {township}  {when}  记录 {record}",
                    "{id}  {township}  {when}  record {record}",
                ),
                **one
                | {
                    "id": one["entry"][:_SHORT],
                    "record": (one["record"] or "-")[:_SHORT],
                    "when": clock(one["claimed"]),
                },
            )

    face.answer(found, people)


def _of_quarantined(ledger: Ledger, one: Any) -> dict[str, Any]:
    from node.officeclock import moment

    return {
        "entry": one.entry.id.hex(),
        "township": ledger.members.name_of(one.township),
        "township_id": one.township.hex(),
        "record": None if one.entry.record is None else one.entry.record.hex(),
        "claimed": moment(one.entry.header.claimed_ms),
    }


@command(
    "adopt",
    Text(
        "让一条被隔离的记录算数（例如迟到的真实报告）。要写理由。",
        "Let a quarantined entry count (a late and honest report). Give a reason.",
    ),
    Argument("entry", language.ID),
    Option("--reason", Text("理由", "why"), language.REASON, name="reason", required=True),
    NO_NAME,
    example="mulin quarantine adopt 5d0c11f2 --reason 确有其事，迟到",
)
def adopt(face: Face, entry: str, reason: str) -> None:
    ledger = face.ledger
    adopted = face.service.epochs.adopt(ledger, entry, reason)
    face.wrote()
    face.answer(
        {"entry": adopted.id.hex()},
        lambda: face.say(Text("已采纳，从现在起算数。", "Adopted; it counts from now on.")),
    )


quarantine = Group(
    "quarantine",
    Text(
        "隔离：离开或停用以后写的记录，查看和采纳。",
        "Quarantine: entries from after a township had left or a device was revoked.",
    ),
    (quarantined, adopt),
    example="mulin quarantine list",
    default="list",
)
