"""What the tests of the engine share: import path, Hypothesis profiles, hardness in CI."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[2]
# Helper modules (`tests.engine.…`) are also run as scripts and imported by worker processes.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
# Not loaded as the profile of the whole run: only the engine's own tests use these.
settings.register_profile("engine", max_examples=25, deadline=None, suppress_health_check=SLOW)
# The same examples in every CI run: a failure there can be repeated.
settings.register_profile(
    "engine-ci", max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW
)
