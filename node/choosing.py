"""A code of an enumeration from what a clerk types: a label in another script too, or letters of pinyin.

`sltd`, `shanlin` and `山林土地糾紛` choose 山林土地纠纷 as long as nothing else begins so. The kinds know
their codes and labels only. Knows no record.
"""

from __future__ import annotations

from itertools import islice

from crdt.kinds.types import Choice, Choices, FieldType, Scalar, Unfit, split_members
from keys.errors import Text
from node import pinyin
from node.folding import fold

_SHOWN_MAX = 6


def read_value(of: FieldType, text: str) -> Scalar:
    """What `of.parse` makes of it, after a choice was recognised. Raises Unfit."""
    return of.parse(_code(of, text) if isinstance(of, Choice) else text)


def read_members(of: Choices, text: str) -> list[str]:
    """The same for several, in declared order. Raises Unfit."""
    return of.parse_members("、".join(_code(of.of, word) for word in split_members(text)))


def matching(of: Choice, text: str) -> list[str]:
    """The codes that may be meant by what is no code and no label of them: those that fit best."""
    folded = fold(text.strip())
    labels = {code: fold(label[0]) for code, label in of.values}
    found = [code for code, label in labels.items() if label == folded]
    if found or not folded.isalpha() or not folded.isascii() or len(folded) > pinyin.LETTERS_MAX:
        return found
    for fits in _FITS:
        if found := [code for code, label in labels.items() if fits(label, folded)]:
            break
    return found


def beginning(of: Choice, text: str) -> list[str]:
    """The codes that may be meant by what is typed so far; all of them if that is nothing."""
    folded = fold(text.strip())
    found = [
        c for c, label in of.values if c.startswith(folded) or fold(label[0]).startswith(folded)
    ]
    return found or matching(of, text)


def _whole(label: str, letters: str) -> bool:
    return len(label) == len(letters) and pinyin.begins(label, letters)


def _begun(label: str, letters: str) -> bool:
    """As everybody reads it: 旅游 by ly, though an old book may read the second one as liu."""
    return len(letters) >= pinyin.LETTERS_MIN and pinyin.begins(label, letters, usual=1)


def _begun_anyhow(label: str, letters: str) -> bool:
    return len(letters) >= pinyin.LETTERS_MIN and pinyin.begins(label, letters)


def _spoken(label: str, letters: str) -> bool:
    rows = list(islice(pinyin.splits(letters), pinyin.SPLITS_MAX))
    return rows != [] and pinyin.spoken(rows).match(label) is not None


_FITS = (_whole, _spoken, _begun, _begun_anyhow)
"""The first of these that fits any label decides."""


def _code(of: Choice, text: str) -> str:
    """Raises Unfit if several may be meant."""
    if not text.strip() or of.read(text.strip()) in of.labels:
        return text
    found = matching(of, text)
    if len(found) > 1:
        some = [of.labels[code] for code in found[:_SHOWN_MAX]]
        raise Unfit(
            Text(
                f"“{text.strip()[:20]}”可以指：{'、'.join(t.say('zh') for t in some)}，请写得更完整",
                f'"{text.strip()[:20]}" may be: {", ".join(t.say("en") for t in some)}; write more',
            )
        )
    return found[0] if found else text
