"""The invented words of the demo set: villages, people in their posts, matters. Data only.

Names are built from 示, 例, 试 and 样 so that nobody bears them; phones use a 0000 block or begin
with 120, which is no mobile prefix; village codes use the part 901 and above, which no village has.
"""

from __future__ import annotations

DEMO = "演示数据"

# Short name, area code of the landlines.
TOWNSHIPS: dict[str, tuple[str, str]] = {
    "430527210": ("麻塘", "0739"),
    "431225201": ("金子岩", "0745"),
    "621222103": ("中寨", "0939"),
    "623023106": ("博峪", "0941"),
    "513225201": ("永和", "0837"),
    "522301105": ("三江口", "0859"),
    "530324202": ("鲁布革", "0874"),
    "451030103": ("马蚌", "0776"),
    "420624104": ("长坪", "0710"),
    "420624105": ("薛坪", "0710"),
    "620521106": ("白沙", "0938"),
    "620521211": ("新城", "0938"),
}

# By the place of the township in its federation, so that no two members have a village in common. Fourteen
# each, so that three townships have 42.
VILLAGES: tuple[tuple[str, ...], ...] = (
    (
        "示范一村",
        "例家湾村",
        "试坪村",
        "样板坡村",
        "示子溪村",
        "例田村",
        "试岩村",
        "样竹村",
        "示茶村",
        "例桥村",
        "试泉村",
        "样沟村",
        "示岭村",
        "例杉村",
    ),
    (
        "示范二村",
        "例子冲村",
        "试点沟村",
        "样子塘村",
        "示水桥村",
        "例坪上村",
        "试石寨村",
        "样溪口村",
        "示柳村",
        "例枫村",
        "试磨村",
        "样麦村",
        "示麻村",
        "例塬村",
    ),
    (
        "示范三村",
        "例河口村",
        "试水寨村",
        "样木林村",
        "示石垭村",
        "例坝村",
        "试梁村",
        "样湖村",
        "示渡村",
        "例草坪村",
        "试药村",
        "样榕村",
        "示藤村",
        "例雨村",
    ),
)

SURNAMES = "龙杨吴曾石单罗仇潘蒙陆韦岑黄梁周"
INVENTED = "示例试样"
GIVEN = "春安明平秀华芳林强山云兰"
# Names that trip programs up: two readings, rare characters, many characters.
ODD_NAMES: dict[int, str] = {
    1: "单例示",
    2: "曾示㛃",
    3: "仇例䶮",
    4: "示格尔泽仁·例西拉姆·试旦增措样",
    7: "曾例",
}

# office, role, post. {village} is one of the township's villages.
POSTS: tuple[tuple[str, str, str], ...] = (
    ("党政办公室值班室", "liaison", "值班员"),
    ("司法所", "judicial_office", "所长"),
    ("派出所", "police_station", "所长"),
    ("综治中心", "governance_centre", "主任"),
    ("党委", "political_legal", "政法委员"),
    ("{village}党支部", "village_secretary", "支部书记"),
    ("联合调解组织", "mediator", "调解员"),
    ("{village}党支部", "village_secretary", "支部书记"),
    ("人民法庭", "court_tribunal", "联络法官"),
    ("{village}党支部", "village_secretary", "支部书记"),
    ("党政办公室", "data_officer", "个人信息保护负责人"),
    ("综治中心", "node_admin", "节点管理员"),
)
TOPICS_OF_ROLE: dict[str, str] = {
    "liaison": "disaster、service",
    "judicial_office": "border_stability",
    "police_station": "border_stability、work_safety",
    "governance_centre": "border_stability、disaster",
    "political_legal": "party_building、border_stability",
    "village_secretary": "border_stability、living_environment",
}

