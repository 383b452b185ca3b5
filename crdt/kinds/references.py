"""Field types that name something else by its bytes: a township, a record, a file. Knows no kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crdt.errors import WHY_NOT_HASH, WHY_NOT_RECORD, WHY_NOT_TOWNSHIP
from crdt.kinds.types import FieldType, Scalar, Unfit
from keys.errors import Text


@dataclass(frozen=True, slots=True)
class _Bytes(FieldType):
    """So many bytes that name something else."""

    SIZE: ClassVar[int]
    WHY: ClassVar[Text]

    def check(self, value: Scalar) -> None:
        if type(value) is not bytes or len(value) != self.SIZE:
            raise Unfit(self.WHY)


@dataclass(frozen=True, slots=True)
class TownshipRef(_Bytes):
    """A member township, kept as its id."""

    SIZE, WHY = 32, WHY_NOT_TOWNSHIP


@dataclass(frozen=True, slots=True)
class RecordRef(_Bytes):
    """Another record of the ledger, kept as its id."""

    SIZE, WHY = 16, WHY_NOT_RECORD
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Hash(_Bytes):
    """SHA-256 of something that stands elsewhere; typed and shown in hex."""

    SIZE, WHY = 32, WHY_NOT_HASH

    def read(self, text: str) -> Scalar:
        try:
            return bytes.fromhex(text.strip())
        except ValueError:
            raise Unfit(WHY_NOT_HASH) from None
