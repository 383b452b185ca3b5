"""What a clerk gets wrong: one sentence in the language asked for, an exit code, and nothing changed."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from keys.errors import Exit
from tests.support.clerk import Clerk, carry, copied

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ESC = "\x1b[31m"
LONG = "界" * 350_000  # more than a million bytes


_STANDS_FOR = {
    "{LONG}": LONG,
    "{HEX}": "a" * 1_000_000,
    "{ESC}": _ESC,
    "{BIDI}": "\u202e",
    "{LONE}": "\udcff",
    "{WIDE}": "\u3000",
    "{BAD}": "\ufffd",
}


@dataclass(frozen=True)
class Wrong:
    """Words that are wrong, how they end, and a part of the sentence in each language."""

    words: tuple[str, ...]
    code: Exit
    zh: str
    en: str


def _read_table() -> list[Wrong]:
    table = Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8")
    found = []
    for line in table.splitlines():
        if line and not line.startswith("#"):
            typed, code, zh, en = (cell.strip() for cell in line.split("  |  "))
            words = tuple(map(_meant, shlex.split(typed)))
            found.append(Wrong(words, Exit[code.upper()], _meant(zh), _meant(en)))
    return found


def _meant(cell: str) -> str:
    for name, text in _STANDS_FOR.items():
        cell = cell.replace(name, text)
    return cell


def _title(wrong: Wrong) -> str:
    return " ".join(word[:12] for word in wrong.words[:5]).encode("ascii", "replace").decode()


WRONG = _read_table()
NEW = ("case", "new")
GOOD = ("--category", "forest_land", "--village", "示范一村")


@dataclass(frozen=True)
class Scene:
    """A clerk with one case in question, and a neighbour's contact."""

    clerk: Clerk
    names: dict[str, str]


@pytest.fixture(scope="module")
def scene(pair_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """One for all: whatever is wrong changes nothing, so the scene is as it was."""
    here, there = copied(pair_template, tmp_path_factory.mktemp("scene"))
    case = here.id(*NEW, *GOOD)
    contact = there.id(
        "contact", "new", "office=司法所", "post=所长", "name=龙示春", "phone=0739-0000-118"
    )
    carry(here, there)
    here.id("case", "set", case, "place_code=522301105")
    there.id("case", "set", case, "place_code=530324202")
    carry(here, there)
    [conflict] = here.ask("conflicts", "list", code=4)
    return Scene(here, {"ID": case[:8], "OTHER": contact[:8], "CONFLICT": conflict["id"][:8]})


@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize("wrong", WRONG, ids=_title)
def test_what_is_wrong_gets_one_sentence_and_changes_nothing(
    scene: Scene, wrong: Wrong, lang: str
) -> None:
    before = scene.clerk.world()
    words = [scene.names.get(word, word) for word in wrong.words]
    done = scene.clerk(*words, lang=lang)
    _one_sentence(done.err, wrong.zh if lang == "zh" else wrong.en, lang)
    assert done.code == wrong.code
    assert done.out == ""
    assert scene.clerk.world() == before


def _one_sentence(said: str, part: str, lang: str) -> None:
    assert part in said
    assert said.endswith("\n")
    assert said.count("\n") == 1, "one line"
    assert "Traceback" not in said
    assert "\x1b" not in said, "what was typed may not move the cursor"
    assert len(said) < 2000, "a megabyte is not repeated"
    if lang == "zh":
        assert _CHINESE.search(said)


@pytest.mark.parametrize("wrong", WRONG[::7], ids=_title)
def test_programs_get_the_same_as_json(scene: Scene, wrong: Wrong) -> None:
    words = [scene.names.get(word, word) for word in wrong.words]
    done = scene.clerk(*words, "--json", lang="en")
    assert done.code == wrong.code
    assert done.out == ""
    fault = json.loads(done.err)
    assert fault.keys() == {"error", "message"}
    assert fault["error"].isidentifier()
    assert wrong.en in fault["message"]


def test_an_ambiguous_prefix_is_asked_to_be_longer(pair: list[Clerk]) -> None:
    here, typed = pair[0], {"category": "other", "village": "示范一村"}
    known: dict[str, str] = {}
    shared = ""
    with here.opened() as service:
        while not shared:
            record = service.create(service.ledgers.choose(None), "case", typed, "").hex()
            shared = record[:4] if record[:4] in known else ""
            known[record[:4]] = record
    before = here.world()
    done = here("case", "set", shared, "place=山")
    assert (done.code, here.world()) == (Exit.USAGE, before)
    _one_sentence(done.err, f"“{shared}”可以指多个", "zh")
