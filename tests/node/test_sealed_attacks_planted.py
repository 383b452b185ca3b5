"""Planted bugs behind which the attacks on sealed records would work: each is found."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from crdt.entry import Entry, Header, RecordId
from crdt.erasure import Standing
from crdt.sealing import Sealing
from keys import seal
from keys.errors import CannotOpen, MulinError
from keys.identity import DeviceId
from keys.seal import KeyId, SealingKey
from node import seals
from node.ingest import Ingest
from node.ledgers import Ledger
from node.seals import Seals
from tests.node import test_sealed_attacks as attacks

# --- planted --------------------------------------------------------------------------------------


def _opens_anything(
    self: Seals, ledger: Ledger, record: RecordId, key_id: KeyId, wrapped: bytes
) -> SealingKey | None:
    private = self._ground.identity.device.hpke
    try:
        return SealingKey(
            seal.unwrap(
                wrapped, private, seals._info(ledger, record, key_id, DeviceId(ledger.device))
            )
        )
    except CannotOpen:
        return None


def _any_held(self: Sealing, held: Collection[KeyId], *_: object) -> KeyId | None:
    return max((k for k in self.keys.values() if k.id in held), key=lambda k: k.rank).id


@pytest.mark.parametrize(
    ("where", "name", "bug", "story"),
    (
        (Seals, "_unwrap", _opens_anything, attacks.test_a_key_under_another_keys_name_is_no_key),
        (
            Seals,
            "_unwrap",
            _opens_anything,
            attacks.test_one_ciphertext_for_two_keys_says_nothing_to_anybody,
        ),
        (
            seals,
            "_info",
            lambda *_: b"",
            attacks.test_a_wrap_lifted_from_another_record_or_device_gives_no_key,
        ),
        (
            seals,
            "_info",
            lambda _ledger, *rest: b"".join(rest[1:]),
            attacks.test_a_wrap_lifted_from_another_ledger_of_the_same_towns_gives_no_key,
        ),
        (
            Entry,
            "context",
            lambda _: b"",
            attacks.test_a_ciphertext_lifted_into_another_entry_or_record_is_void,
        ),
        (
            Seals,
            "hold",
            lambda *_: "",
            attacks.test_who_was_withdrawn_is_not_read_under_the_old_key,
        ),
        (
            Sealing,
            "to_write",
            _any_held,
            attacks.test_a_key_that_who_was_withdrawn_makes_for_the_others_is_not_written_under,
        ),
        (
            Ingest,
            "_without_erased",
            lambda _self, _ledger, run: run,
            attacks.test_a_header_alone_is_refused_unless_an_order_in_force_names_its_record,
        ),
        (
            Standing,
            "reaches",
            lambda self, begun: self.in_force and begun.record in self.homes,
            attacks.test_an_order_of_strangers_or_without_the_home_erases_nothing,
        ),
    ),
)
def test_planted_bugs_are_found(
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    bug: Callable[..., object],
    story: Callable[[], None],
) -> None:
    monkeypatch.setattr(where, name, bug)
    if name == "context":
        monkeypatch.setattr(Header, "context", bug)
    with pytest.raises((AssertionError, MulinError)):
        story()
