"""What every test shares: the Hypothesis profiles. A folder's fixtures live in that folder's tests.

`ci` is the default and always tries the same examples, so that a red run is red again for whoever
looks; `nightly` looks for new ones. Chosen by MULIN_HYPOTHESIS.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

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
