"""The rules for differing statements, row by row: what people see meanwhile, and the test that shows it.

They are the second table of crdt/KINDS.md (`tests.support.mechanisms`). A row says too what is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crdt.kinds.language import SEVERITY_LABELS, Severity


class Rule(NamedTuple):
    """`severity`: of a difference, None where it is none. `about`: the fields (kind.field) that are declared
    with that severity. `settles`: who is to settle it; everybody who may write can."""

    number: str
    what: str
    meanwhile: str
    severity: Severity | None
    settles: str
    test: str
    about: str = ""
    gap: str = ""


_B, _I, _M = Severity.BLOCKING, Severity.IMPORTANT, Severity.MINOR
_CHAIR = "轮值表里标出，退出码 4；不在 mulin conflicts list 里"

RULES = (
    Rule(
        "K01",
        "案件从同一状态走到两个状态",
        "两个都列出，不显示其中一个；正式文书不能打印",
        _B,
        "牵头乡镇",
        "test_two_moves_from_one_state_are_both_shown_and_no_final_paper_is_printed",
        "case.state",
    ),
    Rule(
        "K02",
        "这边达成协议，那边调解不成",
        "两个都列出；核对以后各乡镇再确认",
        _B,
        "双方调解员",
        "test_agreed_here_and_failed_there_stands_open_until_both_confirm_what_was_settled",
        "case.state case.outcome",
    ),
    Rule(
        "K03",
        "有乡镇确认以后文本又变了",
        "定稿不能直接改；确认只对确认过的文本有效，别的文本标为未确认",
        _B,
        "各乡镇重新确认",
        "test_a_text_that_changed_is_shown_as_a_question_that_only_confirming_answers",
        "agreement.terms agreement.confirmed accord.signed meeting.confirmed",
    ),
    Rule(
        "K04",
        "协议金额、期限、履行方式不同",
        "两个都列出，不显示其中一个",
        _B,
        "双方",
        "test_amount_and_day_that_differ_show_neither_until_both_sides_settled_them",
        "case.amount_agreed case.due_on agreement.manner agreement.place agreement.perform_by",
    ),
    Rule(
        "K05",
        "履行事项这边已履行，那边逾期或有争议",
        "按不利的算",
        _I,
        "回访的乡镇",
        "test_an_obligation_done_here_and_overdue_there_counts_as_overdue",
        "obligation.state",
    ),
    Rule(
        "K06",
        "两个乡镇都牵头",
        "两个都列出，附上惯例：纠纷发生地牵头",
        _I,
        "联合调委会",
        "test_two_leads_are_both_shown_with_what_is_usual",
        "case.lead",
    ),
    Rule(
        "K07",
        "同一纠纷在两个乡镇各登记一次",
        "两条都在，按类别、村、日期提示可能重复，从不比较姓名；并起来以后两个编号都在",
        None,
        "牵头调解员",
        "test_one_quarrel_entered_on_both_sides_of_a_cut_is_told_and_can_be_joined_and_parted",
        gap="金额还不比较",
    ),
    Rule(
        "K08",
        "紧急程度、难易程度不同",
        "按高的算",
        _M,
        "牵头乡镇",
        "test_the_higher_grade_counts_meanwhile",
        "case.urgency case.difficulty",
    ),
    Rule(
        "K09",
        "隐患这边销号，那边上报",
        "按已上报算",
        _I,
        "责任乡镇",
        "test_a_hazard_closed_here_and_escalated_there_counts_as_escalated",
        "hazard.state",
    ),
    Rule(
        "K10",
        "预警这边误报，那边处置中",
        "按处置中算",
        _I,
        "先签收的乡镇",
        "test_a_warning_that_one_calls_false_and_another_handles_counts_as_handled",
        "warning.state",
    ),
    Rule(
        "K11",
        "移送：两家都接收",
        "已接收，由谁接收两个都列出",
        _B,
        "移送的乡镇",
        "test_a_transfer_that_two_accept_at_once_is_for_its_sender_to_settle",
        "transfer.accepted_by",
    ),
    Rule(
        "K11",
        "移送：一边接收一边撤回",
        "按已接收算",
        _B,
        "移送的乡镇",
        "test_a_transfer_recalled_while_it_is_accepted_is_shown_as_both_and_accepted_counts",
        "transfer.state",
    ),
    Rule(
        "K12",
        "两个乡镇都接任同一季度",
        "按轮值次序，两个都列出",
        _I,
        "各成员",
        "test_two_who_both_take_the_chair_are_shown_and_the_order_stands",
        gap=_CHAIR,
    ),
    Rule(
        "K13",
        "同一会议室或同一调解员同一时间订了两次",
        "两个都有效，在今日页和两条记录上提醒",
        _M,
        "后订的乡镇",
        "test_a_room_and_a_mediator_taken_twice_are_told_to_both_and_both_stand",
        gap="密封的调解记录不比较",
    ),
    Rule(
        "K14",
        "联合巡防人次或日期不同",
        "人次各填各的；日期两个都列出",
        _M,
        "各自",
        "test_each_states_its_own_people_and_a_day_that_differs_is_a_small_matter",
        "patrol.on",
    ),
    Rule(
        "K15",
        "一次巡防两边各登记一次",
        "提示可能重复；一方写明是同一次以后只算一次",
        None,
        "任一方",
        "test_one_round_entered_twice_counts_once_when_one_says_that_it_is_one",
        gap="写明以前各算一次；不要求另一方确认",
    ),
    Rule(
        "K16",
        "这边作废，那边还在填写",
        "暂不作废，按原状态；登记乡镇看过以后再定",
        _I,
        "登记乡镇",
        "test_void_here_and_written_on_there_lives_until_its_home_says_again_that_it_is_void",
        "case.state_confirmed",
        gap="只有案件能作废",
    ),
    Rule(
        "K17",
        "这边按删除令删除，那边还在改同一份个人信息",
        "已删除；改动一并删除，不会回来",
        None,
        "个人信息保护负责人",
        "test_erasure_beats_an_edit_made_at_the_same_time",
        gap="改的人打开那条记录时才知道",
    ),
    Rule(
        "K18",
        "密钥停用以后才到的填写",
        "隔离，不进列表；成员采纳以后才算",
        None,
        "各成员",
        "test_a_revoked_laptop_writes_into_quarantine_and_gets_no_new_key",
    ),
    Rule(
        "K19",
        "这边收回授权，那边还在填写",
        "收回以前知道的算，其余隔离",
        None,
        "登记乡镇",
        "test_what_was_written_in_ignorance_of_the_withdrawal_waits_beyond_the_fence",
    ),
    Rule(
        "K20",
        "公布结果以后才收到的意见",
        "公布的结果不变，迟到的意见标出、不计入",
        None,
        "轮值乡镇",
        "test_a_position_that_came_late_is_shown_and_changes_no_result",
    ),
    Rule(
        "K20",
        "迟到的意见和结果对不上",
        "公布的结果不变，列为待核对；重新表决以后才变",
        _I,
        "轮值乡镇",
        "test_late_positions_that_do_not_bear_the_result_out_are_for_the_chair_to_decide",
        "motion.positions",
        gap="谁来重新表决不限于轮值乡镇",
    ),
    Rule(
        "K21",
        "这边同意对调，那边已照原次序接任",
        "按原次序，标出",
        _I,
        "两个乡镇",
        "test_a_swap_agreed_to_here_and_the_quarter_taken_up_there_leave_the_order_as_it_was",
        gap=_CHAIR,
    ),
    Rule(
        "K22",
        "各方签的协议文本不同",
        "不生效；文本和签字都列为待核对",
        _B,
        "各签约方",
        "test_two_wordings_of_an_accord_are_not_in_force_though_each_signed_its_own",
        "accord.text accord.signed",
    ),
    Rule(
        "K23",
        "两个人对同一处各核对成不同结果",
        "重新列为待核对，两个结果和理由都列出",
        None,
        "下一个核对的人",
        "test_two_settlements_of_one_difference_open_it_again_and_both_are_listed",
        gap="等级和原来那处一样",
    ),
    Rule(
        "K24",
        "当事人联系方式两边都改了",
        "两个都列出，可以都保留",
        _M,
        "经办调解员",
        "test_two_numbers_of_a_party_are_both_kept",
        "party.phone party.address",
    ),
    Rule(
        "K25",
        "时钟不准：写的时间早于它所接的内容",
        "先后以所接的内容为准，修改经过里注明",
        None,
        "不用核对",
        "test_a_clock_that_is_nine_hours_ahead_changes_no_order_and_is_remarked",
    ),
)


def lines() -> Iterator[str]:
    """The table."""
    yield ""
    yield "## 两边不一致 differing statements"
    yield ""
    yield "What people see until it is settled, how serious it is, who is to settle it, and the test that"
    yield "shows it. Everybody who may write can settle; who had better do it, people agree on. K16 alone is"
    yield "for the home township. The last column says what is not there yet, or is otherwise than expected."
    yield ""
    yield "| | 情况 | 核对以前 | 等级 | 谁来核对 | test | 说明 |"
    yield "|---|---|---|---|---|---|---|"
    for r in RULES:
        grade = "" if r.severity is None else SEVERITY_LABELS[r.severity][0]
        yield f"| {r.number} | {r.what} | {r.meanwhile} | {grade} | {r.settles} | `{r.test}` | {r.gap} |"
