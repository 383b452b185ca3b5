"""Checkpoints: a device's signature over a position of its log, vouching for everything before. Pure.

One verify (110 µs) covers a whole run of entries, each of which costs a hash (0.6 µs). Two heads of one
log and incarnation that do not lie on one chain are the proof of a fork.
"""

from __future__ import annotations

from crdt.entry import ID_BYTES, INCARNATION_BYTES, Entry, EntryId, Incarnation, LedgerId
from crdt.errors import MalformedEntry
from keys import canonical, cose
from keys.identity import DeviceId, SigningKey
from keys.value import value

HEAD = "mulin/head/1"
CHECKPOINT_MAX_BYTES = 512


@value
class Checkpoint:
    """A verified head. `raw` is the COSE_Sign1; `previous` the SHA-256 of the one before, or None."""

    ledger: LedgerId
    device: DeviceId
    incarnation: Incarnation
    seq: int
    entry: EntryId
    previous: bytes | None
    raw: bytes

    @property
    def digest(self) -> bytes:
        return cose.Signed(self.raw).digest

    @property
    def signature(self) -> bytes:
        """All of it that does not follow from the other fields (`restore_checkpoint`)."""
        return cose.Signed(self.raw).signature


def restore_checkpoint(
    ledger: LedgerId,
    device: DeviceId,
    incarnation: Incarnation,
    seq: int,
    entry: EntryId,
    previous: bytes | None,
    signature: bytes,
) -> Checkpoint:
    """A checkpoint that was verified when it was stored, from its parts. It checks nothing: not for peers."""
    body = canonical.encode([ledger, device, incarnation, seq, entry, previous])
    raw = cose.joined(body, signature).raw
    return Checkpoint(ledger, device, incarnation, seq, entry, previous, raw)


def sign_checkpoint(key: SigningKey, entry: Entry, previous: bytes | None) -> Checkpoint:
    """The head of `entry`'s log at `entry`; `previous`: digest of the checkpoint before it."""
    h = entry.header
    body = canonical.encode([h.ledger, h.device, h.incarnation, h.seq, entry.id, previous])
    raw = cose.sign(key, body, HEAD).raw
    return Checkpoint(h.ledger, h.device, h.incarnation, h.seq, entry.id, previous, raw)


def verify_checkpoint(raw: bytes, device: DeviceId) -> Checkpoint:
    """Raises BadSignature, NotCanonical, MalformedEntry unless `device` signed it."""
    body = cose.Signed(raw).verified(device, HEAD)
    match canonical.decode_list(body, CHECKPOINT_MAX_BYTES):
        case [
            bytes() as ledger,
            bytes() as signer,
            bytes() as incarnation,
            int() as seq,
            bytes() as entry,
            (None | bytes()) as previous,
        ] if signer == device and _fits(ledger, incarnation, seq, entry, previous):
            return Checkpoint(
                LedgerId(ledger),
                device,
                Incarnation(incarnation),
                seq,
                EntryId(entry),
                previous,
                raw,
            )
    raise MalformedEntry(why="checkpoint")


def _fits(
    ledger: bytes, incarnation: bytes, seq: int, entry: bytes, previous: bytes | None
) -> bool:
    """Whether the fields have their sizes; a boolean is no number."""
    sizes = [len(ledger), len(entry), len(entry if previous is None else previous)]
    return (
        sizes == [ID_BYTES] * 3
        and len(incarnation) == INCARNATION_BYTES
        and type(seq) is int
        and seq >= 0
    )
