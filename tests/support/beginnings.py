"""Headers that begin records, of whomever and about nothing that is anywhere: orders name records by them."""

from __future__ import annotations

from crdt.entry import EntryId, EntryType, Header, Incarnation, LedgerId
from keys.identity import DeviceId
from keys.seal import KeyId
from tests.support.people import seed


def header(ledger: LedgerId, device: DeviceId, label: object, epoch: int = 0) -> Header:
    """As an honest device would have written it; another label, another record."""
    return Header(
        ledger,
        device,
        Incarnation(seed("incarnation", device.hex(), size=16)),
        1,
        EntryId(seed("before", label)),
        epoch,
        1_700_000_000_000,
        EntryType.RECORD,
        None,
        (),
        KeyId(seed("key", label)),
        100,
        seed("payload", label),
    )


def begun(ledger: LedgerId, device: DeviceId, label: object, epoch: int = 0) -> bytes:
    """The bytes of such a header."""
    return header(ledger, device, label, epoch).encode()
