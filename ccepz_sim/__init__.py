"""Chaidamu Circular Economy Pilot Zone: policies, firms, officials and residents simulated as agents.

Nothing is imported before it is asked for, so that `import ccepz_sim` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccepz_sim.content.loading import load_content, load_package
    from ccepz_sim.measures.indicators import Indicator
    from ccepz_sim.model import PilotZone
    from ccepz_sim.numerics.compiled import compiled
    from ccepz_sim.quarter.named_rules import named_rules
    from ccepz_sim.quarter.phases import PHASES, Phase, Phases
    from ccepz_sim.state.decisions import Decision
    from ccepz_sim.studies.many import MultiRun
    from ccepz_sim.studies.plotting import plot_study
    from ccepz_sim.studies.results import load_study
    from ccepz_sim.studies.runner import run_study
    from ccepz_sim.text.label import Label

__version__ = "0.5.0"
__all__ = [
    "PHASES",
    "Decision",
    "Indicator",
    "Label",
    "MultiRun",
    "Phase",
    "Phases",
    "PilotZone",
    "__version__",
    "compiled",
    "load_content",
    "load_package",
    "load_study",
    "named_rules",
    "plot_study",
    "run_study",
]

_HOMES = {
    "MultiRun": "ccepz_sim.studies.many",
    "PHASES": "ccepz_sim.quarter.phases",
    "Decision": "ccepz_sim.state.decisions",
    "Indicator": "ccepz_sim.measures.indicators",
    "Label": "ccepz_sim.text.label",
    "Phase": "ccepz_sim.quarter.phases",
    "Phases": "ccepz_sim.quarter.phases",
    "PilotZone": "ccepz_sim.model",
    "compiled": "ccepz_sim.numerics.compiled",
    "load_content": "ccepz_sim.content.loading",
    "load_package": "ccepz_sim.content.loading",
    "load_study": "ccepz_sim.studies.results",
    "named_rules": "ccepz_sim.quarter.named_rules",
    "plot_study": "ccepz_sim.studies.plotting",
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
