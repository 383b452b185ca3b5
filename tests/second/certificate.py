"""Second implementation: certificates, checked with hashlib and `cryptography` and nothing of ours.

Written from protocol/SPEC.md alone ("A certificate"). `python certificate.py FILE` prints what holds, and
ends with 1 where nothing does. It imports no other module of this folder either: whoever wants to check a
certificate may take this one file.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

RECORD = 1
PLACE = "confirmed"
_MARK = "mulin-proof:"
_SIGNED = bytes.fromhex("8443a10127a0")


class Bad(Exception):
    """What is shown proves nothing."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise Bad(what)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# --- canonical bytes ---------------------------------------------------------------------------


def encode(value: Any) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        raw = value.encode()
        return head(3, len(raw)) + raw
    return head(4, len(value)) + b"".join(map(encode, value))


def head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = 1 if number < 1 << 8 else 2 if number < 1 << 16 else 4 if number < 1 << 32 else 8
    return bytes([major << 5 | 24 + (1, 2, 4, 8).index(size)]) + number.to_bytes(size, "big")


def read(data: bytes, at: int = 0, level: int = 8) -> tuple[Any, int]:
    """(value, where it ends). What is not in shortest form is found by writing it again."""
    need(at < len(data), "cut short")
    major, info = data[at] >> 5, data[at] & 31
    if major == 7:
        need(info in (20, 21, 22), "simple value")
        return {20: False, 21: True, 22: None}[info], at + 1
    size = 0 if info < 24 else {24: 1, 25: 2, 26: 4, 27: 8}.get(info, -1)
    need(size >= 0 and major < 5, "cbor")
    number = info if size == 0 else int.from_bytes(data[at + 1 : at + 1 + size], "big")
    at += 1 + size
    if major < 2:
        return (number if major == 0 else -1 - number), at
    if major == 4:
        need(level > 0 and number <= len(data), "cbor")
        items = []
        for _ in range(number):
            item, at = read(data, at, level - 1)
            items.append(item)
        return items, at
    end = at + number
    need(end <= len(data), "cut short")
    if major == 2:
        return data[at:end], end
    text = data[at:end].decode("utf-8", errors="strict")
    need(unicodedata.normalize("NFC", text) == text, "text")
    return text, end


def decode(data: bytes) -> Any:
    try:
        value, end = read(data)
    except UnicodeDecodeError as fault:
        raise Bad("text") from fault
    need(end == len(data) and encode(value) == data, "not canonical")
    return value


def fields(value: Any, *types: Any) -> list[Any]:
    need(isinstance(value, list) and len(value) == len(types), "shape")
    for part, of in zip(value, types, strict=True):
        need(type(part) in (of if isinstance(of, tuple) else (of,)), "type")
    return list(value)


# --- signatures --------------------------------------------------------------------------------


def claimed(signed: bytes) -> bytes:
    need(signed.startswith(_SIGNED) and signed[-66:-64] == b"\x58\x40", "signature form")
    body = decode(signed[len(_SIGNED) : -66])
    need(isinstance(body, bytes), "signature form")
    return bytes(body)


def verified(signed: bytes, key: bytes, purpose: str) -> Any:
    """The signed value, once the signature holds."""
    body = claimed(signed)
    message = encode(["Signature1", b"\xa1\x01\x27", purpose.encode(), body])
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed[-64:], message)
    except (InvalidSignature, ValueError) as fault:
        raise Bad(f"signature {purpose}") from fault
    return decode(body)


def card(signed: bytes) -> tuple[bytes, str, set[bytes]]:
    """(township, name, devices that it lets write for it)."""
    shape = (int, bytes, str, str, list, list)
    township = fields(decode(claimed(signed)), *shape)[1]
    said = fields(verified(signed, township, "mulin/card/1"), *shape)
    devices = set()
    for delegation in said[4]:
        need(type(delegation) is bytes, "delegation")
        told = verified(delegation, township, "mulin/delegation/1")
        version, owner, device, _, _ = fields(told, int, bytes, bytes, bytes, bytes)
        need(version == 1 and owner == township, "delegation")
        devices.add(device)
    return township, said[2], devices


