"""Places, grids and ways: where things are, whom to call there, how long ways take. Declares only."""

from __future__ import annotations

from crdt.kinds.enumerations import choice
from crdt.kinds.follows import Calls, Lies, Ways
from crdt.kinds.language import Area, Kind, stated
from crdt.kinds.types import Code, Day, Line, Number, Phone
from keys.errors import Text

_PLACE = choice(
    ("village", "村（社区）", "village or community"),
    ("hamlet", "村民小组", "hamlet"),
    ("border_place", "边界地点", "place on the border"),
    ("boundary_marker", "界桩", "boundary marker"),
    ("room", "调解室", "mediation room"),
    ("shelter", "避险点", "shelter"),
    ("other", "其他", "other"),
)
_MODE = choice(
    ("car", "车", "by car"), ("motorcycle", "摩托", "by motorcycle"), ("foot", "步行", "on foot")
)
_SEASON = choice(
    ("any", "全年", "all year"), ("dry", "旱季", "dry season"), ("rain", "雨季", "rainy season")
)

KINDS = (
    Kind(
        name="place",
        table="places",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("地点", "place"),
        title=("called", "kind_of"),
        until="valid_to",
        lies=Lies(called="called", code="code", within=("grid", "part_of")),
        fields=(
            stated("kind_of", "类型", "kind of place", _PLACE, required=True),
            stated("called", "名称", "name of the place", Line(60), required=True),
            stated("code", "地点代码", "place code", Code()),
            stated("part_of", "所属", "part of", Line(60)),
            stated("grid", "所在网格", "in grid", Line(30), column=False),
            stated(
                "between", "界于（两个代码）", "on the border of two codes", Line(40), column=False
            ),
            stated("position", "坐标（物，不是人）", "position of a thing", Line(40), column=False),
            stated("earlier_names", "曾用名", "earlier names", Line(), column=False),
            stated("valid_from", "启用", "from", Day(), column=False),
            stated("valid_to", "停用", "until", Day(), column=False),
        ),
    ),
    Kind(
        name="grid",
        table="grids",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("网格", "grid"),
        title=("code", "village"),
        home_only=True,
        calls=Calls(
            at=("village", "code"),
            who=(
                (("grid_worker",), "grid_worker_phone"),
                (("group_leader",), "group_leader_phone"),
                (("police_officer",), "police_officer_phone"),
            ),
        ),
        fields=(
            stated("code", "网格编号", "grid number", Line(30), required=True),
            stated("village", "村", "village", Line(40), required=True),
            stated("grid_worker", "网格员（岗位）", "grid worker, by post", Line(60)),
            stated("grid_worker_phone", "网格员电话", "grid worker's phone", Phone()),
            stated("group_leader", "联户长（岗位）", "leader of a group of houses", Line(60)),
            stated("group_leader_phone", "联户长电话", "leader's phone", Phone()),
            stated("police_officer", "警格民警（岗位）", "police grid officer", Line(60)),
            stated("police_officer_phone", "警格民警电话", "police officer's phone", Phone()),
        ),
    ),
    Kind(
        name="travel_time",
        table="travel_times",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("路程时间", "travel time"),
        title=("origin", "destination"),
        ways=Ways(origin="origin", destination="destination", minutes="minutes"),
        fields=(
            stated("origin", "从", "from", Line(60), required=True),
            stated("destination", "到", "to", Line(60), required=True),
            stated("minutes", "分钟", "minutes", Number(), required=True),
            stated("mode", "方式", "by", _MODE),
            stated("season", "季节", "season", _SEASON),
        ),
    ),
)