# By sub-category, else by category. {a} is the village where it arose, {b} one across the border.
MATTERS: dict[str, str] = {
    "boundary_land": "{a}与{b}相邻农户的田界石被雨水冲走，双方对界线的走向说法不一。",
    "boundary_mountain": "{a}与{b}对山脊两侧的山界各执一份旧图，两图相差一条冲沟。",
    "forest_right": "{a}与{b}的两本林权证在同一片杉木林上有重叠，采伐前发生争议。",
    "crop_damage": "{b}的牛越过界沟吃了{a}地里的玉米，双方对每株赔多少谈不拢。",
    "grave_site": "{b}的一处老坟在{a}的林地内，修整时与承包户发生争执。",
    "enclave_land": "{b}有一块插花地在{a}境内，管护和通行由谁负责没有说清。",
    "irrigation_ditch": "流经{a}的水渠在上游{b}一段被堵，下游稻田断水。",
    "water_use": "天旱时{a}与{b}共用一处山泉，轮水的先后有争议。",
    "grazing": "{b}的羊群在{a}的封育草坡放牧，双方对放牧界线说法不一。",
    "road_passage": "{a}通往{b}的便道经过一户晒坝，车辆通行有争议。",
    "land_contract": "{a}的一块承包地由{b}农户代耕多年，收回时对投入的补偿有争议。",
    "dowry_bride_price": "{a}与{b}两户解除婚约，对彩礼退还多少说法不一。",
    "support_elderly": "子女分住{a}和{b}，对老人的赡养如何分担有争议。",
    "demolition_compensation": "{a}在施工红线内的附属房，补偿面积的丈量结果有争议。",
    "relief_gap": "{a}一户反映跨县就医后的救助手续两边都没有办成。",
    "housing_homestead": "{a}一户建房的滴水与{b}邻户的宅基地相接，双方有争议。",
    "damages": "{b}车辆装运木材时碰坏{a}一户的围墙，双方对赔偿数额说法不一。",
    "migrant_wages": "{a}的务工人员在{b}一家木材加工厂做工，工资拖欠未付。",
    "contract": "{a}与{b}双方对木材买卖的等级和单价理解不同，尾款未付。",
    "pollution": "{b}养殖场的污水流入{a}的鱼塘，双方对损失有争议。",
    "traffic": "{a}与{b}交界弯道处两车相擦，对修理费的分担有争议。",
    "production_business": "{a}与{b}的合作社对收购场地的使用时间有争议。",
    "tourism": "{b}的游客在{a}的农家乐退订，双方对定金退还说法不一。",
}
# In yuan, for matters about money: least and most.
CLAIMS: dict[str, tuple[int, int]] = {
    "crop_damage": (300, 4000),
    "dowry_bride_price": (20000, 80000),
    "demolition_compensation": (8000, 60000),
    "damages": (800, 15000),
    "migrant_wages": (5000, 90000),
    "contract": (6000, 120000),
    "land_contract": (2000, 20000),
    "pollution": (3000, 40000),
    "traffic": (600, 9000),
    "production_business": (5000, 50000),
    "tourism": (200, 1800),
}
URGENCY_REASONS: dict[str, str] = {
    "yellow": "临近农时，拖久了影响生产",
    "orange": "双方已有口角，需要尽快到场",
    "red": "双方各有多人在现场，须当天到场劝解",
}
DIFFICULTY_REASONS: dict[str, str] = {
    "complex": "涉及两个乡镇，各有说法",
    "difficult": "年代久，两边证书不一致",
}
# Why a case goes into a state, as the acting township words it.
REASONS: dict[str, str] = {
    "registered": "材料补齐，正式登记",
    "accepted": "双方当事人同意调解",
    "investigating": "需要到现场核实",
    "mediating": "双方到调解室面谈",
    "suspended": "等待测绘和旧档案，双方同意中止",
    "agreed": "双方就处理办法达成一致",
    "performing": "按协议开始履行",
    "fulfilled": "已按协议履行完毕",
    "failed": "双方差距过大，已告知可以起诉或申请仲裁",
    "withdrawn": "申请人撤回申请",
    "transferred": "双方选择诉讼，材料移送人民法庭",
    "not_accepted": "同一事项法院已经受理",
    "closed": "结案",
}
NOTES: dict[str, tuple[str, ...]] = {
    "investigating": (
        "两乡镇一起到现场查看，量了距离，画了草图。",
        "走访周边农户，查阅了两边保存的旧档案。",
        "请双方各自指界，标记三处有出入的地方。",
    ),
    "mediating": (
        "在边界调解室面谈，先听双方各说一遍，再分开谈。\n约定三日内再谈一次。",
        "双方都到场，对事实没有分歧，只对数额有分歧。",
        "村里有威望的老人一同劝说，双方态度有缓和。",
    ),
    "fulfilled": ("回访，双方表示没有新的争议。", "七日后回访，履行完毕。"),
}
