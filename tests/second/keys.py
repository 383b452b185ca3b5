"""Second implementation: keys, signatures, sealing, cards, foundings. From protocol/SPEC.md."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.second.cbor import Bad, Value, array, decode_array, encode, raw, word, younger

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
REFUSED = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def key_is_sound(key: bytes) -> bool:
    """Whether an Ed25519 public key may be used."""
    if len(key) != 32:
        return False
    number = int.from_bytes(key, "little")
    sign, y = number >> 255, number % (1 << 255)
    if y >= P:
        return False
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    if root * root % P != square or (root == 0 and sign):
        return False
    x = root if root % 2 == sign else P - root
    for _ in range(3):
        product = D * x * x * y * y
        x, y = (
            2 * x * y * pow(1 + product, P - 2, P) % P,
            (y * y + x * x) * pow(1 - product, P - 2, P) % P,
        )
    return (x, y) != (0, 1)


def did(key: bytes) -> str:
    number, text = int.from_bytes(b"\xed\x01" + key, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "did:key:z" + text


def fingerprint(key: bytes) -> str:
    number = int.from_bytes(sha256(b"mulin/fingerprint/1", key), "big")
    groups = []
    for _ in range(5):
        digits = f"{number % 10000:04}"
        check = "0"
        for digit in digits:
            check = DAMM[int(check)][int(digit)]
        groups.append(digits + check)
        number //= 10000
    return " ".join(groups)


# --- signatures -------------------------------------------------------------------------------


def _signed_bytes(payload: bytes, purpose: str) -> bytes:
    return encode(["Signature1", b"\xa1\x01\x27", purpose.encode(), payload])


def sign(seed: bytes, payload: bytes, purpose: str) -> bytes:
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_signed_bytes(payload, purpose))
    return bytes.fromhex("8443a10127a0") + encode(payload) + b"\x58\x40" + signature


def claimed(signed: bytes) -> bytes:
    """The payload of a COSE_Sign1 of the one layout, before its signature is checked."""
    head, signature = bytes.fromhex("8443a10127a0"), signed[-64:]
    middle = signed[len(head) : -66]
    payload = raw(decode_array(b"\x81" + middle)[0])
    if head + encode(payload) + b"\x58\x40" + signature != signed:
        raise Bad("no COSE_Sign1 of ours")
    return payload


def opened(signed: bytes, key: bytes, purpose: str) -> bytes:
    """The payload of a COSE_Sign1 that `key` signed for this purpose."""
    payload = claimed(signed)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(
            signed[-64:], _signed_bytes(payload, purpose)
        )
    except (InvalidSignature, ValueError) as fault:
        raise Bad("signature") from fault
    return payload


# --- sealing ----------------------------------------------------------------------------------


def key_id(key: bytes) -> bytes:
    return sha256(b"mulin/key/1", key)


def seal(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    return nonce + AESGCM(key).encrypt(nonce, plain, aad)


def unseal(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)
    except (InvalidTag, ValueError) as fault:
        raise Bad("does not open") from fault


def _extract(salt: bytes, suite: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, "sha256")


def _expand(secret: bytes, suite: bytes, label: bytes, info: bytes, size: int) -> bytes:
    said = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, said + b"\x01", "sha256")[:size]


def unwrap(wrapped: bytes, private: bytes, info: bytes) -> bytes:
    """HPKE base mode of RFC 9180: KEM 0x0020, KDF 0x0001, AEAD 0x0002, one message, empty AAD."""
    mine = X25519PrivateKey.from_private_bytes(private)
    enc, sealed = wrapped[:32], wrapped[32:]
    shared = mine.exchange(X25519PublicKey.from_public_bytes(enc))
    kem = b"KEM\x00\x20"
    context = enc + mine.public_key().public_bytes_raw()
    prk = _extract(b"", kem, b"eae_prk", shared)
    secret = _expand(prk, kem, b"shared_secret", context, 32)
    suite = b"HPKE\x00\x20\x00\x01\x00\x02"
    hashed = _extract(b"", suite, b"psk_id_hash", b"") + _extract(b"", suite, b"info_hash", info)
    schedule = b"\x00" + hashed
    key_secret = _extract(secret, suite, b"secret", b"")
    key = _expand(key_secret, suite, b"key", schedule, 32)
    nonce = _expand(key_secret, suite, b"base_nonce", schedule, 12)
    try:
        return AESGCM(key).decrypt(nonce, sealed, b"")
    except InvalidTag as fault:
        raise Bad("does not open") from fault


# --- cards and foundings ----------------------------------------------------------------------


def refused(text: str, lines: bool) -> bool:
    """Whether a text holds characters that may not stand there."""
    return any(
        (unicodedata.category(c) in REFUSED and not (lines and c == "\n")) or younger(c)
        for c in text
    )


def is_name(text: str) -> bool:
    return 1 <= len(text) <= 60 and text.strip() == text and not refused(text, lines=False)


@dataclass(frozen=True)
class Device:
    """What a delegation says."""

    township: bytes
    device: bytes
    certificate: bytes
    hpke: bytes


def is_certificate(der: bytes) -> bool:
    """Whether these are exactly the bytes of a certificate, signed by the sound key that stands in it."""
    key, signature = der[-64 - 10 - 32 : -64 - 10], der[-64:]
    said = certificate_to_sign(key)
    body = said + bytes.fromhex("300506032b6570" + "034100") + signature
    if not key_is_sound(key) or der != b"\x30\x82" + len(body).to_bytes(2, "big") + body:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, said)
    except InvalidSignature:
        return False
    return True


def certificate_to_sign(key: bytes) -> bytes:
    tag = sha256(b"mulin/tls/1", key).hex()[:32]
    serial = int(tag[:15], 16) + 1
    shortest = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    name = bytes.fromhex("302b312930270603550403" + "0c20") + tag.encode()
    body = (
        bytes.fromhex("a003020102")
        + b"\x02"
        + bytes([len(shortest)])
        + shortest
        + bytes.fromhex("300506032b6570")
        + name
        + b"\x30\x20\x17\x0d000101000000Z\x18\x0f29991231000000Z"
        + name
        + bytes.fromhex("302a300506032b6570032100")
        + key
    )
    return b"\x30\x81" + bytes([len(body)]) + body


def read_delegation(signed: bytes, township: bytes) -> Device:
    body = array(decode_array(opened(signed, township, "mulin/delegation/1")), 5)
    device, certificate, hpke = raw(body[2], 32), raw(body[3]), raw(body[4], 32)
    if encode(body[0]) != b"\x01" or body[1] != township or not key_is_sound(device):
        raise Bad("delegation")
    if not is_certificate(certificate):
        raise Bad("certificate")
    try:
        probe = X25519PrivateKey.from_private_bytes(b"\x01" * 32)
        probe.exchange(X25519PublicKey.from_public_bytes(hpke))
    except ValueError as fault:
        raise Bad("exchange key") from fault
    return Device(township, device, certificate, hpke)


@dataclass(frozen=True)
class Card:
    """What a card says."""

    township: bytes
    name: str
    code: str
    devices: tuple[Device, ...]
    addresses: tuple[str, ...]


def read_card(signed: bytes) -> Card:
    body = array(decode_array(claimed(signed)), 6)
    township = raw(body[1], 32)
    if len(signed) > 8192 or not key_is_sound(township) or encode(body[0]) != b"\x01":
        raise Bad("card")
    opened(signed, township, "mulin/card/1")
    name, code = word(body[2]), word(body[3])
    if not is_name(name) or not re.fullmatch(r"[0-9]{9}|[0-9]{12}", code):
        raise Bad("name or code")
    devices = tuple(read_delegation(raw(d), township) for d in array(body[4]))
    addresses = tuple(word(a) for a in array(body[5]))
    if not 1 <= len(devices) <= 8 or len(addresses) > 4:
        raise Bad("too many")
    for address in addresses:
        found = re.fullmatch(r"[A-Za-z0-9.\-\[\]:]{1,80}:([0-9]{1,5})", address)
        if not found or int(found[1]) > 65535:
            raise Bad("address")
    return Card(township, name, code, devices, addresses)


@dataclass(frozen=True)
class Founding:
    """A founding record with its ledger id."""

    ledger: bytes
    name: str
    cards: tuple[Card, ...]
    key_id: bytes

    def township_of(self) -> dict[bytes, bytes]:
        """Of every member device: its township."""
        return {d.device: card.township for card in self.cards for d in card.devices}


def read_founding(data: bytes) -> Founding:
    body = array(decode_array(data), 5)
    cards = tuple(read_card(raw(c)) for c in array(body[3]))
    raw(body[2], 16)
    townships = [c.township for c in cards]
    devices = [d.device for c in cards for d in c.devices]
    certificates = {d.certificate for c in cards for d in c.devices}
    ordered = townships == sorted(set(townships)) and len(devices) == len(set(devices))
    if len(certificates) != len(devices):
        raise Bad("a certificate twice")
    if encode(body[0]) != b"\x01" or not is_name(word(body[1])) or not ordered:
        raise Bad("founding")
    if not 2 <= len(cards) <= 16 or len(devices) > 64:
        raise Bad("members")
    return Founding(sha256(b"mulin/ledger/1", data), word(body[1]), cards, raw(body[4], 32))


def read_invitation(data: bytes) -> tuple[Founding, set[bytes], dict[bytes, bytes]]:
    """(founding, townships that signed, wraps by device); every signature is checked."""
    body = array(decode_array(data), 3)
    founding = read_founding(raw(body[0]))
    signed: set[bytes] = set()
    for pair in array(body[1]):
        township, signature = (raw(x) for x in array(pair, 2))
        said: list[Value] = [founding.ledger]
        if opened(signature, township, "mulin/founding/1") != encode(said):
            raise Bad("signed something else")
        if township not in {c.township for c in founding.cards}:
            raise Bad("signed by no member")
        signed.add(township)
    wraps: dict[bytes, bytes] = {}
    for pair in array(body[2]):
        device, wrap = (raw(x) for x in array(pair, 2))
        wraps[device] = wrap
    if not wraps.keys() <= founding.township_of().keys():
        raise Bad("wrapped for no member")
    return founding, signed, wraps