# --- the certificate ---------------------------------------------------------------------------


def header(raw: bytes) -> list[Any]:
    maybe = (bytes, type(None))
    types = (int, bytes, bytes, bytes, int, maybe, int, int, int, maybe, list, bytes, int, bytes)
    said = fields(decode(raw), *types)
    need(said[0] == 1, "format")
    return said


def party(plain: Any, record: bytes, digest: bytes) -> tuple[bytes, str, bytes]:
    """(township, its name, ledger), once it is shown that the township confirmed this hash."""
    card_raw, key, payload, raws, signed = fields(plain, bytes, bytes, bytes, list, bytes)
    township, name, devices = card(card_raw)
    need(1 <= len(raws) <= 512 and all(type(raw) is bytes for raw in raws), "headers")
    chain = [header(raw) for raw in raws]
    first = chain[0]
    need(first[2] in devices, "device of another township")
    for below, at, above in zip(raws, chain, chain[1:], strict=False):
        need(above[1:4] == at[1:4] and above[4] == at[4] + 1, "chain")
        need(above[5] == sha256(below), "chain")
    told = fields(
        verified(signed, first[2], "mulin/head/1"),
        *(bytes, bytes, bytes, int, bytes, (bytes, type(None))),
    )
    need(told[:5] == [*first[1:4], chain[-1][4], sha256(raws[-1])], "head")
    need(first[8] == RECORD and first[9] == record, "record")
    need(first[12] == len(payload) and first[13] == sha256(payload), "payload")
    need(len(key) == 32 and first[11] == sha256(b"mulin/key/1" + key), "key")
    try:
        plain_text = AESGCM(key).decrypt(payload[:12], payload[12:], encode(first[:12]))
    except (InvalidTag, ValueError) as fault:
        raise Bad("opens nothing") from fault
    operations = fields(decode(plain_text), int, str, str, bytes, list)[4]
    need(len(operations) == 1, "says more than that")
    verb, place, value, _ = fields(operations[0], str, str, bytes, list)
    need((verb, place) == ("set", f"{PLACE}/{township.hex()}"), "says something else")
    need(value == digest, "confirms another text")
    return township, name, first[1]


# --- the text ----------------------------------------------------------------------------------


def _line(limit: int, lines: bool) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        if type(value) is not str or not 1 <= len(value) <= limit or len(value.encode()) > 16384:
            return False
        blank = all(unicodedata.category(c) == "Zs" or c == "\n" for c in value)
        return not blank and not any(refused(c, lines) for c in value)

    return fits


def refused(char: str, lines: bool) -> bool:
    if char == "\n":
        return not lines
    young = any(first <= ord(char) <= last for first, last in _YOUNG)
    return young or unicodedata.category(char) in _REFUSED


def _day(value: Any) -> bool:
    if type(value) is not str or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return False
    try:
        datetime.date(*map(int, value.split("-")))
    except ValueError:
        return False
    return True


_REFUSED = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_YOUNG = (
    (0x10EFD, 0x10EFF), (0x11F41, 0x11F42), (0x13439, 0x1343F), (0x1E08F, 0x1E08F), (0x1E4EC, 0x1E4EF),
)  # fmt: skip
_TERM = {
    "no": lambda value: type(value) is int and value >= 0,
    "text": _line(2000, lines=True),
}


def _terms(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, list) and all(_pair(pair, _TERM) for pair in item) for item in value
    )


def _pair(pair: Any, of: Mapping[str, Callable[[Any], bool]]) -> bool:
    if not isinstance(pair, list) or len(pair) != 2 or type(pair[0]) is not str:
        return False
    return pair[0] in of and of[pair[0]](pair[1])


