"""The townships of simulated worlds: those of the demonstration first, then numbered ones. Data only."""

from __future__ import annotations

_KNOWN = (
    ("麻塘", "Matang", "430527210"),
    ("金子岩", "Jinziyan", "431225201"),
    ("中寨", "Zhongzhai", "621222103"),
    ("博峪", "Boyu", "623023106"),
    ("永和", "Yonghe", "513225201"),
    ("三江口", "Sanjiangkou", "522301105"),
    ("鲁布革", "Lubuge", "530324202"),
    ("马蚌", "Mabang", "451030103"),
    ("长坪", "Changping", "420624104"),
    ("薛坪", "Xueping", "420624105"),
    ("白沙", "Baisha", "620521106"),
    ("新城", "Xincheng", "620521211"),
)


def name_of(place: int, lang: str = "zh") -> str:
    """What the township at this place of a world is called."""
    if place < len(_KNOWN):
        return _KNOWN[place][lang == "en"]
    return f"Town {place + 1}" if lang == "en" else f"{place + 1}号乡"


def code_of(place: int) -> str:
    """Its nine-digit place code; the numbered ones have codes that no place has."""
    return _KNOWN[place][2] if place < len(_KNOWN) else f"99{place:07d}"


def names(count: int, lang: str = "zh") -> list[str]:
    return [name_of(place, lang) for place in range(count)]
