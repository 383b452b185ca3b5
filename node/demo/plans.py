"""How many cases of which sort a federation of the demo set has, and how they end. Data only."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """The figures of one federation at size 1.

    `matters` counts (category, sub-category or ""), `endings` counts the keys of ENDINGS; both sum
    to the number of cases. `legacy` of them are old matters. Days bound the registrations.
    """

    short: str
    body: str
    matters: tuple[tuple[int, str, str], ...]
    endings: tuple[tuple[int, str], ...]
    legacy: int
    first_day: datetime.date
    last_day: datetime.date
    contacts_each: int
    began_on: datetime.date
    """The day on which the alliance begins to keep its books, before anything else is entered."""
    project: str = ""
    project_ref: str = ""
    """Of the project's record, for the cases that it caused."""
    links: tuple[tuple[str, str], ...] = ()
    """(field, ref) of records that every case belongs to."""


# Outcome ("" while open) and the states a case goes through after it was registered.
ENDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "written": (
        "agreed_written",
        ("accepted", "investigating", "mediating", "agreed", "performing", "fulfilled", "closed"),
    ),
    "oral": ("agreed_oral", ("accepted", "mediating", "agreed", "fulfilled", "closed")),
    "failed": ("failed_guided", ("accepted", "investigating", "mediating", "failed", "closed")),
    "withdrawn": ("withdrawn", ("accepted", "mediating", "withdrawn", "closed")),
    "to_court": ("transferred", ("accepted", "mediating", "transferred", "closed")),
    "not_admissible": ("not_admissible", ("not_accepted", "closed")),
    "in_mediation": ("", ("accepted", "investigating", "mediating")),
    "on_hold": ("", ("accepted", "investigating", "suspended")),
}

PLANS: dict[str, Plan] = {
    "jinma": Plan(
        short="金麻",
        body="金麻同心联合人民调解委员会",
        matters=(
            (3, "forest_land", "boundary_land"),
            (3, "forest_land", "boundary_mountain"),
            (5, "forest_land", "forest_right"),
            (3, "forest_land", "crop_damage"),
            (2, "forest_land", "grave_site"),
            (1, "forest_land", "enclave_land"),
            (3, "neighbour", "irrigation_ditch"),
            (3, "neighbour", "water_use"),
            (3, "housing_homestead", ""),
            (2, "housing_homestead", "road_passage"),
            (2, "marriage_family", "dowry_bride_price"),
            (2, "marriage_family", "support_elderly"),
            (4, "damages", ""),
            (3, "migrant_wages", ""),
            (2, "contract", ""),
            (1, "contract", "land_contract"),
            (2, "pollution", ""),
            (1, "traffic", ""),
            (1, "other", "relief_gap"),
        ),
        endings=(
            (27, "written"),
            (11, "oral"),
            (3, "failed"),
            (2, "withdrawn"),
            (1, "to_court"),
            (1, "in_mediation"),
            (1, "on_hold"),
        ),
        legacy=15,
        first_day=datetime.date(2021, 3, 1),
        last_day=datetime.date(2024, 8, 12),
        contacts_each=12,
        began_on=datetime.date(2021, 2, 1),
    ),
    "sanbian": Plan(
        short="三边",
        body="三边边界联合调解组织",
        matters=(
            (2, "forest_land", "boundary_mountain"),
            (2, "forest_land", "grazing"),
            (1, "forest_land", "boundary_land"),
            (3, "neighbour", "water_use"),
            (1, "neighbour", "irrigation_ditch"),
            (1, "production_business", ""),
            (1, "migrant_wages", ""),
            (1, "traffic", ""),
        ),
        endings=((6, "written"), (4, "oral"), (1, "withdrawn"), (1, "in_mediation")),
        legacy=4,
        first_day=datetime.date(2022, 4, 1),
        last_day=datetime.date(2024, 7, 31),
        contacts_each=5,
        began_on=datetime.date(2022, 3, 1),
    ),
    "qdg": Plan(
        short="黔滇桂",
        body="黔滇桂一站式矛盾纠纷调处中心",
        matters=(
            (3, "forest_land", "forest_right"),
            (2, "forest_land", "crop_damage"),
            (2, "forest_land", "boundary_mountain"),
            (2, "neighbour", "water_use"),
            (2, "neighbour", "road_passage"),
            (2, "production_business", ""),
            (2, "contract", ""),
            (1, "contract", "land_contract"),
            (3, "migrant_wages", ""),
            (2, "damages", ""),
            (1, "pollution", ""),
            (1, "expropriation", "demolition_compensation"),
            (1, "tourism", ""),
        ),
        endings=(
            (12, "written"),
            (6, "oral"),
            (1, "failed"),
            (1, "withdrawn"),
            (1, "to_court"),
            (1, "not_admissible"),
            (1, "in_mediation"),
            (1, "on_hold"),
        ),
        legacy=7,
        first_day=datetime.date(2022, 9, 1),
        last_day=datetime.date(2024, 8, 10),
        contacts_each=8,
        began_on=datetime.date(2021, 9, 1),
        project="罗八高速公路",
        project_ref="project-00001",
        links=(("coop_field", "coop-field-00002"),),
    ),
    "changping": Plan(
        short="长坪",
        body="长坪薛坪联合调解工作站",
        matters=(
            (120, "expropriation", "demolition_compensation"),
            (60, "housing_homestead", ""),
            (26, "pollution", ""),
            (4, "forest_land", "land_contract"),
            (2, "neighbour", "road_passage"),
        ),
        endings=(
            (148, "written"),
            (48, "oral"),
            (8, "failed"),
            (4, "withdrawn"),
            (2, "to_court"),
            (2, "in_mediation"),
        ),
        legacy=20,
        first_day=datetime.date(2021, 5, 1),
        last_day=datetime.date(2023, 11, 30),
        contacts_each=6,
        began_on=datetime.date(2021, 3, 1),
        project="郑万高铁",
        project_ref="project-00001",
    ),
    "baisha": Plan(
        short="白沙",
        body="白沙新城联合调解小组",
        matters=(
            (3, "marriage_family", "support_elderly"),
            (3, "neighbour", "boundary_land"),
            (2, "expropriation", "demolition_compensation"),
            (2, "migrant_wages", ""),
            (2, "other", "relief_gap"),
        ),
        endings=((5, "written"), (5, "oral"), (1, "withdrawn"), (1, "in_mediation")),
        legacy=3,
        first_day=datetime.date(2024, 1, 15),
        last_day=datetime.date(2024, 3, 10),
        contacts_each=6,
        began_on=datetime.date(2024, 1, 2),
        links=(("campaign", "campaign-00001"),),
    ),
}
