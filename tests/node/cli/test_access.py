"""`access` at the command line: what was looked at, whether the list is whole, in both languages and JSON."""

from __future__ import annotations

import sqlite3

import pytest
from rich.cells import cell_len

from crdt.entry import RecordId
from node.writing import Opening
from tests.support.clerk import Clerk, carry

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")
PARTY = {"alias": "甲方1", "role": "applicant", "name": "张三", "phone": "13800000000"}


@pytest.fixture
def looked(pair: list[Clerk]) -> tuple[Clerk, str, str]:
    """A clerk who looked at a party twice; the ids of the case and of the party."""
    here = pair[0]
    case = here.id(*NEW)
    with here.opened() as service:
        ledger = service.ledgers.choose(None)
        opening = Opening(RecordId(bytes.fromhex(case)))
        party = service.create(ledger, "party", PARTY, "司法所", opening=opening)
        service.looks.add(ledger, party, "view", "mediation", "司法所")
        service.looks.add(
            ledger, party, "export", "service", "一个很长很长的职务名称用来看看表格是不是还放得下"
        )
    return here, case, party.hex()


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_list_fits_the_terminal_and_has_a_shape(
    looked: tuple[Clerk, str, str], lang: str
) -> None:
    here, case, party = looked
    for words in (("access",), ("access", "list", party[:8]), ("access", "list", case[:8])):
        done = here(*words, lang=lang)
        assert done.code == 0
        assert party[:8] in done.out
        assert max(map(cell_len, done.out.splitlines())) <= 80
        assert "张三" not in done.out
    one, two = here.ask("access", "list", case)
    assert one.keys() == {"line", "at", "record", "action", "purpose", "post"}
    assert (one["line"], one["record"], one["action"]) == (1, party, "view")
    assert two["purpose"] == "service"
    assert here.ask("access", "list", "--since", "2999-01-01") == []
    assert "没有登记" in here("access", "list", "--since", "2999-01-01").out
    assert here("access", "list", "--since", "昨天").code == 2
    assert here("access", "list", "zz").code == 1


def test_verify_and_seal_and_what_a_changed_line_brings(
    looked: tuple[Clerk, str, str], pair: list[Clerk]
) -> None:
    here, _, _ = looked
    sealed = here.ask("access", "seal")
    assert sealed["lines"] == 2
    assert sealed["entry"]
    assert here.ask("access", "seal")["entry"] is None
    whole = here.ask("access", "verify")
    assert (whole["ok"], whole["lines"], whole["digests"]) == (True, 2, 1)
    assert whole["head"] == sealed["head"]
    assert "登记完整" in here("access", "verify").out
    carry(*pair)
    assert pair[1].ask("access", "verify")["lines"] == 0
    with sqlite3.connect(here.folder / "ledger.db") as db:
        db.execute("UPDATE looks SET post='别人' WHERE action='view'")
    db.close()
    assert here.ask("access", "verify", code=3)["problem"] == {"line": 1, "why": "changed"}
    assert "第 1 行" in here("access", "verify").out
    assert here("verify").code == 0, "the log itself is sound"
