"""A township's recovery key as it stands on paper: digits to type, with checks, and back. Knows no ledger.

Twenty groups of five digits, the last of each checks the group; nine more bits of a hash check the whole.
So a misread digit is known by its group, and a group left out or two that changed places by the whole.
"""

from __future__ import annotations

import hashlib
import re

from keys.errors import BadRecoveryKey, Text
from keys.identity import SigningKey, check_digit

SEED_BYTES = 32
_GROUPS = 20
_CHECK_BITS = 9
_NONE = Text("没有找到二十组五位数字", "there are no twenty groups of five digits")
_ORDER = Text("各组都对，但次序或整体不对", "each group fits, but not their order or the whole")
_FOUND = re.compile(r"(?<![0-9])[0-9]{5}(?:[\s-]+[0-9]{5})*(?![0-9])")


def to_text(seed: bytes) -> str:
    """The key in four lines of five groups."""
    number = int.from_bytes(seed, "big") << _CHECK_BITS | _check(seed)
    digits = f"{number:0{_GROUPS * 4}d}"
    fours = [digits[i : i + 4] for i in range(0, len(digits), 4)]
    groups = [four + check_digit(four) for four in fours]
    return "\n".join(" ".join(groups[i : i + 5]) for i in range(0, _GROUPS, 5))


def from_text(text: str) -> bytes:
    """The key in a text that may say other things too. Raises BadRecoveryKey, which names no digit."""
    found = [m.group().replace("-", " ").split() for m in _FOUND.finditer(_plain(text))]
    groups = next((g for g in found if len(g) == _GROUPS), None)
    if groups is None:
        raise BadRecoveryKey(why=_NONE)
    for place, group in enumerate(groups, 1):
        if check_digit(group[:4]) != group[4]:
            raise BadRecoveryKey(why=_in_group(place))
    number = int("".join(group[:4] for group in groups))
    seed = (number >> _CHECK_BITS).to_bytes(_GROUPS * 4, "big")[-SEED_BYTES:]
    if number >> _CHECK_BITS >= 1 << 8 * SEED_BYTES or number % (1 << _CHECK_BITS) != _check(seed):
        raise BadRecoveryKey(why=_ORDER)
    return seed


def key_of(seed: bytes) -> SigningKey:
    return SigningKey(seed)


def _in_group(place: int) -> Text:
    line, group = divmod(place - 1, 5)
    where = {"line": line + 1, "group": group + 1}
    return Text(
        "第 {line} 行第 {group} 组".format(**where), "line {line}, group {group}".format(**where)
    )


def _plain(text: str) -> str:
    """Digits as a Chinese keyboard may type them."""
    return text.translate({0xFF10 + n: str(n) for n in range(10)})


def _check(seed: bytes) -> int:
    digest = hashlib.sha256(b"mulin/recovery-text/1" + seed).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _CHECK_BITS
