"""`plan`: meetings that come again: when the next one is, who hosts it, and the command that enters it."""

from __future__ import annotations

from typing import Any

from keys.errors import Text
from node.cli.commands import command
from node.cli.face import Face
from node.cli.remarks import command_line, print_offer

_NONE = Text("没有要再开的。", "Nothing comes again.")
_NEXT = Text(
    "{label}：上次 {last}，下次 {due_on}，由{host}主办（{quarter} 轮值，{accepted}）",
    "{label}: last {last}, next {due_on}, hosted by {host} (chair of {quarter}, {accepted})",
)
_OVERDUE = Text(
    "{label}：上次 {last}，应在 {due_on}，已过；现由{host}主办（{quarter} 轮值，{accepted}）",
    "{label}: last {last}, was due {due_on}; now hosted by {host} (chair of {quarter}, {accepted})",
)
_ACCEPTED = Text("已接任", "accepted")
_NOT_YET = Text("未接任", "not accepted yet")
_DISPUTED = Text("有两种说法，见 mulin chair show", "two versions, see mulin chair show")


@command(
    "plan",
    Text(
        "拟定：年度现场会一年后、季度例会一季后该开下一次，由轮值的乡镇主办。\n只是提议，日期可改；不自动登记。",
        "Planned: a yearly meeting is due again a year later, a quarterly one a quarter later,\n"
        "hosted by whoever is in the chair then. A proposal; nothing is entered by itself.",
    ),
    example="mulin plan",
)
def plan(face: Face) -> None:
    from node.planner import proposals

    found = proposals(face.service, face.ledger)
    face.answer(found, lambda: _print(face, found))


def _print(face: Face, found: list[dict[str, Any]]) -> None:
    if not found:
        face.say(_NONE)
    for number, one in enumerate(found):
        if number:
            face.line()
        print_offer(face, proposal_lines(face, one), 0)


def proposal_lines(face: Face, one: dict[str, Any]) -> list[str]:
    """A proposal in words, and what to type; as long as they are."""
    accepted = _DISPUTED if one["conflict"] else _ACCEPTED if one["accepted"] else _NOT_YET
    said = face.text(
        _OVERDUE if one["overdue"] else _NEXT,
        label=Text(one["label"]["zh"], one["label"]["en"]),
        last=one["last"]["on"],
        due_on=one["due_on"],
        host=one["host"],
        quarter=one["quarter"],
        accepted=accepted,
    )
    return [said, command_line(one["command"])]
