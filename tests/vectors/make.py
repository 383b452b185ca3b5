"""Write the test vectors anew: `python -m tests.vectors.make`. What is written is the same every time.

What holds chance, the wrapped keys, is taken from the files that are there.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

from tests.vectors.make_bundles import bundle_vectors
from tests.vectors.make_entries import entry_vectors, kind_vectors, run_vectors, story_vectors
from tests.vectors.make_frames import founding_vectors, frame_vectors, wraps_that_open
from tests.vectors.make_keys import canonical_vectors, card_vectors, cose_vectors, key_vectors
from tests.vectors.shapes import Json
from tests.vectors.story import Story, tell

FOLDER = Path(__file__).resolve().parent


def load(name: str) -> Json:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def text_of(vectors: Json) -> str:
    """One line for each entry of each list, so that a change shows where it is."""
    return json.dumps(vectors, ensure_ascii=False, indent=1, sort_keys=False) + "\n"


@functools.cache
def told() -> Story:
    return tell()


@functools.cache
def wraps() -> dict[str, str]:
    file = FOLDER / "founding.json"
    known = load("founding")["wraps"] if file.exists() else []
    return wraps_that_open({item["device"]: item["wrapped"] for item in known})


def known_wrap() -> str:
    return str(load("bundles")["wrap"]) if (FOLDER / "bundles.json").exists() else ""


MAKERS: dict[str, Callable[[], Json]] = {
    "canonical": canonical_vectors,
    "keys": key_vectors,
    "cose": cose_vectors,
    "cards": card_vectors,
    "founding": lambda: founding_vectors(wraps()),
    "kinds": kind_vectors,
    "entries": lambda: entry_vectors(told()),
    "runs": lambda: run_vectors(told()),
    "frames": lambda: frame_vectors(told()),
    "bundles": lambda: bundle_vectors(told(), wraps(), known_wrap()),
    "story": lambda: story_vectors(told(), wraps()),
}


def main() -> None:
    for name, maker in MAKERS.items():
        (FOLDER / f"{name}.json").write_text(text_of(maker()), encoding="utf-8")


if __name__ == "__main__":
    main()
