"""Models of one's own in studies: a class by its name MODULE:CLASS, found again in every worker."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.content.schema.study import Study
from ccepz_sim.measures.indicators import Indicator, all_indicators
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.text.errors import unknown
from ccepz_sim.text.label import Label

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

NOT_A_MODULE = ("__main__", "__mp_main__")  # what a notebook or a script is called in its own process


def model_of(name: str) -> type[PilotZone]:
    """Return the model that a study names; the package's own for "".

    Raises:
        StudyError: its module cannot be imported here, or holds no such model.
    """
    from ccepz_sim.model import PilotZone

    if not name:
        return PilotZone
    module, _, inner = name.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except Exception as error:
        missing = isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}.")
        if missing or not module:
            raise StudyError("model_not_importable", name=name, module=module) from None
        reason = f"{type(error).__name__}: {error}"
        raise StudyError("model_broken", name=name, module=module, reason=reason) from error
    for part in inner.split("."):
        found = getattr(found, part, None)
    if not (isinstance(found, type) and issubclass(found, PilotZone)):
        raise StudyError("model_not_there", name=name, module=module, inner=inner)
    return found


def name_of(model: type[PilotZone] | str) -> str:
    """Return the name by which workers find a model; "" for the package's own.

    Raises:
        StudyError: it was written where no worker can import it.
    """
    from ccepz_sim.model import PilotZone

    if isinstance(model, str):
        model_of(model)
        return model
    if not (isinstance(model, type) and issubclass(model, PilotZone)):
        raise StudyError("not_a_model", value=str(model))
    if model is PilotZone:
        return ""
    name = f"{model.__module__}:{model.__qualname__}"
    if model.__module__ in NOT_A_MODULE or "<locals>" in model.__qualname__:
        raise StudyError("model_in_notebook", name=model.__name__)
    if model_of(name) is not model:
        raise StudyError("model_other", name=name)
    return name


def look_beside(folder: Path) -> None:
    """Let modules beside a study be found, also by the workers that this process starts."""
    place = str(folder.resolve())
    if place not in sys.path:
        sys.path.insert(0, place)


def check_study(study: Study, model: type[PilotZone]) -> None:
    """Refuse a study that leaves out a phase, or asks for an indicator, that the model does not have.

    Raises:
        ContentError: naming the nearest one.
    """
    phases = model.phases.names[:-1]
    for name in study.relations.without:
        if name not in phases:
            raise unknown("unknown_phase", name, phases)
    known = {**all_indicators(), **{item.id: item for item in model.own_indicators}}
    for outcome in (*study.outcomes, *study.stops):
        if outcome.indicator not in known:
            raise unknown("unknown_indicator", outcome.indicator, known)


def described(model: type[PilotZone]) -> dict[str, Any]:
    """Say for a manifest how a model differs from the package's own; empty where it does not."""
    from ccepz_sim import PHASES, PilotZone

    if model is PilotZone:
        return {}
    return {
        "name": name_of(model),
        "phases": list(model.phases.names),
        "own_phases": [phase.name for phase in model.phases if phase not in PHASES],
        "rules": sorted(model.rules),
        "channels": list(model.own_channels),
        **({"stops": [_name_of(stop) for stop in model.own_stops]} if model.own_stops else {}),
        "observers": [_name_of(make) for make in model.own_observers],
        "indicators": {
            item.id: {"en": item.label.en, "zh": item.label.zh, "unit": item.unit, "direction": item.direction}
            for item in model.own_indicators
        },
    }


def _name_of(one: Any) -> str:
    return str(getattr(one, "__name__", type(one).__name__))


def catalogue(manifest: Mapping[str, Any]) -> Mapping[str, Indicator]:
    """Return what is said of each indicator of a study, those of its model included."""
    own = manifest.get("model", {}).get("indicators", {})
    return {
        **all_indicators(),
        **{
            name: Indicator(name, Label(said["en"], said["zh"]), unit=said["unit"], direction=said["direction"])
            for name, said in own.items()
        },
    }
