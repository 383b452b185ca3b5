"""What `doctor` finds in one ledger: forks, records that cannot be opened, the own log and keys."""

from __future__ import annotations

from collections.abc import Iterator

from keys.errors import MulinError, Text
from node.cli.face import Face
from node.cli.findings import Finding, Level, number
from node.ledgers import Ledger
from node.whereabouts import Doubt


def of_ledger(face: Face, ledger: Ledger) -> Iterator[Finding]:
    """Findings about a ledger; one that all is well if there are none."""
    service, name = face.service, ledger.name
    forks = len(service.ground.book.forks(ledger.n))
    divergent = number(
        face,
        "SELECT count(*) FROM divergent JOIN records ON records.id=divergent.record WHERE records.ledger=?",
        ledger.n,
    )
    broken = _broken(face, ledger)
    own_log = list(_own_log(face, ledger))
    yield from own_log
    for count, check, said, hint in (
        (broken, "broken", _BROKEN, _TELL_US),
        (divergent, "divergent", _DIVERGENT, _TELL_US),
        (forks, "forks", _FORKS, Text("详情：mulin proof list", "See: mulin proof list")),
    ):
        if count:
            zh, en = (part.format(name=name, n=count) for part in said)
            yield Finding(check, Level.WRONG, Text(zh, en), hint)
    yield from _paper(face, ledger)
    yield from _newer(face, ledger)
    if not (own_log or forks or divergent or broken):
        yield Finding("ledger", Level.FINE, Text(f"账本 {name} 正常", f"ledger {name} is sound"))


def _own_log(face: Face, ledger: Ledger) -> Iterator[Finding]:
    """What the next write will do to this device's log."""
    writing, name = face.service.writing, ledger.name
    doubt = writing.doubt(ledger)
    if doubt == Doubt.OLDER:
        yield Finding(
            "high-water",
            Level.NOTE,
            Text(
                f"账本 {name}：数据比已经签过的旧",
                f"ledger {name}: the data are older than what was signed",
            ),
            Text(
                "像是放回了旧备份。下次填写会另开一份日志，缺的内容会从邻乡取回。",
                "An old copy seems to be back. Writing opens a new log; neighbours return what is missing.",
            ),
        )
    if doubt == Doubt.COPIED:
        yield Finding(
            "copied",
            Level.NOTE,
            Text(
                f"账本 {name}：这个目录像是复制来的",
                f"ledger {name}: this folder seems to be a copy",
            ),
            Text(
                "下次填写会另开一份日志，内容不受影响。不要在两台电脑上用同一个密钥文件。",
                "Writing opens a new log and nothing is lost. Never use one key file on two machines.",
            ),
        )
    if writing.has_many_lives(ledger):
        yield Finding(
            "logs",
            Level.NOTE,
            Text(
                f"账本 {name}：本机的日志份数接近上限",
                f"ledger {name}: this device has nearly as many logs as others take of it",
            ),
            Text(
                "开机后请先连上所有邻乡再填写，就不会另开日志。",
                "Meet all neighbours after a start before writing, and no new log is opened.",
            ),
        )


def _newer(face: Face, ledger: Ledger) -> Iterator[Finding]:
    """Whether neighbours write what this program does not know yet."""
    count = face.service.ground.log.entries_by_newer_rules(ledger.n)
    agreed, known = ledger.chain.epoch.rules.schema, face.service.ground.schema
    hint = Text(
        "内容都在，照常转送。升级本程序以后就看得到。",
        "All of it is kept and passed on. Upgrade this program to see it.",
    )
    if count:
        yield Finding(
            "newer",
            Level.NOTE,
            Text(
                f"账本 {ledger.name}：{count} 条是更新的程序写的，本程序还不能显示",
                f"ledger {ledger.name}: {count} entries are by newer programs; this one cannot show them",
            ),
            hint,
        )
    elif agreed > known:
        yield Finding(
            "newer",
            Level.NOTE,
            Text(
                f"账本 {ledger.name}：成员商定人人认识第 {agreed} 版，本程序只认识到第 {known} 版",
                f"ledger {ledger.name}: all should know version {agreed}; this program knows {known}",
            ),
            hint,
        )


def _paper(face: Face, ledger: Ledger) -> Iterator[Finding]:
    """Whether a lost laptop could be replaced without asking the others."""
    if ledger.is_ours and face.service.own_keys.member(ledger).recovery is None:
        yield Finding(
            "recovery",
            Level.NOTE,
            Text(
                f"账本 {ledger.name}：本乡镇还没有恢复密钥",
                f"ledger {ledger.name}: this township has no recovery key",
            ),
            Text(
                "电脑丢失后只能请别人表决。请做一把：mulin recovery create -o 恢复密钥.html",
                "Without one, a lost laptop takes a vote: mulin recovery create -o FILE",
            ),
        )


_BROKEN = Text("账本 {name}：{n} 条记录打不开", "ledger {name}: {n} records cannot be opened")
_DIVERGENT = Text(
    "账本 {name}：{n} 条在本机算出的结果与签名者不同",
    "ledger {name}: {n} entries give another result here than at their author's",
)
_FORKS = Text(
    "账本 {name}：{n} 次有设备签了两份不同内容",
    "ledger {name}: {n} times a device signed two different things",
)
_TELL_US = Text(
    "请先备份（mulin backup），再运行 mulin verify，把结果告诉维护人员。",
    "Make a copy (mulin backup), run mulin verify and tell the maintainers what it says.",
)


def _broken(face: Face, ledger: Ledger) -> int:
    """Records with entries that nobody judged though nothing is missing: building them fails."""
    service = face.service
    rows = service.ground.db.rows(
        "SELECT DISTINCT record FROM entries JOIN logs ON logs.n=entries.log "
        "WHERE logs.ledger=? AND state=0 AND record IS NOT NULL "
        "UNION SELECT record FROM unperformed WHERE ledger=?",
        ledger.n,
        ledger.n,
    )
    failed = 0
    for (record,) in rows:
        try:
            service.records.get(ledger, record)
        except (AssertionError, MulinError):
            failed += 1
    return failed
