"""The messages of a session and their plain form: one class a message, its number on the wire. Pure.

Ids are bytes of fixed length here; what they name is the ledger's business. A run travels as opaque
bytes: this folder moves it, the owner verifies it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeAlias

from keys import canonical
from keys.canonical import Plain
from keys.limits import LEDGERS_PER_SESSION, LOGS_PER_LEDGER, MARKS_PER_LOG, TIPS_PER_LOG
from protocol.errors import ProtocolError, Reason

Position: TypeAlias = tuple[int, bytes]
"""(seq, entry id)."""
LogName: TypeAlias = tuple[bytes, bytes]
"""(device, incarnation)."""
Vector: TypeAlias = dict[LogName, tuple[Position, ...]]
"""The tips of every log one side holds."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First word of each side: versions spoken, bytes it will take before an ack, where it listens, and
    per common ledger the digest of its vector. `pending`: ledgers that still lack a signature here."""

    versions: tuple[int, ...]
    window: int
    addresses: tuple[str, ...]
    ledgers: tuple[tuple[bytes, bytes], ...]
    pending: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Have:
    """All tips of every log, and the digest of my papers; sent only where the digests differ."""

    ledger: bytes
    vector: Vector
    papers: bytes = b""


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive entries of one log, closed by a checkpoint."""

    ledger: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """These tips are on disk here; `credit` more bytes of runs may be sent."""

    ledger: bytes
    credit: int
    tips: tuple[tuple[LogName, Position], ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """No more of this log in this session: its waiting room is full here."""

    ledger: bytes
    log: LogName


@dataclass(frozen=True, slots=True)
class Marks:
    """Positions of a log of mine, newest first, for finding the last one we share."""

    ledger: bytes
    log: LogName
    marks: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """The newest of your marks that I hold, or None."""

    ledger: bytes
    log: LogName
    position: Position | None


@dataclass(frozen=True, slots=True)
class Done:
    """All that I had when I read your vector has been sent."""

    ledger: bytes


@dataclass(frozen=True, slots=True)
class Share:
    """A ledger that came into being during the session, with the digest of my vector."""

    ledger: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """Something signed about who belongs to a ledger: its founding with the signatures gathered so far, or
    statements of its members. Sent ahead of entries by whom they let in."""

    papers: bytes


@dataclass(frozen=True, slots=True)
class Ping:
    number: int


@dataclass(frozen=True, slots=True)
class Pong:
    number: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last word, with a reason; `detail` is for the log and names nobody."""

    reason: int
    detail: str


Message: TypeAlias = (
    Hello | Have | Run | Ack | Stop | Marks | Common | Done | Share | Found | Ping | Pong | Goodbye
)

NUMBERS: dict[type[Message], int] = {
    Hello: 1, Have: 2, Run: 3, Ack: 4, Stop: 5, Marks: 6, Common: 7, Done: 8,
    Share: 9, Found: 10, Ping: 11, Pong: 12, Goodbye: 13,
}  # fmt: skip

_ID_BYTES = 32
_INCARNATION_BYTES = 16
_DIGEST_BYTES = 16
_VERSIONS_MAX = 16
_ADDRESS_MAX = 4
_ADDRESS_CHARACTERS = 100
_DETAIL_MAX = 200


def to_plain(message: Message) -> list[Plain]:
    return [NUMBERS[type(message)], *_fields(message)]


def _fields(message: Message) -> list[Plain]:
    match message:
        case Hello(versions, window, addresses, ledgers, pending):
            pairs: list[Plain] = [[ledger, digest] for ledger, digest in ledgers]
            return [list(versions), window, list(addresses), pairs, list(pending)]
        case Have(ledger, vector, papers):
            return [ledger, vector_plain(vector), papers]
        case Run(ledger, body):
            return [ledger, body]
        case Ack(ledger, credit, tips):
            return [ledger, credit, [[*log, *tip] for log, tip in tips]]
        case Stop(ledger, log):
            return [ledger, *log]
        case Marks(ledger, log, marks):
            return [ledger, *log, [list(mark) for mark in marks]]
        case Common(ledger, log, position):
            return [ledger, *log, None if position is None else list(position)]
        case Share(ledger, digest):
            return [ledger, digest]
        case Done(ledger):
            return [ledger]
        case Found(papers):
            return [papers]
        case Ping(number) | Pong(number):
            return [number]
        case Goodbye(reason, detail):
            return [int(reason), detail]


def vector_plain(vector: Vector) -> list[Plain]:
    """Sorted by log, tips sorted: one form, so that its hash can be compared."""
    return [[*log, [list(tip) for tip in sorted(tips)]] for log, tips in sorted(vector.items())]


def vector_digest(vector: Vector) -> bytes:
    """16 bytes that are equal exactly where the vectors are."""
    return hashlib.sha256(b"mulin/vector/1" + canonical.encode(vector_plain(vector))).digest()[:16]


def ledger_digest(vector: Vector, papers: bytes) -> bytes:
    """16 bytes that are equal exactly where vectors and papers are. `papers`: their digest, if there are any
    beyond the founding; most ledgers have none, and then it is the vector's."""
    digest = vector_digest(vector)
    return hashlib.sha256(b"mulin/state/1" + digest + papers).digest()[:16] if papers else digest


def from_plain(plain: list[Plain]) -> Message:
    """The message of a frame: of the one form that `to_plain` gives, else raises ProtocolError."""
    message = _parse(plain)
    if message is None or not _same(to_plain(message), plain):
        number = plain[0] if plain and type(plain[0]) is int else "?"
        raise ProtocolError(Reason.BAD_FRAME, f"message {number}")
    return message


def _same(made: Plain, came: Plain) -> bool:
    """Equal and without a boolean: to Python `true` is a 1, and no message has a truth value."""
    if isinstance(made, list) and isinstance(came, list):
        return len(made) == len(came) and all(map(_same, made, came))
    return made == came and type(came) is not bool


def _parse(plain: list[Plain]) -> Message | None:
    match plain:
        case [
            1,
            list() as versions,
            int() as window,
            list() as places,
            list() as shared,
            list() as wait,
        ]:
            return _hello(versions, window, places, shared, wait)
        case [2, bytes() as ledger, list() as logs, bytes() as papers] if (
            len(logs) <= LOGS_PER_LEDGER
        ):
            papers = _sized(papers, _DIGEST_BYTES if papers else 0)
            return Have(_id(ledger), dict(_log_tips(item) for item in logs), papers)
        case [3, bytes() as ledger, bytes() as body]:
            return Run(_id(ledger), body)
        case [4, bytes() as ledger, int() as credit, list() as tips] if (
            len(tips) <= LOGS_PER_LEDGER
        ):
            return Ack(_id(ledger), credit, tuple(_ack_tip(tip) for tip in tips))
        case [5, bytes() as ledger, bytes() as device, bytes() as incarnation]:
            return Stop(_id(ledger), _log(device, incarnation))
        case [6, bytes() as ledger, bytes() as device, bytes() as incarnation, list() as marks] if (
            0 < len(marks) <= MARKS_PER_LOG
        ):
            found = tuple(_position(m) for m in marks)
            return Marks(_id(ledger), _log(device, incarnation), found)
        case [7, bytes() as ledger, bytes() as device, bytes() as incarnation, last]:
            position = None if last is None else _position(last)
            return Common(_id(ledger), _log(device, incarnation), position)
        case [8, bytes() as ledger]:
            return Done(_id(ledger))
        case [9, bytes() as ledger, bytes() as digest]:
            return Share(_id(ledger), _sized(digest, _DIGEST_BYTES))
        case [10, bytes() as papers]:
            return Found(papers)
        case [11, int() as number]:
            return Ping(number)
        case [12, int() as number]:
            return Pong(number)
        case [13, int() as reason, str() as detail] if len(detail) <= _DETAIL_MAX:
            return Goodbye(reason, detail)
    return None


def _hello(
    versions: list[Plain],
    window: int,
    places: list[Plain],
    shared: list[Plain],
    pending: list[Plain],
) -> Hello:
    if len(shared) > LEDGERS_PER_SESSION or len(pending) > LEDGERS_PER_SESSION or window < 0:
        raise ProtocolError(Reason.LIMIT, "hello")
    if len(places) > _ADDRESS_MAX or len(versions) > _VERSIONS_MAX:
        raise ProtocolError(Reason.LIMIT, "hello")
    pairs: list[tuple[bytes, bytes]] = []
    for pair in shared:
        match pair:
            case [bytes() as ledger, bytes() as digest]:
                pairs.append((_id(ledger), _sized(digest, _DIGEST_BYTES)))
            case _:
                raise ProtocolError(Reason.BAD_FRAME, "hello")
    # What is left out here makes the message differ from what came, and `from_plain` refuses it.
    return Hello(
        tuple(v for v in versions if isinstance(v, int)),
        window,
        tuple(p for p in places if isinstance(p, str) and len(p) <= _ADDRESS_CHARACTERS),
        tuple(pairs),
        tuple(_id(p) for p in pending if isinstance(p, bytes)),
    )


def _log_tips(item: Plain) -> tuple[LogName, tuple[Position, ...]]:
    match item:
        case [bytes() as device, bytes() as incarnation, list() as tips] if (
            0 < len(tips) <= TIPS_PER_LOG
        ):
            return _log(device, incarnation), tuple(_position(tip) for tip in tips)
    raise ProtocolError(Reason.BAD_FRAME, "vector")


def _ack_tip(item: Plain) -> tuple[LogName, Position]:
    match item:
        case [bytes() as device, bytes() as incarnation, *position]:
            return _log(device, incarnation), _position(position)
    raise ProtocolError(Reason.BAD_FRAME, "ack")


def _position(item: Plain) -> Position:
    match item:
        case [int() as seq, bytes() as entry] if seq >= 0:
            return seq, _id(entry)
    raise ProtocolError(Reason.BAD_FRAME, "position")


def _log(device: bytes, incarnation: bytes) -> LogName:
    return _id(device), _sized(incarnation, _INCARNATION_BYTES)


def _id(raw: bytes) -> bytes:
    return _sized(raw, _ID_BYTES)


def _sized(raw: bytes, size: int) -> bytes:
    """Fixed sizes bound what a peer can make us remember."""
    if len(raw) != size:
        raise ProtocolError(Reason.BAD_FRAME, "size of an id")
    return raw
