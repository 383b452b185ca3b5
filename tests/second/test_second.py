"""A second implementation, made from protocol/SPEC.md, takes every vector and comes to the same.

It shares no line with the product: only the standard library and `cryptography`. What it can't do from the
page alone, nobody can; then the page is at fault.
"""

from __future__ import annotations

import ast
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.second import bundles, cbor, entries, frames, keys
from tests.second.cbor import Bad
from tests.second.ledger import Ledger

HERE = Path(__file__).resolve().parent
VECTORS: dict[str, Any] = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in (HERE.parent / "vectors").glob("*.json")
}


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def value_of(shown: Any) -> Any:
    if isinstance(shown, dict):
        return unhex(shown["hex"]) if "hex" in shown else int(shown["int"])
    return [value_of(item) for item in shown] if isinstance(shown, list) else shown


def test_it_imports_nothing_of_the_product() -> None:
    allowed = {"tests.second", "cryptography"}
    for file in set(HERE.glob("*.py")) - set(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                ours = name.split(".")[0] in {"keys", "crdt", "protocol", "node", "simulations"}
                assert not ours, f"{file.name} imports {name}"
                if name.startswith("tests"):
                    assert any(name.startswith(a) for a in allowed), f"{file.name} imports {name}"


def test_a_bundle_whole_cut_and_altered() -> None:
    case = VECTORS["bundles"]
    data, device, private = (unhex(case[n]) for n in ("bundle", "device", "hpke_private"))
    (manifest, *messages), whole = bundles.read_bundle(data, device, private)
    assert whole
    assert manifest == value_of(case["manifest"])
    assert messages == value_of(case["messages"])
    altered = [(data[:n], count) for n, count in case["cut"]]
    altered += [(data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :], k) for n, k in case["flipped"]]
    for bad, count in altered:
        try:
            found, whole = bundles.read_bundle(bad, device, private)
        except Bad:
            found, whole = [], False
        assert (len(found), whole) == (count, False)
    with pytest.raises(Bad):
        bundles.read_bundle(data, bytes(32), private)


def test_canonical_bytes() -> None:
    for case in VECTORS["canonical"]["good"]:
        value = value_of(case["value"])
        assert cbor.encode(value).hex() == case["hex"]
        assert cbor.encode(cbor.decode(unhex(case["hex"]))).hex() == case["hex"]
    for case in VECTORS["canonical"]["bad"]:
        with pytest.raises(Bad):
            cbor.decode(unhex(case["hex"]))


def test_keys_and_seals() -> None:
    for case in VECTORS["keys"]["ed25519"]:
        public = unhex(case["public"])
        assert keys.key_is_sound(public)
        assert keys.did(public) == case["did"]
        assert keys.fingerprint(public) == case["fingerprint"]
    for case in VECTORS["keys"]["weak"]:
        assert not keys.key_is_sound(unhex(case["public"])), case["why"]
    case = VECTORS["keys"]["sealing"]
    key, sealed = unhex(case["key"]), unhex(case["sealed"])
    assert keys.key_id(key).hex() == case["id"]
    assert keys.unseal(key, sealed, unhex(case["aad"])).hex() == case["plain"]
    assert keys.seal(key, unhex(case["nonce"]), unhex(case["plain"]), unhex(case["aad"])) == sealed


def test_signatures() -> None:
    case = VECTORS["cose"]
    public, raw = unhex(case["public"]), unhex(case["raw"])
    assert keys.sign(unhex(case["seed"]), unhex(case["payload"]), case["purpose"]) == raw
    assert keys.opened(raw, public, case["purpose"]).hex() == case["payload"]
    assert keys.sha256(raw).hex() == case["digest"]
    for bad in case["bad"]:
        with pytest.raises(Bad):
            keys.opened(unhex(bad["raw"]), public, case["purpose"])


def test_cards_and_foundings() -> None:
    for case in VECTORS["cards"]["cards"]:
        card = keys.read_card(unhex(case["card"]))
        (device,) = card.devices
        assert (card.name, card.code, list(card.addresses)) == (
            case["name"],
            case["code"],
            case["addresses"],
        )
        assert device.certificate.hex() == case["certificate"]
        assert device.hpke.hex() == case["hpke_public"]
    for case in VECTORS["cards"]["bad_certificates"]:
        assert not keys.is_certificate(unhex(case["der"])), case["why"]
    vectors = VECTORS["founding"]
    founding, signed, wraps = keys.read_invitation(unhex(vectors["invitation"]))
    assert founding.ledger.hex() == vectors["ledger"]
    assert signed == {card.township for card in founding.cards}
    _, one, _ = keys.read_invitation(unhex(vectors["invitation_signed_by_one"]))
    assert len(one) == 1
    for case in vectors["wraps"]:
        device_id = unhex(case["device"])
        info = b"mulin/wrap/1" + founding.ledger + device_id
        assert info.hex() == case["info"]
        key = keys.unwrap(wraps[device_id], unhex(case["hpke_private"]), info)
        assert key.hex() == vectors["key"]
        assert keys.key_id(key) == founding.key_id


