"""Moments and days as an office shows them. Pure."""

from __future__ import annotations


def clock(moment: str) -> str:
    """The minute of an ISO moment: 2024-08-18 15:20; as it stands where it is none."""
    return moment[:16].replace("T", " ") if moment[10:11] == "T" else moment


def day(moment: str) -> str:
    """The day of an ISO moment."""
    return clock(moment)[:10]
