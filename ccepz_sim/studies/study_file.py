"""A study as the TOML file that asks for it."""

from __future__ import annotations

import json
from typing import Any

from ccepz_sim.content.reading.designs import STOP_KEYS
from ccepz_sim.content.schema.study import Factor, Outcome, Study
from ccepz_sim.text.label import Label

GRID = "grid"


def study_file(study: Study) -> str:
    """Return a study file that reads as this study.

    Parameters that `every_parameter` named are written out one by one, steps as values (that steps of a grid were
    logarithmic is lost, which runs the same).
    """
    lines = [
        f"id = {_text(study.id)}",
        f"label = {_label(study.label)}",
        f"question = {_label(study.question)}",
        f"design = {_text(study.design)}",
    ]
    if study.design != GRID:
        lines += [f"samples = {study.samples}", f"design_seed = {study.design_seed}"]
    plain = [policy for policy in study.policies if not (policy.label.en or policy.label.zh)]
    lines += [
        f"seeds = {study.seeds}",
        f"first_seed = {study.first_seed}",
        f"luck = {_text(study.luck)}",
        f"expected_runs = {study.runs}",
        f"packages = {_list([policy.id for policy in plain])}",
        f"scenarios = {_list(study.scenarios)}",
    ]
    relations = study.relations
    lines += ["", "[relations]", f"from = {relations.from_}", f"years = {relations.years}"]
    lines.append(f"every = {_text(relations.every)}")
    if relations.scale:
        lines.append(f"scale = {relations.scale!r}")
    if relations.without:
        lines.append(f"without = {_list(relations.without)}")
    if relations.model:
        lines.append(f"model = {_text(relations.model)}")
    if relations.frozen:
        lines.append("frozen = true")
    for policy in study.policies:
        if policy in plain:
            continue
        lines += ["", "[[policy]]", f"id = {_text(policy.id)}", f"label = {_label(policy.label)}"]
        lines.append(f"packages = {_list(policy.packages)}")
        for entry in policy.set:
            lines += ["", "[[policy.set]]", f"lever = {_text(entry.lever)}", f"from = {entry.from_!r}"]
            lines.append(f"value = {entry.value!r}")
    for factor in study.levers:
        lines += ["", "[[lever]]", f"id = {_text(factor.id)}", f"from = {factor.from_!r}", *_factor(factor, study)]
    for factor in study.uncertainties:
        lines += ["", "[[uncertainty]]", f"id = {_text(factor.id)}", *_factor(factor, study)]
    for outcome in study.outcomes:
        lines += ["", "[[outcome]]", *_written(outcome_document(outcome))]
    for stop in study.stops:
        lines += ["", "[[stop]]", *_written(stop_document(stop))]
    return "\n".join(lines) + "\n"


def _factor(factor: Factor, study: Study) -> list[str]:
    lines = [f"bounds = {_list(factor.bounds)}"]
    if study.design == GRID:
        return [*lines, f"values = {_list(factor.values)}"]
    return [*lines, "log = true"] if factor.log else lines


def _written(kept: dict[str, Any]) -> list[str]:
    return [f"{name} = {_text(value) if isinstance(value, str) else repr(value)}" for name, value in kept.items()]


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return the keys of an outcome in a study file."""
    measure = outcome.measure
    kept: dict[str, Any] = {"indicator": outcome.indicator, "place": outcome.place, "view": outcome.view}
    if outcome.direction in ("up", "down"):
        kept["direction"] = outcome.direction
    kept["measure"] = measure.kind
    if measure.kind == "at":
        kept |= {"year": measure.from_} | ({"quarter": measure.quarter} if measure.quarter else {})
    else:
        kept |= {"from": measure.from_} if measure.from_ else {}
        kept |= {"until": measure.until} if measure.until else {}
    if measure.kind == "discounted":
        kept["rate"] = measure.rate
    if measure.side:
        kept["side"] = measure.side
    if measure.kind == "first":
        kept["value"] = measure.value
    return kept


def stop_document(stop: Outcome) -> dict[str, Any]:
    """Return the keys of what ends a run in a study file."""
    kept = outcome_document(stop)
    return {name: kept[name] for name in STOP_KEYS if name in kept}


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML takes no delete sign


def _label(label: Label) -> str:
    return f"{{ en = {_text(label.en)}, zh = {_text(label.zh)} }}"


def _list(values: Any) -> str:
    return f"[{', '.join(_text(value) if isinstance(value, str) else repr(value) for value in values)}]"
