"""Services, markets, activities and the figures behind them. Declares only.

Counts and places, never people: no list of workers, guests or helped households has a field here.
"""

from __future__ import annotations

from crdt.kinds.cooperation import FIELD
from crdt.kinds.enumerations import CATEGORY, LEVEL, TOPIC, choice, machine
from crdt.kinds.follows import Generated, Matches, Series, Twins
from crdt.kinds.language import Agreed, Area, Kind, Severity, stated
from crdt.kinds.references import Hash, RecordRef
from crdt.kinds.times import Moment, Week
from crdt.kinds.types import Choices, Day, Items, Line, Money, Number, Slot, Townships
from keys.errors import Text

_TIER = choice(("township", "乡镇", "township"), ("village", "村", "village"))
_SERVICE_STATE = choice(
    ("proposed", "群众提", "proposed"),
    ("reviewed", "支部审", "reviewed"),
    ("discussed", "群众议", "discussed"),
    ("decided", "已决定", "decided"),
    ("delivering", "实施中", "being delivered"),
    ("delivered", "已完成", "delivered"),
    ("accepted", "群众验收", "accepted by the villagers"),
    ("returned", "退回整改", "returned"),
    ("rejected", "未采纳", "rejected"),
)
_TALLY = (
    ("village", Text("村", "village"), Line(40)),
    ("for_it", Text("赞成数", "for"), Number()),
    ("against", Text("反对数", "against"), Number()),
)
_WINDOW = (
    ("office", Text("部门", "office"), Line(60)),
    ("hours", Text("时间", "hours"), Line(60)),
    ("offers", Text("可办事项", "what is done there"), Line(200)),
)
_MARKET = choice(
    ("price", "价格", "price"),
    ("supply", "供应", "supply"),
    ("demand", "求购", "demand"),
    ("labour", "用工", "labour"),
    ("experience", "经验交流", "experience"),
)
_ACTIVITY = choice(
    ("publicity", "宣传教育", "publicity"),
    ("culture", "文化活动", "culture"),
    ("training", "培训", "training"),
    ("exchange_visit", "交流观摩", "exchange visit"),
    ("programme", "结对共建", "programme"),
    ("volunteer", "志愿服务", "volunteer service"),
)
_ORGANISATION = (("called", Text("单位（不写姓名）", "organisation, no names"), Line(60)),)
_SCOPE = choice(
    ("village", "村", "village"),
    ("township", "乡镇", "township"),
    ("federation", "联合体", "alliance"),
)
_REVIEW_STATE = choice(
    ("generated", "已生成", "generated"),
    ("discussed", "已研判", "discussed"),
    ("signed", "已签定", "signed"),
)
_MEASURE = choice(
    ("new", "新增", "new"),
    ("open", "在办", "being handled"),
    ("overdue", "逾期", "overdue"),
    ("regraded", "等级变动", "changed grade"),
    ("unanswered", "预警未签收", "warnings unacknowledged"),
)
_FIGURE = (
    ("measure", Text("指标", "figure"), _MEASURE),
    ("category", Text("纠纷类别", "category"), CATEGORY),
    ("level", Text("层级", "level"), LEVEL),
    ("value", Text("数值", "value"), Number()),
)
_MATTER = (
    ("case", Text("案件", "case"), RecordRef("case")),
    ("text", Text("研判意见（不写姓名）", "what was found, no names"), Line(400)),
)
_ADDENDUM = (("text", Text("补充（不写姓名）", "addendum, no names"), Line(1000, lines=True)),)

