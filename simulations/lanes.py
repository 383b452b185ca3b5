"""What each township went through, as intervals and moments: made of a run's events, ready to draw. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from simulations.clock import SECOND_US
from simulations.trace import Event


class State(Enum):
    """Of a township's node: running, not running, or on a computer that is asleep."""

    UP = "up"
    OFF = "off"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From then to then something held: a state, a share of lines cut (0..1), a number of questions."""

    from_s: float
    to_s: float
    what: State | float | int


@dataclass(slots=True)
class Lane:
    """One township's time. `marks`: single events worth a sign."""

    states: list[Stretch] = field(default_factory=list)
    cuts: list[Stretch] = field(default_factory=list)
    questions: list[Stretch] = field(default_factory=list)
    marks: list[Event] = field(default_factory=list)


MARKS = frozenset(("wrote", "crash", "kill", "restore", "lie", "fork", "failed", "trouble"))
_STATE_AFTER = {
    "up": State.UP,
    "down": State.OFF,
    "crash": State.OFF,
    "kill": State.OFF,
    "pause": State.ASLEEP,
}


def lanes(events: Iterable[Event], near: Sequence[Sequence[int]], end_s: float) -> list[Lane]:
    """A lane for every township; `near`: whom each knows."""
    made = [Lane() for _ in near]
    states: list[list[tuple[float, State | float | int]]] = [[(0.0, State.OFF)] for _ in near]
    cuts: list[list[tuple[float, State | float | int]]] = [[(0.0, 0.0)] for _ in near]
    before: dict[int, State] = {}
    broken: set[tuple[int, int]] = set()
    for event in events:
        at_s, town = event.at_us / SECOND_US, event.town
        if not 0 <= town < len(near):
            continue
        if event.what == "pause":
            before[town] = next(s for _, s in reversed(states[town]) if isinstance(s, State))
        after = before.pop(town, State.OFF) if event.what == "resume" else None
        after = after or _STATE_AFTER.get(event.what)
        if after is not None:
            states[town].append((at_s, after))
        if event.what in ("cut", "hold", "repair", "release"):
            pair = (town, event.other)
            (broken.add if event.what in ("cut", "hold") else broken.discard)(pair)
            for place in pair:
                if 0 <= place < len(near):
                    cuts[place].append((at_s, _share_cut(place, near[place], broken)))
        if event.what in MARKS:
            made[town].marks.append(event)
    for lane, state, cut in zip(made, states, cuts, strict=True):
        lane.states, lane.cuts = stretches(state, end_s), stretches(cut, end_s)
    return made


def _share_cut(place: int, near: Sequence[int], broken: set[tuple[int, int]]) -> float:
    lost = sum((place, other) in broken or (other, place) in broken for other in near)
    return lost / len(near) if near else 0.0


def stretches(changes: Sequence[tuple[float, State | float | int]], end_s: float) -> list[Stretch]:
    """Changes in order become intervals without gaps; what did not change or took no time is joined."""
    found: list[Stretch] = []
    for (from_s, what), (to_s, _) in zip(changes, [*changes[1:], (end_s, 0)], strict=True):
        if to_s <= from_s:
            continue
        if found and found[-1].what == what:
            found[-1] = Stretch(found[-1].from_s, to_s, what)
        else:
            found.append(Stretch(from_s, to_s, what))
    return found


def sampled(samples: Sequence[tuple[float, float | int]], end_s: float) -> list[Stretch]:
    """Values looked at now and then, each taken to hold until the next look."""
    return stretches(list(samples), end_s)
