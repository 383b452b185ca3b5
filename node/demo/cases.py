"""The cases of the demo set, walked through their states by both townships. Knows no contact.

Open fields name villages, offices and posts, never people: "双方", "一户", "申请人".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from crdt.kinds.case import STATE
from node.demo.model import Act, AddItem, Change, Member, New
from node.demo.plans import ENDINGS, Plan
from node.demo.words import (
    CLAIMS,
    DEMO,
    DIFFICULTY_REASONS,
    MATTERS,
    NOTES,
    REASONS,
    TOWNSHIPS,
    URGENCY_REASONS,
    VILLAGES,
)

_WINDOW, _JUSTICE = "综治中心窗口", "司法所"
# Matters that are handed down over years; the others are forgotten or settled.
_LASTING = frozenset({"forest_land", "housing_homestead", "neighbour", "expropriation"})
# Least and most days until a case reaches the state: what others confirm is confirmed before the next step.
_DAYS: dict[str, tuple[int, int]] = {
    "accepted": (0, 3),
    "investigating": (1, 4),
    "mediating": (2, 6),
    "suspended": (8, 25),
    "agreed": (1, 8),
    "performing": (1, 2),
    "fulfilled": (1, 15),
    "closed": (1, 7),
}
_TERM_DAYS = 30


@dataclass(frozen=True, slots=True)
class Matter:
    """One case before it is told: what, where, who leads, how it ends. `number` counts from 1."""

    number: int
    category: str
    sub_category: str
    legacy: bool
    ending: str
    registered_on: datetime.date
    members: tuple[Member, ...]
    """The leading township first, then the one across the border, then the rest."""
    village: str
    across: str
    claim_yuan: int
    continues: str = ""

    @property
    def ref(self) -> str:
        return f"case-{self.number:04d}"


def case_acts(members: tuple[Member, ...], plan: Plan, size: int, rng: Random) -> Iterator[Act]:
    """All acts of `size` times the planned cases, one case after the other by registration."""
    counted: dict[tuple[int, str], int] = {}
    for matter in _matters(members, plan, size, rng):
        yearly = (matter.registered_on.year, matter.members[0].code)
        counted[yearly] = counted.get(yearly, 0) + 1
        yield from _registration(matter, members, plan, counted[yearly], rng)
        yield from _handling(matter, plan, rng)


def _matters(members: tuple[Member, ...], plan: Plan, size: int, rng: Random) -> list[Matter]:
    kinds = [(c, s) for count, c, s in plan.matters for _ in range(count * size)]
    rng.shuffle(kinds)
    by_age = sorted(range(len(kinds)), key=lambda i: kinds[i][0] not in _LASTING)
    legacy = set(by_age[: plan.legacy * size])
    ended = [e for count, e in plan.endings for _ in range(count * size) if ENDINGS[e][0]]
    still_open = [e for count, e in plan.endings for _ in range(count * size) if not ENDINGS[e][0]]
    rng.shuffle(ended)
    span = (plan.last_day - plan.first_day).days
    days = sorted(rng.randint(0, span) for _ in kinds)
    return _linked(
        [
            _matter(i, kinds[i], i in legacy, ending, plan.first_day, days[i], members, rng)
            for i, ending in enumerate(ended + still_open)
        ]
    )


def _linked(matters: list[Matter]) -> list[Matter]:
    """Now and then a quarrel comes back: the same villages and sort, a link to the old case."""
    last: dict[tuple[str, str], Matter] = {}
    told: list[Matter] = []
    for matter in matters:
        kind = (matter.category, matter.sub_category)
        old = last.get(kind)
        if old is not None and matter.number % 8 == 0:
            matter = replace(
                matter,
                members=old.members,
                village=old.village,
                across=old.across,
                continues=old.ref,
            )
        last[kind] = matter
        told.append(matter)
    return told


def _matter(
    index: int,
    kind: tuple[str, str],
    legacy: bool,
    ending: str,
    first_day: datetime.date,
    day: int,
    members: tuple[Member, ...],
    rng: Random,
) -> Matter:
    order = rng.sample(range(len(members)), len(members))
    claim = CLAIMS.get(kind[1] or kind[0])
    return Matter(
        number=index + 1,
        category=kind[0],
        sub_category=kind[1],
        legacy=legacy,
        ending=ending,
        registered_on=first_day + datetime.timedelta(days=day),
        members=tuple(members[i] for i in order),
        village=rng.choice(VILLAGES[order[0]]),
        across=rng.choice(VILLAGES[order[1]]),
        claim_yuan=rng.randrange(claim[0], claim[1] + 1, 100) if claim else 0,
    )


def _registration(
    matter: Matter, members: tuple[Member, ...], plan: Plan, yearly: int, rng: Random
) -> Iterator[Act]:
    lead, *others = matter.members
    text = MATTERS[matter.sub_category or matter.category]
    text = text.format(a=matter.village, b=matter.across)
    as_draft = matter.number % 10 == 5
    fields = {
        "category": matter.category,
        "sub_category": matter.sub_category,
        "village": matter.village,
        "place_code": _village_code(lead, members, matter.village),
        "place": f"{matter.village}与{matter.across}交界处",
        "vintage": "legacy" if matter.legacy else "new",
        **_grades(matter, rng),
        "occurred_on": _day_as_typed(_arose_on(matter, rng), rng),
        "state": "draft" if as_draft else "registered",
        "lead": lead.code,
        "lead_reason": "纠纷发生地在本乡镇",
        "co_handlers": "、".join(other.code for other in others[: 1 + matter.number % 2]),
        "body": f"{plan.body}（{DEMO}）",
        "party_count": str(rng.choice((2, 2, 2, 3, 4, 6))),
        "amount_claimed": _yuan_as_typed(matter.claim_yuan, rng) if matter.claim_yuan else "",
        "project": _project(matter, plan),
        "of_project": plan.project_ref if _project(matter, plan) else "",
        **dict(plan.links),
        "continues": matter.continues,
        "case_no": f"{plan.short}联调〔{matter.registered_on.year}〕"
        f"{TOWNSHIPS[lead.code][0]}-{yearly:04d}",
        "share": "federation",
        "purpose": "mediation",
        "governance": rng.choice(
            ("joint", "joint、source", "rule_of_law、joint", "autonomy、joint")
        ),
        "summary": f"{text}本条为{DEMO}。",
    }
    stated = {name: value for name, value in fields.items() if value}
    at = _at(matter.registered_on, "09:00")
    yield New(matter.ref, lead.code, at, "case", stated, _WINDOW)
    place = {
        "name": f"{matter.across}一侧",
        "code": _village_code(others[0], members, matter.across),
    }
    yield AddItem(matter.ref, lead.code, at, "places", place, _WINDOW, "补登对面地点")
    if as_draft:
        yield _move(matter, "registered", {}, _WINDOW, at)


def _grades(matter: Matter, rng: Random) -> dict[str, str]:
    urgency = rng.choices(("blue", "yellow", "orange", "red"), (10, 6, 3, 1))[0]
    difficulty = rng.choices(
        ("simple", "complex", "difficult"), (1, 4, 5) if matter.legacy else (6, 3, 1)
    )
    origin, channel = rng.choice(
        (
            ("on_application", "window"),
            ("on_application", "phone"),
            ("on_application", "hotline"),
            ("proactive", "grid"),
            ("proactive", "patrol"),
            ("referred_police", "referral"),
            ("referred_township", "referral"),
        )
    )
    return {
        "origin": origin,
        "channel": channel,
        "level": rng.choice(("village", "township", "joint", "joint")),
        "difficulty": difficulty[0],
        "difficulty_reason": DIFFICULTY_REASONS.get(difficulty[0], ""),
        "urgency": urgency,
        "urgency_reason": URGENCY_REASONS.get(urgency, ""),
    }


def _handling(matter: Matter, plan: Plan, rng: Random) -> Iterator[Act]:
    """The states after registration: the lead moves, the other side confirms where it must."""
    lead, other = matter.members[:2]
    outcome, path = ENDINGS[matter.ending]
    if matter.legacy and "investigating" in path and "suspended" not in path:
        at = path.index("investigating") + 1
        path = (*path[:at], "suspended", *path[at:])
    before, day = "registered", matter.registered_on
    for state in path:
        day += datetime.timedelta(days=rng.randint(*_DAYS.get(state, (1, 3))))
        facts = _facts(matter, plan, state, outcome, day, rng)
        yield _move(matter, state, facts, _JUSTICE, _at(day, "10:00"))
        if (before, state) in STATE.starred:
            said = {"state_confirmed": state}
            yield Change(
                matter.ref, other.code, _at(day, "11:00"), said, _JUSTICE, "经核实，予以确认"
            )
        if state == "accepted":
            yield from _mediators(matter, (lead, other), _at(day, "14:00"))
        if state in NOTES:
            note = {"text": rng.choice(NOTES[state])}
            by = rng.choice((lead, other))
            noted = _at(day, "16:00")
            yield AddItem(matter.ref, by.code, noted, "notes", note, _JUSTICE, "办理记录")
        before = state


def _move(matter: Matter, state: str, facts: dict[str, str], post: str, at: str) -> Change:
    fields = {"state": state, **facts}
    return Change(matter.ref, matter.members[0].code, at, fields, post, REASONS[state])


def _at(day: datetime.date, clock: str) -> str:
    return f"{day.isoformat()} {clock}"


def _mediators(matter: Matter, townships: tuple[Member, Member], at: str) -> Iterator[Act]:
    for township in townships:
        seat = {"post": f"{TOWNSHIPS[township.code][0]}司法所调解员", "township": township.code}
        yield AddItem(matter.ref, township.code, at, "mediators", seat, _JUSTICE, "派出调解人员")


def _facts(
    matter: Matter, plan: Plan, state: str, outcome: str, day: datetime.date, rng: Random
) -> dict[str, str]:
    """What is stated together with the step to `state`."""
    due = day + datetime.timedelta(days=_TERM_DAYS)
    match state:
        case "accepted":
            return {"accepted_on": day.isoformat(), "due_on": due.isoformat()}
        case "suspended":
            return {"due_on": (due + datetime.timedelta(days=_TERM_DAYS)).isoformat()}
        case "agreed":
            form = {"agreement_form": "oral" if outcome == "agreed_oral" else "written"}
            if not matter.claim_yuan:
                return form
            agreed = matter.claim_yuan * rng.randint(4, 10) // 10
            return form | {"amount_agreed": _yuan_as_typed(agreed, rng)}
        case "closed":
            return _closing(matter, plan, outcome, day, rng)
    return {}


def _closing(
    matter: Matter, plan: Plan, outcome: str, day: datetime.date, rng: Random
) -> dict[str, str]:
    years = 10 if matter.category == "forest_land" else 1 if outcome == "agreed_oral" else 5
    agreed = outcome.startswith("agreed")
    answers = ("claim_met", "policy_explained、claim_met", "claim_met、aid_given")
    file_no = f"（{day.year}）{plan.short}人调字第{matter.number}号"
    return {
        "outcome": outcome,
        "closed_on": day.isoformat(),
        "dispositions": rng.choice(answers) if agreed else "policy_explained、visited_explained",
        "retain_until": f"{day.year + years}-12-31",
        **({"file_no": file_no} if outcome == "agreed_written" else {}),
    }


def _project(matter: Matter, plan: Plan) -> str:
    near = matter.category in ("expropriation", "housing_homestead", "pollution")
    return f"{plan.project}（{DEMO}）" if plan.project and near else ""


def _arose_on(matter: Matter, rng: Random) -> datetime.date:
    days = rng.randint(900, 5000) if matter.legacy else rng.randint(0, 40)
    return matter.registered_on - datetime.timedelta(days=days)


def _village_code(township: Member, members: tuple[Member, ...], village: str) -> str:
    return f"{township.code}{901 + VILLAGES[members.index(township)].index(village)}"


def _yuan_as_typed(yuan: int, rng: Random) -> str:
    wide = str(yuan).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return rng.choice((str(yuan), str(yuan), f"{yuan:,}", f"{yuan}元", wide))


def _day_as_typed(day: datetime.date, rng: Random) -> str:
    return rng.choice(
        (
            day.isoformat(),
            f"{day.year}年{day.month}月{day.day}日",
            f"{day.year}/{day.month}/{day.day}",
        )
    )
