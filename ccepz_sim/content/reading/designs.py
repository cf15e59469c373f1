"""Reads the studies of `experiments/studies/`: what is varied, what is kept, and how many runs that makes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import SNAKE, WORDS, Fields, finite, shown
from ccepz_sim.content.reading.needs import PHASES
from ccepz_sim.content.reading.outcomes import VIEWS as VIEWS
from ccepz_sim.content.reading.outcomes import indicators as indicators
from ccepz_sim.content.reading.outcomes import outcome_name, read_outcome, reference
from ccepz_sim.content.schema.lever import Setting
from ccepz_sim.content.schema.study import Factor, Outcome, Relations, Study, StudyPolicy
from ccepz_sim.numerics.clock import FIRST_YEAR, LAST_YEAR, PLAY_YEAR, QUARTERS
from ccepz_sim.numerics.rng import LARGEST_SEED

DESIGNS = ("grid", "latin-hypercube", "sobol", "morris")
LUCK = ("common", "own")
EVERY = ("year", "quarter")
SEEDS = (0, LARGEST_SEED)
# Columns of the table of runs, which has one more for each lever that is varied.
COLUMNS = ("run", "point", "policy", "scenario", "seed", "status", "value")
MOST = 1_000_000  # runs, samples or seeds: beyond this it is a slip of the keyboard
KEYS = (
    "id", "label", "question", "design", "samples", "design_seed", "seeds", "first_seed", "luck", "expected_runs",
    "packages", "scenarios", "relations", "policy", "lever", "uncertainty", "every_parameter", "outcome", "stop",
)  # fmt: skip
SAMPLED = ("samples", "design_seed")  # keys that a full grid would ignore
STOP_KEYS = ("indicator", "place", "view", "side", "value", "from")
FACTOR_KEYS = ("bounds", "values", "steps", "log")
MODEL = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")  # MODULE:CLASS
Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Known:
    """What the content has: names, and bounds that a study may only narrow."""

    levers: Mapping[str, Bounds]
    parameters: Mapping[str, Bounds]
    uncertain: Mapping[str, float]  # values of the parameters that no source fixes
    packages: Collection[str]
    scenarios: Collection[str]
    places: Collection[str]
    parks: Collection[str]


def read_study(data: Mapping[str, Any], file: str, findings: list[f.Finding], *, known: Known) -> Study:
    """Read one study and note what the content does not have, bounds that are widened, and a wrong count of runs.

    The id inside counts; the file may have any name.
    """
    fields = Fields(data, file, "", findings)
    before = len(findings)
    fields.only(KEYS)
    name = fields.name("id", WORDS)
    design = fields.choice("design", DESIGNS)
    sampled = design != "grid"
    relations = _relations(fields.section("relations"))
    levers = [_lever(item, known, relations, sampled) for item in fields.sections("lever")]
    uncertain = [_uncertainty(item, known, sampled) for item in fields.sections("uncertainty")]
    uncertain += _every_parameter(fields, known, sampled, {factor.id for factor in uncertain})
    study = Study(
        id=name,
        label=fields.label("label"),
        question=fields.label("question"),
        design=design,
        samples=_count(fields, "samples", required=sampled),
        design_seed=fields.whole("design_seed", bounds=SEEDS, required=False),
        seeds=_count(fields, "seeds"),
        first_seed=fields.whole("first_seed", bounds=SEEDS, required=False, default=1),
        luck=fields.choice("luck", LUCK, required=False) or LUCK[0],
        expected_runs=_count(fields, "expected_runs", required=False),
        relations=relations,
        policies=_policies(fields, known, relations),
        levers=tuple(levers),
        scenarios=names(fields, "scenarios", known.scenarios, "experiments/scenarios"),
        uncertainties=tuple(uncertain),
        outcomes=tuple(
            read_outcome(item, relations, _indicators(relations), known.places, known.parks)
            for item in fields.sections("outcome", required=True)
        ),
        stops=tuple(_stop(item, known, relations) for item in fields.sections("stop")),
    )
    _once(fields, "lever", [factor.id for factor in study.levers])
    _once(fields, "uncertainty", [factor.id for factor in study.uncertainties])
    _once(fields, "outcome", [outcome_name(one) for one in study.outcomes])
    _once(fields, "stop", [outcome_name(one) for one in study.stops])
    for key in SAMPLED:
        if key in data and not sampled:
            fields.note(key, "not_for_this", value=f'design = "{design}"')
    if sampled and not study.factors:
        fields.note("design", "nothing_varied", value=design)
    if design == "sobol" and study.samples & (study.samples - 1):
        fields.note("samples", "not_power_of_two", value=study.samples)
    if len(findings) > before:
        return study
    if study.runs > MOST:
        fields.note("seeds", "too_many_runs", value=shown(study.runs), most=shown(MOST))
    elif study.last_seed > LARGEST_SEED:
        fields.note("first_seed", "seeds_too_high", value=shown(study.last_seed), most=shown(LARGEST_SEED))
    elif "expected_runs" in data and study.runs != study.expected_runs:
        fields.note("expected_runs", "other_count", value=study.expected_runs, found=study.runs)
    return replace(study, expected_runs=study.runs)


def _count(fields: Fields, key: str, *, required: bool = True) -> int:
    return fields.whole(key, bounds=(1, MOST), required=required, default=1)


def _relations(item: Fields) -> Relations:
    item.only(("from", "years", "every", "scale", "without", "frozen", "model"))
    start = item.whole("from", required=False, default=PLAY_YEAR)
    if start not in (FIRST_YEAR, PLAY_YEAR):
        item.note("from", "not_a_choice", value=start, options=[str(FIRST_YEAR), str(PLAY_YEAR)], name=str(start))
        start = PLAY_YEAR
    return Relations(
        from_=start,
        years=item.whole("years", bounds=(1, LAST_YEAR - start), default=1),
        every=item.choice("every", EVERY, required=False) or EVERY[0],
        scale=item.number("scale", above=0.0, required=False) if _share(item, "scale") else 0.0,
        without=names(item, "without", _any_of(item, PHASES), "docs/reference/quarter.md", required=False),
        frozen=item.flag("frozen") if "frozen" in item.data else False,
        model=_model(item),
    )


def _stop(item: Fields, known: Known, relations: Relations) -> Outcome:
    """Read what ends a run: the first period in which a value lies beyond."""
    item.only(STOP_KEYS)
    asked = {key: item.data[key] for key in STOP_KEYS if key in item.data} | {"measure": "first"}
    as_outcome = Fields(asked, item.file, item.path, item.findings)
    return read_outcome(as_outcome, relations, _indicators(relations), known.places, known.parks)


class _Anything(tuple[str, ...]):
    """Names of a model of one's own: which there are is known when the study runs, for reading imports nothing."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(SNAKE.fullmatch(name))


