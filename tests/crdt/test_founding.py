"""Founding a ledger: everybody signs the same words, and only members' devices get the key."""

from __future__ import annotations

import dataclasses

import pytest

from crdt.errors import MalformedEntry
from crdt.founding import FOUNDING, Founding, Invitation, named_ledger
from keys import canonical, cose, seal
from keys.canonical import Plain
from keys.card import Card, Delegation, DeviceKeys
from keys.errors import BadName, BadSignature, CannotOpen, MulinError
from keys.identity import DeviceId, TownshipId
from keys.limits import MEMBERS_PER_LEDGER
from keys.seal import KeyId, SealingKey
from tests.support.damage import flipped, truncated
from tests.support.people import card, identity, seed, township_id

WHO = ("三江口镇", "鲁布革乡", "马蚌镇")
KEY = SealingKey(seed("ledger key"))
NONCE = seed("founding", size=16)


def _cards() -> list[Card]:
    return [card(name) for name in WHO]


def _founding() -> Founding:
    return Founding.make("三省联调", NONCE, _cards(), KEY.id)


def _invitation(signers: tuple[str, ...] = WHO) -> Invitation:
    founding = _founding()
    signatures = {township_id(n): founding.sign(identity(n).township) for n in signers}
    wraps = {d.device: founding.wrap_for(d, KEY) for d in founding.delegations().values()}
    return Invitation(founding, signatures, wraps)


def test_every_member_makes_the_same_ledger_whatever_the_order() -> None:
    one = _founding()
    two = Founding.make("三省联调", NONCE, list(reversed(_cards())), KEY.id)
    assert one == two
    assert Founding.parse(one.raw) == one
    assert [c.township for c in one.cards] == sorted(township_id(n) for n in WHO)
    assert set(one.delegations()) == {identity(n).device.id for n in WHO}
    others = (
        Founding.make("三省联调", seed("another", size=16), _cards(), KEY.id),
        Founding.make("两省联调", NONCE, _cards(), KEY.id),
        Founding.make("三省联调", NONCE, _cards()[:2], KEY.id),
        Founding.make("三省联调", NONCE, _cards(), KeyId(seed("another key"))),
    )
    assert len({one.id, *(f.id for f in others)}) == 5


def test_a_signature_is_of_a_member_for_this_ledger() -> None:
    founding = _founding()
    ours, stranger = identity(WHO[0]).township, identity("麻塘乡").township
    founding.check_signature(TownshipId(ours.public), founding.sign(ours))
    with pytest.raises(MalformedEntry):
        founding.check_signature(TownshipId(stranger.public), founding.sign(stranger))
    with pytest.raises(BadSignature):
        founding.check_signature(township_id(WHO[1]), founding.sign(ours))
    elsewhere = Founding.make("别的台账", NONCE, _cards(), KEY.id)
    with pytest.raises(MalformedEntry):
        founding.check_signature(TownshipId(ours.public), elsewhere.sign(ours))
    other_purpose = cose.sign(ours, canonical.encode([founding.id]), "mulin/head/1").raw
    with pytest.raises(BadSignature):
        founding.check_signature(TownshipId(ours.public), other_purpose)
    # The device's key is no township's key.
    device = cose.sign(identity(WHO[0]).device.sign, canonical.encode([founding.id]), FOUNDING).raw
    with pytest.raises(BadSignature):
        founding.check_signature(TownshipId(ours.public), device)


def test_any_changed_byte_of_a_signature_is_refused() -> None:
    founding = _founding()
    signature = founding.sign(identity(WHO[0]).township)
    for wrong in (*flipped(signature), *truncated(signature)):
        with pytest.raises(MulinError):
            founding.check_signature(township_id(WHO[0]), wrong)


def test_a_changed_founding_is_another_ledger_or_none() -> None:
    """Names and nonces are free, so a changed one may parse; then its id is another and nobody signed it."""
    founding = _founding()
    signature = founding.sign(identity(WHO[0]).township)
    survived = 0
    for wrong in flipped(founding.raw):
        try:
            other = Founding.parse(wrong)
        except MulinError:
            continue
        survived += 1
        assert other.id != founding.id
        with pytest.raises(MalformedEntry):
            other.check_signature(township_id(WHO[0]), signature)
    assert 16 <= survived < 100, "only name, nonce and key id are not vouched for by a card"


def _raw(*changes: tuple[int, Plain]) -> bytes:
    founding = _founding()
    fields: list[Plain] = [1, "三省联调", NONCE, [c.raw for c in founding.cards], KEY.id]
    for place, value in changes:
        fields[place] = value
    return canonical.encode(fields)


def _listed(*cards: Card) -> list[Plain]:
    return [c.raw for c in sorted(cards, key=lambda c: c.township)]


def test_a_misshapen_founding_is_refused() -> None:
    assert Founding.parse(_raw()) == _founding()
    ours = _cards()
    same_device = identity(WHO[0]).device
    thief = identity("麻塘乡")
    borrowed = Card.make(
        thief.township, "麻塘乡", "430527210", (Delegation.make(thief.township, same_device),), ()
    )
    mixed = DeviceKeys(thief.device.sign, same_device.tls, thief.device.hpke)
    copied = Card.make(
        thief.township, "麻塘乡", "430527210", (Delegation.make(thief.township, mixed),), ()
    )
    crowd = [card(f"乡镇 {n}") for n in range(MEMBERS_PER_LEDGER + 1)]
    wrong: dict[str, bytes] = {
        "another version": _raw((0, 2)),
        "a short nonce": _raw((2, NONCE[:15])),
        "a short key id": _raw((4, KEY.id[:31])),
        "one member": _raw((3, _listed(ours[0]))),
        "no member": _raw((3, [])),
        "too many members": _raw((3, _listed(*crowd))),
        "a member twice": _raw((3, [ours[0].raw, ours[0].raw])),
        "members out of order": _raw((3, list(reversed(_listed(*ours))))),
        "a card that is no bytes": _raw((3, [*_listed(*ours), 5])),
        "a card that is no card": _raw((3, [b"card", *_listed(*ours)])),
        "one device of two townships": _raw((3, _listed(*ours, borrowed))),
        "one certificate of two devices": _raw((3, _listed(*ours, copied))),
        "trailing bytes": _raw() + b"\x00",
        "nothing": b"",
    }
    for raw in wrong.values():
        with pytest.raises(MulinError):
            Founding.parse(raw)
    for name in ("", " 三省", "三\u202e省", "长" * 61):
        with pytest.raises((BadName, MalformedEntry)):
            Founding.parse(_raw((1, name)))


