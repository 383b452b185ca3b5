"""Sealed records make no register of people: no table, no index, and nothing that a name would open."""

from __future__ import annotations

from crdt.kinds import KINDS
from node.reading import Reading
from tests.node.test_sealed import NAME, PHONE, _party
from tests.support.townships import exchange, together


def test_sealed_kinds_have_no_table() -> None:
    a, _ = together(2)
    tables = {row[0] for row in a.service.ground.db.rows("SELECT name FROM sqlite_master")}
    for kind in KINDS.values():
        assert (kind.table in tables) != kind.sealed, kind.name


def test_nothing_finds_a_party_by_what_it_says() -> None:
    a, b = together(2)
    case = a.create()
    party = _party(a, case, b)
    exchange(a, b)
    for town in (a, b):
        assert town.value(party, "name") == NAME
        town.service.records.index_some(64)
        for words in (NAME, PHONE, NAME[0], "甲方1", "甲"):
            assert Reading(town.service).find(town.ledger, words, 100) == []
        assert [r["id"] for r in Reading(town.service).find(town.ledger, "示范一村", 9)] == [
            case.hex()
        ]
        [row] = town.service.ground.model.records(town.ledger.n, "party")
        assert (row.title, row.digest) == ("", None)
        file = town.service.ground.db.conn.serialize()
        assert NAME.encode() not in file
        assert PHONE.encode() not in file
