"""`erase`: orders of erasure: what is due, ordering, approving, and who has carried an order out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.errors import BadValue
from crdt.grounds import GROUND, RETENTION_OVER
from crdt.kinds.types import Unfit
from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_NAME, NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.moments import clock

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from crdt.statements import StatementId
    from node.ledgers import Ledger

_SHORT = 8
_ORDER = Argument("order", Text("删除令编号", "ORDER"))
_GROUND = Text("依据", "ground")
_BEYOND = Text(
    "纸质件、已导出的文件、早先拷走的交换包和备份不在程序能管的范围内，请另行处理。",
    "Paper, exported files, and bundles and backups that were taken away are beyond this program: see to "
    "them yourselves.",
)


@command(
    "due",
    Text(
        "保存期限已满、还有密封材料的案件；依法保留的也列出。",
        "Matters kept long enough that still have something sealed; those on legal hold too.",
    ),
    example="mulin erase due",
)
def due(face: Face) -> None:
    from node import keeping
    from node.rows import title_of

    listed = keeping.due(face.service, face.ledger)
    found = [
        {
            "id": d.seen.id.hex(),
            "title": title_of(d.seen, face.lang),
            "until": d.until,
            "sealed": [r.hex() for r in d.sealed],
            "held_until": d.held or None,
        }
        for d in listed
    ]

    def people() -> None:
        if not found:
            face.say(Text("没有到期的。", "Nothing is due."))
        for one, of in zip(found, listed, strict=True):
            held = Text("，依法保留至 {day}", ", on legal hold until {day}")
            face.wrapped(
                Text(
                    "{id}  {title}  保存至 {until}，密封材料 {n} 份{held}",
                    "{id}  {title}  kept until {until}, {n} sealed{held}",
                ),
                id=str(one["id"])[:_SHORT],
                title=one["title"],
                until=of.until,
                n=len(of.sealed),
                held=face.text(held, day=of.held) if of.held else "",
            )

    face.answer(found, people)


@command(
    "order",
    Text(
        "发出删除令：写案件编号就是它的全部密封材料，写密封材料编号就是那一份。\n"
        "要几个乡镇同意由账本规则定（缺省两个，其中要有登记的乡镇）；发出的乡镇算已同意。",
        "Order an erasure: with the id of a case all that is sealed of it, with that of a sealed record that "
        "one.\nHow many townships approve is a rule of the ledger (two if none is set, who entered it among "
        "them); ordering is approving.",
    ),
    Argument("records", language.ID, nargs=-1, required=True),
    Option(
        "--ground",
        Text(
            "依据：" + "、".join(label[0] for _, label in GROUND.values),
            "ground: " + ", ".join(GROUND.codes()),
        ),
        _GROUND,
    ),
    Option("--reason", Text("理由，不写姓名", "why, no names"), language.REASON, default=""),
    Option(
        "--with-case",
        Text("连公开的案件记录一起删", "the open record of the case too"),
        NO_VALUE,
        name="with_case",
        is_flag=True,
    ),
    NO_NAME,
    example="mulin erase order 3f2a9c1e --ground 保存期限已满",
)
def order(
    face: Face, records: tuple[str, ...], ground: str | None, reason: str, *, with_case: bool
) -> None:
    ledger = face.ledger
    named: list[RecordId] = []
    for text in records:
        named += _meant(face, ledger, text, with_case=with_case)
    if ground is None:
        raise BadValue(field=_GROUND, why=Text("必须写明：--ground", "say it: --ground"))
    try:
        code = str(GROUND.parse(ground))
    except Unfit as fault:
        raise BadValue(field=_GROUND, why=fault.why) from fault
    give(face, ledger, named, code, reason)


def give(face: Face, ledger: Ledger, records: list[RecordId], ground: str, reason: str) -> None:
    """Order it, and show how the order stands: for whoever may order. Raises MulinError."""
    from node import keeping
    from node.saving import reason_words

    keeping.check_free(face.service, ledger, records)
    if ground == RETENTION_OVER:
        keeping.check_over(face.service, ledger, records)
    made = face.service.erasing.order(ledger, records, ground, reason_words(reason))
    _done(face, ledger, made)


def _meant(face: Face, ledger: Ledger, text: str, *, with_case: bool) -> list[RecordId]:
    """What a person names: a sealed record, or what is sealed of a case. Raises NotFound, NothingToErase."""
    from node.sealerrors import NothingToErase

    stored, prefix = face.service.ground.seals, text.strip().lower()
    if len(prefix) >= 4 and set(prefix) <= set("0123456789abcdef"):
        found = stored.with_prefix(ledger.n, prefix[:32])
        if len(found) == 1:
            return found
    case = face.service.find_record(ledger, text)
    listed = stored.about(ledger.n, case)
    listed = [r for r in listed if not face.service.seals.is_erased(ledger, r)]
    if with_case:
        listed.append(case)
    if not listed:
        raise NothingToErase
    return listed


@command(
    "approve",
    Text("同意一份删除令。", "Approve an order."),
    _ORDER,
    example="mulin erase approve 5d0c11f2",
)
def approve(face: Face, order: str) -> None:
    from node import keeping

    ledger, service = face.ledger, face.service
    found = service.erasing.find(ledger, order)
    keeping.check_free(
        service, ledger, [b.record for b in ledger.erasures.orders[found].order.records]
    )
    service.erasing.approve(ledger, found)
    _done(face, ledger, found)


def _done(face: Face, ledger: Ledger, order: StatementId) -> None:
    face.service.erasing.tidy()
    face.wrote()
    shape = _of(face, ledger, order)

    def people() -> None:
        _print(face, shape)
        face.wrapped(_BEYOND)

    face.answer(shape, people)


@command(
    "list",
    Text(
        "全部删除令：谁同意了，几个成员办完了。",
        "All orders: who approved, how many carried it out.",
    ),
    example="mulin erase list",
)
def list_(face: Face) -> None:
    ledger = face.ledger
    found = [_of(face, ledger, order) for order in ledger.erasures.orders]

    def people() -> None:
        if not found:
            face.say(Text("没有删除令。", "No orders."))
        for one in found:
            _print_line(face, one)

    face.answer(found, people)


@command(
    "show",
    Text("一份删除令，和各成员办理的情况。", "One order, and how far each member has got."),
    _ORDER,
    example="mulin erase show 5d0c11f2",
)
def show(face: Face, order: str) -> None:
    ledger = face.ledger
    shape = _of(face, ledger, face.service.erasing.find(ledger, order))
    face.answer(shape, lambda: _print(face, shape))


def _of(face: Face, ledger: Ledger, order: StatementId) -> dict[str, Any]:
    from node.officeclock import moment

    standing = ledger.erasures.orders[order]
    members, book = ledger.members, face.service.ground.book
    board = []
    for answer in face.service.erasing.board(ledger, order):
        heard = [h for d in members.devices_of(answer.township) if (h := book.last_heard_ms(d))]
        board.append(
            {
                "township": members.name_of(answer.township),
                "township_id": answer.township.hex(),
                "done": answer.done,
                "waiting_devices": answer.waits,
                "last_heard": moment(max(heard)) if heard else None,
                "ours": answer.township == ledger.me,
            }
        )
    awaits = {members.name_of(h) for h in standing.homes.values() if not standing.agrees(h)}
    return {
        "id": order.hex(),
        "by": members.name_of(members.township_of_any(standing.order.signer)),
        "ground": standing.order.ground,
        "reason": standing.order.reason,
        "records": [b.record.hex() for b in standing.order.records],
        "approved": [members.name_of(t) for t in sorted(standing.approved)],
        "needed": standing.needed,
        "in_force": standing.in_force,
        "since": _since(face, ledger, order),
        "erased": all(
            face.service.seals.is_erased(ledger, b.record) for b in standing.order.records
        ),
        "awaits": sorted(awaits),
        "waits": max(standing.needed - len(standing.approved), len(awaits), 0),
        "board": board,
    }


def _since(face: Face, ledger: Ledger, order: StatementId) -> str | None:
    """Since when it is carried out here, and so the others could have."""
    from node.officeclock import moment

    records = [b.record for b in ledger.erasures.orders[order].order.records]
    at_ms = face.service.ground.seals.erased_since(ledger.n, records)
    return None if at_ms is None else moment(at_ms)


def _print_line(face: Face, one: dict[str, Any]) -> None:
    done = sum(b["done"] for b in one["board"])
    face.wrapped(
        Text(
            "{id}  {ground}  {n} 份  同意 {yes}/{needed}  已办 {done}/{all}",
            "{id}  {ground}  {n} records  approved {yes}/{needed}  done {done}/{all}",
        ),
        id=one["id"][:_SHORT],
        ground=GROUND.show(one["ground"], face.lang),
        n=len(one["records"]),
        yes=len(one["approved"]),
        needed=one["needed"],
        done=done,
        all=len(one["board"]),
    )


def _print(face: Face, one: dict[str, Any]) -> None:
    _print_line(face, one)
    between = language.BETWEEN.say(face.lang)
    face.wrapped(
        Text("  发出：{by}；同意：{who}", "  ordered by {by}; approved by {who}"),
        by=one["by"],
        who=between.join(one["approved"]),
    )
    if one["reason"]:
        face.wrapped(Text("  理由：{why}", "  reason: {why}"), why=one["reason"])
    if one["awaits"]:
        face.wrapped(
            Text("  还要登记的乡镇同意：{who}", "  Who entered it has to approve: {who}"),
            who=between.join(one["awaits"]),
        )
    if one["erased"] and one["awaits"] + ([] if one["in_force"] else ["?"]):
        face.say(Text("  内容已按别的删除令删除", "  erased by another order"))
        return
    if not one["in_force"]:
        face.say(
            Text(
                "  还没有生效：还差 {n} 个乡镇同意。",
                "  Not in force yet: {n} more townships have to approve.",
            ),
            n=one["needed"] - len(one["approved"]),
        )
        return
    if one["awaits"]:
        return
    if one["since"]:
        face.say(Text("  {when} 起生效", "  carried out since {when}"), when=clock(one["since"]))
    for answer in one["board"]:
        _print_answer(face, answer)


def _print_answer(face: Face, answer: dict[str, Any]) -> None:
    if answer["done"]:
        face.say(Text("  {who}  已删除", "  {who}  erased"), who=answer["township"])
        return
    heard = answer["last_heard"]
    when = (
        face.text(Text("最近联系 {when}", "last heard {when}"), when=clock(heard))
        if heard
        else face.text(Text("本机，待清理", "this node, to be tidied"))
        if answer["ours"]
        else face.text(Text("还没有联系过", "never heard"))
    )
    face.wrapped(
        Text("  {who}  还没有答复，{when}", "  {who}  no answer yet, {when}"),
        who=answer["township"],
        when=when,
    )


erase = Group(
    "erase",
    Text(
        "删除：到期的、本人请求的；各成员一起办。",
        "Erasure: what is due or asked for, at all members.",
    ),
    [due, order, approve, list_, show],
    example="mulin erase due",
)
