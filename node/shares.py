"""A recovery key in shares: some of them give it back, fewer say nothing about it (SLIP-39).

One importer of that library. Knows no ledger and no file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from keys.errors import Text
from keys.recovery import SEED_BYTES
from node.ownerrors import SheetsDoNotFit

MARK = "mulin-share:"
_WORDS = re.compile(r"[a-z]{4,8}")
_WORDS_MIN = 20
_NO_SHARE = Text("有一份里没有分存词", "one of them holds no share")
_UNFIT = Text("份数不够、词有误，或不是同一把密钥的", "too few, a wrong word, or of different keys")


def split(seed: bytes, of: int, need: int) -> list[str]:
    """`of` shares as words, any `need` of which give the key back."""
    [shares] = generate_mnemonics(1, [(need, of)], seed)
    return [str(share) for share in shares]


def join(texts: Sequence[str]) -> bytes:
    """The key from what stands on sheets. Raises SheetsDoNotFit, which tells no word."""
    shares = sorted({_share(text) for text in texts})
    try:
        needed = Share.from_mnemonic(
            shares[0]
        ).member_threshold  # of more the library wants to know nothing
        seed = bytes(combine_mnemonics(shares[:needed]))
    except (MnemonicError, ValueError):
        # What the library says may quote a word.
        raise SheetsDoNotFit(why=_UNFIT) from None
    if len(seed) != SEED_BYTES:
        raise SheetsDoNotFit(why=_UNFIT)
    return seed


def _share(text: str) -> str:
    """The words behind the mark; without one, the whole text is taken for them. Raises SheetsDoNotFit."""
    _, mark, after = text.partition(MARK)
    found = _WORDS.findall((after.partition("<")[0] if mark else text).lower())
    if len(found) < _WORDS_MIN:
        raise SheetsDoNotFit(why=_NO_SHARE)
    return " ".join(found)
