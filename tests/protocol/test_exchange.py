"""Two nodes meet: what they tell each other, in how many round trips and bytes, until both hold all.

Chains of hashes stand for logs here (tests/protocol/fakes.py); test_convergence.py does the same with
real townships.
"""

from __future__ import annotations

import pytest

from protocol import events as ev
from protocol import messages as m
from protocol.phase import Phase
from tests.protocol.fakes import LEDGER, OTHER, FakeStore, log_name
from tests.protocol.pair import Chains, Pair, Side

SAN, LU, MA = log_name("三江口镇"), log_name("鲁布革乡"), log_name("马蚌镇")


def stores(*written: dict[tuple[bytes, bytes], int]) -> list[FakeStore]:
    """One store for each argument: how many entries it holds of each log, all from one history."""
    made = []
    for counts in written:
        store = FakeStore()
        for log, count in counts.items():
            store.write(log, *(f"entry {n}" for n in range(count)))
        made.append(store)
    return made


def meet(a: FakeStore, b: FakeStore) -> Pair:
    pair = Pair(Side(Chains(a)), Side(Chains(b)))
    pair.settle()
    return pair


def equal(a: FakeStore, b: FakeStore) -> bool:
    return a.vector(LEDGER) == b.vector(LEDGER)


def test_two_nodes_that_each_know_something_end_with_both() -> None:
    a, b = stores({SAN: 20, LU: 3}, {LU: 30, MA: 9})
    pair = meet(a, b)
    assert {log: tips[0][0] for log, tips in a.vector(LEDGER).items()} == {SAN: 19, LU: 29, MA: 8}
    assert equal(a, b)
    for side in (pair.a, pair.b):
        assert side.of(ev.Synced) == [ev.Synced(LEDGER)]
        assert side.session.phase is Phase.OPEN
        assert side.session.caught_up


def test_equal_nodes_say_hello_and_nothing_more() -> None:
    a, b = stores({SAN: 900, LU: 700, MA: 5}, {SAN: 900, LU: 700, MA: 5})
    pair = Pair(
        Side(Chains(a), addresses=("10.20.30.40:7711",)),
        Side(Chains(b), addresses=("township-b.example:7711",)),
    )
    pair.settle()
    assert [type(message) for message in pair.said(pair.a)] == [m.Hello]
    assert [type(message) for message in pair.said(pair.b)] == [m.Hello]
    assert pair.bytes <= 400
    assert pair.a.synced
    assert pair.b.synced


def test_one_and_a_half_round_trips_make_them_equal() -> None:
    a, b = stores({SAN: 40, LU: 8}, {LU: 24, MA: 7})
    pair = Pair(Side(Chains(a)), Side(Chains(b)))
    for half, said in enumerate((m.Hello, m.Have, m.Run)):
        assert not equal(a, b), f"equal after {half} halves of a round trip"
        pair.exchange()
        assert isinstance(pair.said(pair.a)[-1], said | m.Done)
    assert equal(a, b)
    # A vector that is known half a round trip earlier is known after one: see what the peer has.
    assert [type(e) for e in pair.a.events][:2] == [ev.Opened, ev.PeerHas]


def test_bytes_follow_the_difference_and_not_the_ledger() -> None:
    costs = []
    for size in (100, 2000):
        a, b = stores({SAN: size + 5, LU: size}, {SAN: size, LU: size})
        costs.append(meet(a, b).bytes)
        assert equal(a, b)
    small, large = costs
    assert large <= small + 50


def test_an_empty_node_learns_a_whole_ledger() -> None:
    a, b = stores({SAN: 300, LU: 1, MA: 77}, {})
    meet(a, b)
    assert equal(a, b)
    assert len(b.vector(LEDGER)) == 3


def test_a_node_in_the_middle_passes_on_what_it_holds() -> None:
    a, b, c = stores({SAN: 12}, {LU: 4}, {MA: 6})
    ab, bc = Pair(Side(Chains(a)), Side(Chains(b))), Pair(Side(Chains(b)), Side(Chains(c)))
    for _ in range(40):
        ab.exchange()
        bc.exchange()
        # The owner of two sessions pushes into both after it stored something.
        ab.b.push()
        bc.a.push()
    assert equal(a, c)
    assert len(a.vector(LEDGER)) == 3


def test_what_is_written_after_the_exchange_goes_out_at_once() -> None:
    a, b = stores({SAN: 3}, {SAN: 3})
    pair = meet(a, b)
    before = pair.exchanges
    a.write(SAN, "more", "and more")
    b.write(LU, "an answer")
    pair.a.push()
    pair.b.push()
    assert not pair.a.session.caught_up
    pair.exchange()
    assert equal(a, b)
    pair.settle()
    assert pair.exchanges - before == 2
    assert pair.a.session.caught_up
    (acked,) = [e for e in pair.a.events if isinstance(e, ev.Acked)]
    assert acked.tips == ((SAN, a.vector(LEDGER)[SAN][0]),)


