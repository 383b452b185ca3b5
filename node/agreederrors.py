"""Faults about texts that townships confirm. Each says its sentence to a clerk; none holds a value."""

from __future__ import annotations

from crdt.errors import RuleBroken
from keys.errors import Exit, MulinError


class NotFinal(RuleBroken):
    code = "not-final"
    zh = "现在还是“{state}”，定稿以后才能确认。"
    en = 'It is still "{state}"; it can be confirmed once it is final.'


class TextDisputed(RuleBroken):
    code = "text-disputed"
    zh = "文本有两边不一致的地方，还不能确认；请先核对：mulin conflicts list"
    en = "Statements differ in the text, so it cannot be confirmed yet; settle them: mulin conflicts list"
    exit = Exit.CONFLICTS


class ConfirmAgain(RuleBroken):
    code = "confirm-again"
    zh = "这里没有可选的说法：请各乡镇看过现在的文本再确认：mulin {kind} confirm {id}"
    en = "There is nothing to choose here: each township confirms the present text: mulin {kind} confirm {id}"
    exit = Exit.CONFLICTS


class DecideAgain(RuleBroken):
    code = "decide-again"
    zh = (
        "这里没有可选的说法：公布的结果不变，要变由轮值乡镇重新表决：mulin {kind} move {id} {state}"
    )
    en = (
        "There is nothing to choose here: the result stands until the chair has it decided again: "
        "mulin {kind} move {id} {state}"
    )
    exit = Exit.CONFLICTS


class HomeSettles(RuleBroken):
    code = "home-settles"
    zh = "作废还是恢复，由登记这条记录的{who}核对。"
    en = "Whether it is void is for {who} to settle, which entered it."


class VoidOrAlive(RuleBroken):
    code = "void-or-alive"
    zh = "只能选作废或者恢复：--value {choices}"
    en = "It is either void or not: --value {choices}"
    exit = Exit.USAGE


class ConfirmByCommand(RuleBroken):
    code = "confirm-by-command"
    zh = "确认文本请用：mulin {kind} confirm 编号"
    en = "To confirm the text: mulin {kind} confirm ID"
    exit = Exit.USAGE


class NobodyConfirmed(MulinError):
    zh = "还没有乡镇确认现在的文本，没有可证明的。"
    en = "No township has confirmed the present text yet: there is nothing to certify."


class ConfirmFirst(MulinError):
    zh = "这份文本还没有乡镇确认，或者有乡镇确认的是另一文本；先确认：mulin agreement confirm"
    en = (
        "Nobody confirmed this text, or somebody another; confirm it first: mulin agreement confirm"
    )


class ConfirmedAlready(MulinError):
    zh = "本乡镇已经确认过这份文本。"
    en = "This township has confirmed this text already."
