"""A recovery key on paper: what is typed back is what was printed, and what is mistyped is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import BadRecoveryKey
from keys.recovery import from_text, to_text
from tests.support.people import seed

seeds = st.binary(min_size=32, max_size=32)


@given(seed=seeds)
def test_what_is_printed_reads_back(seed: bytes) -> None:
    text = to_text(seed)
    assert len(text.split()) == 20
    assert from_text(text) == seed
    assert from_text(f"<pre>{text}</pre> 2026-01-01 电话 0743-1234567") == seed
    assert (
        from_text(text.replace(" ", "-").translate({48 + n: 0xFF10 + n for n in range(10)})) == seed
    )


@pytest.mark.parametrize("extreme", (bytes(32), b"\xff" * 32))
def test_the_smallest_and_the_largest_key_fit(extreme: bytes) -> None:
    assert from_text(to_text(extreme)) == extreme


@given(seed=seeds, place=st.integers(0, 99), by=st.integers(1, 9))
def test_every_wrong_digit_is_found_in_its_group(seed: bytes, place: int, by: int) -> None:
    digits = list(to_text(seed).replace("\n", " ").replace(" ", ""))
    digits[place] = str((int(digits[place]) + by) % 10)
    groups = ["".join(digits[i : i + 5]) for i in range(0, 100, 5)]
    with pytest.raises(BadRecoveryKey) as caught:
        from_text(" ".join(groups))
    line, group = divmod(place // 5, 5)
    assert f"line {line + 1}, group {group + 1}" in caught.value.say("en")
    assert groups[place // 5] not in caught.value.say("zh") + repr(caught.value)


def test_groups_in_another_order_are_found() -> None:
    groups = to_text(seed("order")).split()
    missed = 0
    for a in range(20):
        for b in range(a):
            swapped = list(groups)
            swapped[a], swapped[b] = swapped[b], swapped[a]
            try:
                missed += from_text(" ".join(swapped)) != seed("order")
            except BadRecoveryKey:
                continue
    assert missed <= 2, "one in 512 may slip through the nine bits"


@pytest.mark.parametrize("text", ("", "12345", "12345 " * 19, "12345 " * 21, "没有"))
def test_what_holds_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadRecoveryKey):
        from_text(text)
