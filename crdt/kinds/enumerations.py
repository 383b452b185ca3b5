"""The shared enumerations: identifiers that stand in signed entries, and their labels.

An identifier once used is never renamed or reused, because old entries keep it for ever; a label
may be improved at any time. Grades are listed from lowest to highest. Knows no kind and no field.
"""

from __future__ import annotations

from collections.abc import Mapping

from crdt.kinds.types import Choice, State
from keys.errors import Text


def choice(*rows: tuple[str, str, str] | tuple[str, str, str, int]) -> Choice:
    """An enumeration of rows (identifier, 中文, English); and, for one that came later, its schema number."""
    values = tuple((row[0], Text(row[1], row[2])) for row in rows)
    return Choice(values, {row[0]: row[3] for row in rows if len(row) == 4})


def machine(
    initial: str,
    moves: Mapping[str, str],
    states: Choice,
    over: str = "",
    later: Mapping[int, Mapping[str, str]] | None = None,
) -> State:
    """A state machine: from each state those that may follow, parted by blanks; * wants another's word.

    `over`: the states in which nothing is to be done any more; and those from which nothing leads on.
    `later`: moves between states of before that a later schema number added, written in the same way.
    """
    steps = [(step, 1) for step in _steps(moves)]
    steps += [(step, schema) for schema, more in (later or {}).items() for step in _steps(more)]
    leading = {before for (before, _), _ in steps}
    return State(
        states.values,
        states.since,
        initial=initial,
        moves=frozenset((before, after.removesuffix("*")) for (before, after), _ in steps),
        starred=frozenset((before, after[:-1]) for (before, after), _ in steps if after[-1] == "*"),
        over=frozenset(states.codes()) - leading | frozenset(over.split()),
        moves_since={(b, a.removesuffix("*")): schema for (b, a), schema in steps if schema > 1},
    )


def _steps(moves: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(before, after) for before, row in moves.items() for after in row.split()]


# The categories of the national mediation statistics, in their order. Identifiers are words because
# every vendor numbers them differently.
CATEGORY = choice(
    ("marriage_family", "婚姻家庭纠纷", "marriage and family"),
    ("neighbour", "邻里纠纷", "neighbours"),
    ("housing_homestead", "房屋宅基地纠纷", "house or homestead plot"),
    ("contract", "合同纠纷", "contract"),
    ("production_business", "生产经营纠纷", "production and business"),
    ("damages", "损害赔偿纠纷", "compensation for damage"),
    ("forest_land", "山林土地纠纷", "forest and land"),
    ("expropriation", "征地拆迁纠纷", "land taking and demolition"),
    ("pollution", "环境污染纠纷", "environmental pollution"),
    ("migrant_wages", "拖欠农民工工资纠纷", "unpaid wages of migrant workers"),
    ("other_labour", "其他劳动争议纠纷", "other labour dispute"),
    ("tourism", "旅游纠纷", "travel and tourism"),
    ("ecommerce", "电子商务纠纷", "online trade"),
    ("other_consumer", "其他消费纠纷", "other consumer dispute"),
    ("medical", "医疗纠纷", "medical treatment"),
    ("traffic", "道路交通事故纠纷", "road accident"),
    ("property_mgmt", "物业纠纷", "property management"),
    ("other", "其他纠纷", "other dispute"),
)

# Border practice; may stand under any category.
SUB_CATEGORY = choice(
    ("boundary_land", "地界", "field boundary"),
    ("boundary_mountain", "山界", "mountain boundary"),
    ("forest_right", "林权", "forest right"),
    ("water_use", "用水", "use of water"),
    ("irrigation_ditch", "水渠", "irrigation ditch"),
    ("grazing", "放牧", "grazing"),
    ("crop_damage", "牲畜毁损庄稼", "crops damaged by livestock"),
    ("grave_site", "坟地", "grave site"),
    ("road_passage", "道路通行", "right of way"),
    ("enclave_land", "插花地/飞地", "enclave land"),
    ("land_contract", "土地承包", "land contracting"),
    ("dowry_bride_price", "彩礼", "betrothal gifts"),
    ("support_elderly", "赡养", "support of the elderly"),
    ("demolition_compensation", "拆迁补偿", "compensation for demolition"),
    ("relief_gap", "救助救治不到位", "gap in relief or treatment"),
)

VINTAGE = choice(
    ("new", "新发", "new"),
    ("legacy", "历史遗留", "legacy"),
)

ORIGIN = choice(
    ("on_application", "依申请调解", "on application"),
    ("proactive", "主动调解", "offered by the committee"),
    ("referred_court", "法院委托移送", "referred by a court"),
    ("referred_procuratorate", "检察院委托移送", "referred by a procuratorate"),
    ("referred_police", "公安机关委托移送", "referred by the police"),
    ("referred_petition_office", "信访部门委托移送", "referred by a petition office"),
    ("referred_other", "其他部门委托移送", "referred by another office"),
    ("referred_township", "邻乡镇移送", "referred by a neighbouring township"),
)

