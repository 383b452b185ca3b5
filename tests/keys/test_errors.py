"""Every foreseen fault has its sentence in both languages, and the sentences ask for the same facts."""

from __future__ import annotations

import string
from collections.abc import Iterator

import crdt.errors
import keys.errors
from keys.errors import Exit, MulinError, Text


def _faults(root: type[MulinError]) -> Iterator[type[MulinError]]:
    for fault in root.__subclasses__():
        yield fault
        yield from _faults(fault)


def _asked(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_fault_speaks_both_languages_about_the_same_facts() -> None:
    ours = [
        f
        for f in _faults(MulinError)
        if f.__module__ in (crdt.errors.__name__, keys.errors.__name__)
    ]
    assert len(ours) > 20
    for fault in ours:
        if fault is crdt.errors.RuleBroken:
            continue  # a root, never raised itself
        assert {"zh", "en"} <= vars(fault).keys(), fault
        assert _asked(fault.zh) == _asked(fault.en), fault
        said = fault(**dict.fromkeys(_asked(fault.zh), Text("甲", "first")))
        assert any("\u4e00" <= c <= "\u9fff" for c in said.say("zh")), fault
        assert said.say("en").isascii(), fault
        assert "甲" not in said.say("en"), fault
        assert fault.exit in Exit
        assert fault.exit is not Exit.DONE


def test_every_rule_has_a_code_of_its_own() -> None:
    """Codes are stored with verdicts and compared between nodes; one may be told in two sentences."""
    codes = [
        str(f.__dict__["code"]) for f in _faults(crdt.errors.RuleBroken) if "code" in f.__dict__
    ]
    assert len(set(codes)) == len(codes)
    assert crdt.errors.RuleBroken.code not in codes
