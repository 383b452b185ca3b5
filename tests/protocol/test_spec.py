"""protocol/SPEC.md says what the code does: its tables are compared with the code, its links with itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crdt import checkpoint, founding
from crdt import errors as crdt_errors
from crdt.kinds import KINDS
from crdt.kinds import types as kind_types
from crdt.schema import SCHEMA
from keys import card, identity, limits
from node import runtime
from protocol import bundle
from protocol import messages as m
from protocol.errors import REASON_TEXT, Reason
from protocol.phase import MAY_ARRIVE, Phase
from protocol.session import VERSIONS

ROOT = Path(__file__).resolve().parents[2]
SPEC = (ROOT / "protocol" / "SPEC.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading, up to the next of the same or a higher rank."""
    found = re.search(
        rf"^(##+) {re.escape(title)}\n(.*?)(?=^##? |\Z)", SPEC, re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"no section {title}"
    return found[2]


def rows(text: str) -> list[list[str]]:
    """The cells of a table's rows below its head."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if not set("".join(row)) <= set("-| ")][1:]


def test_the_phases_are_those_of_the_session() -> None:
    phases = list(Phase)
    generated = ["| message | " + " | ".join(p.value for p in phases) + " |"]
    generated.append("| --- " * (len(phases) + 1) + "|")
    for kind in sorted(m.NUMBERS, key=lambda kind: m.NUMBERS[kind]):
        marks = ["✓" if kind in MAY_ARRIVE[phase] else "–" for phase in phases]
        generated.append(f"| {kind.__name__} | " + " | ".join(marks) + " |")
    assert "\n".join(generated) in section("阶段 · Phases")


def test_the_goodbyes_are_those_of_the_code() -> None:
    table = {int(row[0]): row[1] for row in rows(section("告别 · Goodbyes"))}
    assert table == {int(reason): reason.name for reason in Reason}
    assert REASON_TEXT.keys() == set(Reason)


def test_the_limits_are_those_of_the_code() -> None:
    table = {row[0].strip("`"): row[1] for row in rows(section("限额 · Limits"))}
    declared = {name: value for name, value in vars(limits).items() if name.isupper()}
    assert table == {name: str(value) for name, value in declared.items()}


def test_the_messages_are_those_of_the_code() -> None:
    table = {row[1]: int(row[0]) for row in rows(section("消息 · Messages"))}
    assert table == {kind.__name__: number for kind, number in m.NUMBERS.items()}


def test_every_code_of_a_broken_rule_is_named() -> None:
    broken = [e for e in vars(crdt_errors).values() if isinstance(e, type)]
    codes = {e.code for e in broken if issubclass(e, crdt_errors.RuleBroken)} - {"rule"}
    assert len(codes) > 10
    text = section("判定 · Judging")
    listed = text[text.index("All codes:") :]
    assert set(re.findall(r"`([a-z-]+)`", listed)) - {"story.json"} == codes | {"payload"} | {
        "record-full"
    }


def test_every_type_of_a_field_is_explained() -> None:
    used = {type(f.type).__name__ for kind in KINDS.values() for f in kind.fields}
    for kind in KINDS.values():
        for declared in kind.fields:
            if isinstance(declared.type, kind_types.Items):
                used |= {type(of).__name__ for _, _, of in declared.type.fields}
    table = section("类型 · Kinds and types")
    explained = {name for row in rows(table) for name in re.findall(r"`(\w+)`", row[0])}
    assert used <= explained


@pytest.mark.parametrize(
    "word",
    (
        card.DELEGATION,
        card.CARD,
        founding.FOUNDING,
        checkpoint.HEAD,
        bundle.BUNDLE,
        *(f"mulin/{what}/1" for what in ("fingerprint", "key", "ledger", "actor", "vector")),
        *(f"mulin/{what}/1" for what in ("bundlekey", "chunk")),
        *(f"mulin/{what}/1" for what in ("conflict", "record", "digest", "wrap")),
        f"GET {runtime.PATH}",
        f"at most {runtime.MESSAGE_BYTES} bytes",
        f"highest known ({SCHEMA})",
        f"version {max(VERSIONS)} of the session",
    ),
)
def test_what_both_sides_must_spell_alike_stands_there(word: str) -> None:
    assert word in " ".join(SPEC.split())


def test_every_string_that_is_hashed_or_signed_with_stands_there() -> None:
    spoken = set()
    for folder in ("keys", "crdt", "protocol"):
        for file in (ROOT / folder).rglob("*.py"):
            spoken |= set(re.findall(r'"(mulin/[a-z]+/[0-9]+)"', file.read_text(encoding="utf-8")))
    assert len(spoken) > 10
    inside = {word for word in spoken if word not in SPEC}
    assert inside == {"mulin/keyfile/1"}, "this one never leaves its node"


def test_the_check_digits_are_those_of_the_code() -> None:
    assert re.findall(r"\b[0-9]{10}\b", section("密钥 · Keys")) == list(identity._DAMM)


def test_every_link_leads_somewhere() -> None:
    headings = re.findall(r"^##+ (.*)$", SPEC, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
    links = re.findall(r"\]\(#([^)]*)\)", SPEC)
    assert len(links) > 20
    assert set(links) <= anchors
    for path in re.findall(r"`(tests/[\w/.]*\.\w+)`", SPEC):
        assert (ROOT / path).exists(), path
