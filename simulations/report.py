"""The picture of a run, as a page. Pure."""

from __future__ import annotations

from simulations.runner import Outcome


def page(outcome: Outcome, lang: str) -> str:
    """A whole HTML document."""
    return f"<!doctype html><title>{outcome.plan.seed} {lang}</title>"
