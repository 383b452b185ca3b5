"""Faults about what is sealed and what was erased. Each says its sentence to a clerk; none holds a value or a
name."""

from __future__ import annotations

from keys.errors import Exit, MulinError


class NotGranted(MulinError):
    zh = "{id} 是密封材料，没有授权给本乡镇；可请登记它的乡镇授权：mulin grant add"
    en = "{id} is sealed, and this township was not granted it; ask who entered it: mulin grant add"
    exit = Exit.REFUSED


class GrantEnded(MulinError):
    zh = "本乡镇对 {id} 的授权已经到期，或者工作专班已经解散。"
    en = "The grant of this township for {id} has ended, or its task force was dissolved."
    exit = Exit.REFUSED


class OnlyHomeGrants(MulinError):
    zh = "只有登记这份密封材料的乡镇可以授权和收回。"
    en = "Only the township that entered a sealed record grants it and withdraws it."
    exit = Exit.REFUSED


class NotSealed(MulinError):
    zh = "{id} 不是密封材料，全体成员都能看。"
    en = "{id} is not sealed: every member may read it."
    exit = Exit.USAGE


class SaidAlready(MulinError):
    """A grant that stands so already, a withdrawal of none."""

    zh = "没有可改的：{who} 的授权已经是这样。"
    en = "Nothing to change: that is what {who} has already."


class OverAlready(MulinError):
    zh = "这样的授权已经过期：到期日在今天以前，或者工作专班已经解散。"
    en = "Such a grant is over already: its day is past, or its task force is dissolved."
    exit = Exit.USAGE


class KeptStill(MulinError):
    zh = "{id} 要保存到 {until}，还没有期满；请另写依据。"
    en = "{id} is kept until {until}, which is not over; name another ground."


class OrderStands(MulinError):
    zh = "已经有这样一份删除令 {id}；同意它即可：mulin erase approve {id}"
    en = "There is such an order already, {id}; approve it: mulin erase approve {id}"


class AliasTaken(MulinError):
    zh = "这个案件里已经有“{alias}”了，请另用一个代称。"
    en = 'This case has a party "{alias}" already; use another alias.'
    exit = Exit.USAGE


class GrantsNothing(MulinError):
    zh = "登记的乡镇自己总能看，不用授权。"
    en = "The township that entered it may always read it: there is nothing to grant."
    exit = Exit.USAGE


class RecordErased(MulinError):
    zh = "{id} 已经按删除令删除，不能再看，也不能再写。"
    en = "{id} was erased by order: it can be neither read nor written."
    exit = Exit.NOT_FOUND


class NothingToErase(MulinError):
    zh = "没有可删除的记录。"
    en = "There is nothing to erase."
    exit = Exit.USAGE


class EpochNotFinal(MulinError):
    zh = "成员刚有变动，要等全体成员都确认以后，才能删除在那以后登记的内容。"
    en = "The members just changed: what was entered since can be erased once all of them acknowledged it."


class OnHold(MulinError):
    zh = "{id} 被依法保留到 {until}，这之前不能删除。"
    en = "{id} is on legal hold until {until} and cannot be erased before."
    exit = Exit.REFUSED


class ApprovedAlready(MulinError):
    zh = "本乡镇已经同意过这份删除令。"
    en = "This township has approved this order already."


class PurposeNeeded(MulinError):
    zh = "查看密封材料要写明用途，例如：--purpose 调解"
    en = "Say what you look at it for, such as: --purpose mediation"
    exit = Exit.USAGE


class NamesSomebody(MulinError):
    """Says which field and what it looks like, and never what stands there."""

    zh = "“{field}”里像是有{what}，全体成员都会看到，没有保存。{instead}确实没有当事人信息的，加 --no-name"
    en = (
        '"{field}" seems to hold {what}, which every member would read; nothing was saved. '
        "{instead}If it holds nothing about a party, add --no-name"
    )
    exit = Exit.REFUSED


class RefusalUnexplained(MulinError):
    zh = "不予办理要写明理由：填写“{field}”，或者用 --reason"
    en = 'A refusal needs its reason: fill in "{field}", or give --reason'
    exit = Exit.USAGE
