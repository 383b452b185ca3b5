"""What belongs to a record, below it: figures of each kind, and where rounds went. Decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds import KINDS
from crdt.kinds.follows import Toured
from crdt.kinds.language import Kind
from crdt.kinds.types import Choice, Items, Money, Slot
from keys.errors import Text
from node.cli import language
from node.cli.face import Face

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.gathering import Gathered
    from node.ledgers import Ledger
    from node.touring import Tour

_BAR_CELLS = 10
_NOT_STATED = Text("未填", "not stated")
_HEAD = Text("{kind} {n} 件（按{link}）：", "{kind}: {n} (by {link}):")
_LINE = Text("  {label}：{said}", "  {label}: {said}")
_LIST = Text(
    "  列出：mulin {kind} list {field}={id}", "  listed by: mulin {kind} list {field}={id}"
)
_TOUR = Text(
    "排查覆盖：应查 {all} 处，已查 {been} 处。", "Places to visit: {all}; visited: {been}."
)
_VISITS = Text("次数", "visits")
_FOUND = Text("发现", "found")
_UNPLACED = Text("※ 有 {n} 次没有写明到过哪里", "* {n} rounds do not say where they went")
_LOOSE = Text(
    "※ 有 {n} 条发现还没有写明是哪一条记录",
    "* {n} findings do not say yet which record they became",
)


def gathered_of(face: Face, ledger: Ledger, record: RecordId, kind: Kind) -> dict[str, Any]:
    """Of `show`, as JSON: `gathered`, and `tour` of what gathers rounds."""
    from node.gathering import belonging

    db = face.service.ground.db
    found: dict[str, Any] = {
        "gathered": [_shape(one) for one in belonging(db, ledger, record, kind)]
    }
    if kind.toured is not None:
        from node.touring import tour

        found["tour"] = _tour(kind.toured, tour(face.service, ledger, record, kind.toured))
    return found


def _shape(one: Gathered) -> dict[str, Any]:
    return {
        "kind": one.kind.name,
        "field": one.link.name,
        "count": one.all.count,
        "by": {
            name: [
                {"value": value, "count": figure.count, "sums": figure.sums}
                for value, figure in sorted(by.items())
            ]
            for name, by in one.by.items()
        },
        "sums": one.all.sums,
        "records": [m.records[0].hex() for m in one.matters],
    }


def _tour(how: Toured, found: Tour) -> dict[str, Any]:
    return {
        "places": [
            dict(zip(how.place, p.where, strict=True))
            | {"goal": p.goal, "rounds": p.rounds, "findings": dict(sorted(p.findings.items()))}
            for p in found.places
        ],
        "targets": len(found.targets),
        "visited": sum(p.rounds > 0 for p in found.targets),
        "findings": dict(sorted(found.findings.items())),
        "unplaced": found.unplaced,
        "loose": found.loose,
        "led_to": found.led_to,
    }


def print_gathered(face: Face, kind: Kind, shape: dict[str, Any]) -> None:
    """The same for people."""
    for one in shape["gathered"]:
        _print_one(face, one, shape["id"])
    if kind.toured is not None and shape["tour"]["places"]:
        _print_tour(face, kind.toured, shape["tour"])


def _print_one(face: Face, one: dict[str, Any], record: str) -> None:
    other = KINDS[one["kind"]]
    face.line()
    link = other.by_name[one["field"]]
    face.say(_HEAD, kind=other.label, n=one["count"], link=link.label)
    for name, by in one["by"].items():
        said = language.BETWEEN.say(face.lang).join(_parts(face, other, name, by))
        face.wrapped(_LINE, label=other.by_name[name].label, said=said)
    for name, sums in one["sums"].items():
        declared = other.by_name[name]
        of = declared.type.of if isinstance(declared.type, Slot) else declared.type
        face.wrapped(_LINE, label=declared.label, said=of.show(sum(sums.values()), face.lang))
    face.wrapped(_LIST, kind=other.name, field=link.name, id=record[:8])


def _parts(face: Face, other: Kind, name: str, by: list[dict[str, Any]]) -> list[str]:
    """How many say what, in the order declared, with the money that goes with them."""
    of = other.by_name[name].type
    order = {code: n for n, code in enumerate(of.codes() if isinstance(of, Choice) else ())}
    money = [f for f in other.fields if isinstance(f.type, Money)]
    found = []
    for one in sorted(by, key=lambda one: (one["value"] == "", order.get(one["value"], 0))):
        label = of.show(one["value"], face.lang) if one["value"] else _NOT_STATED.say(face.lang)
        sums = [(f, sum(one["sums"].get(f.name, {}).values())) for f in money]
        beside = [f"{f.label.say(face.lang)} {f.type.show(n, face.lang)}" for f, n in sums if n]
        between = language.BETWEEN.say(face.lang)
        found.append(f"{label} {one['count']}" + (f" ({between.join(beside)})" if beside else ""))
    return found


def _print_tour(face: Face, how: Toured, found: dict[str, Any]) -> None:
    from node.cli.tables import Column, print_table

    face.line()
    face.say(_TOUR, all=found["targets"], been=found["visited"])
    rounds = KINDS[how.rounds[0]].by_name[how.findings].type
    assert isinstance(rounds, Items), "findings stand in a collection"
    labels = {name: label for name, label, _ in rounds.fields}
    columns = [Column(labels[name], fold=True) for name in how.place]
    columns += [Column(_VISITS, fixed=True), Column(_FOUND, fold=True)]
    of = rounds.by_name[how.result]
    rows = []
    for place in found["places"]:
        said = [f"{of.show(code, face.lang)} {n}" for code, n in place["findings"].items()]
        where = [place[name] for name in how.place]
        rows.append([*where, _bar(place["rounds"], place["goal"]), " ".join(said)])
    print_table(face.lang, columns, rows)
    for words, name in ((_UNPLACED, "unplaced"), (_LOOSE, "loose")):
        if found[name]:
            face.wrapped(words, n=found[name])


def _bar(rounds: int, goal: int) -> str:
    """How much of what was to be done is done."""
    if not goal:
        return f"{' ' * _BAR_CELLS} {rounds}"
    full = min(_BAR_CELLS, _BAR_CELLS * rounds // goal)
    return f"{'█' * full}{'░' * (_BAR_CELLS - full)} {rounds}/{goal}"
