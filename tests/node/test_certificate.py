"""Certificates between stores: whoever holds the file needs nothing else, and gets nothing else from it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crdt import certificate
from crdt.certificate import Certificate
from crdt.deeds import Share
from crdt.entry import EntryId, RecordId
from crdt.errors import NoProof, Unchanged
from crdt.operations import Set
from keys import canonical
from keys.canonical import Plain
from keys.errors import CannotOpen
from keys.seal import SealingKey
from node.agreederrors import (
    ConfirmAgain,
    ConfirmByCommand,
    NobodyConfirmed,
    NotFinal,
    TextDisputed,
)
from node.agreeing import Stand
from node.exchange import certificate_file, proof_line, read_proof
from node.seals import ToWrite
from node.writing import Opening
from tests.second import certificate as second
from tests.support.townships import POST, Town, agree, exchange, together

ALONE = Path(second.__file__)


def drafted(a: Town, *readers: Town) -> RecordId:
    shares = tuple(Share(r.ledger.me, "mediation", POST, "") for r in readers)
    opening = Opening(a.create(), shares)
    typed = {"form": "written", "facts": "甲方1与乙方1相邻", "perform_by": "2024-12-31"}
    made = a.service.create(a.ledger, "agreement", typed, POST, opening=opening)
    for no, text in ((2, "乙方1付款八百元"), (1, "甲方1清理水沟")):
        a.service.add_item(a.ledger, made, "terms", {"no": str(no), "text": text}, POST)
    return made


def confirm(town: Town, record: RecordId) -> EntryId:
    return town.service.confirm(town.ledger, record, POST).id


def confirmed() -> tuple[list[Town], RecordId]:
    """Three townships that confirmed an agreement, and know it of each other."""
    towns = together(3)
    made = drafted(*towns)
    towns[0].service.move(towns[0].ledger, made, "ready", POST, "双方同意")
    exchange(*towns)
    for town in towns:
        confirm(town, made)
    exchange(*towns)
    return towns, made


def certified(town: Town, record: RecordId) -> bytes:
    held = town.service.record(town.ledger, record)
    return town.service.agreeing.certificate(town.ledger, held).raw


def stands(town: Town, record: RecordId) -> list[str]:
    held = town.service.record(town.ledger, record)
    return sorted(town.service.agreeing.of(town.ledger, held).stands.values())


def open_now(town: Town) -> list[str]:
    return [c.key for c in town.service.open_conflicts(town.ledger)]


def test_three_confirm_and_anybody_can_check_it(tmp_path: Path) -> None:
    towns, made = confirmed()
    assert {bytes(certified(t, made)) for t in towns} == {certified(towns[0], made)}
    raw = certified(towns[1], made)
    assert len(raw) < 8 * 1024
    found = read_proof(certificate_file(raw, certificate.check(raw)).encode())
    assert isinstance(found, Certificate)
    assert found.text["terms"] == [
        [["no", 1], ["text", "甲方1清理水沟"]],
        [["no", 2], ["text", "乙方1付款八百元"]],
    ]
    assert {s.card.township for s in found.signed} == {t.ledger.me for t in towns}
    assert {s.post for s in found.signed} == {POST}
    digest, text, names = second.check(raw)
    assert (digest, len(names), text[1]) == (found.hash, 3, made)
    agree(*towns)


def test_the_file_is_checked_by_a_stranger_with_nothing_else(tmp_path: Path) -> None:
    towns, made = confirmed()
    raw = certified(towns[2], made)
    file = tmp_path / "协议.proof"
    file.write_text(certificate_file(raw, certificate.check(raw)))
    home = tmp_path / "nobody"
    home.mkdir()
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    command = [sys.executable, "-I", str(ALONE), str(file)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert certificate.check(raw).hash.hex() in done.stdout
    assert all(town.service.card().name in done.stdout for town in towns)
    assert list(home.iterdir()) == []
    body = base64.urlsafe_b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode().rstrip("=")
    file.write_text("mulin-proof:" + body)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.startswith("proves nothing")) == (1, True)


def test_the_signed_head_may_stand_further_up_the_log() -> None:
    """Who got the confirmation in a longer run shows the headers up to where that was signed."""
    a, b, c = together(3)
    made = drafted(a, b, c)
    a.service.move(a.ledger, made, "ready", POST, "双方同意")
    confirm(a, made)
    for _ in range(3):
        a.create()
    exchange(a, b, c)
    raws = certified(a, made), certified(b, made)
    found: list[Any] = [canonical.decode_list(raw, len(raw)) for raw in raws]
    lengths = [len(parties[0][3]) for _, _, parties in found]
    assert lengths[0] == 1
    assert lengths[1] > 1
    assert len({certificate.check(raw).id for raw in raws}) == 1
    assert second.check(raws[0]) == second.check(raws[1])
    _, text, [[card, key, payload, headers, head]] = found[1]
    for at in range(lengths[1]):
        cut = [card, key, payload, headers[:at] + headers[at + 1 :], head]
        with pytest.raises(NoProof):
            certificate.check(canonical.encode([3, text, [cut]]))
        with pytest.raises(second.Bad):
            second.check(canonical.encode([3, text, [cut]]))


def test_every_byte_counts() -> None:
    """Every position, with one other byte each; both ways of checking."""
    towns, made = confirmed()
    raw = certified(towns[0], made)
    for at in range(len(raw)):
        altered = raw[:at] + bytes([raw[at] ^ (1 << at % 8)]) + raw[at + 1 :]
        with pytest.raises(NoProof):
            certificate.check(altered)
        with pytest.raises(NoProof):
            read_proof(proof_line(altered).encode())
        with pytest.raises(second.Bad):
            second.check(altered)
    for end in range(0, len(raw), 37):
        with pytest.raises(NoProof):
            certificate.check(raw[:end])


def test_its_keys_open_what_it_shows_and_no_other_entry() -> None:
    towns, made = confirmed()
    towns[0].service.move(towns[0].ledger, made, "signed_by_parties", POST, "已签")
    exchange(*towns)
    parties = canonical.decode_list(certified(towns[1], made), 1 << 20)[2]
    assert isinstance(parties, list)
    secrets = [SealingKey(p[1]) for p in parties if isinstance(p, list) and type(p[1]) is bytes]
    assert len(secrets) == 3
    log, ledger = towns[1].service.ground.log, towns[1].ledger
    opened = []
    for number in log.logs(ledger.n):
        for _, entry in log.each(number):
            assert not isinstance(entry, Exception)
            assert entry.payload is not None
            for key in secrets:
                try:
                    key.open(entry.payload, entry.context())
                except CannotOpen:
                    with pytest.raises(InvalidTag):  # whatever context one makes up
                        AESGCM(key.secret).decrypt(entry.payload[:12], entry.payload[12:], b"")
                else:
                    opened.append(entry.id)
    shown = certificate.check(certified(towns[1], made)).signed
    assert sorted(opened) == sorted(s.entry for s in shown)


def test_who_did_not_confirm_is_missing_and_said_to_be() -> None:
    a, b, c = together(3)
    made = drafted(a, b)
    with pytest.raises(NotFinal):
        confirm(a, made)
    a.service.move(a.ledger, made, "ready", POST, "双方同意")
    exchange(a, b, c)
    with pytest.raises(NobodyConfirmed):
        certified(a, made)
    confirm(b, made)
    with pytest.raises(Unchanged):
        confirm(b, made)
    exchange(a, b, c)
    held = a.service.record(a.ledger, made)
    assert a.service.agreeing.certificate(a.ledger, held).missing == (a.ledger.me,)
    assert stands(a, made) == [Stand.CONFIRMED, Stand.NONE]
    with pytest.raises(ConfirmByCommand):
        a.say(made, confirmed="00" * 32)
    with pytest.raises(NoProof):
        certificate.check(certificate.pack(["agreement", made, []], []))


def test_an_edit_at_the_same_time_blocks_everybody_until_they_confirm_again() -> None:
    a, b, c = together(3)
    made = drafted(a, b, c)
    exchange(a, b, c)
    b.say(made, place="村委会")  # not yet heard that it is final
    a.service.move(a.ledger, made, "ready", POST, "双方同意")
    confirm(a, made)
    exchange(a, b, c)
    for town in (a, b, c):
        assert open_now(town) == ["confirmed"]
        (conflict,) = town.service.open_conflicts(town.ledger)
        with pytest.raises(ConfirmAgain):
            town.service.settle(town.ledger, conflict, conflict.candidates[0].value, POST, "x")
        with pytest.raises(ConfirmAgain):
            town.service.keep_both(town.ledger, conflict, POST, "x")
        found = town.service.find_conflict(town.ledger, conflict.id.hex()[:8])
        assert found.id == conflict.id
    with pytest.raises(NobodyConfirmed):
        certified(b, made)
    assert stands(c, made) == [Stand.EARLIER, Stand.NONE, Stand.NONE]
    for town in (a, b, c):
        confirm(town, made)
    exchange(a, b, c)
    assert [open_now(t) for t in (a, b, c)] == [[], [], []]
    assert len(certificate.check(certified(c, made)).signed) == 3
    agree(a, b, c)


def test_who_may_read_it_no_more_is_asked_nothing_about_it() -> None:
    towns, made = confirmed()
    a, b, c = towns
    a.service.move(a.ledger, made, "drafting", POST, "再改")
    a.say(made, manner="现金")
    exchange(*towns)
    assert open_now(c) == ["confirmed"]
    a.service.granting.withdraw(a.ledger, made, c.ledger.me, "退出")
    exchange(*towns)
    assert open_now(b) == ["confirmed"]
    assert open_now(c) == []


def test_a_disputed_text_is_neither_confirmed_nor_certified() -> None:
    a, b, c = together(3)
    made = drafted(a, b, c)
    exchange(a, b, c)
    b.say(made, place="村委会")
    a.say(made, place="司法所")
    a.service.move(a.ledger, made, "ready", POST, "双方同意")
    exchange(a, b, c)
    with pytest.raises(TextDisputed):
        confirm(c, made)
    with pytest.raises(TextDisputed):
        certified(c, made)


def test_no_key_is_given_away_that_opens_anything_else() -> None:
    """A confirmation under the key that the record is written with is none that can be shown."""
    towns, made = confirmed()
    a, b, c = towns
    a.service.move(a.ledger, made, "drafting", POST, "再改")
    a.say(made, manner="现金")
    a.service.move(a.ledger, made, "ready", POST, "双方同意")
    exchange(*towns)
    confirm(a, made)
    held = b.service.record(b.ledger, made)
    now = b.service.agreeing.of(b.ledger, held).hash
    said = [Set(f"confirmed/{b.ledger.me.hex()}", now)]
    b.service.writing.write(b.ledger, made, said, POST, "")
    exchange(*towns)
    assert sorted(stands(c, made)) == [Stand.CONFIRMED, Stand.CONFIRMED, Stand.EARLIER]
    held = c.service.record(c.ledger, made)
    shown = c.service.agreeing.certificate(c.ledger, held)
    assert set(shown.missing) == {b.ledger.me, c.ledger.me}
    # Nor one that its maker called a key for once, and wrote more with.
    key = b.service.seals.to_write(b.ledger, made).key
    devices = b.service.seals.devices(b.ledger, [t.ledger.me for t in towns])
    wrap = b.service.seals.wrap(b.ledger, made, key, devices, once=True)
    b.service.writing.say(b.ledger, [wrap], record=made)
    exchange(*towns)
    assert c.service.seals.sealing(c.ledger, made).keys[key.id].once
    assert b.ledger.me in c.service.agreeing.certificate(c.ledger, held).missing
    # It takes it back and confirms as one should.
    b.say(made, confirmed="")
    confirm(b, made)
    exchange(*towns)
    held = c.service.record(c.ledger, made)
    assert c.service.agreeing.certificate(c.ledger, held).missing == (c.ledger.me,)


def test_a_key_that_may_be_written_with_again_is_not_given_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It opens nothing else yet, but nobody called it a key for once."""
    towns, made = confirmed()
    a, b, c = towns
    b.say(made, confirmed="")
    seals = b.service.seals
    key = seals.new_key()
    wrap = seals.wrap(b.ledger, made, key, seals.devices(b.ledger, [t.ledger.me for t in towns]))
    monkeypatch.setattr(seals, "to_write", lambda *_, **__: ToWrite(key, (wrap,)))
    confirm(b, made)
    exchange(*towns)
    held = c.service.record(c.ledger, made)
    assert stands(c, made) == [Stand.CONFIRMED] * 3
    assert c.service.agreeing.certificate(c.ledger, held).missing == (b.ledger.me,)
    assert a.problems() == []


