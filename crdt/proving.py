"""What all proofs that travel alone share: altered bytes prove nothing, and raise nothing else. Pure.

Knows no kind of proof.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from crdt.errors import NoProof
from keys.errors import MulinError, Text

ALTERED = Text("内容不完整或被改动过", "it is incomplete or was altered")
_Proof = TypeVar("_Proof")


def checked(check: Callable[[bytes], _Proof], raw: bytes) -> _Proof:
    """`check(raw)`. Raises NoProof, and nothing else."""
    try:
        return check(raw)
    except NoProof:
        raise
    except MulinError as fault:
        raise NoProof(why=ALTERED) from fault
