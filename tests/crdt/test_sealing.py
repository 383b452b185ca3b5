"""Who may read a sealed record: the same whatever comes first, as the home says, hindered by no stranger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import sealing
from crdt.deeds import About, Deed, Share, Withdraw, Wrap
from crdt.entry import EntryId, Incarnation, RecordId
from crdt.sealing import Keying, Sealing
from crdt.statements import Fence
from keys.identity import DeviceId, TownshipId
from keys.seal import KeyId
from tests.support.people import seed

HOME, BEE, CEE, ODD = (TownshipId(seed("township", n)) for n in ("home", "bee", "cee", "odd"))
DEVICES = {t: DeviceId(seed("device of", t.hex())) for t in (HOME, BEE, CEE, ODD)}
KEYS = [KeyId(seed("key", n)) for n in range(3)]
RECORDS = [RecordId(seed("record", n, size=16)) for n in range(2)]
FENCES = [
    Fence(DEVICES[BEE], Incarnation(bytes(16)), n, EntryId(seed("fence", n))) for n in range(2)
]
Entries = tuple[Keying, ...]


def _id(label: object) -> EntryId:
    return EntryId(seed("keying", label))


def _said(label: object, who: TownshipId, *deeds: Deed, after: Sequence[Keying] = ()) -> Keying:
    return Keying(_id(label), who, tuple(k.entry for k in after), deeds)


def _wrap(key: int, *readers: TownshipId, once: bool = False) -> Wrap:
    wraps = tuple((DEVICES[t], seed("wrapped", key, t.hex())) for t in readers)
    return Wrap(KEYS[key], wraps, once)


# --- worlds -----------------------------------------------------------------------------------------

deeds: st.SearchStrategy[Deed] = st.one_of(
    st.builds(
        Share,
        st.sampled_from((BEE, CEE)),
        st.sampled_from(("mediation", "archive")),
        st.just(""),
        st.sampled_from(("", "2024-01-01")),
    ),
    st.builds(Withdraw, st.sampled_from((BEE, CEE)), st.lists(st.sampled_from(FENCES)).map(tuple)),
    st.builds(About, st.sampled_from(RECORDS)),
    st.builds(
        lambda key, readers, once: _wrap(key, *readers, once=once),
        st.sampled_from(range(len(KEYS))),
        st.lists(st.sampled_from((HOME, BEE, CEE, ODD)), max_size=3),
        st.integers(0, 5).map(lambda n: n == 5),
    ),
)


@st.composite
def worlds(draw: st.DrawFn) -> Entries:
    """Entries each of which cites some before it, or what nobody here has. Ids are in no order."""
    made: list[Keying] = []
    for number in range(draw(st.integers(1, 9))):
        who = draw(st.sampled_from((HOME, HOME, BEE, CEE, ODD)))
        cited = draw(st.lists(st.sampled_from(made), unique=True, max_size=3)) if made else []
        parents = tuple(k.entry for k in cited)
        if draw(st.integers(0, 9)) == 9:
            parents = (*parents, _id("missing"))
        said = draw(st.lists(deeds, max_size=3))
        made.append(Keying(_id((number, len(said))), who, parents, tuple(said)))
    return tuple(made)


# --- what is to come out, told a second time and without hurry -----------------------------------------


def _ever(world: Sequence[Keying], home: TownshipId | None) -> set[TownshipId | None]:
    found: set[TownshipId | None] = {home}
    for keying in world:
        for deed in keying.deeds:
            if isinstance(deed, Share) and keying.township == home:
                found.add(deed.township)
    return found


def _before(entry: Keying, here: Mapping[EntryId, Keying]) -> set[EntryId]:
    """All that can be reached along parents that are here."""
    found: set[EntryId] = set()
    todo = list(entry.parents)
    while todo:
        at = todo.pop()
        if at in here and at not in found:
            found.add(at)
            todo += here[at].parents
    return found


def expected(world: Sequence[Keying], home: TownshipId | None) -> dict[str, Any]:
    here = {k.entry: k for k in world if k.township in _ever(world, home)}
    depth = {e: len(_before(k, here)) for e, k in here.items()}
    shares, ended = _readers(here, home)
    abouts = [
        (depth[e], e, d.record)
        for e, k in here.items()
        for d in k.deeds
        if isinstance(d, About) and k.township == home
    ]
    tips = [e for e in here if not any(e in k.parents for k in here.values())]
    return {
        "home": home,
        "about": min(abouts)[2] if abouts else None,
        "shares": shares,
        "ended": ended,
        "keys": _keys(here, depth, ended.keys()),
        "heads": sorted(tips),
    }


def _readers(
    here: Mapping[EntryId, Keying], home: TownshipId | None
) -> tuple[dict[TownshipId, tuple[str, str]], dict[TownshipId, set[Fence]]]:
    shares: dict[TownshipId, tuple[str, str]] = {}
    ended: dict[TownshipId, set[Fence]] = {}
    for who in (BEE, CEE, HOME, ODD):
        said = [
            (k, d)
            for k in here.values()
            for d in k.deeds
            if isinstance(d, (Share, Withdraw)) and d.township == who and k.township == home
        ]
        standing = [
            d for k, d in said if not any(k.entry in _before(other, here) for other, _ in said)
        ]
        withdrawn = [d for d in standing if isinstance(d, Withdraw)]
        if withdrawn:
            ended[who] = {f for d in withdrawn for f in d.fences}
        elif standing:
            given = [(d.until, d.purpose) for d in standing if isinstance(d, Share)]
            shares[who] = min(given, key=lambda s: (s[0] == "", s))  # no end is the widest
    return shares, ended


def _keys(
    here: Mapping[EntryId, Keying], depth: Mapping[EntryId, int], ended: AbstractSet[TownshipId]
) -> dict[KeyId, Any]:
    found: dict[KeyId, Any] = {}
    for key_id in KEYS:
        wrapping = {
            e: [d for d in k.deeds if isinstance(d, Wrap) and d.key_id == key_id]
            for e, k in here.items()
        }
        authors = [e for e, wraps in wrapping.items() if wraps]
        if not authors:
            continue
        first = [e for e in authors if not _before(here[e], here) & set(authors)]
        given = [(d, w) for e in authors for wrap in wrapping[e] for d, w in wrap.wraps]
        found[key_id] = (
            {here[e].township for e in first},
            sorted(given),
            {
                d
                for e in authors
                for wrap in wrapping[e]
                for d, _ in wrap.wraps
                if here[e].township not in ended
            },
            any(w.once for e in authors for w in wrapping[e] if here[e].township not in ended),
            min((depth[e], e) for e in first),
            all(_is_whole(here[e], here) for e in first),
        )
    return found


def _is_whole(entry: Keying, here: Mapping[EntryId, Keying]) -> bool:
    """Whether all that its author knew is here, and all that the authors of that knew."""
    return all(p in here and _is_whole(here[p], here) for p in entry.parents)


def _shape(found: Sealing) -> dict[str, Any]:
    return {
        "home": found.home,
        "about": found.about,
        "shares": {t: (s.until, s.purpose) for t, s in found.shares.items()},
        "ended": {t: set(fences) for t, fences in found.ended.items()},
        "keys": {
            key_id: (
                key.makers,
                sorted((d, w) for d, listed in key.wraps.items() for w in listed),
                key.given,
                key.once,
                key.rank,
                key.whole,
            )
            for key_id, key in found.keys.items()
        },
        "heads": list(found.heads),
    }


def _checks(world: Entries, shuffled: Sequence[Keying]) -> None:
    """All that has to hold of one world, in two orders of arrival."""
    found = sealing.sealing_of(HOME, world)
    assert _shape(found) == expected(world, HOME)
    assert _shape(sealing.sealing_of(HOME, [*shuffled, *shuffled[::2]])) == _shape(found)
    strangers = [k for k in world if k.township not in _ever(world, HOME)]
    without = [k for k in world if k not in strangers]
    assert _shape(sealing.sealing_of(HOME, without)) == _shape(found)
    assert not found.ended.keys() & found.readers
    _check_key_to_write(found, world)


def _check_key_to_write(found: Sealing, world: Entries) -> None:
    readers = {HOME, *(t for t in (BEE, CEE) if t in expected(world, HOME)["shares"])}
    devices = {DEVICES[t] for t in readers}
    fitting = {
        key_id: rank
        for key_id, (makers, _, given, once, rank, whole) in expected(world, HOME)["keys"].items()
        if makers <= readers and given <= devices and not once and whole
    }
    for held in (set(KEYS), set(KEYS[:1]), set[KeyId]()):
        chosen = found.to_write(held, readers, devices)
        here = {key_id: rank for key_id, rank in fitting.items() if key_id in held}
        assert chosen == (max(here, key=lambda k: (here[k], k)) if here else None)


@given(world=worlds(), data=st.data())
@settings(deadline=None, max_examples=150)
def test_equal_sets_give_equal_answers_and_strangers_change_nothing(
    world: Entries, data: st.DataObject
) -> None:
    _checks(world, data.draw(st.permutations(world)))


@given(world=worlds())
@settings(deadline=None, max_examples=50)
def test_of_a_record_whose_beginning_is_not_here_nobody_reads_anything(world: Entries) -> None:
    found = sealing.sealing_of(None, world)
    assert found.readers == set()
    assert found.to_write(set(KEYS), found.readers, set()) is None


# --- stories --------------------------------------------------------------------------------------


def test_of_a_share_and_a_withdrawal_at_once_the_withdrawal_counts() -> None:
    given_ = _said(1, HOME, Share(BEE, "mediation"))
    for first, second in ((2, 3), (3, 2)):  # whichever id is the larger
        taken = _said(first, HOME, Withdraw(BEE, (FENCES[0],)), after=[given_])
        again = _said(second, HOME, Share(BEE, "mediation"), after=[given_])
        found = sealing.sealing_of(HOME, [again, taken, given_])
        assert found.readers == {HOME}
        assert found.ended == {BEE: (FENCES[0],)}
        assert found.ever(BEE)


def test_a_share_that_saw_the_withdrawal_gives_again() -> None:
    given_ = _said(1, HOME, Share(BEE, "mediation"))
    taken = _said(2, HOME, Withdraw(BEE, (FENCES[0],)), after=[given_])
    between = _said(3, BEE, _wrap(0, HOME), after=[taken])
    again = _said(4, HOME, Share(BEE, "archive"), after=[between])
    found = sealing.sealing_of(HOME, [again, given_, between, taken])
    assert found.readers == {HOME, BEE}
    assert not found.ended
    stranger = replace(between, township=ODD)
    assert not sealing.sealing_of(HOME, [again, given_, stranger, taken]).shares, (
        "what a stranger says carries nothing on, not even what it saw"
    )


def test_of_two_withdrawals_at_once_both_fences_count() -> None:
    given_ = _said(1, HOME, Share(BEE, "mediation"))
    taken = [_said(n + 2, HOME, Withdraw(BEE, (FENCES[n],)), after=[given_]) for n in (0, 1)]
    assert sealing.sealing_of(HOME, [given_, *taken]).ended == {BEE: tuple(FENCES)}


def test_only_the_home_gives_and_takes_and_says_what_it_is_about() -> None:
    begun = _said(1, HOME, Share(BEE, "mediation"), About(RECORDS[0]), _wrap(0, HOME, BEE))
    for who in (BEE, ODD):
        said = (Share(ODD, "x"), Withdraw(BEE, ()), About(RECORDS[1]), Share(CEE, "x"))
        found = sealing.sealing_of(HOME, [begun, _said(2, who, *said, after=[begun])])
        assert found.readers == {HOME, BEE}
        assert found.about == RECORDS[0]


def test_nobody_writes_under_a_key_of_who_may_not_read() -> None:
    begun = _said(1, HOME, Share(BEE, "mediation"), _wrap(0, HOME, BEE))
    taken = _said(2, HOME, Withdraw(BEE, ()), after=[begun])
    theirs = _said(3, BEE, _wrap(1, HOME), after=[taken])
    found = sealing.sealing_of(HOME, [begun, taken, theirs])
    ours = {DEVICES[HOME]}
    assert found.to_write(KEYS, found.readers, ours) is None, "one they hold, one they made"
    renewed = _said(4, HOME, _wrap(2, HOME), after=[theirs])
    found = sealing.sealing_of(HOME, [begun, taken, theirs, renewed])
    assert found.to_write(KEYS, found.readers, ours) == KEYS[2]
    passed = _said(5, HOME, _wrap(2, HOME, once=True), after=[renewed])
    found = sealing.sealing_of(HOME, [begun, taken, theirs, renewed, passed])
    assert found.to_write(KEYS, found.readers, ours) is None, "one that may be shown to others"


def test_nobody_writes_under_a_key_of_which_it_is_not_known_who_made_it() -> None:
    """Whoever passes it on may have it of somebody whose word counts no more; of two who brought it in at
    once, both have to be known."""
    begun = _said(1, HOME, Share(BEE, "mediation"), _wrap(0, HOME))
    unseen = _said(2, CEE, _wrap(1, HOME, BEE), after=[begun])
    passed = _said(3, BEE, _wrap(1, HOME), after=[unseen])
    later = _said(4, HOME, About(RECORDS[0]), after=[passed])
    after = _said(5, HOME, _wrap(2, HOME), after=[later])
    ours = {DEVICES[HOME]}
    for world in ([begun, passed], [begun, unseen, passed], [passed, later, after, begun]):
        found = sealing.sealing_of(HOME, world)
        assert found.keys[KEYS[1]].makers == {BEE}
        assert [found.keys[k].whole for k in sorted(found.keys, key=KEYS.index)] == [
            True,
            *[False for k in found.keys if k != KEYS[0]],
        ]
        assert found.to_write(KEYS, {HOME, BEE}, ours) == KEYS[0]
    own = _said(6, HOME, _wrap(1, HOME), after=[begun])
    assert sealing.sealing_of(HOME, [begun, own]).to_write(KEYS, {HOME}, ours) == KEYS[1]
    both = sealing.sealing_of(HOME, [begun, own, passed])
    assert both.to_write(KEYS, {HOME, BEE}, ours) == KEYS[0]
    known = _said(7, HOME, Share(CEE, "mediation"), after=[begun])
    all_here = sealing.sealing_of(HOME, [begun, known, unseen, passed])
    assert all_here.keys[KEYS[1]].whole
    assert all_here.keys[KEYS[1]].makers == {CEE}


def test_whoever_lacks_a_key_is_told() -> None:
    found = sealing.sealing_of(HOME, [_said(1, HOME, _wrap(0, HOME))])
    both = [DEVICES[HOME], DEVICES[BEE]]
    assert found.lacking(KEYS[0], both) == [DEVICES[BEE]]
    assert found.lacking(KEYS[1], both) == both


def test_of_two_keys_brought_in_at_once_all_take_the_same() -> None:
    begun = _said(1, HOME, _wrap(0, HOME), _wrap(1, HOME))
    passed = _said(2, HOME, _wrap(1, HOME), _wrap(0, HOME), after=[begun])
    chosen = {
        sealing.sealing_of(HOME, world).to_write(KEYS, {HOME}, {DEVICES[HOME]})
        for world in ([begun, passed], [passed, begun])
    }
    assert len(chosen) == 1