# --- keys for devices -----------------------------------------------------------------------------


def test_each_device_unwraps_its_own_and_nobody_else_does() -> None:
    invitation = _invitation()
    founding = invitation.founding
    for name in WHO:
        me = identity(name).device
        assert founding.unwrap(invitation.wraps[me.id], me.id, me.hpke).secret == KEY.secret
        for other in (n for n in WHO if n != name):
            device = identity(other).device
            with pytest.raises(CannotOpen):
                founding.unwrap(invitation.wraps[me.id], me.id, device.hpke)
            with pytest.raises(CannotOpen):
                founding.unwrap(invitation.wraps[me.id], device.id, me.hpke)


def test_a_wrap_for_another_ledger_does_not_open_here() -> None:
    me = identity(WHO[0]).device
    founding = _founding()
    elsewhere = Founding.make("别的台账", NONCE, _cards(), KEY.id)
    wrapped = elsewhere.wrap_for(founding.delegations()[me.id], KEY)
    with pytest.raises(CannotOpen):
        founding.unwrap(wrapped, me.id, me.hpke)


def test_a_key_that_was_not_committed_to_is_refused() -> None:
    """A proposer could hand each member another key; also one that is no key at all, which used to crash."""
    me = identity(WHO[0]).device
    founding = _founding()
    info = b"mulin/wrap/1" + founding.id + me.id
    public = founding.delegations()[me.id].hpke_public
    for secret in (seed("another"), b"", b"short", KEY.secret[:24], KEY.secret + b"x"):
        with pytest.raises(MalformedEntry):
            founding.unwrap(seal.wrap(secret, public, info), me.id, me.hpke)
    short = Founding.make("三省联调", NONCE, _cards(), seal.key_id(b"short"))
    wrapped = seal.wrap(b"short", public, b"mulin/wrap/1" + short.id + me.id)
    with pytest.raises(MalformedEntry):
        short.unwrap(wrapped, me.id, me.hpke)


# --- invitations ----------------------------------------------------------------------------------


def test_an_invitation_gathers_signatures_until_it_is_complete() -> None:
    for count in range(4):
        invitation = _invitation(WHO[:count])
        read = Invitation.parse(invitation.encode())
        assert read == invitation
        assert read.complete == (count == 3)


def test_a_changed_byte_of_an_invitation_gives_no_signature_to_anything() -> None:
    """What parses after a change has fewer words to it (a wrap is opaque), never other ones."""
    invitation = _invitation()
    raw = invitation.encode()
    for wrong in list(flipped(raw))[::11]:
        try:
            read = Invitation.parse(wrong)
        except MulinError:
            continue
        assert read.founding == invitation.founding
        assert read.signatures == invitation.signatures
        assert read.wraps != invitation.wraps
        (device,) = {d for d in read.wraps if read.wraps[d] != invitation.wraps[d]}
        owner = next(identity(n).device for n in WHO if identity(n).device.id == device)
        with pytest.raises(MulinError):
            read.founding.unwrap(read.wraps[device], device, owner.hpke)


def test_an_invitation_names_its_ledger_before_it_is_checked() -> None:
    invitation = _invitation()
    assert named_ledger(invitation.encode()) == invitation.founding.id
    for wrong in (b"", b"\x80", canonical.encode([b"x", [], [], 1]), canonical.encode([1, [], []])):
        with pytest.raises(MulinError):
            named_ledger(wrong)


def test_cut_invitations_are_refused() -> None:
    raw = _invitation().encode()
    for cut in list(truncated(raw))[::7]:
        with pytest.raises(MulinError):
            Invitation.parse(cut)


def test_what_is_no_invitation_is_refused() -> None:
    good = _invitation()
    stranger = identity("麻塘乡")
    stray_signature = {TownshipId(stranger.township.public): good.founding.sign(stranger.township)}
    bad_word = {township_id(WHO[0]): good.founding.sign(identity(WHO[1]).township)}
    no_key = {TownshipId(b"short"): good.signatures[township_id(WHO[0])]}
    stray_wrap = {**good.wraps, DeviceId(b"d" * 32): b"wrap"}
    for wrong in (
        dataclasses.replace(good, signatures=stray_signature),
        dataclasses.replace(good, signatures=bad_word),
        dataclasses.replace(good, signatures=no_key),
        dataclasses.replace(good, wraps=stray_wrap),
    ):
        with pytest.raises(MulinError):
            Invitation.parse(wrong.encode())
    raw = good.founding.raw
    for plain in (
        [raw, [], [], 1],
        [raw, [[b"a"]], []],
        [raw, [1], []],
        [1, [], []],
        [raw, [], [["a", b"b"]]],
    ):
        with pytest.raises(MulinError):
            Invitation.parse(canonical.encode(plain))  # type: ignore[arg-type]
