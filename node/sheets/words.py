"""What a clerk is told about the rows of a sheet, in both languages. Knows nothing else."""

from __future__ import annotations

from keys.errors import Text

UNKNOWN_COLUMNS = Text(
    "这些列不是本种记录的项目，没有读：{names}",
    "these columns are no fields and were not read: {names}",
)
MISSING_COLUMNS = Text(
    "表里少了这些列，它们保持不变：{names}",
    "these columns are gone; what they hold stays as it is: {names}",
)
OTHER_SHEETS = Text(
    "只读第一张工作表；没有读：{names}", "only the first sheet was read; not read: {names}"
)
HIDDEN_ROWS = Text(
    "有 {n} 行是隐藏的或被筛选掉的，也照样读了。",
    "{n} rows are hidden or filtered out; they were read like all others.",
)
MERGED_SPREAD = Text(
    "合并的格子里的内容，各行都算有。", "what stands in merged cells counts for each of their rows."
)
MERGED = Text(
    "有合并的格子，看不出各行原来的内容。请取消合并，分别填写。",
    "it has merged cells, so what each row said is lost. Unmerge them and fill in each.",
)
EMPTIED = Text(
    "各格都被清空了。不再需要的记录请改状态，不能在表格里删除。",
    "all its cells were emptied. A record is not deleted in a sheet; change its state.",
)
ID_REMOVED = Text("隐藏列里的编号被清掉了。", "its id in the hidden column was removed.")
MARK_ALTERED = Text(
    "隐藏列里的编号或版本标记被改动了，看不出改了哪些格子。",
    "its hidden id or mark was altered, so its edits cannot be told.",
)
SAME_ROW = Text("与第 {other} 行相同。", "it is the same as row {other}.")
HERE_ALREADY = Text("已经登记过：{id}", "it is entered already: {id}")
TWICE = Text(
    "与第 {others} 行是同一条记录，内容却不同。要登记新的，请插入空行填写，不要复制整行。",
    "it is the same record as row {others} and says otherwise. For a new record insert an empty "
    "row, do not copy one.",
)
CELL_TROUBLE = Text("{cell} 格：{why}。", "cell {cell}: {why}.")
FORMULA_FAILED = Text("公式出错", "its formula failed")
FORMULA_OPEN = Text("公式还没有算出结果", "its formula was never computed")
NOT_HERE = Text("编号 {id} 不是本账本里的{kind}。", "{id} is no {kind} of this ledger.")
MOVED_ON = Text(
    "{cell} 格“{field}”：导出以后已改成“{now}”，表里是“{typed}”。请重新导出后核对。",
    'cell {cell}, "{field}": it became "{now}" since the export, the sheet says "{typed}". '
    "Export again and compare.",
)
ELSEWHERE = Text(
    "{cell} 格“{field}”：内容不在表格里，请用命令修改。",
    'cell {cell}, "{field}": its text is not in the sheet; change it by command.',
)
COPIED = Text(
    "是复制来的，有内容不在表格里。", "it was copied from a row whose text is not in the sheet."
)
DISPUTED = Text(
    "“{field}”两边说法不一致，请先核对：mulin conflicts",
    'the sides differ about "{field}"; settle it first: mulin conflicts',
)
RULE = Text("{why}", "{why}")
CELL_ONLY = Text("{cell} 格：{why}", "cell {cell}: {why}")
CELL_RULE = Text("{cell} 格填的是“{typed}”：{why}", 'cell {cell} says "{typed}": {why}')
UNUSUAL = Text(
    "“{field}”{value}，一般是 {least} 至 {most}；理由：{why}",
    '"{field}" {value}, usually {least} to {most}; reason: {why}',
)
UNUSUAL_UNEXPLAINED = Text(
    "“{field}”{value}，一般是 {least} 至 {most}；照样收下，请在“{say_why}”里写明理由。",
    '"{field}" {value}, usually {least} to {most}; it is taken all the same, say why in "{say_why}".',
)
