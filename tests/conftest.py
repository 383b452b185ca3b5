"""What every test shares: the Hypothesis profiles. A folder's fixtures live in that folder's tests.

`ci` is the default and always tries the same examples, so that a red run is red again for whoever
looks; `nightly` looks for new ones. Chosen by MULIN_HYPOTHESIS.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from keys.identity import DeviceId

# How long an example takes depends on who else uses the machine; that is no fault of the example.
_UNHURRIED = (HealthCheck.too_slow,)

settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=_UNHURRIED,
)
settings.register_profile(
    "nightly",
    max_examples=2000,
    deadline=None,
    print_blob=True,
    suppress_health_check=_UNHURRIED,
)
settings.load_profile(os.environ.get("MULIN_HYPOTHESIS", "ci"))


@pytest.fixture
def one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """All programs here are of one version and everybody knows it: nobody has to say so first."""
    from crdt.schema import SCHEMA
    from node.epochs import Epochs
    from node.ledgers import Ledger

    def understood(_: Epochs, ledger: Ledger) -> dict[DeviceId, int]:
        return dict.fromkeys(ledger.members.delegations, SCHEMA)

    monkeypatch.setattr(Epochs, "understood", understood)
