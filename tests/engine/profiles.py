"""How much the engine's tests do: more where CI=true."""

from __future__ import annotations

import os

from hypothesis import settings

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def examples(most: int | None = None) -> settings:
    """Hypothesis settings: 200 examples in CI, or as many as there may be `most`; 25 elsewhere."""
    profile = settings.get_profile("engine-ci" if IN_CI else "engine")
    return settings(profile, max_examples=min(profile.max_examples, most or profile.max_examples))
