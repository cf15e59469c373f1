"""Chaidamu Circular Economy Pilot Zone: policies, firms, officials and residents simulated as agents.

Nothing is imported before it is asked for, so that `import ccepz_sim` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccepz_sim.compiled import compiled
    from ccepz_sim.content import load_content, load_package
    from ccepz_sim.indicators import Indicator
    from ccepz_sim.model import PilotZone
    from ccepz_sim.rule_replacing import named_rules
    from ccepz_sim.phases import PHASES, Phase, Phases
    from ccepz_sim.policies.schedule import Decision
    from ccepz_sim.schema import Label
    from ccepz_sim.studies.results import load_study
    from ccepz_sim.studies.runner import run_study

__version__ = "0.1.0"
__all__ = [
    "PHASES",
    "Decision",
    "Indicator",
    "Label",
    "Phase",
    "Phases",
    "PilotZone",
    "__version__",
    "compiled",
    "load_content",
    "load_package",
    "load_study",
    "named_rules",
    "run_study",
]

_HOMES = {
    "PHASES": "ccepz_sim.phases",
    "Decision": "ccepz_sim.policies.schedule",
    "Indicator": "ccepz_sim.indicators",
    "Label": "ccepz_sim.schema",
    "Phase": "ccepz_sim.phases",
    "Phases": "ccepz_sim.phases",
    "PilotZone": "ccepz_sim.model",
    "compiled": "ccepz_sim.compiled",
    "load_content": "ccepz_sim.content",
    "load_package": "ccepz_sim.content",
    "load_study": "ccepz_sim.studies.results",
    "named_rules": "ccepz_sim.rule_replacing",
    "run_study": "ccepz_sim.studies.runner",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)


class _Package(ModuleType):
    """This package: its public name `compiled` is the decorator, also when the module of that name was imported."""

    @property
    def compiled(self) -> Any:
        """The decorator."""
        return import_module(_HOMES["compiled"]).compiled

    @compiled.setter
    def compiled(self, module: ModuleType) -> None:
        """Pass over what the import system notes here."""


sys.modules[__name__].__class__ = _Package
