"""Reads a node's folder for `mulin simulate run --home`: keys, and copies of two files. Changes nothing."""

from __future__ import annotations

from node.cli.face import Face
from node.errors import NoHome
from simulations.homeworld import HomeCopy, examine


def copied(face: Face) -> HomeCopy:
    """A copy of the store that --home names, with the keys it was written by. Raises MulinError."""
    home = face.home
    if not home.exists():
        raise NoHome
    identity = home.identity(face.passphrase())
    data, mark = home.copy()
    return examine(data, mark, identity, face.ledger_name)
