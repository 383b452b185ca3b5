"""`mulin` as a program of another version: `python version_main.py SETTINGS WORD…`.

SETTINGS is JSON. `"schema": N`: the program knows the rules up to that number, and of the declarations what
that number knows. `"kinds": [FILE…]`: these lie among the kinds, as a new file in their folder does. The
product has no such door: what it declares is what its folder of kinds holds.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any


def become(settings: dict[str, Any]) -> None:
    """Before anything else of the product is imported."""
    import crdt.schema

    number = settings.get("schema", crdt.schema.SCHEMA)
    crdt.schema.SCHEMA = number
    import crdt.kinds
    from crdt.kinds.earlier import known_by

    for file in map(Path, settings.get("kinds", ())):
        name = f"crdt.kinds.{file.stem}"
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for kind in crdt.kinds._declared(module):
            assert kind.name not in crdt.kinds.KINDS, "a kind is declared twice"
            crdt.kinds.KINDS[kind.name] = kind
    known = known_by(crdt.kinds.KINDS, number)
    crdt.kinds.KINDS.clear()
    crdt.kinds.KINDS.update(known)
    for module in [m for name, m in sys.modules.items() if name.startswith("crdt.kinds.")]:
        alone = getattr(module, "KIND", None)
        if alone is not None and alone.name in known:
            module.KIND = known[alone.name]  # type: ignore[attr-defined]


if __name__ == "__main__":
    become(json.loads(sys.argv[1]))
    from node.cli.main import main

    sys.exit(main(sys.argv[2:]))
