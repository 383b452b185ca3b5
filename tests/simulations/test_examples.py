"""The examples that TESTING.md gives to other developers are run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

# Imported here: pytester forgets what its own runs import, and Automerge can be imported once only.
from simulations.sim import Sim, Township

pytest_plugins = ["pytester"]
_PAGE = Path(__file__).resolve().parents[2] / "simulations" / "TESTING.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_there_are_three() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("example", EXAMPLES, ids=["partition", "power", "hostile"])
def test_an_example_works_as_it_is_printed(example: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_example=example)
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error")
    wanted = 5 if "seeds=5" in example else 1
    done.assert_outcomes(passed=wanted)


def test_the_page_names_only_verbs_that_exist() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    table = page[page.index("| 说法") : page.index("`--sim-seed N`")]
    said = re.findall(r"`(?:(town|sim)\.)?([a-z_]+)", table)
    owner = ""
    for who, verb in said:
        owner = who or owner
        assert hasattr(Township if owner == "town" else Sim, verb), f"{owner}.{verb}"
