"""The five operations and their plain form: what an author writes is what every reader reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.entry import ActorId, EntryId
from crdt.errors import BadOperation, RuleBroken, TooMuch
from crdt.operations import (
    Add,
    Create,
    Keep,
    Operation,
    Set,
    Splice,
    from_plain,
    is_item_name,
    item_name,
    split_key,
    to_plain,
)
from keys import canonical
from keys.canonical import Plain
from keys.limits import OPERATIONS_PER_ENTRY, REGISTER_BYTES

A, B = b"a" * 32, b"b" * 32
ITEM = "0123456789abcdef" * 2 + ".0"

names = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
item_names = st.builds(
    item_name, st.binary(min_size=16, max_size=16).map(ActorId), st.integers(0, 511)
)
keys = st.one_of(
    names,
    st.builds("{}/{}".format, names, st.from_regex(r"[a-z0-9_]{1,64}", fullmatch=True)),
    st.builds("{}/{}/{}".format, names, item_names, names),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(max_size=40),
    st.just("示范一村"),
)
cites = st.lists(st.binary(min_size=32, max_size=32).map(EntryId), max_size=4, unique=True).map(
    lambda ids: tuple(sorted(ids))
)


@st.composite
def hunks(draw: st.DrawFn) -> tuple[tuple[int, int, str], ...]:
    found: list[tuple[int, int, str]] = []
    end = -1
    for _ in range(draw(st.integers(1, 4))):
        at, drop = end + draw(st.integers(1, 9)), draw(st.integers(0, 3))
        found.append((at, drop, draw(st.sampled_from(["字", "两字"])) if not drop else ""))
        end = at + drop
    return tuple(found)


operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Set, keys, scalars, cites),
    st.builds(
        Add,
        names,
        st.dictionaries(names, scalars.filter(lambda v: v is not None), min_size=1, max_size=4).map(
            lambda fields: tuple(sorted(fields.items()))
        ),
    ),
    st.builds(Splice, keys, hunks()),
    st.builds(Keep, keys, cites.filter(bool)),
)


@given(st.lists(operations, min_size=1, max_size=5, unique_by=lambda o: getattr(o, "key", id(o))))
def test_operations_round_trip_through_their_plain_form(said: list[Operation]) -> None:
    plain = to_plain(said)
    assert from_plain(plain) == said
    data = canonical.encode(plain)
    assert from_plain(canonical.decode_list(data, len(data))) == said
    assert from_plain(to_plain([Create("case"), *said])) == [Create("case"), *said]


MISSHAPEN: dict[str, list[Plain]] = {
    "nothing": [],
    "no array": ["set"],
    "an unknown verb": [["delete", "village"]],
    "a verb that is no text": [[1, "village", None, []]],
    "create without a kind": [["create"]],
    "create with a capital": [["create", "Case"]],
    "create second": [["set", "village", "x", []], ["create", "case"]],
    "create twice": [["create", "case"], ["create", "case"]],
    "set without citations": [["set", "village", "x"]],
    "set with one thing too many": [["set", "village", "x", [], 1]],
    "set of an array": [["set", "village", ["x"], []]],
    "an empty key": [["set", "", "x", []]],
    "a key with a capital": [["set", "Village", "x", []]],
    "a key in Chinese": [["set", "发生村", "x", []]],
    "a key with full-width digits": [["set", "a１", "x", []]],
    "a key with a line feed": [["set", "village\n", "x", []]],
    "a key that ends in a slash": [["set", "village/", "x", []]],
    "a key with an empty part": [["set", "notes//text", "x", []]],
    "a key of four parts": [["set", f"notes/{ITEM}/text/x", "x", []]],
    "an item that is not named so": [["set", "notes/abc/text", "x", []]],
    "an item with a leading zero": [["set", f"notes/{ITEM}1/text", "x", []]],
    "an item in capitals": [["set", f"notes/{ITEM.upper()}/text", "x", []]],
    "a key too long": [["set", "a" * 41, "x", []]],
    "a citation too short": [["set", "village", "x", [b"a"]]],
    "a citation that is text": [["set", "village", "x", ["a" * 32]]],
    "citations out of order": [["set", "village", "x", [B, A]]],
    "a citation twice": [["set", "village", "x", [A, A]]],
    "a field twice": [["set", "village", "x", []], ["set", "village", "y", []]],
    "a field set and kept": [["set", "village", "x", []], ["keep", "village", [A, B]]],
    "an item without fields": [["add", "notes", []]],
    "an item's fields out of order": [["add", "notes", [["b", 1], ["a", 1]]]],
    "an item's field twice": [["add", "notes", [["a", 1], ["a", 2]]]],
    "an item's field that is null": [["add", "notes", [["a", None]]]],
    "an item's field without a value": [["add", "notes", [["a"]]]],
    "an item's field with a slash": [["add", "notes", [["a/b", 1]]]],
    "a text without hunks": [["text", "summary", []]],
    "a hunk that does nothing": [["text", "summary", [[0, 0, ""]]]],
    "a hunk before the beginning": [["text", "summary", [[-1, 0, "x"]]]],
    "a hunk that drops less than nothing": [["text", "summary", [[0, -1, "x"]]]],
    "a hunk at true": [["text", "summary", [[True, 0, "x"]]]],
    "a hunk that drops true": [["text", "summary", [[0, True, "x"]]]],
    "hunks out of order": [["text", "summary", [[5, 0, "x"], [1, 0, "y"]]]],
    "hunks at one place": [["text", "summary", [[1, 0, "x"], [1, 0, "y"]]]],
    "hunks that overlap": [["text", "summary", [[1, 3, "x"], [3, 0, "y"]]]],
    "hunks that touch": [["text", "summary", [[1, 3, "x"], [4, 0, "y"]]]],
    "too many hunks": [["text", "summary", [[3 * n, 1, ""] for n in range(65)]]],
    "keeping nothing": [["keep", "village", []]],
}


@pytest.mark.parametrize("plain", MISSHAPEN.values(), ids=MISSHAPEN.keys())
def test_a_misshapen_operation_is_refused(plain: list[Plain]) -> None:
    with pytest.raises(BadOperation):
        from_plain(plain)


def test_there_is_a_limit_to_everything() -> None:
    many: list[Plain] = [["add", "notes", [["text", "x"]]]] * OPERATIONS_PER_ENTRY
    assert len(from_plain(many)) == OPERATIONS_PER_ENTRY
    with pytest.raises(TooMuch):
        from_plain([*many, many[0]])
    fits: tuple[tuple[Plain, Plain], ...] = (
        ("x" * REGISTER_BYTES, "x" * (REGISTER_BYTES + 1)),
        (b"x" * REGISTER_BYTES, b"x" * (REGISTER_BYTES + 1)),
    )
    for value, longer in fits:
        from_plain([["set", "village", value, []], ["add", "notes", [["text", value]]]])
        wrong: tuple[Plain, ...] = (
            ["set", "village", longer, []],
            ["add", "notes", [["text", longer]]],
        )
        for operation in wrong:
            with pytest.raises(TooMuch):
                from_plain([operation])


@given(
    st.recursive(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.binary(max_size=33), st.text(max_size=5)
        ),
        lambda inner: st.lists(inner, max_size=5),
        max_leaves=10,
    )
)
def test_any_value_is_an_operation_or_a_broken_rule(value: Plain) -> None:
    for plain in ([value], value if isinstance(value, list) else []):
        try:
            found = from_plain(plain)
        except RuleBroken:
            continue
        assert to_plain(found) == plain


def test_names_of_items_and_parts_of_keys() -> None:
    assert item_name(ActorId(b"\x01" * 16), 7) == "01" * 16 + ".7"
    assert is_item_name(ITEM)
    assert not is_item_name(ITEM + "\n")
    assert not is_item_name("x" + ITEM)
    assert split_key("village") == ("village", None, None)
    assert split_key("dispositions/claim_met") == ("dispositions", "claim_met", None)
    assert split_key(f"notes/{ITEM}/text") == ("notes", ITEM, "text")
