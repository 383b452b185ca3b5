"""Plans made by lot: what clerks do in a day, and what goes wrong meanwhile. A seed in, a plan out. Pure.

Every draw comes from a stream of its own name, so that one more fault does not change what the clerks do.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulations.plan import Plan, Step

_CATEGORIES = ("forest_land", "neighbour", "damages", "pollution", "migrant_wages")
_VILLAGES = ("示范一村", "示范二村", "示范三村", "例家湾村", "试坪村")
_NOTES = ("已到现场查看界桩", "双方同意再谈一次", "约好下周三见面", "电话联系，未接通")
_WORDS = ("界桩", "水渠", "村", "示范")


@dataclass(frozen=True, slots=True)
class Mix:
    """How much of what: weights of faults by name, how many writes, how many faults, how long it lasts."""

    writes: tuple[int, int] = (8, 30)
    faults: tuple[int, int] = (0, 12)
    lasts_s: tuple[int, int] = (30, 900)
    weights: dict[str, int] | None = None
    decisions: tuple[int, int] = (0, 0)
    """How many proposals about members and rules."""
    seals: tuple[int, int] = (0, 0)
    """How many sealed records."""
    contended: float = 0.6
    """How often clerks turn to one of the first three records: that is where they meet."""


def plan(name: str, seed: int, towns: int, mix: Mix, **more: Any) -> Plan:
    """A plan by lot."""
    dice = random.Random(f"{name}/{seed}/shape")
    lasts_s = dice.uniform(*mix.lasts_s) if "lasts_s" not in more else more.pop("lasts_s")
    steps = clerks(random.Random(f"{name}/{seed}/clerks"), towns, lasts_s, mix, dice)
    steps += faults(random.Random(f"{name}/{seed}/faults"), towns, lasts_s, mix, dice)
    steps += decisions(random.Random(f"{name}/{seed}/members"), towns, lasts_s, mix)
    steps += seals(random.Random(f"{name}/{seed}/seals"), towns, lasts_s, mix)
    # What would end later than the plan stands as it is when the story is over.
    within = sorted((s for s in steps if s.at_s <= lasts_s), key=lambda step: step.at_s)
    return Plan(name, seed, towns, lasts_s=lasts_s, steps=tuple(within), **more)


# --- members ---------------------------------------------------------------------------------


def decisions(dice: random.Random, towns: int, lasts_s: float, mix: Mix) -> list[Step]:
    """Proposals at moments by lot; most vote soon after, some late, some twice, some for another."""
    steps: list[Step] = []
    for _ in range(dice.randint(*mix.decisions)):
        at_s, town = dice.uniform(0, lasts_s * 0.8), dice.randrange(towns)
        what: dict[str, Any] = {"rules": {"retention_days": dice.randrange(1, 4000)}}
        if dice.random() < 0.6:
            what = {"remove": dice.randrange(towns)}
        steps.append(Step(at_s, "propose", town, what))
        for voter in range(towns):
            late_s = dice.expovariate(1 / (lasts_s * 0.05))
            given = {"agree": dice.random() < 0.9, "pick": dice.random()}
            steps.append(Step(at_s + late_s, "vote", voter, given))
        if dice.random() < 0.5:
            given = {"pick": dice.random()}
            steps.append(Step(dice.uniform(at_s, lasts_s), "adopt", dice.randrange(towns), given))
    return steps


# --- sealed ----------------------------------------------------------------------------------


def seals(dice: random.Random, towns: int, lasts_s: float, mix: Mix) -> list[Step]:
    """Sealed records at moments by lot, granted and taken back, written in, some of them erased."""
    steps: list[Step] = []
    for n in range(dice.randint(*mix.seals)):
        ref, home = f"s{n}", dice.randrange(towns)
        others = [t for t in range(towns) if t != home]
        begins_s = dice.uniform(0, lasts_s * 0.5)
        readers = dice.sample(others, dice.randrange(len(others)))
        steps.append(Step(begins_s, "seal", home, {"ref": ref, "readers": readers}))
        for change in range(dice.randrange(2, 9)):
            at_s, given = dice.uniform(begins_s, lasts_s), {"ref": ref}
            match dice.choice(("reword", "reword", "reword", "grant", "withdraw")):
                case "reword":
                    word = f"{ref}改{change}"
                    steps.append(
                        Step(at_s, "reword", dice.randrange(towns), given | {"word": word})
                    )
                case verb:
                    steps.append(Step(at_s, verb, home, given | {"to": dice.choice(others)}))
        if dice.random() < 0.5:
            at_s = dice.uniform(begins_s, lasts_s)
            by = home if dice.random() < 0.7 else dice.choice(others)
            steps.append(Step(at_s, "erase", by, {"ref": ref}))
            for town in range(towns):
                late_s = dice.expovariate(1 / (lasts_s * 0.1))
                steps.append(Step(at_s + late_s, "approve", town, {"pick": dice.random()}))
    return steps


# --- clerks ----------------------------------------------------------------------------------


def clerks(
    dice: random.Random, towns: int, lasts_s: float, mix: Mix, shape: random.Random
) -> list[Step]:
    """What clerks do, at moments by lot."""
    steps: list[Step] = []
    refs: list[str] = []
    moments = sorted(dice.uniform(0, lasts_s) for _ in range(shape.randint(*mix.writes)))
    for at_s in moments:
        town = dice.randrange(towns)
        if not refs or dice.random() < 0.2:
            ref = f"r{len(refs)}"
            refs.append(ref)
            steps.append(Step(at_s, "open", town, {"ref": ref, **_opening(dice)}))
            continue
        few = refs[:3] if dice.random() < mix.contended else refs
        verb, given = _act(dice)
        steps.append(Step(at_s, verb, town, {"ref": dice.choice(few), **given}))
    return steps


def _opening(dice: random.Random) -> dict[str, Any]:
    if dice.random() < 0.15:
        fields = {
            "office": "司法所",
            "post": "所长",
            "name": "示例",
            "phone": "0739-0000" + f"{dice.randrange(1000):03d}",
        }
        return {"kind": "contact", "fields": fields}
    fields = {"category": dice.choice(_CATEGORIES), "village": dice.choice(_VILLAGES)}
    if dice.random() < 0.3:
        fields["amount_claimed"] = str(dice.randrange(1, 100) * 100)
    return {"fields": fields}


def _act(dice: random.Random) -> tuple[str, dict[str, Any]]:
    """One thing a clerk does with a record."""
    pick = dice.random()
    if pick < 0.38:
        return "edit", {"fields": _edit(dice)}
    if pick < 0.50:
        return "move", {"pick": dice.random()}
    if pick < 0.62:
        return "add", {"collection": "notes", "fields": {"text": dice.choice(_NOTES)}}
    if pick < 0.85:
        how = dice.choice(("take", "take", "keep", "value"))
        given: dict[str, Any] = {"how": how, "pick": dice.random()}
        if how == "value":
            given["value"] = str(dice.randrange(1, 50) * 100)
        return "settle", given
    return "look", ({"find": dice.choice(_WORDS)} if dice.random() < 0.5 else {})


def _edit(dice: random.Random) -> dict[str, str]:
    fields: dict[str, Callable[[], str]] = {
        "amount_agreed": lambda: str(dice.randrange(1, 40) * 250),
        "amount_claimed": lambda: str(dice.randrange(1, 40) * 500),
        "due_on": lambda: f"2026-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}",
        "urgency": lambda: dice.choice(("blue", "yellow", "orange", "red")),
        "village": lambda: dice.choice(_VILLAGES),
        "summary": lambda: dice.choice(_NOTES) + dice.choice(_VILLAGES),
        "party_count": lambda: str(dice.randrange(2, 9)),
    }
    names = dice.sample(sorted(fields), dice.randrange(1, 3))
    return {name: fields[name]() for name in names}


# --- what goes wrong -------------------------------------------------------------------------


def faults(
    dice: random.Random, towns: int, lasts_s: float, mix: Mix, shape: random.Random
) -> list[Step]:
    """Faults at moments by lot, each with its end."""
    weights = mix.weights or dict.fromkeys(_FAULTS, 1)
    names = sorted(weights)
    steps: list[Step] = []
    for _ in range(shape.randint(*mix.faults)):
        at_s = dice.uniform(0, lasts_s)
        (name,) = dice.choices(names, [weights[n] for n in names])
        town = dice.randrange(towns)
        other = (town + dice.randrange(1, towns)) % towns if towns > 1 else town
        length_s = dice.expovariate(1 / 60.0)
        steps += _FAULTS[name](dice, at_s, at_s + length_s, town, other, towns)
    return steps


Make = Callable[[random.Random, float, float, int, int, int], list[Step]]


def _split(
    dice: random.Random, at: float, end: float, town: int, other: int, towns: int
) -> list[Step]:
    del town, other
    places = list(range(towns))
    dice.shuffle(places)
    half = dice.randrange(1, towns) if towns > 1 else 1
    groups = [sorted(places[:half]), sorted(places[half:])]
    return [Step(at, "split", -1, {"groups": groups}), Step(end, "heal")]


def _one_way(
    _d: random.Random, at: float, end: float, town: int, other: int, _n: int
) -> list[Step]:
    return [Step(at, "cut", town, {"to": other}), Step(end, "repair", town, {"to": other})]


def _hold(_d: random.Random, at: float, end: float, town: int, other: int, _n: int) -> list[Step]:
    return [Step(at, "hold", town, {"to": other}), Step(end, "release", town, {"to": other})]


def _flap(dice: random.Random, at: float, _e: float, town: int, other: int, _n: int) -> list[Step]:
    given = {
        "to": other,
        "up_s": round(dice.uniform(0.2, 30), 3),
        "down_s": round(dice.uniform(0.2, 30), 3),
        "times": dice.randrange(1, 6),
    }
    return [Step(at, "flap", town, given)]


def _reset(dice: random.Random, at: float, _e: float, town: int, other: int, _n: int) -> list[Step]:
    return [Step(at, "reset", town, {"to": other, "after_bytes": dice.randrange(0, 3000)})]


def _line(dice: random.Random, at: float, end: float, town: int, other: int, _n: int) -> list[Step]:
    name = dice.choice(("2g", "village", "rough"))
    back = Step(end, "line", town, {"to": other, "line": "office"})
    return [Step(at, "line", town, {"to": other, "line": name}), back]


def _crash(dice: random.Random, at: float, end: float, town: int, _o: int, _n: int) -> list[Step]:
    given: dict[str, Any] = {"torn": dice.choice(("lost", "kept", "mixed", "mixed"))}
    if dice.random() < 0.7:
        given["after"] = dice.randrange(0, 60)
    return [Step(at, "crash", town, given), Step(end, "restart", town)]


def _kill(_d: random.Random, at: float, end: float, town: int, _o: int, _n: int) -> list[Step]:
    return [Step(at, "kill", town), Step(end, "restart", town)]


def _stop(_d: random.Random, at: float, end: float, town: int, _o: int, _n: int) -> list[Step]:
    return [Step(at, "stop", town), Step(end, "restart", town)]


def _sleep(_d: random.Random, at: float, end: float, town: int, _o: int, _n: int) -> list[Step]:
    return [Step(at, "sleep", town), Step(end, "restart", town)]


def _old_copy(
    dice: random.Random, at: float, end: float, town: int, _o: int, _n: int
) -> list[Step]:
    label = f"b{dice.randrange(1000)}"
    return [
        Step(at, "backup", town, {"label": label}),
        Step(end, "restore", town, {"label": label}),
        Step(end + dice.uniform(0, 5), "restart", town),
    ]


def _old_disk(
    dice: random.Random, at: float, end: float, town: int, _o: int, _n: int
) -> list[Step]:
    label = f"w{dice.randrange(1000)}"
    return [
        Step(at, "backup", town, {"label": label}),
        Step(end, "restore", town, {"label": label, "whole": True}),
        Step(end + dice.uniform(0, 5), "restart", town),
    ]


def _rollback(
    dice: random.Random, at: float, end: float, town: int, other: int, _n: int
) -> list[Step]:
    """A snapshot brought back, half the time with nobody near who could tell."""
    label = f"v{dice.randrange(1000)}"
    steps = [
        Step(at, "snapshot", town, {"label": label}),
        Step(end, "rollback", town, {"label": label}),
        Step(end + dice.uniform(0, 60), "restart", town),
    ]
    if dice.random() < 0.5:
        again = end + dice.uniform(0, 120)
        steps += [
            Step(end, "cut", town, {"to": other}),
            Step(end, "cut", other, {"to": town}),
            Step(again, "repair", town, {"to": other}),
            Step(again, "repair", other, {"to": town}),
        ]
    return steps


def _copy(dice: random.Random, at: float, end: float, town: int, _o: int, _n: int) -> list[Step]:
    """The folder goes to another machine; perhaps the clerks come back to the one they left."""
    name = f"m{dice.randrange(3)}"
    steps = [Step(at, "copy", town, {"to": name}), Step(at + dice.uniform(0, 20), "restart", town)]
    if dice.random() < 0.6:
        steps += [Step(end, "swap", town, {"to": "office"})]
        steps += [Step(end + dice.uniform(0, 20), "restart", town)]
    return steps


def _clock(dice: random.Random, at: float, end: float, town: int, _o: int, _n: int) -> list[Step]:
    skew_s = dice.choice((-1, 1)) * dice.choice((60, 9 * 3600, 400 * 86400, 60 * 365 * 86400))
    return [
        Step(at, "clock", town, {"skew_s": skew_s}),
        Step(end, "clock", town, {"skew_s": dice.choice((0, 3600))}),
    ]


def _disk(dice: random.Random, at: float, end: float, town: int, _o: int, _n: int) -> list[Step]:
    fault = dice.choice(("full", "io", "slow"))
    given: dict[str, Any] = {"fault": fault}
    if fault == "full":
        given["room"] = dice.randrange(0, 40_000)
    elif fault == "io":
        given |= {"after": dice.randrange(0, 40), "count": dice.randrange(1, 4)}
    else:
        given["sync_us"] = dice.randrange(10_000, 2_000_000)
    return [Step(at, "disk", town, given), Step(end, "disk", town, {"fault": "good"})]


_FAULTS: dict[str, Make] = {
    "split": _split,
    "one-way": _one_way,
    "hold": _hold,
    "flap": _flap,
    "reset": _reset,
    "line": _line,
    "crash": _crash,
    "kill": _kill,
    "stop": _stop,
    "sleep": _sleep,
    "old-copy": _old_copy,
    "old-disk": _old_disk,
    "rollback": _rollback,
    "copy": _copy,
    "clock": _clock,
    "disk": _disk,
}
