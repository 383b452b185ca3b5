"""The vector files are what the code gives today, and the code takes and refuses what they say.

If a test here fails because the protocol was changed on purpose: `python -m tests.vectors.make`, and look
at what changed in the files.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from crdt import errors
from crdt.checkpoint import verify_checkpoint
from crdt.entry import LedgerId, actor_of, open_payload, parse_header
from crdt.entry import assemble as assembled
from crdt.founding import Founding, Invitation
from crdt.run import decode_run, encode_run
from keys import canonical, cose
from keys.card import Card, Delegation
from keys.certificate import certificate_key
from keys.errors import BadSignature, MulinError, NotCanonical, WeakKey
from keys.identity import DeviceId, TownshipId, check_public_key, parse_did_key
from keys.limits import FRAME_BYTES
from keys.seal import SealingKey
from node.reading import Reading
from protocol import messages as m
from protocol.bundle import BundleReader, Manifest
from protocol.errors import Reason
from protocol.frames import FrameReader, encode_frame
from protocol.session import VERSIONS
from tests.protocol.fakes import FakeStore
from tests.protocol.pair import Chains, Side
from tests.vectors import make
from tests.vectors.make_entries import receiver
from tests.vectors.shapes import Json, read

LOADED: dict[str, Json] = {name: make.load(name) for name in make.MAKERS}


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def cases(vectors: str, *path: str) -> list[Any]:
    found = LOADED[vectors]
    for step in path:
        found = found[step]
    return [pytest.param(case, id=str(n)) for n, case in enumerate(found)]


@pytest.mark.parametrize("name", make.MAKERS)
def test_the_files_are_what_the_code_gives_today(name: str) -> None:
    written = (make.FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert written == make.text_of(make.MAKERS[name]())


def test_the_bundle_opens_to_what_is_in_it() -> None:
    case = LOADED["bundles"]
    reader = BundleReader(DeviceId(unhex(case["device"])), unhex(case["hpke_private"]))
    manifest, *messages = reader.feed(unhex(case["bundle"]))
    reader.finish()
    assert isinstance(manifest, Manifest)
    assert manifest.device == unhex(case["maker"])
    assert [m.to_plain(one) for one in messages if not isinstance(one, Manifest)] == read(
        case["messages"]
    )
    for at, count in case["cut"]:
        again = BundleReader(DeviceId(unhex(case["device"])), unhex(case["hpke_private"]))
        assert len(list(again.feed(unhex(case["bundle"])[:at]))) == count


@pytest.mark.parametrize("case", cases("canonical", "good"))
def test_good_encodings(case: Json) -> None:
    value = read(case["value"])
    assert canonical.encode(value).hex() == case["hex"]
    assert canonical.decode(unhex(case["hex"]), FRAME_BYTES) == value


@pytest.mark.parametrize("case", cases("canonical", "bad"))
def test_bad_encodings(case: Json) -> None:
    with pytest.raises(NotCanonical):
        canonical.decode(unhex(case["hex"]), FRAME_BYTES)


@pytest.mark.parametrize("case", cases("keys", "weak"))
def test_weak_keys(case: Json) -> None:
    with pytest.raises(WeakKey):
        check_public_key(unhex(case["public"]))


def test_printed_keys() -> None:
    for case in LOADED["keys"]["ed25519"]:
        check_public_key(unhex(case["public"]))
        assert parse_did_key(case["did"]).hex() == case["public"]
    for text in LOADED["keys"]["no_did"]:
        with pytest.raises(WeakKey):
            parse_did_key(text)


def test_signatures() -> None:
    vectors = LOADED["cose"]
    key, purpose = unhex(vectors["public"]), vectors["purpose"]
    good = cose.Signed(unhex(vectors["raw"]))
    assert good.verified(key, purpose).hex() == vectors["payload"]
    for case in vectors["bad"]:
        with pytest.raises((BadSignature, NotCanonical)):
            cose.Signed(unhex(case["raw"])).verified(key, purpose)


def test_cards() -> None:
    for case in LOADED["cards"]["cards"]:
        card = Card.parse(unhex(case["card"]))
        assert Card.from_text(case["text"]) == card
        assert (card.name, card.code, card.township.hex()) == (
            case["name"],
            case["code"],
            case["township"],
        )
        (delegation,) = card.delegations
        assert delegation == Delegation.parse(
            unhex(case["delegation"]), TownshipId(unhex(case["township"]))
        )
        assert delegation.certificate.hex() == case["certificate"]


def test_bad_certificates() -> None:
    for case in LOADED["cards"]["bad_certificates"]:
        with pytest.raises(MulinError):
            certificate_key(unhex(case["der"]))


def test_the_founding_and_its_invitation() -> None:
    vectors = LOADED["founding"]
    founding = Founding.parse(unhex(vectors["founding"]))
    assert founding.id.hex() == vectors["ledger"]
    assert Invitation.parse(unhex(vectors["invitation"])).complete
    assert not Invitation.parse(unhex(vectors["invitation_signed_by_one"])).complete
    for case in vectors["wraps"]:
        device = DeviceId(unhex(case["device"]))
        key = founding.unwrap(unhex(case["wrapped"]), device, unhex(case["hpke_private"]))
        assert key.secret.hex() == vectors["key"]


@pytest.mark.parametrize("case", cases("entries", "entries"))
def test_entries(case: Json) -> None:
    header = parse_header(unhex(case["raw"]))
    entry = assembled(header, unhex(case["payload"]))
    assert entry.id.hex() == case["id"]
    assert header.context().hex() == case["context"]
    if "content" in case:
        content, nonce = open_payload(entry, SealingKey(unhex(LOADED["entries"]["key"])))
        assert nonce.hex() == case["nonce"]
        assert content.operations == read(case["content"]["operations"])
        assert actor_of(header.context(), nonce, content).hex() == case["actor"]


@pytest.mark.parametrize("case", cases("runs", "good"))
def test_runs(case: Json) -> None:
    ledger = LedgerId(unhex(LOADED["runs"]["ledger"]))
    body = unhex(case["body"])
    assert canonical.decode(body, FRAME_BYTES) == read(case["plain"])
    run = decode_run(ledger, body).verified(lambda _: True)
    assert [e.id.hex() for e in run.entries] == case["ids"]
    assert encode_run(run) == body
    checkpoint = verify_checkpoint(unhex(case["checkpoint"]["raw"]), run.checkpoint.device)
    assert checkpoint == run.checkpoint
    assert checkpoint.digest.hex() == case["checkpoint"]["digest"]


@pytest.mark.parametrize("case", cases("runs", "bad"))
def test_bad_runs(case: Json) -> None:
    founding = Founding.parse(unhex(LOADED["founding"]["founding"]))
    body = canonical.encode(read(case["plain"]))
    with pytest.raises(MulinError):
        decode_run(founding.id, body).verified(lambda d: d in founding.delegations())


def test_bad_runs_are_bad_for_one_reason() -> None:
    """The run they were made from is good."""
    founding = Founding.parse(unhex(LOADED["founding"]["founding"]))
    for case in LOADED["runs"]["good"]:
        run = decode_run(founding.id, unhex(case["body"]))
        assert run.verified(lambda d: d in founding.delegations()).entries


@pytest.mark.parametrize("case", cases("frames", "messages"))
def test_frames(case: Json) -> None:
    frame = unhex(case["frame"])
    (plain,) = FrameReader().feed(frame)
    assert plain == read(case["plain"])
    message = m.from_plain(plain)
    assert type(message).__name__ == case["name"]
    assert encode_frame(m.to_plain(message)) == frame


def test_every_message_has_a_vector() -> None:
    named = {case["name"] for case in LOADED["frames"]["messages"]}
    assert named == {kind.__name__ for kind in m.NUMBERS}


@pytest.mark.parametrize("case", cases("frames", "bad"))
def test_bad_frames(case: Json) -> None:
    ledger = unhex(LOADED["entries"]["ledger"])
    side = Side(Chains(FakeStore()), (ledger,))
    hello = m.Hello(VERSIONS, 1, (), ((ledger, bytes(16)),), ())
    side.hear(encode_frame(m.to_plain(hello)))
    side.hear(unhex(case["frame"]))
    assert side.closed is not None
    assert side.closed.reason is Reason(case["reason"])


def test_the_story_breaks_every_rule_but_two() -> None:
    """A record of two thousand entries would fill the files; tests/crdt has one."""
    broken = [e for e in vars(errors).values() if isinstance(e, type)]
    codes = {e.code for e in broken if issubclass(e, errors.RuleBroken)}
    codes -= {"rule", "record-full"}
    codes -= {"locked", "locked-for-good"}  # nothing in it is sealed, and what locks is
    void = {case["reason"] for case in LOADED["story"]["entries"] if case["state"] == "void"}
    assert void == codes | {"payload"}


@pytest.mark.parametrize("seed", range(6))
def test_the_story_comes_out_the_same_in_every_order(seed: int) -> None:
    vectors = LOADED["story"]
    town, ledger = receiver(make.wraps())
    logs: dict[bytes, list[bytes]] = {}
    for text in vectors["runs"]:
        body = unhex(text)
        logs.setdefault(decode_run(ledger.id, body).device, []).append(body)
    dice = random.Random(seed)
    order = list(itertools.chain(*([device] * len(runs) for device, runs in logs.items())))
    dice.shuffle(order)
    for device in order:
        town.service.ingest.take(ledger, logs[device].pop(0))
    assert Reading(town.service).digest(ledger) == vectors["digest"]
    said = {
        entry.hex(): (state.name.lower(), reason)
        for entry, (state, reason, _) in town.verdicts().items()
    }
    for case in vectors["entries"]:
        if not case["name"].endswith("-opens"):
            assert said[case["id"]] == (case["state"], case["reason"]), case["name"]