KINDS = (
    Kind(
        name="service_item",
        table="service_items",
        first_schema=2,
        area=Area.SERVICES,
        label=Text("民生实事", "service item"),
        title=("called",),
        fields=(
            stated("called", "事项", "what", Line(120), required=True),
            stated("tier", "层级", "tier", _TIER, required=True),
            stated("year", "年度", "year", Number()),
            stated("village", "提出村", "proposed by village", Line(40)),
            stated("proposers", "提出人数", "number of proposers", Number(), column=False),
            stated("tallies", "商议结果", "tallies", Items(_TALLY), column=False),
            stated("budget", "预算", "budget", Money(), column=False),
            stated("progress", "进展", "progress", Line(1000, lines=True), column=False),
            stated("rejected_because", "未采纳理由", "why rejected", Line(), column=False),
            stated("open_to", "服务乡镇", "open to residents of", Townships(), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "proposed",
                    {
                        "proposed": "reviewed",
                        "reviewed": "discussed rejected",
                        "discussed": "decided rejected",
                        "decided": "delivering",
                        "delivering": "delivered",
                        "delivered": "accepted returned",
                        "returned": "delivering",
                    },
                    _SERVICE_STATE,
                    over="delivered",
                ),
            ),
        ),
    ),
    Kind(
        name="mutual_service",
        table="mutual_services",
        first_schema=2,
        area=Area.SERVICES,
        label=Text("便民互办", "mutual service"),
        title=("called",),
        until="valid_to",
        listed=("offers",),
        fields=(
            stated("called", "事项", "service", Line(80), required=True),
            stated(
                "offers",
                "各乡镇能为邻乡居民办什么",
                "what each township does for residents of the others",
                Slot(Line(400)),
            ),
            stated("papers", "需带材料", "papers to bring", Line(400), column=False),
            stated("done_at", "在哪里办", "where it is done", Slot(Line(80)), column=False),
            stated("note", "说明", "note", Line(400), column=False),
            stated("valid_to", "有效至", "valid until", Day()),
        ),
    ),
    Kind(
        name="service_point",
        table="service_points",
        first_schema=2,
        area=Area.SERVICES,
        label=Text("服务点", "service point"),
        title=("called",),
        fields=(
            stated("called", "名称", "name", Line(80), required=True),
            stated("place", "地点", "place", Line(80)),
            stated("windows", "窗口", "windows", Items(_WINDOW), column=False),
            stated("note", "说明", "note", Line(400), column=False),
        ),
    ),
    Kind(
        name="market_info",
        table="market_notes",
        first_schema=2,
        area=Area.SERVICES,
        label=Text("市场信息", "market note"),
        title=("kind_of", "product"),
        home_only=True,
        until="valid_to",
        series=Series(
            of=("price_from", "price_to"),
            on="on",
            by=("kind_of", "product", "grade", "place"),
            unit="unit",
        ),
        matches=Matches(
            sort="kind_of",
            offer="supply",
            wanted="demand",
            by="product",
            shows=("quantity", "price_from", "office"),
        ),
        fields=(
            stated("kind_of", "类型", "kind of note", _MARKET, required=True),
            stated("product", "产品或工种", "product or trade", Line(60), required=True),
            stated("grade", "等级", "grade", Line(40), column=False),
            stated("quantity", "数量", "quantity", Line(40)),
            stated("unit", "单位", "unit", Line(20), column=False),
            stated("price_from", "最低价", "price from", Money()),
            stated("price_to", "最高价", "price to", Money()),
            stated("place", "地点", "place", Line(60)),
            stated("on", "日期", "day", Day(), today=True),
            stated("office", "联系部门", "contact office", Line(60), column=False),
            stated("note", "说明", "note", Line(400), column=False),
            stated("valid_to", "有效至", "valid until", Day()),
        ),
    ),
    Kind(
        name="activity",
        table="activities",
        first_schema=2,
        area=Area.SERVICES,
        label=Text("活动", "activity"),
        title=("kind_of", "called"),
        told_by=("kind_of",),
        lasts=("on", "until_on"),
        twins=Twins(fields=("kind_of", "place"), day="on", days=0),
        fields=(
            stated("kind_of", "类型", "kind of activity", _ACTIVITY, required=True),
            stated("called", "名称", "name", Line(80), required=True),
            stated("on", "日期", "day", Day(), required=True, severity=Severity.MINOR),
            stated("until_on", "至", "until", Day(), column=False),
            stated("place", "地点", "place", Line(60)),
            stated("hosts", "主办乡镇", "hosts", Townships(), column=False),
            FIELD,
            stated(
                "organisations", "参加单位", "organisations", Items(_ORGANISATION), column=False
            ),
            stated("topics", "领域", "topics", Choices(TOPIC), column=False),
            stated(
                "person_times",
                "各乡镇人次",
                "person-times of each township",
                Slot(Number()),
                column=False,
            ),
        ),
    ),
    Kind(
        name="indicator",
        table="indicators",
        first_schema=2,
        area=Area.SERVICES,
        label=Text("报数", "indicator"),
        title=("key", "period"),
        home_only=True,
        twins=Twins(fields=("key", "period", "scope")),
        series=Series(of=("value",), on="on", by=("key", "scope", "home"), unit="unit"),
        fields=(
            stated("key", "指标", "indicator", Line(60), required=True),
            stated("period", "期间", "period", Line(20), required=True),
            stated("value", "数值", "value", Number(), required=True, severity=Severity.BLOCKING),
            stated("unit", "单位", "unit", Line(20)),
            stated("scope", "范围", "scope", _SCOPE),
            stated("source", "来源", "source", Line(), by_post=True),
            stated("on", "数据日期", "as of", Day(), today=True),
        ),
    ),
    Kind(
        name="weekly_review",
        table="weekly_reviews",
        first_schema=2,
        area=Area.SERVICES,
        label=Text("周研判", "weekly review"),
        title=("week",),
        twins=Twins(fields=("week",), joined="same_as"),
        generated=Generated(
            period="week",
            of="case",
            figures="figures",
            measure="measure",
            value="value",
            by=("category", "level"),
            as_of="as_of",
        ),
        fields=(
            stated("week", "周次", "week", Week(), required=True),
            stated(
                "as_of",
                "数据截至",
                "figures as of",
                Moment(),
                severity=Severity.MINOR,
                column=False,
            ),
            stated("figures", "数据", "figures", Items(_FIGURE), column=False),
            stated("matters", "研判事项", "matters", Items(_MATTER), column=False),
            stated("decisions", "决定", "decisions", Line(4000, lines=True), column=False),
            stated("addenda", "补充", "addenda", Items(_ADDENDUM), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "generated",
                    {"generated": "discussed signed", "discussed": "generated signed"},
                    _REVIEW_STATE,
                ),
            ),
            stated("signed", "各乡镇签定的文本", "text signed by each township", Slot(Hash())),
            stated("same_as", "重复于", "same as", RecordRef("weekly_review"), column=False),
        ),
        agreed=Agreed(
            fields=("week", "as_of", "figures", "matters", "decisions"),
            draft="discussed",
            confirmed="signed",
            before=("generated",),
        ),
    ),
)
