"""A certificate as a file that people send each other: every byte of it counts, not the signed line alone."""

from __future__ import annotations

import pytest

from crdt import certificate
from crdt.agreed import hash_of
from crdt.certificate import Party
from crdt.entry import RecordId
from crdt.errors import NoProof
from crdt.operations import Set
from keys.canonical import Plain
from node.exchange import certificate_file, proof_line, read_proof
from node.paths import path_above
from node.writing import Opening
from tests.node.test_certificate import certified, confirmed
from tests.second import certificate as second
from tests.support.forging import forge, invented, says
from tests.support.townships import POST, Town, together


def test_every_byte_of_the_file_counts_to_both_who_check_it() -> None:
    """What people read beside it (hash, names, fingerprints) is not to be another than what it proves."""
    towns, made = confirmed()
    raw = certified(towns[0], made)
    whole = certificate_file(raw, certificate.check(raw)).encode()
    alone = proof_line(raw).encode()
    for kept in (
        whole,
        alone,
        whole.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + whole,
        whole.strip(),
    ):
        assert read_proof(kept) == certificate.check(raw)
        assert second.accepts(kept)
    head = len(whole) - len(alone)
    for at in [*range(head), *range(head, len(whole), 97)]:
        for bit in (1, 1 << at % 8, 0x20):
            altered = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
            with pytest.raises(NoProof):
                read_proof(altered)
            assert not second.accepts(altered), at
    added = whole + "# 指纹 00000\n".encode()
    with pytest.raises(NoProof):
        read_proof(added)
    assert not second.accepts(added)


def _shown(town: Town, record: RecordId, said: list[Plain]) -> bytes:
    """A certificate of any text, which the town confirmed indeed."""
    text: list[Plain] = ["agreement", record, said]
    key = invented("its own")
    confirmed = says(Set(f"confirmed/{town.ledger.me.hex()}", hash_of(text)))
    heads = town.service.record(town.ledger, record).heads()
    entry = forge(town, record, key, confirmed, parents=heads)
    number = town.service.ground.log.number(town.ledger.n, entry.log)
    assert number is not None
    assert entry.payload is not None
    headers, head = path_above(town.service.ground.log, number, entry.id)
    assert head is not None
    party = Party(town.service.card(), key.secret, entry.payload, tuple(headers), head)
    return certificate.pack(text, [party])


@pytest.mark.parametrize(
    "said",
    (
        [["facts", "\x1b[2J"]],
        [["\x1b[2Jfacts", "x"]],
        [["facts", 1]],
        [["facts", None]],
        [["facts", ""]],
        [["facts", "　"]],
        [["facts", "x"], ["facts", "y"]],
        [["terms", "x"]],
        [["terms", [["no", 1]]]],
        [["terms", [[["no", "1"]]]]],
        [["terms", [[["colour", 1]]]]],
        [["signatures", "x"]],
        [["form", "spoken"]],
        [["perform_by", "2024-02-30"]],
        [["manner", "a\nb"]],
        [1],
    ),
)
def test_what_is_no_text_is_refused_by_both_though_somebody_confirmed_it(said: list[Plain]) -> None:
    town, _ = together(2)
    case = town.create()
    made = town.service.create(
        town.ledger, "agreement", {"form": "written"}, POST, opening=Opening(case)
    )
    raw = _shown(town, made, said)
    with pytest.raises(NoProof):
        certificate.check(raw)
    with pytest.raises(second.Bad):
        second.check(raw)


def test_a_text_that_is_one_is_accepted_by_both() -> None:
    town, _ = together(2)
    case = town.create()
    made = town.service.create(
        town.ledger, "agreement", {"form": "written"}, POST, opening=Opening(case)
    )
    good: list[Plain] = [
        ["form", "oral"],
        ["facts", "甲方1\n乙方1"],
        ["terms", [[["no", 1], ["text", "付款"]]]],
        ["perform_by", "2024-02-29"],
    ]
    raw = _shown(town, made, good)
    assert certificate.check(raw).hash == second.check(raw)[0]
