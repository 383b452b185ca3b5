"""The faults of entries and records. Each says its sentence to a clerk; none holds a value or a name."""

from __future__ import annotations

from keys.errors import Exit, MulinError, Text


class MalformedEntry(MulinError):
    """A header, run or founding record that breaks the format. The sender is at fault."""

    zh = "收到的条目格式不对（{why}）。"
    en = "An entry is malformed ({why})."


class UnknownDevice(MulinError):
    zh = "条目来自本账本成员之外的设备。"
    en = "An entry comes from a device that is no member of this ledger."


class NoProof(MulinError):
    """What was shown as the proof of a fork proves nothing."""

    zh = "这不是一份成立的证据：{why}。"
    en = "This proves nothing: {why}."


class RuleBroken(MulinError):
    """An operation that the rules refuse. `code` is the machine-readable reason, the same on every node."""

    code = "rule"

    def __init__(self, **facts: object) -> None:
        super().__init__(**facts)


class BadOperation(RuleBroken):
    code = "operation"
    zh = "操作格式不对（{why}）。"
    en = "The operation is malformed ({why})."


class UnknownKind(RuleBroken):
    code = "unknown-kind"
    zh = "没有“{kind}”这种记录。"
    en = 'There is no kind "{kind}".'
    exit = Exit.USAGE


class UnknownField(RuleBroken):
    code = "unknown-field"
    zh = "{kind}没有“{field}”这一项。可用：{known}"
    en = '{kind} has no field "{field}". Known: {known}'
    exit = Exit.USAGE


class DerivedField(RuleBroken):
    code = "derived-field"
    zh = "“{field}”由程序按类别和地点生成，不能填写。"
    en = '"{field}" is made from category and place and cannot be typed.'
    exit = Exit.USAGE


class BadValue(RuleBroken):
    code = "bad-value"
    zh = "“{field}”填写不对：{why}"
    en = '"{field}" is not right: {why}'
    exit = Exit.USAGE


class MissingField(RuleBroken):
    code = "missing-field"
    zh = "还缺必填项：{field}。"
    en = "A required field is missing: {field}."
    exit = Exit.USAGE


class Unchanged(RuleBroken):
    code = "unchanged"
    zh = "没有可改的内容：“{field}”已经是这个值。"
    en = 'Nothing to change: "{field}" already has this value.'


class Stale(RuleBroken):
    """A statement about a field in conflict that does not cite exactly what stands there."""

    code = "stale"
    zh = "“{field}”两边不一致，请先核对：mulin conflicts list"
    en = '"{field}" has differing statements; settle them first: mulin conflicts list'
    exit = Exit.CONFLICTS


class NotInConflict(RuleBroken):
    code = "not-in-conflict"
    zh = "“{field}”没有不一致，不需要核对。"
    en = '"{field}" is not in conflict.'


class BadMove(RuleBroken):
    code = "bad-move"
    zh = "不能从“{before}”改为“{after}”。可以改为：{allowed}"
    en = 'The state cannot go from "{before}" to "{after}". Possible: {allowed}'


class NotHome(RuleBroken):
    code = "not-home"
    zh = "这条记录只能由登记它的乡镇修改。"
    en = "Only the township that made this record may change it."


class NotYourSlot(RuleBroken):
    code = "not-your-slot"
    zh = "这一项只能由各乡镇自己填写。"
    en = "Each township fills only its own place in this field."


class NoSuchItem(RuleBroken):
    code = "no-such-item"
    zh = "没有这一条，或者它已被撤下。"
    en = "There is no such item, or it was withdrawn."


class TooMuch(RuleBroken):
    code = "too-much"
    zh = "内容过多：{what}最多 {limit}。"
    en = "Too much: {what} at most {limit}."


class RecordFull(RuleBroken):
    code = "record-full"
    zh = "这条记录已满（{limit} 次修改），请新建一条关联记录继续。"
    en = "This record is full ({limit} changes); continue in a linked record."


class WrongLayer(RuleBroken):
    """What belongs to people under the key that everybody has, or what is everybody's under another."""

    code = "layer"
    zh = "这类内容不能这样保存：密封的要用它自己的密钥，公开的要用账本的密钥。"
    en = "This cannot be kept so: what is sealed has a key of its own, what is open the ledger's."


class Locked(RuleBroken):
    """A change of what people have before them to confirm."""

    code = "locked"
    zh = "“{field}”已经定稿，不能修改；要改，先退回“{state}”。"
    en = '"{field}" is final and cannot be changed; go back to "{state}" first.'


class LockedForGood(Locked):
    """The same where nothing leads back to the draft."""

    code = "locked-for-good"
    zh = "“{field}”已经定稿，不能再改；更正请写补充。"
    en = '"{field}" is final for good; a correction goes into an addendum.'


class WrongPast(RuleBroken):
    """Parents that are not the heads of one record."""

    code = "wrong-past"
    zh = "条目引用的前文不对（{why}）。"
    en = "The entry cites a wrong past ({why})."


WHY_EMPTY = Text("不能为空", "it must not be empty")
WHY_TOO_LONG = Text("太长", "it is too long")
WHY_CONTROL = Text("含有不可见的控制字符", "it holds control characters")
WHY_NOT_TEXT = Text("应为文字", "it should be text")
WHY_NOT_NUMBER = Text("应为整数", "it should be a whole number")
WHY_NEGATIVE = Text("不能为负数", "it must not be negative")
WHY_NOT_MONEY = Text(
    "应为金额，如 8000 或 8000.50", "it should be an amount such as 8000 or 8000.50"
)
WHY_NOT_DAY = Text("应为日期，如 2024-08-18", "it should be a date such as 2024-08-18")
WHY_NOT_MOMENT = Text(
    "应为日期和时间，如 2024-08-18 09:30", "it should be a day and a time such as 2024-08-18 09:30"
)
WHY_NOT_QUARTER = Text(
    "应为季度，如 2024Q3 或 2024年第三季度", "it should be a quarter such as 2024Q3"
)
WHY_NOT_WEEK = Text("应为周次，如 2024年第34周", "it should be a week such as 2024-W34")
WHY_NOT_FLAG = Text("应为 是 或 否", "it should be yes or no")
WHY_NOT_HASH = Text("应为 64 位十六进制校验值", "it should be a hash of 64 hex digits")
WHY_NOT_CODE = Text("应为 9 位或 12 位数字代码", "it should be a place code of 9 or 12 digits")
WHY_NOT_PHONE = Text("应为电话号码", "it should be a phone number")
WHY_NOT_TOWNSHIP = Text("应为本账本的成员乡镇", "it should be a member township")
WHY_NOT_RECORD = Text("应为一条记录的编号", "it should be the id of a record")
