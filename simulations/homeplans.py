"""Plans for one township's questions: its line is down for long, its computer dies, an old copy comes back.

Only the first township writes; the others hold what they hold. So the same plans fit a world that begins with
a real township's store, whose neighbours' keys nobody has. Pure.
"""

from __future__ import annotations

import random
from dataclasses import replace

from simulations import chaos
from simulations.chaos import Mix
from simulations.plan import Plan, Step

USUALLY_S = 3 * 3600.0
"""How long it lasts if nobody says."""
_WRITES = Mix(writes=(12, 30), faults=(0, 0))


def _written(name: str, seed: int, from_s: float, to_s: float) -> list[Step]:
    """What the first township's clerks do meanwhile, at moments by lot."""
    dice = random.Random(f"{name}/{seed}/clerks")
    found = chaos.clerks(dice, 1, to_s - from_s, _WRITES, dice)
    return [replace(step, at_s=from_s + step.at_s) for step in found]


def _plan(name: str, seed: int, towns: int, lasts_s: float, steps: list[Step]) -> Plan:
    steps.sort(key=lambda step: step.at_s)
    return Plan(name, seed, towns, lasts_s=lasts_s, steps=tuple(steps))


def cut_off(seed: int, towns: int, lasts_s: float | None) -> Plan:
    """The first township's line is down nearly all the time; it writes on."""
    whole_s = lasts_s or USUALLY_S
    steps = _written("cut-off", seed, whole_s * 0.01, whole_s * 0.95)
    steps.append(Step(whole_s * 0.05, "split", -1, {"groups": [[0], list(range(1, towns))]}))
    steps.append(Step(whole_s * 0.97, "heal"))
    return _plan("cut-off", seed, towns, whole_s, steps)


def died(seed: int, towns: int, lasts_s: float | None) -> Plan:
    """The first township's power goes again and again, at any write."""
    whole_s = lasts_s or USUALLY_S
    dice = random.Random(f"died/{seed}")
    steps = _written("died", seed, 0, whole_s * 0.95)
    for n in range(dice.randrange(4, 10)):
        at_s = whole_s * (n + dice.random()) / 11
        torn = dice.choice(("lost", "kept", "mixed"))
        steps.append(Step(at_s, "crash", 0, {"torn": torn, "after": dice.randrange(0, 40)}))
        steps.append(Step(at_s + whole_s / 25, "restart", 0))
    return _plan("died", seed, towns, whole_s, steps)


def restored(seed: int, towns: int, lasts_s: float | None) -> Plan:
    """The line is down, the computer dies, an old copy of its data is put in; then the line is back."""
    whole_s = lasts_s or USUALLY_S
    steps = _written("restored", seed, whole_s * 0.01, whole_s * 0.95)
    steps += [
        Step(0.0, "backup", 0, {"label": "old"}),
        Step(whole_s * 0.3, "split", -1, {"groups": [[0], list(range(1, towns))]}),
        Step(whole_s * 0.8, "crash", 0, {}),
        Step(whole_s * 0.81, "restore", 0, {"label": "old"}),
        Step(whole_s * 0.81 + 60, "restart", 0),
        Step(whole_s * 0.97, "heal"),
    ]
    return _plan("restored", seed, towns, whole_s, steps)
