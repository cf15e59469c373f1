"""Chaidamu Circular Economy Pilot Zone: policies, firms, officials and residents simulated as agents.

Nothing is imported before it is asked for, so that `import ccepz_sim` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccepz_sim.content.loading import load_content, load_package
    from ccepz_sim.model import PilotZone
    from ccepz_sim.studies.results import load_study

__version__ = "0.1.0"
__all__ = ["PilotZone", "__version__", "load_content", "load_package", "load_study"]

_HOMES = {
    "PilotZone": "ccepz_sim.model",
    "load_content": "ccepz_sim.content.loading",
    "load_package": "ccepz_sim.content.loading",
    "load_study": "ccepz_sim.studies.results",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
