"""A study as a model of the EMA Workbench: its levers, uncertainties and outcomes, ready for PRIM and robust search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.fields import as_whole, finite, shown
from ccepz_sim.content.reading.outcomes import outcome_name
from ccepz_sim.content.schema.study import Factor, Study
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision
from ccepz_sim.studies import simulate
from ccepz_sim.studies.design import Run
from ccepz_sim.studies.extras import StudyError, need
from ccepz_sim.studies.outcomes import measured
from ccepz_sim.text.errors import hint

ROUNDING = 1e-9  # of a range, by which samplers may miss its ends
POLICY, SCENARIO = "zone_policy", "zone_scenario"  # the plain words are columns of the Workbench


def ema_model(study: Study | str, *, content: Content | None = None, seeds: int | None = None) -> Any:
    """Return an `ema_workbench.Model` whose outcomes are those of the study, as means over seeds.

    Levers are the study's levers and, where it has several, its policies; uncertainties are its parameters and, where
    it has several, its scenarios. Names have underscores in place of dots and hyphens. The design is the Workbench's.

    Args:
        study: a study, or the name of one.
        content: content the study was read with; None for the project's own.
        seeds: number of seeds; None for the study's. Every policy meets the same ones.

    Raises:
        StudyError: the extra `ema` is not installed, two names of the study are the same in Python's spelling, or the
            number of seeds is not possible.
    """
    ema = need("ema_workbench", "ema")
    content = content or load_content()
    study = content.study(study) if isinstance(study, str) else study
    _refuse_same_spelling(study)
    count = study.seeds if seeds is None else as_whole(seeds)
    if count is None or count < 1 or study.first_seed + count - 1 > LARGEST_SEED:
        raise StudyError("seeds_not_possible", value=shown(seeds), most=shown(LARGEST_SEED - study.first_seed + 1))
    kinds = {"up": ema.ScalarOutcome.MAXIMIZE, "down": ema.ScalarOutcome.MINIMIZE, "neutral": ema.ScalarOutcome.INFO}
    model = ema.Model("zone", function=Zone(study, content, count))
    model.levers = [
        *_choice(ema, POLICY, [policy.id for policy in study.policies]),
        *(_real(ema, factor) for factor in study.levers),
    ]
    model.uncertainties = [
        *_choice(ema, SCENARIO, list(study.scenarios)),
        *(_real(ema, factor) for factor in study.uncertainties),
    ]
    model.outcomes = [ema.ScalarOutcome(spelled(outcome_name(one)), kinds[one.direction]) for one in study.outcomes]
    return model


class Zone:
    """The function of the model: settings in, outcomes out; it can be sent to other processes."""

    def __init__(self, study: Study, content: Content, seeds: int) -> None:
        """Hold what does not change."""
        self.study = study
        self.content = content
        self.seeds = seeds

    def __call__(self, **settings: Any) -> dict[str, float]:
        """Return the mean over seeds of every outcome; a lever or parameter that is not given stays as it is.

        Raises:
            StudyError: a name is not one of the study, or a value is not possible in the content (out of the study's
                own range it is taken as it is).
        """
        study = self.study
        policies = [policy.id for policy in study.policies]
        names = [spelled(factor.id) for factor in study.factors]
        for name in settings:
            if name not in (*names, POLICY, SCENARIO):
                raise StudyError("unknown_factor", name=name, hint=hint(name, names))
        policy = _place(policies, settings.get(POLICY, policies[0]))
        scenario = _place(study.scenarios, settings.get(SCENARIO, study.scenarios[0]))
        levers, held = self.content.levers, self.content.parameters
        decisions = tuple(
            Decision(one.id, _within(one, levers[one.id].bounds, settings[spelled(one.id)]), one.from_)
            for one in study.levers
            if spelled(one.id) in settings
        )
        parameters = tuple(
            (one.id, _within(one, held[one.id].bounds, settings[spelled(one.id)]))
            for one in study.uncertainties
            if spelled(one.id) in settings
        )
        runs = (
            Run(number, policy, scenario, study.first_seed + number, decisions, parameters)
            for number in range(self.seeds)
        )
        kept = np.array([simulate.outcomes(study, self.content, run) for run in runs])  # (seeds, series, periods)
        rows = {series: kept[:, number] for number, series in enumerate(study.series)}
        found = {}
        for one in study.outcomes:
            values = measured(one.measure, study.relations, rows[one.series])
            seen = values[~np.isnan(values)]  # a run that had stopped has no number of a later date
            found[spelled(outcome_name(one))] = float(seen.mean()) if len(seen) else float("nan")
        return found


def spelled(name: str) -> str:
    """Return a name as Python spells names."""
    return re.sub(r"\W+", "_", name).strip("_")


def _choice(ema: Any, name: str, options: list[str]) -> list[Any]:
    return [ema.CategoricalParameter(name, options)] if len(options) > 1 else []


def _real(ema: Any, factor: Factor) -> Any:
    return ema.RealParameter(spelled(factor.id), *factor.bounds)


def _place(known: Sequence[str], name: str) -> int:
    """Return which of the policies or scenarios of a study is meant."""
    if name not in known:
        raise StudyError("unknown_factor", name=name, hint=hint(str(name), known))
    return known.index(name)


def _refuse_same_spelling(study: Study) -> None:
    """Refuse names that become the same one: a value given to one would be given to both."""
    for listed in ([one.id for one in study.factors], [outcome_name(one) for one in study.outcomes]):
        seen: dict[str, str] = {}
        for name in listed:
            if seen.setdefault(spelled(name), name) != name:
                raise StudyError("same_spelling", name=name, other=seen[spelled(name)], spelled=spelled(name))


def _within(factor: Factor, possible: tuple[float, float], value: float) -> float:
    """Undo the rounding of samplers at the ends of a range.

    Raises:
        StudyError: the value lies out of what is possible in the content.
    """
    low, high = factor.bounds
    slack = ROUNDING * max(high - low, abs(low), abs(high))
    if finite(value) and low - slack <= value <= high + slack:
        return float(min(max(value, low), high))
    low, high = possible
    if not finite(value) or not low <= value <= high:
        raise StudyError("factor_out_of_bounds", name=factor.id, value=shown(value), low=shown(low), high=shown(high))
    return float(value)