CHANNEL = choice(
    ("window", "窗口来访", "visit to the window"),
    ("phone", "电话", "telephone"),
    ("hotline", "24小时专线", "24-hour hotline"),
    ("grid", "网格上报", "reported by the grid"),
    ("app", "手机应用", "phone app"),
    ("wechat", "公众号", "public account"),
    ("mini_program", "小程序", "mini program"),
    ("letter", "来信", "letter"),
    ("referral", "移送", "referral"),
    ("patrol", "排查发现", "found on a screening round"),
)

LEVEL = choice(
    ("grid", "网格", "grid"),
    ("village", "村(社区)", "village or community"),
    ("township", "镇(乡)", "township"),
    ("joint", "联合", "joint"),
    ("county", "县级", "county"),
)

DIFFICULTY = choice(
    ("simple", "简单", "simple"),
    ("complex", "复杂", "complex"),
    ("difficult", "疑难", "difficult"),
)

URGENCY = choice(
    ("blue", "蓝", "blue"),
    ("yellow", "黄", "yellow"),
    ("orange", "橙", "orange"),
    ("red", "红", "red"),
)

OUTCOME = choice(
    ("agreed_written", "书面协议", "written agreement"),
    ("agreed_oral", "口头协议", "oral agreement"),
    ("settled_without_agreement", "自行和解", "settled between the parties"),
    ("failed_guided", "调解不成已告知救济途径", "no agreement, parties told of their remedies"),
    ("withdrawn", "撤回", "withdrawn"),
    ("refused", "一方拒绝调解", "one party refused mediation"),
    ("not_admissible", "不予受理", "not admissible"),
    ("transferred", "移送", "transferred"),
    ("merged", "并案", "joined with another case"),
)

DISPOSITION = choice(
    ("policy_explained", "政策宣传", "policy explained"),
    ("claim_met", "诉求解决到位", "claim met"),
    ("aid_given", "帮扶救助", "aid given"),
    ("visited_explained", "走访解释", "visited and explained"),
)

AGREEMENT_FORM = choice(
    ("written", "书面", "written"),
    ("oral", "口头", "oral"),
)

SHARE = choice(
    ("local", "本乡镇", "this township"),
    ("participants", "参与方", "those taking part"),
    ("federation", "联合体", "the whole alliance"),
    ("public", "可公开", "may be published"),
)

PURPOSE = choice(
    ("mediation", "调解", "mediation"),
    ("safety", "隐患与应急", "hazards and emergencies"),
    ("coordination", "协调联络", "coordination and liaison"),
    ("service", "便民与经济", "services and economy"),
    ("governance_of_federation", "联合体事务", "affairs of the alliance"),
)

GOVERNANCE = choice(
    ("autonomy", "自治", "self-government"),
    ("rule_of_law", "法治", "rule of law"),
    ("virtue", "德治", "rule by virtue"),
    ("comprehensive", "综治", "comprehensive governance"),
    ("joint", "共治", "joint governance"),
    ("source", "源头治理", "settling at the source"),
)

TOPIC = choice(
    ("party_building", "党建", "party building"),
    ("industry", "产业发展", "industry"),
    ("work_safety", "安全生产", "work safety"),
    ("living_environment", "人居环境", "living environment"),
    ("border_stability", "边界综治", "border stability"),
    ("culture", "文化", "culture"),
    ("disaster", "防灾", "disaster prevention"),
    ("service", "便民服务", "public services"),
)

CONTACT_ROLE = choice(
    ("party_secretary", "书记", "party secretary"),
    ("head", "乡镇长", "head of the township"),
    ("political_legal", "政法委员", "political and legal affairs"),
    ("judicial_office", "司法所", "justice office"),
    ("police_station", "派出所", "police station"),
    ("court_tribunal", "人民法庭", "court tribunal"),
    ("governance_centre", "综治中心", "governance centre"),
    ("village_secretary", "村书记", "village secretary"),
    ("village_cadre", "村组干部", "village or hamlet cadre", 2),
    ("grid_worker", "网格员", "grid worker"),
    ("household_group_leader", "联户长", "leader of a group of houses"),
    ("security_household_head", "治安户长", "neighbourhood security head"),
    ("resident_team", "驻村工作队员", "resident work team"),
    ("mass_prevention", "群防群治队员", "prevention team"),
    ("peace_volunteer", "平安志愿者", "peace volunteer"),
    ("boundary_keeper", "界桩管护员", "keeper of boundary markers"),
    ("civility_supervisor", "文明监督员", "civility supervisor"),
    ("public_service", "公共服务员", "public service worker"),
    ("cleaner", "保洁员", "cleaner"),
    ("mediator", "调解员", "mediator"),
    ("liaison", "联络员", "liaison officer"),
    ("data_officer", "个人信息保护负责人", "personal data officer"),
    ("node_admin", "节点管理员", "node administrator"),
)
