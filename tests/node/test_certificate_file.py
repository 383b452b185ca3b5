"""A certificate as a file that people send each other: every byte of it counts, not the signed line alone."""

from __future__ import annotations

import pytest

from crdt import certificate
from crdt.errors import NoProof
from node.exchange import certificate_file, proof_line, read_proof
from tests.node.test_certificate import certified, confirmed
from tests.second import certificate as second


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
