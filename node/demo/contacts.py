"""The contacts of the demo set: invented people in the usual offices. Knows no case."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from node.demo.model import Act, AddItem, Change, Member, New
from node.demo.plans import Plan
from node.demo.words import (
    DEMO,
    GIVEN,
    INVENTED,
    ODD_NAMES,
    POSTS,
    SURNAMES,
    TOPICS_OF_ROLE,
    TOWNSHIPS,
    VILLAGES,
)

_POST = "党政办公室"


def contact_acts(members: tuple[Member, ...], plan: Plan, rng: Random) -> Iterator[Act]:
    """Each township enters its own contacts; later the duty numbers of the first change."""
    for place, member in enumerate(members):
        for index in range(plan.contacts_each):
            number = place * plan.contacts_each + index
            yield from _contact(member, place, index, number, plan, rng)
    first = members[0].code
    yield Change(
        f"contact-{first}-01",
        first,
        "2024-08-16 09:00",
        {"phone": f"{TOWNSHIPS[first][1]}-0000-{len(members)}99", "last_checked_on": "2024-08-16"},
        _POST,
        "值班电话换号",
    )


def _contact(
    member: Member, place: int, index: int, number: int, plan: Plan, rng: Random
) -> Iterator[Act]:
    ref, at = f"contact-{member.code}-{index + 1:02d}", f"{plan.began_on.isoformat()} 08:00"
    office, role, post = POSTS[index]
    fields = {
        "office": office.format(village=VILLAGES[place][index // 2 % len(VILLAGES[place])]),
        "role": role,
        "post": post,
        "name": _name(number),
        "phone": f"{TOWNSHIPS[member.code][1]}-0000-{101 + number}",
        "liaison_for": TOPICS_OF_ROLE.get(role, "service"),
        "languages": "普通话、当地方言",
        "valid_from": f"{rng.randint(2017, 2020)}-{rng.randint(1, 12):02d}-01",
        "valid_to": "2026-12-31",
        "remark": f"{DEMO}，姓名和电话均为虚构",
    }
    yield New(ref, member.code, at, "contact", fields, _POST)
    if index % 2 == 0:
        mobile = {"phone": f"1200000{1000 + number}", "label": "手机"}
        yield AddItem(ref, member.code, at, "phones", mobile, _POST, "补充手机号")
    checked = f"2024-{rng.randint(3, 8):02d}-{rng.randint(1, 15):02d}"
    fields = {"last_checked_on": checked}
    if index == 2:
        fields |= {"on_leave_until": "2024-09-01", "deputy": f"contact-{member.code}-01"}
    yield Change(ref, member.code, f"{checked} 09:00", fields, _POST, "电话已核对")


def _name(number: int) -> str:
    """An invented name, a different one for every number below 192."""
    if number in ODD_NAMES:
        return ODD_NAMES[number]
    surname = SURNAMES[number % len(SURNAMES)]
    turn = number // len(SURNAMES)
    return surname + INVENTED[(number + turn) % 4] + GIVEN[(number + 5 * turn) % len(GIVEN)]