def test_entries() -> None:
    key = unhex(VECTORS["entries"]["key"])
    for case in VECTORS["entries"]["entries"]:
        entry = entries.read_header(unhex(case["raw"]), unhex(case["payload"]))
        assert entry.header().hex() == case["raw"]
        assert entry.context().hex() == case["context"]
        assert entry.id.hex() == case["id"]
        assert (None if entry.record is None else entry.record.hex()) == case["record"]
        if "content" in case:
            content = entries.open_payload(entry, key)
            assert content.operations == value_of(case["content"]["operations"])
            assert content.change_hash.hex() == case["content"]["change_hash"]
            assert content.actor.hex() == case["actor"]


def members() -> set[bytes]:
    return set(keys.read_founding(unhex(VECTORS["founding"]["founding"])).township_of())


def test_runs() -> None:
    ledger = unhex(VECTORS["runs"]["ledger"])
    for case in VECTORS["runs"]["good"]:
        body = unhex(case["body"])
        found = entries.read_run(ledger, body, members())
        assert [e.id.hex() for e in found] == case["ids"]
        assert entries.write_run(found, unhex(case["checkpoint"]["raw"])) == body
        head = entries.read_checkpoint(unhex(case["checkpoint"]["raw"]), found[0].device)
        assert head.seq == case["checkpoint"]["seq"]
    for case in VECTORS["runs"]["bad"]:
        with pytest.raises(Bad):
            entries.read_run(ledger, cbor.encode(value_of(case["plain"])), members())


def test_frames() -> None:
    for case in VECTORS["frames"]["messages"]:
        data = unhex(case["frame"])
        message = frames.read_frame(data)
        assert message == value_of(case["plain"])
        assert frames.NAMES[cbor.uint(message[0]) - 1] == case["name"]
        assert frames.frame(message) == data
    for case in VECTORS["frames"]["vectors"]:
        assert entries.vector_digest(value_of(case["plain"])).hex() == case["digest"]
    for case in VECTORS["frames"]["bad"]:
        if case["reason"] in (2, 3):
            with pytest.raises(Bad) as caught:
                frames.read_frame(unhex(case["frame"]))
            assert caught.value.args == (case["reason"],), case["why"]
        else:
            frames.read_frame(unhex(case["frame"]))


def story() -> Ledger:
    vectors = VECTORS["story"]
    founding = keys.read_founding(unhex(vectors["founding"]))
    key = unhex(vectors["key"])
    return Ledger(founding, key, keys.key_id(key))


def test_the_story() -> None:
    vectors = VECTORS["story"]
    ledger = story()
    for body in vectors["runs"]:
        ledger.logs.take(unhex(body))
    ledger.judge_all()
    for case in vectors["entries"]:
        if not case["name"].endswith("-opens"):
            said = ledger.verdicts[unhex(case["id"])]
            assert said == (case["state"], case["reason"]), case["name"]
    assert len(ledger.records) == len(vectors["records"]) == 3
    for case in vectors["records"]:
        check_record(ledger, case)
    assert ledger.digest().hex() == vectors["digest"]


def check_record(ledger: Ledger, case: dict[str, Any]) -> None:
    record = ledger.records[unhex(case["id"])]
    everything = record.everything()
    assert (record.kind, record.home.hex()) == (case["kind"], case["home"])
    assert [h.hex() for h in record.heads()] == case["heads"]
    for key, standing in case["candidates"].items():
        found = [[e.hex(), v] for e, v in record.candidates(key, everything)]
        assert found == [[e, value_of(v)] for e, v in standing], key
    for name, text in case["texts"].items():
        assert record.characters(name, everything) == text
    found_conflicts = [
        {"id": i.hex(), "key": key, "cites": [c.hex() for c in cites]}
        for key, i, cites in record.conflicts()
    ]
    assert found_conflicts == case["conflicts"]
    assert record.digest(ledger.texts_of(record)).hex() == case["digest"]


def test_the_story_in_another_order_and_in_parts() -> None:
    """Half of it first, judged, then the rest: what waited is judged, and nothing comes out differently."""
    dice = random.Random(1)
    bodies = [unhex(body) for body in VECTORS["story"]["runs"]]
    ledger = story()
    left = list(bodies)
    while left:
        body = dice.choice(left)
        try:
            ledger.logs.take(body)
        except Bad:
            continue  # it continues what is not here yet
        left.remove(body)
        ledger.judge_all()
    assert ledger.digest().hex() == VECTORS["story"]["digest"]
