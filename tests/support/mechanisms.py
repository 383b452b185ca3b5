"""What neighbouring townships do together, row by row: kinds that hold it, a command, a test that shows it.

`python -m tests.support.mechanisms` prints crdt/KINDS.md. A row without a test says why it has none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from crdt.kinds import KINDS, kinds_of
from crdt.kinds.language import AREA_LABELS, Kind
from tests.support.rowtests import SHOWN
from tests.support.rules import lines as conflict_rules


class Row(NamedTuple):
    """`test`: the name of a test function, "" where `gap` says what is not there yet."""

    number: str
    what: str
    kinds: str
    command: str
    test: str
    gap: str = ""


ROWS = (
    Row("R01", "联合体由一份邀请建立", "", "ledger new", SHOWN["R01"]),
    Row(
        "R02",
        "座谈会纪要两边同时写，合成一份再确认",
        "meeting motion action_item",
        "meeting confirm",
        "test_minutes_that_two_wrote_offline_merge_and_both_confirm_the_same_words",
    ),
    Row("R03", "联合党总支等联合组织", "joint_body", "joint_body list", SHOWN["R03"]),
    Row("R04", "联合人民调解委员会受理案件", "joint_body case mediator", "case set", SHOWN["R04"]),
    Row("R05", "通讯录只由本乡镇维护，九十天未核对的列出", "contact office", "today", SHOWN["R05"]),
    Row(
        "R06",
        "第一时间沟通：通知到签收的用时",
        "warning",
        "warning answers",
        "test_times_from_notice_to_answer_come_from_both_signed_entries_also_after_a_cut",
    ),
    Row(
        "R07",
        "机制文件各方签同一文本才有效",
        "accord",
        "accord confirm",
        "test_a_text_is_in_force_only_when_all_signed_the_same_words",
    ),
    Row(
        "R08",
        "跨界调解，新旧分别统计，重复的只算一次",
        "case",
        "quarter",
        "test_the_sheet_of_a_quarter_is_what_a_reader_of_the_lists_adds_up",
    ),
    Row("R09", "联合摸排每次只算一次", "patrol", "duplicates", SHOWN["R09"]),
    Row("R10", "巡防人次各报各的，合计算出", "patrol", "count", SHOWN["R10"]),
    Row("R11", "宣传教育活动", "activity", "count", SHOWN["R11"]),
    Row(
        "R12",
        "产业经验交流，过期自动收起",
        "market_info",
        "market_info list",
        "test_a_note_that_is_over_leaves_the_list_by_itself_and_is_found_by_product",
    ),
    Row("R13", "民族节庆，农历日期", "activity", "calendar", SHOWN["R13"]),
    Row(
        "R14",
        "议题领域",
        "meeting announcement difficult_item",
        "difficult_item list",
        SHOWN["R14"],
    ),
    Row("R15", "一个节点在几个联合体里，内容不串", "", "ledger list", SHOWN["R15"]),
    Row("R16", "公共卫生隐患只记事", "hazard", "hazard new", SHOWN["R16"]),
    Row("R17", "乡镇概况数据，有日期和来源", "indicator", "indicator list", SHOWN["R17"]),
    Row(
        "R18",
        "年度现场会，下一年的日期和主办自动提出",
        "meeting",
        "plan",
        "test_the_next_yearly_meeting_is_proposed_a_year_later_with_the_chair_as_its_host",
    ),
    Row("R19", "季度轮流主办，对调要双方同意", "", "chair", SHOWN["R19"]),
    Row(
        "R20",
        "难题清单：各方承诺，提出方确认才算解决",
        "difficult_item",
        "difficult_item confirm",
        SHOWN["R20"],
    ),
    Row(
        "R21",
        "预警转案件，两个编号都在",
        "warning case",
        "warning move",
        "test_a_warning_that_becomes_a_case_keeps_both",
    ),
    Row("R22", "地界、山界、林权、用水等类型", "case", "count", SHOWN["R22"]),
    Row("R23", "预警共享，到时未签收的列出", "warning contact", "today", SHOWN["R23"]),
    Row(
        "R24",
        "二十四小时专线，排班空档提前提醒",
        "hotline duty_shift call_log",
        "today",
        "test_who_is_on_duty_now_is_known_without_a_line_and_a_gap_is_told_before",
    ),
    Row(
        "R25",
        "村际友好协议，到期前六十天提醒",
        "accord",
        "today",
        "test_an_accord_that_runs_out_is_told_sixty_days_before",
    ),
    Row(
        "R26",
        "村级联系人，按结对的村打开",
        "contact joint_body",
        "whom",
        "test_the_directory_opens_for_both_villages_of_a_pair",
    ),
    Row(
        "R27",
        "处置小组和大排查",
        "team campaign patrol hazard",
        "campaign show",
        "test_a_campaign_tells_where_its_rounds_went_and_what_became_of_findings",
    ),
    Row("R28", "重大纠纷分级，理由写在案件上", "case", "case set", SHOWN["R28"]),
    Row(
        "R29",
        "乡镇之间会商，不进当事人卷宗",
        "meeting session",
        "meeting new",
        SHOWN["R29"],
    ),
    Row("R30", "三个乡镇的联合调解组织", "joint_body", "joint_body new", SHOWN["R30"]),
    Row(
        "R31",
        "志愿服务队八到十二人，超出有提醒和理由",
        "team",
        "team show",
        "test_a_team_of_seven_or_thirteen_is_taken_with_a_remark_and_a_reason",
    ),
    Row("R32", "谁近谁先动", "incident team travel_time", "nearest", SHOWN["R32"]),
    Row("R33", "禁毒巡山，只记公安编号", "patrol", "patrol new", SHOWN["R33"]),
    Row(
        "R34",
        "药材行情，价格走势",
        "market_info",
        "series",
        "test_prices_of_a_product_at_a_place_are_a_series_of_both_townships",
    ),
    Row(
        "R35",
        "劳务信息只记数",
        "market_info indicator",
        "market_info new",
        "test_there_is_no_place_for_it",
    ),
    Row("R36", "互访观摩", "activity", "count", SHOWN["R36"]),
    Row(
        "R37",
        "两边的上级部门",
        "office",
        "office list",
        "test_the_right_superior_stands_on_each_side_at_its_own_rank",
    ),
    Row("R38", "联合党工委的来历", "joint_body", "joint_body history", SHOWN["R38"]),
    Row(
        "R39",
        "轮值交接：清单没办完又没写理由的不能签",
        "handover fund_line",
        "handover move",
        SHOWN["R39"],
    ),
    Row(
        "R40",
        "每季度会议议定事项，各乡镇自己表态，迟到的标出",
        "motion",
        "motion set",
        "test_a_position_that_came_late_is_shown_and_changes_no_result",
    ),
    Row(
        "R41",
        "结对村联合组织",
        "joint_body",
        "joint_body list",
        "test_six_pairings_are_listed_with_their_villages",
    ),
    Row(
        "R42",
        "联合党校，年度数字算出来",
        "activity",
        "quarter",
        "test_the_trainings_of_a_year_and_their_people_are_counted",
    ),
    Row("R43", "结对共建计划", "activity", "activity new", SHOWN["R43"]),
    Row("R44", "跨界项目的问题连着案件", "project case", "project show", SHOWN["R44"]),
    Row(
        "R45",
        "报数：同一指标报两次能看出来",
        "indicator",
        "duplicates",
        "test_the_same_figure_given_twice_is_told",
    ),
    Row(
        "R46",
        "供求对接",
        "market_info",
        "matches",
        "test_offers_and_demands_of_a_product_are_listed_together_while_they_are_valid",
    ),
    Row("R47", "一窗受理", "service_point intake", "intake move", SHOWN["R47"]),
    Row("R48", "案件专班，解散后看不到材料", "team", "grant add", SHOWN["R48"]),
    Row("R49", "与公安、法院对接，司法确认期限", "transfer judicial", "judicial new", SHOWN["R49"]),
    Row(
        "R50",
        "协作领域由成员自定，分别统计",
        "coop_field",
        "count --by coop_field",
        "test_seven_fields_are_named_by_the_members_and_reported_on_one_by_one",
    ),
    Row(
        "R51",
        "网格和该找的岗位",
        "place grid contact",
        "whom",
        "test_from_a_place_its_grid_is_found_and_the_posts_to_call",
    ),
    Row(
        "R52",
        "巡防、信息、便民三方协作",
        "patrol announcement mutual_service",
        "mutual_service list",
        "test_a_service_lists_what_each_township_does_for_residents_of_the_others",
    ),
    Row("R53", "山歌赛、三月三", "activity", "calendar", SHOWN["R53"]),
    Row(
        "R54",
        "周研判：一条命令生成，签定后只能补充",
        "weekly_review",
        "review",
        "test_it_is_generated_anew_until_it_is_final_and_then_only_added_to",
    ),
    Row(
        "R55",
        "镇、村、网格三级，各级相加等于合计",
        "case hazard",
        "quarter",
        "test_the_sheet_of_a_quarter_is_what_a_reader_of_the_lists_adds_up",
    ),
    Row(
        "R56",
        "在哪级发现，在哪级化解",
        "hazard case",
        "quarter",
        "test_the_sheet_of_a_quarter_is_what_a_reader_of_the_lists_adds_up",
    ),
    Row(
        "R57", "民生实事：提、审、议、定、办、验", "service_item", "service_item move", SHOWN["R57"]
    ),
    Row("R58", "诉调联动", "transfer", "transfer move", SHOWN["R58"]),
    Row(
        "R59",
        "围绕一个项目的纠纷，按结果和金额汇总",
        "project case",
        "project show",
        "test_a_project_shows_its_cases_by_outcome_with_their_amounts",
    ),
    Row("R60", "网格各岗位", "contact", "contact new", SHOWN["R60"]),
    Row("R61", "村规民约，有版本", "accord", "accord history", SHOWN["R61"]),
    Row("R62", "志愿服务只记次数", "activity", "count", SHOWN["R62"]),
    Row("R63", "派驻指导员、联合支部", "joint_body", "joint_body new", SHOWN["R63"]),
    Row("R64", "成效数据", "indicator", "indicator list", SHOWN["R64"]),
    Row("R65", "给人打分、贴标签", "", "sheet import", SHOWN["R65"]),
    Row(
        "R66",
        "专项行动：汇总排查、隐患、案件，最后一天提醒看汇总",
        "campaign patrol hazard case",
        "campaign show",
        "test_a_campaign_is_summed_up_on_its_last_day_and_not_before",
    ),
    Row("R67", "领导小组按职务", "team", "team new", SHOWN["R67"]),
    Row("R68", "部署会，按部门和人数", "meeting", "meeting new", SHOWN["R68"]),
    Row("R69", "群防群治各岗位", "contact", "contact new", SHOWN["R69"]),
    Row(
        "R70",
        "拉网式排查，按网格看覆盖，不建户表",
        "patrol campaign",
        "campaign show",
        "test_a_campaign_tells_where_its_rounds_went_and_what_became_of_findings",
    ),
    Row("R71", "纠纷类别", "case", "kinds case", SHOWN["R71"]),
    Row("R72", "工作台账导出、改、导入", "case", "sheet import", "test_only_edited_cells_change"),
    Row("R73", "四种处理方式", "case", "count", SHOWN["R73"]),
    Row(
        "R74",
        "小事不出村：逾期的提出上报，从不阻拦",
        "case hazard transfer office",
        "today",
        "test_a_matter_overdue_is_offered_with_the_command_and_the_superiors_phone",
    ),
    Row("R75", "外部渠道登记，不带当事人", "intake", "sheet import", SHOWN["R75"]),
    Row("R76", "周期工作，逾期列出", "schedule", "today", SHOWN["R76"]),
    Row("R77", "结案告知其他途径", "case", "print closing", SHOWN["R77"]),
    Row("R78", "不看舆情", "", "kinds", SHOWN["R78"]),
)


def page() -> str:
    """The text of crdt/KINDS.md."""
    return "\n".join((*_head(), *_areas(), *_rows(), *conflict_rules())) + "\n"


def _head() -> Iterator[str]:
    yield "# Kinds 记录的种类"
    yield ""
    yield "Generated: `make pages`. Declared in `crdt/kinds/`, one file for each area; `mulin kinds KIND` "
    yield "shows every field."
    yield ""


def _areas() -> Iterator[str]:
    for area, label in AREA_LABELS.items():
        yield f"## {label[0]} {label[1]}"
        yield ""
        yield "| kind | 名称 | 项目 | 状态 |"
        yield "|---|---|---|---|"
        for kind in kinds_of(area):
            yield f"| `{kind.name}` | {kind.label[0]} | {len(kind.fields)} | {_states(kind)} |"
        yield ""


def _states(kind: Kind) -> str:
    machine = next((f.states for f in kind.fields if f.states is not None), None)
    if machine is None:
        return ""
    moves = [f"{a} → {b}{'*' * ((a, b) in machine.starred)}" for a, b in sorted(machine.moves)]
    return "; ".join(moves)


def _rows() -> Iterator[str]:
    yield "## 机制 mechanisms"
    yield ""
    yield "What townships do together, the kinds that hold it, the command, and the test that shows it."
    yield "Where something is not there yet the last column says what."
    yield ""
    yield "| | 机制 | kinds | 命令 | test | 还没有 |"
    yield "|---|---|---|---|---|---|"
    for row in ROWS:
        kinds = " ".join(f"`{name}`" for name in row.kinds.split())
        test = f"`{row.test}`" if row.test else ""
        yield f"| {row.number} | {row.what} | {kinds} | `mulin {row.command}` | {test} | {row.gap} |"


assert {k for row in ROWS for k in row.kinds.split()} <= KINDS.keys(), "rows name declared kinds"

if __name__ == "__main__":
    sys.stdout.write(page())
