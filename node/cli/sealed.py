"""What the commands of sealed kinds have besides: who may read a new record, and for what somebody looks.

Every look at what is sealed is written down before it is shown. Names no kind and no field.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crdt.errors import BadValue
from crdt.kinds import KINDS
from crdt.kinds.enumerations import PURPOSE
from crdt.kinds.language import Kind
from crdt.kinds.types import Day, Unfit
from keys.errors import Text
from node.cli import language
from node.cli.commands import Command, Option
from node.cli.face import Face
from node.cli.listing import LIMIT, answer_lines

if TYPE_CHECKING:
    from crdt.deeds import Share
    from crdt.entry import RecordId
    from node.ledgers import Ledger
    from node.writing import Opening

_UNTIL = Text("授权到期日", "day on which the grant ends")
_PURPOSE = Text("用途", "purpose")
_CASE = Option(
    "--case", Text("所属案件的编号", "the case it belongs to"), language.ID, name="about"
)
PURPOSES = "、".join(label[0] for _, label in PURPOSE.values)
CODES = ", ".join(PURPOSE.codes())
FOR = Option(
    "--purpose",
    Text(f"用途：{PURPOSES}", f"for what: {CODES}"),
    Text("用途", "PURPOSE"),
)
UNTIL = Option("--until", _UNTIL, Text("日期", "DAY"))
TEAM = Option(
    "--team",
    Text("随这个工作专班结束（队伍编号）", "ends with this task force (id of a team)"),
    language.ID,
)
OPENING: list[Option] = [
    _CASE,
    Option(
        "--share",
        Text("还授权给哪个乡镇看，可写几次", "a township that may read it too; may be repeated"),
        language.TOWNSHIP,
        multiple=True,
    ),
    FOR,
    UNTIL,
    TEAM,
]


def purpose(kind: Kind) -> list[Option]:
    """The option that says for what somebody looks; open kinds have none."""
    return [FOR] if kind.sealed else []


def opening(face: Face, kind: Kind, given: dict[str, Any]) -> Opening:
    """How a new sealed record begins; takes its own options out of `given`. Raises MulinError."""
    from node.writing import Opening

    case, shared = given.pop("about"), given.pop("share")
    said = {name: given.pop(name) for name in ("purpose", "until", "team")}
    ledger = face.ledger
    about = None
    if kind.about:
        if not case:
            raise BadValue(
                field=Text("所属案件", "case"), why=Text("必须写明：--case", "say it: --case")
            )
        about = face.service.find_record(ledger, case, kind.about)
    return Opening(about, tuple(share(face, ledger, who, "", **said) for who in shared))


def share(
    face: Face,
    ledger: Ledger,
    township: str,
    post: str,
    *,
    purpose: str | None,
    until: str | None,
    team: str | None,
) -> Share:
    """A grant as it was typed. Raises MulinError."""
    from crdt.deeds import Share
    from node.sealerrors import OverAlready

    force = None if team is None else face.service.find_record(ledger, team, "team")
    day = "" if until is None else str(_typed(Day(), until, _UNTIL))
    code = _code(purpose or PURPOSE.codes()[0])
    made = Share(ledger.members.find(township), code, post, day, force)
    if face.service.seals.has_ended(ledger, made):
        raise OverAlready
    return made


def _code(text: str) -> str:
    return str(_typed(PURPOSE, text, _PURPOSE))


def _typed(of: Any, text: str, label: Text) -> Any:
    from node.choosing import read_value

    try:
        return read_value(of, text)
    except Unfit as fault:
        raise BadValue(field=label, why=fault.why) from fault


# --- looking -------------------------------------------------------------------------------------


def look(
    face: Face, ledger: Ledger, record: RecordId, kind: Kind | None, action: str, said: str | None
) -> None:
    """Before anything of it is shown: may it be read, for what, and the line in the access log.

    Raises NotGranted, GrantEnded, PurposeNeeded, RecordErased.
    """
    if kind is None or not kind.sealed:
        return
    from node.sealerrors import PurposeNeeded

    service = face.service
    service.record(ledger, record)
    named = _code(said) if said else service.looks.purpose_today(ledger, record)
    if named is None:
        raise PurposeNeeded
    service.looks.add(ledger, record, action, named, face.post)


def in_passing(face: Face, ledger: Ledger, shown: Iterable[tuple[str, str]]) -> None:
    """Questions about sealed records were shown; `shown`: (hex id, kind) of each record."""
    from crdt.entry import RecordId

    service = face.service
    for text in sorted({text for text, kind in shown if KINDS[kind].sealed}):
        record = RecordId(bytes.fromhex(text))
        said = service.looks.purpose_today(ledger, record) or PURPOSE.codes()[0]
        service.looks.add(ledger, record, "view", said, face.post)


def print_belonging(face: Face, listed: list[dict[str, Any]]) -> None:
    if not listed:
        return
    kinds = [one["kind"] for one in listed if one["kind"] is not None]
    named = language.BETWEEN.say(face.lang).join(
        f"{KINDS[kind].label.say(face.lang)} {kinds.count(kind)}" for kind in dict.fromkeys(kinds)
    )
    face.wrapped(
        Text(
            "密封材料 {n} 份，本乡镇能看 {may} 份{named}",
            "Sealed: {n}, of which {may} may be read here{named}",
        ),
        n=len(listed),
        may=len(kinds),
        named=face.text(Text("：{named}", ": {named}"), named=named) if named else "",
    )


def _lines(face: Face, ledger: Ledger, kind: Kind) -> list[dict[str, Any]]:
    """Lines of the records that may be read here, newest first: their titles and states, nothing else."""
    from crdt.view import view
    from node.rows import title_of
    from node.sealerrors import GrantEnded, NotGranted

    found: list[dict[str, Any]] = []
    for row in face.service.ground.model.records(ledger.n, kind.name):
        try:
            record = face.service.record(ledger, row.id)
        except (NotGranted, GrantEnded):
            continue
        (line,) = face.reading.lines(ledger, [row])
        seen = view(record)
        states = {f.name: seen.registers[f.name] for f in kind.fields if f.states is not None}
        found.append(line | {"title": title_of(seen, face.lang), "row": states})
    return found


def list_of(kind: Kind) -> Command:
    """`KIND list`: which there are, of one case or all; what they say is seen with `show`."""

    def list_(face: Face, about: str | None, limit: int | None) -> None:
        ledger, service = face.ledger, face.service
        found = _lines(face, ledger, kind)
        if about is not None:
            case = service.find_record(ledger, about, kind.about)
            wanted = {r.hex() for r in service.ground.seals.about(ledger.n, case)}
            found = [line for line in found if line["id"] in wanted]
        answer_lines(face, found, kind, limit)

    zh, _ = kind.label
    return Command(
        "list",
        Text(
            f"本乡镇能看的{zh}，新近改动的在前；内容用 show 看。",
            "Those this township may read, latest first; see one with `show`.",
        ),
        [_CASE, LIMIT],
        list_,
        f"mulin {kind.name} list --case 3f2a9c1e",
    )
