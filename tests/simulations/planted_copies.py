"""Planted bugs about old disks and copied folders: each rule of `Writing.doubt` switched off in its turn."""

from __future__ import annotations

from typing import Any

from node.ledgers import Ledger
from node.link import Link
from node.meeting import Meeting
from node.whereabouts import Doubt
from node.writing import Writing
from tests.simulations.planting import Patch, at, of, opened, planted, said

OLD_COPY = of(
    opened(0, 0, "r"),
    at(10, "backup", 0, label="b"),
    said(20, 0, "r", "8000"),
    at(30, "split", groups=[[0], [1, 2]]),
    at(40, "restore", 0, label="b"),
    said(41, 0, "r", "9000"),
    at(42, "restart", 0),
    at(60, "heal"),
)


@planted("no-forks", OLD_COPY)
def an_old_copy_goes_on_as_if_nothing_was(patch: Patch) -> None:
    patch.setattr(Writing, "doubt", lambda *_: None)


SNAPSHOT = of(
    opened(0, 0, "r"),
    at(10, "snapshot", 0, label="s"),
    said(20, 0, "r", "8000"),
    at(30, "split", groups=[[0], [1, 2]]),
    at(40, "rollback", 0, label="s"),
    said(41, 0, "r", "9000"),
    at(60, "heal"),
)


@planted("no-forks", SNAPSHOT)
def a_new_boot_is_nothing_to_think_about(patch: Patch) -> None:
    patch.setattr(Writing, "has_many_lives", lambda *_: True)


@planted(
    "no-forks",
    of(
        opened(0, 0, "r"),
        at(10, "split", groups=[[0], [1], [2]]),
        at(15, "snapshot", 0, label="s"),
        said(20, 0, "r", "8000"),
        at(30, "repair", 0, to=2),
        at(30, "repair", 2, to=0),
        at(31, "sync"),
        at(40, "split", groups=[[0], [1], [2]]),
        at(45, "rollback", 0, label="s"),
        at(50, "repair", 0, to=1),
        at(50, "repair", 1, to=0),
        at(51, "sync"),
        said(70, 0, "r", "9000"),
        at(95, "heal"),
        lasts_s=150.0,
    ),
)
def one_neighbour_is_enough_to_ask(patch: Patch) -> None:
    heard = Meeting.heard

    def hasty(meeting: Meeting, link: Link, ledger: Ledger, vector: Any) -> bool:
        more = heard(meeting, link, ledger, vector)
        if not more:
            meeting._service.writing.confirm(ledger)
        return more

    patch.setattr(Meeting, "heard", hasty)


@planted(
    "no-forks",
    of(
        opened(0, 0, "r"),
        at(10, "split", groups=[[0], [1, 2]]),
        at(15, "copy", 0, to="laptop"),
        said(20, 0, "r", "8000"),
        at(25, "swap", 0, to="office"),
        said(30, 0, "r", "9000"),
        at(40, "restart", 0),
        at(45, "heal"),
        at(60, "swap", 0, to="laptop"),
        at(61, "restart", 0),
    ),
    lambda patch: patch.setattr(Writing, "has_many_lives", lambda *_: True),
)
def a_copied_folder_is_taken_for_the_first(patch: Patch) -> None:
    doubt = Writing.doubt

    def blind(writing: Writing, ledger: Ledger) -> Doubt | None:
        found = doubt(writing, ledger)
        return None if found == Doubt.COPIED else found

    patch.setattr(Writing, "doubt", blind)