def _any_of(item: Fields, known: Collection[str]) -> Collection[str]:
    """Return the known names, or any where the study has a model of its own."""
    return _Anything(known) if "model" in item.data else known


def _indicators(relations: Relations) -> Collection[str]:
    return _Anything(indicators()) if relations.model else indicators()


def _model(item: Fields) -> str:
    if "model" not in item.data:
        return ""
    value = item.text("model")
    if value and not MODEL.fullmatch(value):
        item.note("model", "wrong_type", allowed=f.allowed("model"), value=shown(value))
        return ""
    return value


def _share(item: Fields, key: str) -> bool:
    value = item.data.get(key)
    if finite(value) and value > 1.0:
        item.note(key, "out_of_bounds", value=shown(value), allowed=f.allowed("between", low="0", high="1"))
        return False
    return True


def _policies(fields: Fields, known: Known, relations: Relations) -> tuple[StudyPolicy, ...]:
    own = fields.sections("policy")
    home = "policies/packages"
    plain = names(fields, "packages", known.packages, home, required=not own)
    found = [StudyPolicy(name, f.NO_TEXT, (name,), ()) for name in plain]
    for item in own:
        item.only(("id", "label", "packages", "set"))
        name = item.name("id", WORDS)
        packages = names(item, "packages", known.packages, home, required=False)
        settings = tuple(_setting(entry, known, relations) for entry in item.sections("set"))
        found.append(StudyPolicy(name, item.label("label"), packages, settings))
    _once(fields, "policy", [policy.id for policy in found])
    return tuple(found)


def _setting(item: Fields, known: Known, relations: Relations) -> Setting:
    item.only(("lever", "from", "value"))
    lever = reference(item, "lever", known.levers, "policies/instruments")
    return Setting(lever, _date(item, relations), item.number("value", bounds=known.levers.get(lever)))


def _date(item: Fields, relations: Relations) -> float:
    if "from" not in item.data:
        return float(relations.from_)
    last = relations.from_ + relations.years - 1 / QUARTERS  # later nothing would come of it
    value = item.number("from", bounds=(float(relations.from_), last), default=float(relations.from_))
    item.check_quarter("from", value)
    return value


