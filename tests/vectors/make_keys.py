"""Vectors of the ground floor: canonical bytes, keys, signatures, cards, sealing."""

from __future__ import annotations

from keys import canonical, cose
from keys.canonical import Plain
from keys.card import CARD, DELEGATION, Delegation
from keys.certificate import make_certificate
from keys.identity import did_key, fingerprint
from keys.seal import SealingKey, key_id, x25519_public
from tests.support.people import identity, seed, signing_key
from tests.vectors.shapes import Json, shown
from tests.vectors.story import TOWNS, card_of

GOOD: list[Plain] = [
    None, False, True,
    0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1,
    -1, -24, -25, -256, -257, -(2**63),
    b"", b"\x00", b"x" * 23, b"x" * 24, b"y" * 256,
    "", "a", "睦邻", "é", "Ω", "𠀋", "e" * 24,
    [], [[]], [1, [2, [b"3", "四"]], None], [[[[[[[[]]]]]]]], list(range(24)), [0] * 300,
]  # fmt: skip

BAD: dict[str, str] = {
    "1801": "one in a longer head than needed",
    "190018": "twenty-four in a longer head than needed",
    "1b00000000ffffffff": "a longer head than needed",
    "1b8000000000000000": "2^63 is out of range",
    "3b8000000000000000": "-2^63-1 is out of range",
    "580161": "a byte string with a longer head than needed",
    "7801": "cut short",
    "": "nothing",
    "0101": "bytes after the value",
    "9f01ff": "an array of indefinite length",
    "5f4101ff": "a byte string of indefinite length",
    "7f6161ff": "a text of indefinite length",
    "a0": "a map",
    "a10101": "a map",
    "c11a514b67b0": "a tag",
    "d9d9f701": "a tag",
    "f7": "undefined",
    "f0": "an unassigned simple value",
    "f818": "an unassigned simple value",
    "f93c00": "a float",
    "fb3ff0000000000000": "a float",
    "ff": "a break without a beginning",
    "1c": "a reserved head",
    "62c328": "no UTF-8",
    "63eda080": "a lone surrogate",
    "6365cc81": "text that is not NFC",
    "64f09e": "a text cut short",
    "64f090bbbd": "a character younger than Unicode 14 that composes",
    "818181818181818180": "nine levels",
    "9bffffffffffffffff": "an array of more items than there are bytes",
    "5bffffffffffffffff": "a string longer than the data",
}


def canonical_vectors() -> Json:
    return {
        "good": [{"value": shown(v), "hex": canonical.encode(v).hex()} for v in GOOD],
        "bad": [{"hex": data, "why": why} for data, why in BAD.items()],
    }


WEAK_KEYS = {
    "01" + "00" * 31: "the neutral point: order 1",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "order 2",
    "00" * 32: "order 4",
    "00" * 31 + "80": "order 4",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05": "order 8",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85": "order 8",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a": "order 8",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa": "order 8",
    "01" + "00" * 30 + "80": "the neutral point with a sign",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "y is p: not reduced",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f": "y is p+1: not reduced",
    "ff" * 32: "y is not reduced",
    "02" + "00" * 31: "no point of the curve",
    "58" + "66" * 30: "31 bytes",
}


def key_vectors() -> Json:
    signing = [signing_key(name) for name, *_ in TOWNS]
    secret = SealingKey(seed("vectors", "sealing"))
    nonce, aad = seed("vectors", "nonce", size=12), b"what it is bound to"
    return {
        "ed25519": [
            {
                "seed": key.seed.hex(),
                "public": key.public.hex(),
                "did": did_key(key.public),
                "fingerprint": fingerprint(key.public),
            }
            for key in signing
        ],
        "weak": [{"public": key, "why": why} for key, why in WEAK_KEYS.items()],
        "no_did": [
            "did:key:" + did_key(signing[0].public).removeprefix("did:key:z"),
            did_key(signing[0].public).replace("z6Mk", "z16Mk", 1),
            did_key(signing[0].public)[:-1],
            did_key(signing[0].public) + "0",
            did_key(bytes.fromhex("01" + "00" * 31)),
        ],
        "sealing": {
            "key": secret.secret.hex(),
            "id": key_id(secret.secret).hex(),
            "nonce": nonce.hex(),
            "aad": aad.hex(),
            "plain": "睦邻".encode().hex(),
            "sealed": secret.seal(nonce, "睦邻".encode(), aad).hex(),
        },
        "x25519": {
            "private": seed("vectors", "x25519").hex(),
            "public": x25519_public(seed("vectors", "x25519")).hex(),
        },
    }


def cose_vectors() -> Json:
    key = signing_key("三江口镇")
    payload = canonical.encode(["what is signed", 1])
    good = cose.sign(key, payload, "mulin/head/1").raw
    head, tail = good[:6], good[6:]
    assert head.hex() == "8443a10127a0"
    bad = {
        "signed for another purpose": cose.sign(key, payload, "mulin/card/1").raw,
        "signed by another key": cose.sign(signing_key("马蚌镇"), payload, "mulin/head/1").raw,
        "the payload was changed": good.replace(b"what", b"that"),
        "the signature was changed": good[:-1] + bytes([good[-1] ^ 1]),
        "another algorithm": good.replace(b"\xa1\x01\x27", b"\xa1\x01\x26", 1),
        "an unprotected header": bytes.fromhex("8443a10127a10300") + tail,
        "tagged": b"\xd2" + good,
        "a longer head for the payload": head + b"\x58\x12" + tail[1:],
        "no payload": head + b"\xf6" + good[-66:],
        "bytes after it": good + b"\x00",
        "cut short": good[:-1],
        "nothing": b"",
    }
    return {
        "seed": key.seed.hex(),
        "public": key.public.hex(),
        "purpose": "mulin/head/1",
        "payload": payload.hex(),
        "raw": good.hex(),
        "digest": cose.Signed(good).digest.hex(),
        "bad": [{"raw": raw.hex(), "why": why} for why, raw in bad.items()],
    }


def card_vectors() -> Json:
    made = []
    for town in TOWNS:
        who, card = identity(town[0]), card_of(*town)
        delegation = Delegation.make(who.township, who.device)
        made.append(
            {
                "name": card.name,
                "code": card.code,
                "addresses": list(card.addresses),
                "township_seed": who.township.seed.hex(),
                "township": card.township.hex(),
                "sign_seed": who.device.sign.seed.hex(),
                "device": who.device.id.hex(),
                "tls_seed": who.device.tls.seed.hex(),
                "tls_public": who.device.tls.public.hex(),
                "certificate": make_certificate(who.device.tls).hex(),
                "hpke_private": who.device.hpke.hex(),
                "hpke_public": delegation.hpke_public.hex(),
                "delegation": delegation.raw.hex(),
                "card": card.raw.hex(),
                "text": card.text(),
            }
        )
    der = make_certificate(identity(TOWNS[0][0]).device.tls)
    other = make_certificate(identity(TOWNS[1][0]).device.tls)
    bad = {
        "the signature was changed": der[:-1] + bytes([der[-1] ^ 1]),
        "signed by another": der[:-64] + other[-64:],
        "another serial": der.replace(b"\x02\x08\x00", b"\x02\x08\x01", 1),
        "it expires": der.replace(b"29991231", b"20291231"),
        "bytes after it": der + b"\x00",
        "cut short": der[:-1],
        "nothing": b"",
    }
    return {
        "purposes": {"delegation": DELEGATION, "card": CARD},
        "cards": made,
        "bad_certificates": [{"der": raw.hex(), "why": why} for why, raw in bad.items()],
    }
