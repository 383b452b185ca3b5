"""What is to happen in a world, as data: made from a seed, kept in a file, cut shorter, run again. Pure.

A run is a pure function of its plan. A step that makes no sense where it stands (the town is off, the
record has not arrived) does nothing, so any part of a plan is a plan too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from simulations.errors import BadTrace

FORMAT = "mulin/plan/1"


@dataclass(frozen=True, slots=True)
class Step:
    """At `at_s`, town `town` (-1: nobody in particular) does `verb` with `given` (see simulations.deeds)."""

    at_s: float
    verb: str
    town: int = -1
    given: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> list[Any]:
        return [self.at_s, self.verb, self.town, self.given]


@dataclass(frozen=True, slots=True)
class Plan:
    """`near`: mesh, ring, chain or random:DEGREE; `line`: a name of a line; `liars`: place → how."""

    scenario: str
    seed: int
    towns: int = 3
    near: str = "mesh"
    line: str = "office"
    lasts_s: float = 600.0
    steps: tuple[Step, ...] = ()
    liars: dict[int, str] = field(default_factory=dict)
    must_agree: bool = True
    """Whether all faults are over in the end and all honest towns must agree then."""

    def with_steps(self, steps: Iterable[Step]) -> Plan:
        return replace(self, steps=tuple(steps))

    def plain(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "scenario": self.scenario,
            "seed": self.seed,
            "towns": self.towns,
            "near": self.near,
            "line": self.line,
            "lasts_s": self.lasts_s,
            "liars": {str(place): how for place, how in self.liars.items()},
            "must_agree": self.must_agree,
            "steps": [step.plain() for step in self.steps],
        }

    @classmethod
    def of(cls, plain: object) -> Plan:
        """Raises BadTrace."""
        if not isinstance(plain, dict) or plain.get("format") != FORMAT:
            raise BadTrace(why="format")
        try:
            return cls(
                str(plain["scenario"]),
                int(plain["seed"]),
                int(plain["towns"]),
                str(plain["near"]),
                str(plain["line"]),
                float(plain["lasts_s"]),
                tuple(Step(float(a), str(v), int(t), dict(g)) for a, v, t, g in plain["steps"]),
                {int(place): str(how) for place, how in plain["liars"].items()},
                bool(plain["must_agree"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise BadTrace(why=type(fault).__name__) from fault

    def text(self) -> str:
        """One line of JSON, the same for equal plans."""
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True)