def test_a_township_that_says_two_things_confirms_again() -> None:
    towns, made = confirmed()
    a, b, _ = towns
    heads = b.service.record(b.ledger, made).heads()
    place = f"confirmed/{b.ledger.me.hex()}"
    for value in (None, bytes(32)):  # two of its laptops, not knowing of each other
        b.service.writing.write(b.ledger, made, [Set(place, value)], POST, "", heads)
    exchange(*towns)
    assert open_now(a) == ["confirmed", place]
    for conflict in b.service.open_conflicts(b.ledger):
        with pytest.raises(ConfirmAgain):
            b.service.settle(b.ledger, conflict, None, POST, "x")
    held = a.service.record(a.ledger, made)
    assert a.service.agreeing.certificate(a.ledger, held).missing == (b.ledger.me,)
    confirm(b, made)
    exchange(*towns)
    assert open_now(a) == []
    assert second.check(certified(a, made))[0] == certificate.check(certified(a, made)).hash


def test_a_confirmation_of_another_record_or_township_proves_nothing() -> None:
    towns, made = confirmed()
    raw = canonical.decode_list(certified(towns[0], made), 1 << 20)
    text, parties = raw[1], raw[2]
    assert isinstance(text, list)
    assert isinstance(parties, list)
    swapped: list[list[Plain]] = [list(p) for p in parties if isinstance(p, list)]
    for part in range(5):
        mixed = [list(p) for p in swapped]
        mixed[0][part], mixed[1][part] = mixed[1][part], mixed[0][part]
        said: list[Plain] = [3, text, [*mixed]]
        with pytest.raises(NoProof):
            certificate.check(canonical.encode(said))
    for listed in ([*parties, parties[-1]], parties[::-1], []):
        with pytest.raises(NoProof):
            certificate.check(canonical.encode([3, text, listed]))
    with pytest.raises(NoProof):
        certificate.check(canonical.encode([3, ["agreement", bytes(16), text[2]], parties]))
    with pytest.raises(NoProof):
        certificate.check(canonical.encode([3, ["case", made, []], parties]))