def test_who_finishes_second_says_so_too() -> None:
    """It learns that it lacks nothing more only when the last run is here; the other waits for its word."""
    a, b = stores({SAN: 30}, {SAN: 10})
    pair = meet(a, b)
    for side in (pair.a, pair.b):
        assert [type(x) for x in pair.said(side)].count(m.Done) == 1
        assert side.synced
        assert side.session.caught_up


def test_what_a_peer_sent_is_not_sent_back() -> None:
    a, b = stores({SAN: 50, LU: 2}, {LU: 40})
    pair = meet(a, b)
    runs = {side: [x for x in pair.said(side) if isinstance(x, m.Run)] for side in (pair.a, pair.b)}
    assert len(runs[pair.a]) == 7  # 50 entries, 8 a run
    assert len(runs[pair.b]) == 5  # 38 entries


def test_writing_while_the_hellos_travel_is_not_lost() -> None:
    """The digest in the hello is of the moment it was made; what came later goes out all the same."""
    a, b = stores({SAN: 4}, {SAN: 4})
    pair = Pair(Side(Chains(a)), Side(Chains(b)))
    a.write(SAN, "written after the hello")
    b.write(LU, "here too")
    pair.settle()
    assert equal(a, b)
    assert pair.a.synced
    assert pair.b.synced


@pytest.mark.parametrize("cut", range(0, 4000, 61))
def test_a_line_lost_anywhere_loses_nothing_that_arrived_whole(cut: int) -> None:
    a, b = stores({SAN: 40, LU: 9}, {LU: 17, MA: 40})
    lost = Pair(Side(Chains(a)), Side(Chains(b)))
    lost.run_until_cut(cut)
    meet(a, b)
    assert equal(a, b)
    assert {log: tips[0][0] for log, tips in a.vector(LEDGER).items()} == {SAN: 39, LU: 16, MA: 39}


def test_a_ledger_that_comes_into_being_during_a_session_is_shared() -> None:
    a, b = stores({SAN: 1}, {SAN: 1})
    pair = meet(a, b)
    a.write(LU, "first", ledger=OTHER)
    pair.a.session.found(b"the last signature")
    pair.a.handle(pair.a.session.share(OTHER))
    pair.settle()
    assert pair.b.of(ev.FoundArrived) == [ev.FoundArrived(b"the last signature")]
    assert OTHER not in b.ledgers, "the other side has not said that it shares it"

    pair.b.handle(pair.b.session.share(OTHER))
    pair.settle()
    assert a.vector(OTHER) == b.vector(OTHER) != {}
    assert ev.Synced(OTHER) in pair.a.events
    assert ev.Synced(OTHER) in pair.b.events


def test_a_ledger_shared_by_both_at_once_is_compared_once() -> None:
    a, b = stores({}, {})
    pair = meet(a, b)
    a.write(LU, "first", ledger=OTHER)
    b.write(MA, "first", ledger=OTHER)
    for side in (pair.a, pair.b):
        side.handle(side.session.share(OTHER))
        side.handle(side.session.share(OTHER))
    pair.settle()
    assert a.vector(OTHER) == b.vector(OTHER)
    assert len(a.vector(OTHER)) == 2
    assert sum(isinstance(x, m.Share) for x in pair.said(pair.a)) == 1
    assert sum(isinstance(x, m.Have) for x in pair.said(pair.a)) == 1


def test_a_ledger_shared_before_the_hellos_met_is_shared_all_the_same() -> None:
    a, b = stores({}, {})
    b.write(MA, "first", ledger=OTHER)
    pair = Pair(Side(Chains(a)), Side(Chains(b), ledgers=(LEDGER, OTHER)))
    pair.a.handle(pair.a.session.share(OTHER))
    pair.settle()
    assert a.vector(OTHER) == b.vector(OTHER) != {}


def test_only_ledgers_that_both_name_are_compared() -> None:
    a, b = stores({SAN: 3}, {SAN: 9})
    b.write(MA, "of another alliance", ledger=OTHER)
    pair = Pair(Side(Chains(a)), Side(Chains(b), ledgers=(OTHER, LEDGER)))
    pair.settle()
    (opened,) = [e for e in pair.b.events if isinstance(e, ev.Opened)]
    assert opened.ledgers == (LEDGER,)
    assert equal(a, b)
    assert OTHER not in a.ledgers


def test_who_lacks_signatures_says_so_in_the_hello() -> None:
    a, b = stores({}, {})
    pair = Pair(Side(Chains(a), pending=(OTHER,)), Side(Chains(b), addresses=("10.0.0.1:1",)))
    pair.settle()
    (opened,) = [e for e in pair.b.events if isinstance(e, ev.Opened)]
    assert opened.pending == (OTHER,)
    (opened,) = [e for e in pair.a.events if isinstance(e, ev.Opened)]
    assert opened.addresses == ("10.0.0.1:1",)
