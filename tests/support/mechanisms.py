"""What neighbouring townships do together, row by row: kinds that hold it, a command, a test that shows it.

`python -m tests.support.mechanisms` prints crdt/KINDS.md. A row without a test says why it has none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from crdt.kinds import KINDS, kinds_of
from crdt.kinds.language import AREA_LABELS, Kind


class Row(NamedTuple):
    """`test`: the name of a test function, "" where `gap` says what is not there yet."""

    number: str
    what: str
    kinds: str
    command: str
    test: str
    gap: str = ""


_MERGE = "test_minutes_that_two_wrote_offline_merge_and_both_confirm_the_same_words"
_FORCE = "test_a_text_is_in_force_only_when_all_signed_the_same_words"
_ROUND = "test_a_round_that_both_confirm_counts_once_and_each_states_its_own_people"
_ANY = "test_is_entered_found_and_read_by_a_neighbour"
_REFUSED = "test_there_is_no_place_for_it"
_TWICE = "test_cases_are_counted_new_and_legacy_and_one_that_was_entered_twice_counts_once"
_SHEET = "test_only_edited_cells_change"
_DUTY = "test_who_is_on_duty_now_is_known_without_a_line_and_a_gap_is_told_before"
_UNANSWERED = "test_a_warning_waits_for_each_who_was_asked_until_each_has_answered"

ROWS = (
    Row(
        "R01",
        "联合体由一份邀请建立",
        "",
        "ledger new",
        "test_an_invitation_gathers_signatures_until_it_is_complete",
        "",
    ),
    Row(
        "R02",
        "座谈会纪要两边同时写，合成一份再确认",
        "meeting motion action_item",
        "meeting confirm",
        _MERGE,
    ),
    Row("R03", "联合党总支等联合组织", "joint_body", "joint_body list", _ANY),
    Row("R04", "联合人民调解委员会受理案件", "joint_body case mediator", "case set", _ANY),
    Row(
        "R05",
        "通讯录只由本乡镇维护，九十天未核对的列出",
        "contact office",
        "today",
        "test_an_own_contact_that_nobody_checked_for_ninety_days_is_told_to_its_own_township",
    ),
    Row("R06", "第一时间沟通：发现到签收", "warning", "today", _UNANSWERED, "用时的统计表还没有"),
    Row("R07", "机制文件各方签同一文本才有效", "accord", "accord confirm", _FORCE),
    Row("R08", "跨界调解，新旧分别统计，重复的只算一次", "case", "count", _TWICE),
    Row(
        "R09",
        "联合摸排每次只算一次",
        "patrol",
        "duplicates",
        "test_one_round_reported_by_two_is_told",
    ),
    Row("R10", "巡防人次各报各的，合计算出", "patrol", "count", _ROUND),
    Row("R11", "宣传教育活动", "activity", "count", _ANY),
    Row(
        "R12",
        "产业经验交流，过期自动收起",
        "market_info",
        "market_info list",
        "test_a_note_that_is_over_leaves_the_list_by_itself_and_is_found_by_product",
    ),
    Row(
        "R13", "民族节庆，农历日期", "activity", "calendar", "test_lunar_days_are_typed_into_fields"
    ),
    Row("R14", "议题领域", "meeting announcement difficult_item", "difficult_item list", _ANY),
    Row(
        "R15",
        "一个节点在几个联合体里，内容不串",
        "",
        "ledger list",
        "test_a_run_from_another_ledger_is_refused_here",
    ),
    Row("R16", "公共卫生隐患只记事", "hazard", "hazard new", _REFUSED),
    Row("R17", "乡镇概况数据，有日期和来源", "indicator", "indicator list", _ANY),
    Row(
        "R18",
        "年度现场会，下一年的日期和主办自动提出",
        "meeting",
        "plan",
        "test_the_next_yearly_meeting_is_proposed_a_year_later_with_the_chair_as_its_host",
    ),
    Row(
        "R19",
        "季度轮流主办，对调要双方同意",
        "",
        "chair",
        "test_a_swap_needs_both_sides_and_moves_both_quarters",
    ),
    Row(
        "R20",
        "难题清单：各方承诺，提出方确认才算解决",
        "difficult_item",
        "difficult_item confirm",
        "test_a_difficult_item_carries_what_each_promised_and_its_solution_is_confirmed",
    ),
    Row(
        "R21",
        "预警转案件，两个编号都在",
        "warning case",
        "warning move",
        "test_a_warning_that_becomes_a_case_keeps_both",
    ),
    Row("R22", "地界、山界、林权、用水等类型", "case", "count", _TWICE),
    Row("R23", "预警共享，到时未签收的列出", "warning contact", "today", _UNANSWERED),
    Row("R24", "二十四小时专线，排班空档提前提醒", "hotline duty_shift call_log", "today", _DUTY),
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
        _ANY,
        "覆盖情况的图还没有",
    ),
    Row("R28", "重大纠纷分级，理由写在案件上", "case", "case set", _REFUSED),
    Row("R29", "乡镇之间会商，不进当事人卷宗", "meeting session", "meeting new", _ANY),
    Row("R30", "三个乡镇的联合调解组织", "joint_body", "joint_body new", _ANY),
    Row(
        "R31",
        "志愿服务队八到十二人，超出有提醒和理由",
        "team",
        "team show",
        "test_a_team_of_seven_or_thirteen_is_taken_with_a_remark_and_a_reason",
    ),
    Row(
        "R32",
        "谁近谁先动",
        "incident team travel_time",
        "nearest",
        "test_the_nearest_team_goes_first_whichever_township_it_belongs_to",
    ),
    Row("R33", "禁毒巡山，只记公安编号", "patrol", "patrol new", _REFUSED),
    Row(
        "R34",
        "药材行情，价格走势",
        "market_info",
        "series",
        "test_prices_of_a_product_at_a_place_are_a_series_of_both_townships",
    ),
    Row("R35", "劳务信息只记数", "market_info indicator", "market_info new", _REFUSED),
    Row("R36", "互访观摩", "activity", "count", _ANY),
    Row(
        "R37",
        "两边的上级部门",
        "office",
        "office list",
        "test_the_right_superior_stands_on_each_side_at_its_own_rank",
    ),
    Row("R38", "联合党工委的来历", "joint_body", "joint_body history", _ANY),
    Row(
        "R39",
        "轮值交接：清单没办完又没写理由的不能签",
        "handover fund_line",
        "handover move",
        "test_a_hand_over_is_not_signed_while_items_are_open_without_a_reason",
    ),
    Row(
        "R40",
        "每季度会议议定事项，各乡镇自己表态",
        "motion",
        "motion set",
        "test_each_township_takes_its_own_position_and_none_speaks_for_another",
        "迟到的表态还没有标出",
    ),
    Row(
        "R41",
        "结对村联合组织",
        "joint_body",
        "joint_body list",
        "test_six_pairings_are_listed_with_their_villages",
    ),
    Row("R42", "联合党校，年度数字算出来", "activity", "count", _ROUND),
    Row("R43", "结对共建计划", "activity", "activity new", _ANY),
    Row("R44", "跨界项目的问题连着案件", "project case", "project show", _ANY),
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
    Row("R47", "一窗受理", "service_point intake", "intake move", _ANY),
    Row(
        "R48",
        "案件专班，解散后看不到材料",
        "team",
        "grant add",
        "test_a_grant_ends_with_its_task_force",
    ),
    Row(
        "R49",
        "与公安、法院对接，司法确认期限",
        "transfer judicial",
        "judicial new",
        "test_the_days_for_a_court_to_confirm_are_counted",
    ),
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
    Row("R53", "山歌赛、三月三", "activity", "calendar", "test_lunar_days_are_typed_into_fields"),
    Row("R54", "周研判", "weekly_review", "weekly_review new", _ANY, "数据还不能一条命令生成"),
    Row("R55", "镇、村、网格三级", "case hazard", "count", _TWICE),
    Row("R56", "在哪级发现", "hazard", "count", _ANY, "在哪级化解还没有单独一项"),
    Row("R57", "民生实事：提、审、议、定、办、验", "service_item", "service_item move", _ANY),
    Row(
        "R58",
        "诉调联动",
        "transfer",
        "transfer move",
        "test_a_transfer_recalled_while_it_is_accepted_is_shown_as_both_and_accepted_counts",
    ),
    Row("R59", "围绕一个项目的纠纷", "project case", "project show", _ANY, "项目页还没有汇总"),
    Row("R60", "网格各岗位", "contact", "contact new", _ANY),
    Row("R61", "村规民约，有版本", "accord", "accord history", _FORCE),
    Row("R62", "志愿服务只记次数", "activity", "count", _REFUSED),
    Row("R63", "派驻指导员、联合支部", "joint_body", "joint_body new", _ANY),
    Row("R64", "成效数据", "indicator", "indicator list", _ANY),
    Row("R65", "给人打分、贴标签", "", "kinds", _REFUSED),
    Row("R66", "专项行动", "campaign patrol hazard", "campaign show", _ANY, "汇总表还没有"),
    Row("R67", "领导小组按职务", "team", "team new", _ANY),
    Row("R68", "部署会，按部门和人数", "meeting", "meeting new", _ANY),
    Row("R69", "群防群治各岗位", "contact", "contact new", _ANY),
    Row("R70", "拉网式排查，不建户表", "patrol", "patrol new", _REFUSED),
    Row(
        "R71",
        "纠纷类别",
        "case",
        "kinds case",
        "test_hold_the_identifiers_of_the_domain_in_its_order",
        "",
    ),
    Row("R72", "工作台账导出、改、导入", "case", "sheet import", _SHEET),
    Row("R73", "四种处理方式", "case", "count", _TWICE),
    Row(
        "R74",
        "小事不出村：逾期的提出上报，从不阻拦",
        "case hazard transfer office",
        "today",
        "test_a_matter_overdue_is_offered_with_the_command_and_the_superiors_phone",
    ),
    Row("R75", "外部渠道登记，不带当事人", "intake", "intake new", _REFUSED),
    Row(
        "R76",
        "周期工作，逾期列出",
        "schedule",
        "today",
        "test_what_is_due_stands_first_and_what_is_done_no_more",
    ),
    Row(
        "R77",
        "结案告知其他途径",
        "case",
        "print closing",
        "test_the_closing_report_names_every_other_way",
    ),
    Row("R78", "不看舆情", "", "kinds", _REFUSED),
)


def page() -> str:
    """The text of crdt/KINDS.md."""
    return "\n".join((*_head(), *_areas(), *_rows())) + "\n"


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
