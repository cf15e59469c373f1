"""Values in canonical form, of which the hash of a content is made."""

from __future__ import annotations

import json
from typing import Any

from ccepz_sim.content.reading.fields import finite


def json_of(value: Any) -> str:
    """Return plain values as JSON without layout, keys sorted."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical(value: Any) -> Any:
    """Return plain values as numbers and texts: 1 and 1.0 are the same, what JSON has no word for is a text."""
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if finite(value):
        return float(value)
    return value if isinstance(value, (bool, str)) else str(value)
