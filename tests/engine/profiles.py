"""How much the engine's tests do: more where CI=true."""

from __future__ import annotations

import os

from hypothesis import settings

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def examples() -> settings:
    """Hypothesis settings: 200 examples in CI, 25 elsewhere."""
    return settings(settings.get_profile("engine-ci" if IN_CI else "engine"))