_AGREED: dict[str, Callable[[Any], bool]] = {
    "form": lambda value: value in ("written", "oral"),
    "facts": _line(4000, lines=True),
    "points": _line(4000, lines=True),
    "terms": _terms,
    "manner": _line(200, lines=False),
    "place": _line(200, lines=False),
    "perform_by": _day,
}


def check(raw: bytes) -> tuple[bytes, list[Any], list[str]]:
    """(hash, text, names of the townships that confirmed it). Raises Bad."""
    version, text, parties = fields(decode(raw), int, list, list)
    need(version == 3 and len(raw) <= 4 << 20, "another kind of proof")
    need(1 <= len(parties) <= 128, "number of townships")
    kind, record, said = fields(text, str, bytes, list)
    need(kind == "agreement" and len(record) == 16, "another kind of record")
    need(all(_pair(pair, _AGREED) for pair in said), "text")
    need(len({pair[0] for pair in said}) == len(said), "text")
    digest = sha256(b"mulin/agreed/1" + encode(text))
    found = [party(one, record, digest) for one in parties]
    townships = [one[0] for one in found]
    need(found and townships == sorted(set(townships)), "order of townships")
    need(len({one[2] for one in found}) == 1, "several ledgers")
    return digest, text, [one[1] for one in found]


_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def fingerprint(key: bytes) -> str:
    number = int.from_bytes(sha256(b"mulin/fingerprint/1" + key), "big")
    groups = []
    for _ in range(5):
        number, four = divmod(number, 10000)
        row = "0"
        for digit in f"{four:04}":
            row = _DAMM[int(row)][int(digit)]
        groups.append(f"{four:04}{row}")
    return " ".join(groups)


def unpack(data: bytes) -> tuple[bytes, list[str]]:
    """(what the line that counts holds, the lines for people)."""
    lines = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").split("\n")
    bodies = [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]
    need(len(bodies) == 1, "no proof in it")
    try:
        raw = base64.b64decode(bodies[0] + "=" * (-len(bodies[0]) % 4), b"-_", validate=True)
    except ValueError as fault:
        raise Bad("base64") from fault
    need(base64.urlsafe_b64encode(raw).decode().rstrip("=") == bodies[0], "spelling")
    return raw, [line for line in lines if line.startswith("#")]


def called(card_raw: bytes) -> str:
    _, township, name, code, _, _ = decode(claimed(card_raw))
    return f"{name} {code}  {fingerprint(township)}"


def lines_for(raw: bytes, digest: bytes) -> list[str]:
    """What the file says to people, by the specification."""
    _, _, parties = fields(decode(raw), int, list, list)
    return [
        "# 睦邻 Mulin：各乡镇确认过的文本 · certificate of a text that townships confirmed",
        f"# 文本校验值 hash of the text  {digest.hex()}",
        *(f"# 确认 confirmed  {called(one[0])}" for one in parties),
        "# 里面有协议全文，只交给该看的人 · it holds the whole text: give it to nobody else",
        "# 核对 check it:  mulin proof check",
    ]


def of_file(data: bytes) -> tuple[bytes, list[Any], list[str]]:
    """`check` of what a file holds, and of every line in it."""
    raw, told = unpack(data)
    found = check(raw)
    need(not told or told == lines_for(raw, found[0]), "the lines beside it say something else")
    return found


def accepts(data: bytes) -> bool:
    try:
        of_file(data)
    except Bad:
        return False
    return True


def main(name: str) -> int:
    with open(name, "rb") as file:
        data = file.read()
    try:
        digest, text, names = of_file(data)
    except Bad as fault:
        sys.stdout.write(f"proves nothing: {fault}\n")
        return 1
    lines = [digest.hex(), *(f"{part} {value!r}" for part, value in text[2])]
    sys.stdout.write("\n".join([*lines, f"confirmed by {', '.join(names)}", ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
