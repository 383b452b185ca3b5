"""What statements and deeds are made of: fences, wrapped keys, ids and numbers, read strictly. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from crdt.entry import ID_BYTES, INCARNATION_BYTES, EntryId, Incarnation
from crdt.errors import MalformedEntry
from keys.canonical import Plain
from keys.identity import DeviceId
from keys.limits import DEVICES_PER_LEDGER, INT_MAX, LOGS_PER_LEDGER


@dataclass(frozen=True, slots=True)
class Fence:
    """How far a log of somebody was verified here: the last entry of one branch of it."""

    device: DeviceId
    incarnation: Incarnation
    seq: int
    entry: EntryId

    def plain(self) -> list[Plain]:
        return [self.device, self.incarnation, self.seq, self.entry]


def read_wraps(listed: list[Plain]) -> tuple[tuple[DeviceId, bytes], ...]:
    """Raises MalformedEntry."""
    if len(listed) > DEVICES_PER_LEDGER:
        raise MalformedEntry(why="wrap")
    return tuple(_wrap(w) for w in listed)


def _wrap(item: Plain) -> tuple[DeviceId, bytes]:
    match item:
        case [bytes() as device, bytes() as wrapped] if len(wrapped) <= 256:
            return DeviceId(read_id(device)), wrapped
    raise MalformedEntry(why="wrap")


def read_fences(listed: list[Plain], most: int = LOGS_PER_LEDGER) -> tuple[Fence, ...]:
    """Raises MalformedEntry."""
    if len(listed) > most:
        raise MalformedEntry(why="fences")
    return tuple(_fence(item) for item in listed)


def _fence(item: Plain) -> Fence:
    match item:
        case [bytes() as device, bytes() as incarnation, int() as seq, bytes() as entry] if (
            len(incarnation) == INCARNATION_BYTES
        ):
            here = Incarnation(incarnation)
            return Fence(
                DeviceId(read_id(device)), here, read_count(seq, INT_MAX), EntryId(read_id(entry))
            )
    raise MalformedEntry(why="fence")


def read_id(raw: Plain) -> bytes:
    if not isinstance(raw, bytes) or len(raw) != ID_BYTES:
        raise MalformedEntry(why="size of an id")
    return raw


def read_count(number: int, most: int) -> int:
    if type(number) is bool or not 0 <= number <= most:
        raise MalformedEntry(why="number")
    return number
