"""`chair`: whose turn in the chair it is, quarter by quarter; taking it up, and swapping."""

from __future__ import annotations

from typing import Any

from keys.errors import Exit, Text
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face

_QUARTER = Argument("quarter", Text("季度", "QUARTER"))
_WITHDRAW = Option(
    "--withdraw", Text("收回以前的话", "take it back"), NO_VALUE, name="withdraw", is_flag=True
)


@command(
    "show",
    Text(
        "轮值表：每季度一个乡镇主持并承办。有两种说法时退出码为 4。",
        "The rota: each quarter one township chairs and hosts. Exit code 4 where there are two versions.",
    ),
    Argument("quarter", Text("从哪一季度起", "FROM"), required=False),
    example="mulin chair show 2026Q1",
)
def show(face: Face, quarter: str | None) -> int:
    from node import chair

    ledger, service = face.ledger, face.service
    first = chair.quarter_now(service) if quarter is None else chair.quarter_named(quarter)
    turns = chair.rotation(service, ledger)
    length = max(4, len(ledger.members.cards))
    found = [chair.shown(ledger, turns.term(q)) for q in range(first, first + length)]
    face.answer(found, lambda: _print(face, found))
    return Exit.CONFLICTS if any(t["conflict"] for t in found) else Exit.DONE


def _print(face: Face, found: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    columns = (
        Column(Text("季度", "quarter"), fixed=True),
        Column(language.TOWNSHIP),
        Column(Text("已接任", "accepted"), fixed=True),
        Column(Text("说明", "remarks"), fold=True),
    )
    rows = [
        (
            t["quarter"],
            t["township"],
            (language.YES if t["accepted"] else language.NO).say(face.lang),
            _remarks(face, t),
        )
        for t in found
    ]
    print_table(face.lang, columns, rows)


def _remarks(face: Face, term: dict[str, Any]) -> str:
    said = []
    between = language.BETWEEN.say(face.lang)
    if term["swapped_with"]:
        said.append(face.text(Text("与 {q} 对调", "swapped with {q}"), q=term["swapped_with"]))
    said += [
        face.text(
            Text("{who}提出与 {q} 对调", "{who} asks to swap with {q}"),
            who=a["township"],
            q=a["with"],
        )
        for a in term["asked"]
    ]
    if term["kept"]:
        pairs = between.join("-".join(pair) for pair in term["rivals"])
        said.append(
            face.text(
                Text(
                    "同意了对调（{pairs}）又有一方照原次序接任，按原次序，请收回其中一样",
                    "swap agreed to ({pairs}) and own turn taken up: the order stands; withdraw one",
                ),
                pairs=pairs,
            )
        )
    elif term["rivals"]:
        pairs = between.join("-".join(pair) for pair in term["rivals"])
        said.append(
            face.text(
                Text(
                    "几个对调不能并存（{pairs}），按原次序，请收回其中的",
                    "rival swaps ({pairs}): the order stands; withdraw one",
                ),
                pairs=pairs,
            )
        )
    elif term["conflict"]:
        said.append(
            face.text(
                Text("{who}都说接任，请收回其中的", "accepted by {who}: withdraw one"),
                who=between.join(term["claims"]),
            )
        )
    return between.join(said)


@command(
    "accept",
    Text("接任一个季度的轮值。", "Take up the chair of a quarter."),
    _QUARTER,
    _WITHDRAW,
    example="mulin chair accept 2026Q1",
)
def accept(face: Face, quarter: str, withdraw: bool) -> None:
    from node import chair

    ledger, number = face.ledger, chair.quarter_named(quarter)
    chair.accept(face.service, ledger, number, withdraw=withdraw)
    _answer(face, [number])


@command(
    "swap",
    Text(
        "与一个乡镇对调：写出其中一方的季度，换另一方此后最近的一季。双方都说了才算；对方提过的，照它的来。",
        "Swap with a township: name a quarter of either side; it is swapped with the other's next one. Both "
        "have to say so; if they asked already, it is the swap that they asked for.",
    ),
    Argument("township", language.TOWNSHIP),
    _QUARTER,
    _WITHDRAW,
    example="mulin chair swap 金子岩乡 2026Q1",
)
def swap(face: Face, township: str, quarter: str, withdraw: bool) -> None:
    from node import chair

    ledger, number = face.ledger, chair.quarter_named(quarter)
    other = ledger.members.find(township)
    _answer(face, list(chair.swap(face.service, ledger, other, number, withdraw=withdraw)))


def _answer(face: Face, quarters: list[int]) -> None:
    from node import chair

    face.wrote()
    turns = chair.rotation(face.service, face.ledger)
    found = [chair.shown(face.ledger, turns.term(q)) for q in quarters]
    face.answer(found, lambda: _print(face, found))


chair = Group(
    "chair",
    Text("轮值：谁哪一季度主持，接任，对调。", "The chair: whose quarter it is, take it up, swap."),
    (show, accept, swap),
    example="mulin chair show",
    default="show",
)