def _lever(item: Fields, known: Known, relations: Relations, sampled: bool) -> Factor:
    item.only(("id", "from", *FACTOR_KEYS))
    name = reference(item, "id", known.levers, "policies/instruments")
    if name in COLUMNS:
        item.note("id", "name_taken", value=name)
    return _factor(item, name, known.levers.get(name), sampled, _date(item, relations))


def _uncertainty(item: Fields, known: Known, sampled: bool) -> Factor:
    item.only(("id", *FACTOR_KEYS))
    name = reference(item, "id", known.parameters, "agents/parameters")
    return _factor(item, name, known.parameters.get(name), sampled, 0.0)


def _every_parameter(fields: Fields, known: Known, sampled: bool, named: Collection[str]) -> list[Factor]:
    """Give all other parameters that no source fixes, over a share of the way from their value to their bounds."""
    if "every_parameter" not in fields.data:
        return []
    item = fields.section("every_parameter")
    item.only(("reach", "but"))
    if not sampled:
        fields.note("every_parameter", "not_in_grid")
    reach = item.number("reach", above=0.0) if _share(item, "reach") else 0.0
    but = names(item, "but", known.parameters, "agents/parameters", required=False)
    factors = []
    for name, value in known.uncertain.items():
        low, high = known.parameters[name]
        if name not in but and name not in named:
            bounds = (value - reach * (value - low), value + reach * (high - value))
            factors.append(Factor(name, bounds, (), False, 0.0))
    return factors


def _factor(item: Fields, name: str, widest: Bounds | None, sampled: bool, date: float) -> Factor:
    own = item.bounds() if "bounds" in item.data else widest
    low, high = own or (0.0, 0.0)
    if widest is not None and own is not None and not widest[0] <= low <= high <= widest[1]:
        item.note("bounds", "wider_bounds", value=shown([low, high]), low=shown(widest[0]), high=shown(widest[1]))
    log = item.flag("log") if "log" in item.data else False
    if log and low <= 0.0:
        item.note("log", "log_of_zero", value=shown(low))
    if sampled:
        for key in ("values", "steps"):
            if key in item.data:
                item.note(key, "only_in_grid")
        return Factor(name, (low, high), (), log, date)
    return Factor(name, (low, high), _values(item, (low, high), log), log, date)


def _values(item: Fields, bounds: Bounds, log: bool) -> tuple[float, ...]:
    if ("values" in item.data) == ("steps" in item.data):
        item.note("values", "values_or_steps")
        return ()
    if "steps" in item.data:
        steps = item.whole("steps", bounds=(2, MOST), default=2)
        if log and bounds[0] <= 0.0:
            return ()
        made = np.geomspace(*bounds, steps) if log else np.linspace(*bounds, steps)
        return tuple(float(value) for value in np.clip(made, *bounds))
    if "log" in item.data:
        item.note("log", "not_for_this", value="values")
    listed = item.data["values"]
    if not isinstance(listed, list) or not listed or not all(finite(value) for value in listed):
        item.wrong("values", f.allowed("numbers"))
        return ()
    words = f.allowed("between", low=shown(bounds[0]), high=shown(bounds[1]))
    for number, value in enumerate(listed, 1):
        if not bounds[0] <= value <= bounds[1]:
            item.note(f"values[{number}]", "out_of_bounds", value=shown(value), allowed=words)
        if value in listed[: number - 1]:
            item.note(f"values[{number}]", "duplicate", value=shown(value))
    return tuple(float(value) for value in listed)


def names(item: Fields, key: str, known: Collection[str], home: str, *, required: bool = True) -> tuple[str, ...]:
    """Read a list of names, each of which is known and stands there once."""
    words = f.allowed("list")
    if not item.has(key, words, required=required):
        return ()
    value = item.data[key]
    wrong = not isinstance(value, list) or not all(isinstance(text, str) for text in value)
    if wrong or (required and not value):
        item.wrong(key, words)
        return ()
    for name in value:
        if name not in known:
            item.note(key, "unknown_reference", value=name, target=home, options=known, name=name)
    _once(item, key, value)
    return tuple(value)


def _once(item: Fields, key: str, listed: list[str]) -> None:
    for name in dict.fromkeys(name for name in listed if listed.count(name) > 1):
        item.note(key, "duplicate", value=name)
