"""A township's second laptop, at the command line: added, joined, writing, revoked."""

from __future__ import annotations

from pathlib import Path

from crdt.pen import Pen
from crdt.verdicts import EntryState
from keys.card import Card, Delegation
from tests.support.clerk import Clerk, carry, tell
from tests.support.people import NAMES

CASE = ("case", "new", "--category", "forest_land", "--village", "示范一村")


def second(folder: Path) -> Clerk:
    """A new laptop that belongs to no ledger."""
    clerk = Clerk(folder / "second", "二号机")
    assert clerk("init", "--name", NAMES[0], "--code", "530324202", "--no-passphrase").code == 0
    return clerk


def joined(folder: Path, owner: Clerk, others: list[Clerk]) -> Clerk:
    """The owner's second laptop, known to everybody."""
    laptop, card, file = second(folder), str(folder / "2.card"), str(folder / "join.mulin")
    assert laptop("card", "-o", card).code == 0
    added = owner.ask("device", "add", card, "-o", file)
    assert [d["in_use"] for d in added["devices"]] == [True, True]
    done = laptop("ledger", "accept", file, "--yes")
    assert done.code == 0, done.err
    carry(owner, laptop, *others)
    return laptop


def test_a_second_laptop_joins_writes_and_votes_for_its_township(
    three: list[Clerk], tmp_path: Path
) -> None:
    owner, *others = three
    before = owner.id(*CASE)
    laptop = joined(tmp_path, owner, others)
    assert laptop.ask("case", "show", before[:8])["id"] == before
    record = laptop.id(*CASE)
    carry(owner, laptop, *others)
    for clerk in three:
        shown = clerk.ask("case", "show", record[:8])
        assert shown["home"] == NAMES[0], "it writes for the township, not for itself"
    listed = laptop.ask("device", "list")
    assert [d["here"] for d in listed["devices"]].count(True) == 1
    assert not listed["holds_township_key"]
    peers = {p["device"] for p in laptop.ask("peers")}
    assert len(peers) == 3, "it meets its own township's other laptop too"
    members = owner.ask("members", "list")["members"]
    assert sorted(len(m["devices"]) for m in members) == [1, 1, 2]


def test_only_who_holds_the_township_key_changes_devices(pair: list[Clerk], tmp_path: Path) -> None:
    owner, other = pair
    laptop = joined(tmp_path, owner, [other])
    third, card = Clerk(tmp_path / "third", ""), str(tmp_path / "3.card")
    third("init", "--name", "三号", "--code", "530324202", "--no-passphrase")
    assert third("card", "-o", card).code == 0
    world = laptop.world()
    for words in (
        ("device", "add", card, "-o", str(tmp_path / "no")),
        ("device", "revoke", owner.ask("device", "list")["devices"][0]["device"][:12]),
        ("recovery", "create"),
    ):
        done = laptop(*words)
        assert done.code == 3
        assert "乡镇的密钥" in done.err or "正在使用" in done.err
    assert laptop.world() == world
    assert not (tmp_path / "no").exists()
    again = owner("device", "add", str(tmp_path / "2.card"), "-o", str(tmp_path / "no"))
    assert again.code == 3
    assert "已经在这个账本里" in again.err


def test_a_revoked_laptop_writes_into_quarantine_and_gets_no_new_key(
    three: list[Clerk], tmp_path: Path
) -> None:
    owner, *others = three
    laptop = joined(tmp_path, owner, others)
    kept = laptop.id(*CASE)
    carry(laptop, owner, *others)
    listed = owner.ask("device", "list")["devices"]
    stolen = next(d["device"] for d in listed if not d["here"])
    revoked = owner.ask("device", "revoke", stolen[:12], "--reason", "电脑被盗")
    assert sorted(d["in_use"] for d in revoked["devices"]) == [False, True]
    late = laptop.id(*CASE)  # whoever has it does not know yet
    carry(laptop, *others)
    carry(owner, *others)
    tell(owner, *others)
    for clerk in others:
        done = clerk("members", "vote", revoked["proposal"][:8], "--agree")
        assert done.code == 0, done.err
        carry(owner, *others)
    for clerk in three:
        assert clerk("case", "show", kept[:8]).code == 0
        assert clerk("case", "show", late[:8]).code != 0
        with clerk.opened() as service:
            [ledger] = service.ledgers.active()
            assert ledger.chain.number == 1
            assert bytes.fromhex(stolen) in ledger.members.gone
            states = service.ground.db.rows(
                "SELECT state FROM entries JOIN logs ON logs.n=entries.log WHERE device=? "
                "ORDER BY seq DESC LIMIT 1",
                bytes.fromhex(stolen),
            )
            assert states == [(EntryState.QUARANTINED,)]
    tell(owner, laptop)
    with laptop.opened() as service:
        [ledger] = service.ledgers.active()
        assert not ledger.is_ours
        assert ledger.chain.epoch.key_id not in ledger.keys
    done = laptop(*CASE)
    assert done.code == 3
    assert "不是这个账本的成员设备" in done.err


def test_a_second_laptops_backup_is_restored_and_its_fork_proof_names_the_township(
    pair: list[Clerk], tmp_path: Path
) -> None:
    owner, other = pair
    laptop = joined(tmp_path, owner, [other])
    record = laptop.id(*CASE)
    backup = str(tmp_path / "2.db")
    assert laptop("backup", backup).code == 0
    assert laptop.ask("backup", "drill", backup)["ok"]
    done = laptop("restore", backup, "--replace")
    assert done.code == 0, done.err
    again = laptop.id(*CASE)
    carry(laptop, owner, other)
    for clerk in (owner, other, laptop):
        assert {r["id"] for r in clerk.ask("case", "list")} >= {record, again}
    with owner.opened() as service, laptop.opened() as second_one:
        [ledger] = service.ledgers.active()
        device = second_one.device
        before = service.own_keys.card_naming(ledger, device)
        service.own_keys.revoke(ledger, device)
        after = service.own_keys.card_naming(ledger, device)
        assert before is not None
        assert after == before, "a card that named it is still there"
        assert device not in {d.device for d in ledger.chain.members[ledger.me].card.delegations}


def test_another_member_cannot_take_the_laptop_by_naming_it(
    three: list[Clerk], tmp_path: Path
) -> None:
    owner, *others = three
    laptop = joined(tmp_path, owner, others)
    tell(laptop, *three)
    for thief in others:
        with thief.opened() as service, laptop.opened() as named:
            [ledger] = service.ledgers.active()
            key, member = service.ground.identity.township, service.own_keys.member(ledger)
            [theirs] = named.card().delegations
            claim = Delegation.of(key, theirs.device, theirs.certificate, theirs.hpke_public)
            card = Card.make(
                key,
                member.card.name,
                member.card.code,
                (*member.card.delegations, claim),
                member.card.addresses,
            )
            word = Pen(ledger.id, key).devices(member.township, (0, 1), card, None)
            service.ledgers.take(ledger, [word])
    tell(laptop, *three)
    record = laptop.id(*CASE)
    carry(laptop, *three)
    for clerk in (laptop, *three):
        assert clerk.ask("case", "show", record[:8])["home"] == owner.name
        with clerk.opened() as service, laptop.opened() as named:
            [ledger] = service.ledgers.active()
            standing = ledger.members.standing(named.device)
            assert standing.delegation.township == standing.township
