"""`rights` at the command line: what is due, a copy that is listed as an export, and an order of erasure."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from rich.cells import cell_len

from crdt.deeds import Share
from crdt.entry import RecordId
from node.writing import Opening
from tests.support.clerk import Clerk, carry, tell

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")
PARTY = {"alias": "甲方1", "role": "applicant", "name": "张三", "phone": "13800000000"}
ASKED = {"kind_of": "copy", "alias": "甲方1", "received_on": "2024-08-01"}


@pytest.fixture
def desk(pair: list[Clerk]) -> tuple[Clerk, str, str, str]:
    """A clerk with a case; the ids of the case, of a party and of its request."""
    here = pair[0]
    case = here.id(*NEW)
    with here.opened() as service:
        ledger = service.ledgers.choose(None)
        others = tuple(Share(t, "mediation") for t in ledger.members.cards if t != ledger.me)
        opening = Opening(RecordId(bytes.fromhex(case)), others)
        made = [
            service.create(ledger, kind, typed, "司法所", opening=opening).hex()
            for kind, typed in (("party", PARTY), ("rights_request", ASKED))
        ]
    return here, case, made[0], made[1]


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_list_asks_what_for_and_is_listed(desk: tuple[Clerk, str, str, str], lang: str) -> None:
    here, case, _, request = desk
    assert here("rights", "list", lang=lang).code == 2
    assert here.ask("access") == []
    done = here("rights", "list", "--purpose", "service", lang=lang)
    assert done.code == 0
    assert max(map(cell_len, done.out.splitlines())) <= 80
    assert {"zh": "逾期", "en": "overdue"}[lang] in done.out
    [one] = here.ask("rights", "list")
    assert (one["id"], one["case"], one["due_on"], one["overdue"]) == (
        request,
        case,
        "2024-08-16",
        True,
    )
    assert [(k["record"], k["action"]) for k in here.ask("access")] == [(None, "search")] * 2


def test_a_copy_is_private_is_listed_and_never_overwrites(
    desk: tuple[Clerk, str, str, str], tmp_path: Path
) -> None:
    here, case, party, request = desk
    file = tmp_path / "甲方1.html"
    words = ("rights", "copy", case, "甲方1", "-o", str(file))
    assert here(*words).code == 2, "what for?"
    assert not file.exists()
    assert here(*words, "--purpose", "便民与经济").code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "张三" in file.read_text(encoding="utf-8")
    listed = here.ask("access")
    assert {k["record"] for k in listed} == {party, request}
    assert {k["action"] for k in listed} == {"export"}
    assert here(*words).code == 3
    assert here.ask("access") == listed, "nothing was given, so nothing is listed"
    other = str(tmp_path / "copy.json")
    done = here.ask("rights", "copy", case, "甲方1", "-o", other, "--format", "json")
    assert done == {"file": other, "records": 2, "not_readable_here": 0}
    found = json.loads(Path(other).read_text(encoding="utf-8"))
    assert {"case", "alias", "party", "mentions", "grants", "looks"} <= found.keys()
    assert len(found["looks"]) == 2
    assert here("rights", "copy", case, "甲方2", "-o", str(tmp_path / "x")).code == 1


def test_erasing_on_request_takes_a_reason_and_the_others(
    desk: tuple[Clerk, str, str, str], pair: list[Clerk]
) -> None:
    here, _, party, request = desk
    before = here.world()
    assert here("rights", "erase", request).code == 2
    named = here("rights", "erase", request, "--reason", "张三申请")
    assert named.code == 3
    assert "甲方1" in named.err
    assert "张三" not in named.err
    assert here.world() == before
    order = here.ask("rights", "erase", request, "--reason", "本人申请")
    assert (order["records"], order["waits"]) == ([party], 1)
    tell(*pair)
    carry(*pair)
    with pair[1].opened() as service:
        ledger = service.ledgers.choose(None)
        service.erasing.approve(ledger, service.erasing.find(ledger, order["id"][:8]))
    tell(*pair)
    carry(*pair)
    assert here("rights", "erase", party, "--reason", "再次").code != 0
    with here.opened() as service:
        assert service.seals.is_erased(service.ledgers.choose(None), RecordId(bytes.fromhex(party)))


def test_what_is_on_hold_is_not_erased_on_request_either(
    desk: tuple[Clerk, str, str, str],
) -> None:
    here, case, party, request = desk
    hold = ("hold_until=2099-12-31", "--reason", "诉讼中")
    assert here("case", "set", case, *hold).code == 0
    before = here.world()
    for target in (party, request):
        done = here("rights", "erase", target, "--reason", "本人申请")
        assert (done.code, "2099-12-31" in done.err) == (3, True)
    assert here.world() == before
