"""What a run comes to, in sentences for people: how long, how much, what broke, who has to do what. Pure.

The words for faults and for oracles stand here and nowhere else; pictures and tables take them from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from keys.errors import Text
from simulations.clock import HOUR_US, SECOND_US
from simulations.deeds import FAULTS
from simulations.plan import Plan, Step
from simulations.runner import Outcome
from simulations.scenarios import SCENARIOS, plan_of

PACKETS = frozenset(
    ("sent", "dial", "connected", "disconnected", "opened", "synced", "closed", "unreached")
)
"""Events of every exchange: a story for people leaves them out."""

FAULT_WORDS: dict[str, Text] = {
    "cut": Text("线路单向中断", "line cut one way"),
    "split": Text("乡镇之间断成几片", "townships cut apart"),
    "hold": Text("线路滞留", "line held up"),
    "flap": Text("线路时断时续", "line coming and going"),
    "reset": Text("连接被重置", "connection reset"),
    "line": Text("线路变差", "line turned bad"),
    "crash": Text("断电", "power lost"),
    "kill": Text("节点被强行结束", "node killed"),
    "stop": Text("节点停止", "node stopped"),
    "sleep": Text("电脑休眠", "computer asleep"),
    "restore": Text("用旧备份恢复", "old copy brought back"),
    "rollback": Text("虚拟机退回快照", "machine rolled back to a snapshot"),
    "copy": Text("目录复制到另一台电脑", "folder copied to another machine"),
    "swap": Text("换回先前的电脑", "back at an earlier machine"),
    "clock": Text("时钟拨错", "clock set wrong"),
    "disk": Text("磁盘写满、出错或变慢", "disk full, failing or slow"),
    "lie": Text("恶意成员动手", "hostile member at work"),
}
ORACLE_WORDS: dict[str, Text] = {
    "recovery": Text(
        "电源和磁盘正常后，每个节点都能重新启动",
        "every node starts again once power and disk are good",
    ),
    "progress": Text(
        "线路恢复后，大家在规定时间内一致", "once lines work, all agree within the time given"
    ),
    "agreement": Text(
        "各地的条目、待核对处和校验值都相同",
        "entries, differences and digests are equal everywhere",
    ),
    "durability": Text("说过“已保存”的条目一条也没有丢", "no entry that was called saved is lost"),
    "authenticity": Text("每条都有签名，没有人被冒名", "everything is signed, by those it names"),
    "blame": Text("没有人因为别人的错受罚", "nobody pays for another's fault"),
    "bounds": Text("等候区和队列没有超出限度", "waiting rooms and queues stay within bounds"),
    "no-forks": Text(
        "没有诚实的设备在同一序号说两种话", "no honest device says two things in one place"
    ),
    "genesis": Text("从建账起逐条核对，没有问题", "checked from the founding on, nothing is wrong"),
    "model": Text(
        "待核对处与另一套独立算法算出的一样", "differences are those an independent model finds"
    ),
    "sealed": Text(
        "密封的只有得到授权的能看，删除的到处都没有",
        "what is sealed only the granted read, what was erased is nowhere",
    ),
    "story": Text(
        "故事每到一步，该看到的都看到了", "what the story expects at its turns was there"
    ),
    "unforeseen": Text("程序没有遇到没料到的错误", "no program met a fault nobody foresaw"),
}

_LENGTH = Text(
    "虚拟时间 {span}，{towns} 个乡镇，{near}，线路：{line}。",
    "{span} of virtual time, {towns} townships, {near}, lines: {line}.",
)
_NEAR = {
    "mesh": Text("彼此都认识", "everybody knows everybody"),
    "ring": Text("连成一环", "in a ring"),
    "chain": Text("连成一条链", "in a chain"),
    "random": Text("随机相连", "connected by lot"),
}
_LINE = {
    "office": Text("普通宽带", "office"),
    "2g": Text("2G", "2G"),
    "village": Text("山村线路", "village"),
    "rough": Text("很差的线路", "rough"),
}
_WORK = Text(
    "办事员写成 {writes} 次，其中 {settled} 次是核对；账上最后共有 {entries} 条。",
    "Clerks wrote {writes} times, {settled} of them to settle; the ledger ends with {entries} entries.",
)
_REFUSED = Text(
    "另有 {n} 次没有写成（没有可核对的、规则不允许或磁盘有故障），办事员当场得知。",
    "{n} more were not written (nothing to settle, against a rule, or a failing disk); the clerk was told.",
)
_GONE = Text(
    "有 {n} 条只存在被换掉的磁盘上，还没有传给任何人，随它丢失。",
    "Entries that were only on a disk that was replaced, and had reached nobody: {n}. They are lost.",
)
_NO_FAULT = Text("没有发生故障。", "Nothing went wrong with lines or computers.")
_FAULTS = Text("发生 {n} 次故障：{kinds}。", "Faults: {n} ({kinds}).")
_LIARS = Text("恶意成员：{who}。", "Hostile: {who}.")
_TRAFFIC = Text(
    "网上传了 {packets:,} 个数据包，{size}。", "{packets:,} packets crossed the lines, {size}."
)
_AT_ONCE = Text("故障结束时，各乡镇已经一致。", "All agreed by the time the faults were over.")
_AGREED = Text(
    "故障全部结束后 {span}，各乡镇一致。", "All agreed {span} after the faults were over."
)
_NEVER = Text(
    "故障结束后，各乡镇到时间仍不一致。",
    "Once the faults were over, the townships did not agree in time.",
)
_NOT_ASKED = Text(
    "结束时故障还在，不要求一致。", "Faults were still on at the end; agreement was not asked for."
)
_QUESTIONS = Text(
    "有 {n} 处两边说法不同，等人核对：这不是故障，程序不替人决定。",
    "Differences that wait for people to settle: {n}. That is no fault; no program decides them.",
)
_NO_QUESTIONS = Text("没有等人核对的地方。", "Nothing waits for people to settle.")
_HELD = Text("✓ {n} 项检查全部成立。", "✓ All {n} checks hold.")
_BROKE = Text("✗ 不成立：{what}（{oracle}）", "✗ Broken: {what} ({oracle})")
_AGAIN = Text("重现：{command}", "Repeat it: {command}")
_BETWEEN = Text("、", ", ")


def sentences(outcome: Outcome, lang: str) -> list[str]:
    """What happened, without the verdict."""
    plan, figures = outcome.plan, outcome.figures

    def say(words: Text, **facts: object) -> str:
        return words.say(lang).format(**facts)

    near, line = plan.near.partition(":")[0], plan.line
    told = [
        say(
            _LENGTH,
            span=span(figures["virtual_s"], lang),
            towns=plan.towns,
            near=_NEAR[near].say(lang) if near in _NEAR else near,
            line=_LINE[line].say(lang) if line in _LINE else line,
        ),
        say(_WORK, **{name: figures[name] for name in ("writes", "settled", "entries")}),
    ]
    refused = figures["counts"].get("not_written", 0)
    if refused:
        told.append(say(_REFUSED, n=refused))
    counted = faults_of(plan.steps, plan.line)
    kinds = _BETWEEN.say(lang).join(f"{_fault(v, lang)} {n}" for v, n in counted.most_common())
    told.append(say(_FAULTS, n=counted.total(), kinds=kinds) if counted else say(_NO_FAULT))
    if figures["gone"]:
        told.append(say(_GONE, n=figures["gone"]))
    if plan.liars:
        told.append(
            say(_LIARS, who=_BETWEEN.say(lang).join(_liar(plan, p, lang) for p in plan.liars))
        )
    told.append(say(_TRAFFIC, packets=figures["packets"], size=size(figures["bytes"])))
    told.append(_agreement(outcome, lang))
    waiting = figures["open_conflicts"]
    told.append(say(_QUESTIONS, n=waiting) if waiting else say(_NO_QUESTIONS))
    return told


def _agreement(outcome: Outcome, lang: str) -> str:
    if not outcome.plan.must_agree:
        return _NOT_ASKED.say(lang)
    after_s = outcome.figures["agreed_after_s"]
    if after_s is None:
        return _NEVER.say(lang)
    return _AGREED.say(lang).format(span=span(after_s, lang)) if after_s else _AT_ONCE.say(lang)


def verdict(outcome: Outcome, lang: str) -> list[str]:
    """Whether all oracles held; if not, which broke, what they found, and the command that repeats it."""
    from simulations.oracles import JUDGES

    if outcome.ok:
        return [_HELD.say(lang).format(n=len(JUDGES))]
    told: list[str] = []
    for oracle in dict.fromkeys(v.oracle for v in outcome.violations):
        told.append(_BROKE.say(lang).format(what=oracle_words(oracle, lang), oracle=oracle))
        told += [f"    {v.sentence}" for v in outcome.violations if v.oracle == oracle]
    command = again(outcome)
    return told if command is None else [*told, _AGAIN.say(lang).format(command=command)]


def oracle_words(oracle: str, lang: str) -> str:
    return ORACLE_WORDS[oracle].say(lang) if oracle in ORACLE_WORDS else oracle


def _fault(verb: str, lang: str) -> str:
    return FAULT_WORDS[verb].say(lang) if verb in FAULT_WORDS else verb


def _liar(plan: Plan, place: int, lang: str) -> str:
    from simulations.names import name_of

    return f"{name_of(place, lang)} ({plan.liars[place]})"


def faults_of(steps: Iterable[Step], line: str = "office") -> Counter[str]:
    """How many faults of each verb a plan holds; what mends a disk, a clock or a line is none."""
    return Counter(s.verb for s in steps if s.verb in FAULTS and not _mends(s, line))


def _mends(step: Step, line: str) -> bool:
    return (
        (step.verb == "disk" and step.given.get("fault") == "good")
        or (step.verb == "clock" and not step.given.get("skew_s"))
        or (step.verb == "line" and step.given.get("line") in ("office", line))
    )


def again(outcome: Outcome) -> str | None:
    """The command that gives this outcome again, None if no command does."""
    return outcome.again or repeat(outcome.plan)


def repeat(plan: Plan) -> str | None:
    """The command that runs exactly this plan; None for one that is in no scenario."""
    if plan.scenario not in SCENARIOS:
        return None
    words = f"mulin simulate run {plan.scenario} --seed {plan.seed}"
    if plan.towns != SCENARIOS[plan.scenario].towns:
        words += f" --nodes {plan.towns}"
    hours = plan.lasts_s * SECOND_US / HOUR_US
    for lasts_s, more in ((None, ""), (hours * HOUR_US / SECOND_US, f" --hours {_exact(hours)}")):
        if plan_of(plan.scenario, plan.seed, plan.towns, lasts_s) == plan:
            return words + more
    return None


def _exact(number: float) -> str:
    """As short as it reads back the same."""
    return repr(number).removesuffix(".0")


def span(seconds: float, lang: str) -> str:
    """A length of time in its two largest units."""
    if seconds < 60:
        return f"{seconds:.3g} {_UNITS[3].say(lang)}"
    rest, found = round(seconds), []
    for unit_s, words in zip((86_400, 3600, 60, 1), _UNITS, strict=True):
        n, rest = divmod(rest, unit_s)
        if n:
            found.append(f"{n} {words.say(lang)}")
    return " ".join(found[:2])


_UNITS = (Text("天", "d"), Text("小时", "h"), Text("分", "min"), Text("秒", "s"))


def size(count: int) -> str:
    """Bytes as people read them."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:.3g} GB"
