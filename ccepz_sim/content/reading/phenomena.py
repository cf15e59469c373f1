"""Reads the phenomena of `experiments/phenomena/`: a study, the claims made on its arms, and the knock-out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccepz_sim.content.reading import designs
from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import SNAKE, Fields, finite, shown
from ccepz_sim.content.reading.needs import PHASES
from ccepz_sim.content.schema.phenomenon import Arm, Claim, KnockOut, Phenomenon
from ccepz_sim.content.schema.study import Study

OWN = (
    "number", "mechanism", "refuted_by", "look", "seeds", "null_seeds", "trajectories", "agree", "claim", "knock_out",
)  # fmt: skip
OF_STUDY = ("id", "label", "question", "samples", "scenarios", "relations", "policy", "uncertainty", "every_parameter")
CLAIM_KEYS = (
    "id", "label", "indicator", "view", "over", "from", "years", "of", "against", "less", "scale", "expected", "least",
    "edge",
)  # fmt: skip
KNOCK_OUT_KEYS = ("label", "parameters", "without", "claim", "expected", "rest", "least")
SCALES = ("difference", "relative")
EXPECTED = ("up", "down", "none")
KNOCKED = ("gone", "appears")
DESIGN, SAMPLE_SEEDS = "latin-hypercube", 1
LEAST_TRAJECTORIES = 2  # one has no spread


def read_phenomenon(
    data: Mapping[str, Any], file: str, findings: list[f.Finding], *, known: designs.Known
) -> Phenomenon:
    """Read one phenomenon; mistakes of its study are reported like those of any study."""
    fields = Fields(data, file, "", findings)
    fields.only((*OF_STUDY, *OWN))
    items = fields.sections("claim", required=True)
    study = _study(fields, known, items)
    named = {item.data.get("id") for item in fields.sections("uncertainty")}
    claims = tuple(_claim(item, study) for item in items)
    _once(fields, [claim.id for claim in claims])
    return Phenomenon(
        number=_count(fields, "number"),
        mechanism=fields.label("mechanism"),
        refuted_by=fields.label("refuted_by"),
        look=fields.label("look"),
        seeds=_count(fields, "seeds"),
        null_seeds=_count(fields, "null_seeds"),
        trajectories=_count(fields, "trajectories", LEAST_TRAJECTORIES),
        agree=fields.number("agree", bounds=(0.5, 1.0), default=1.0),
        study=study,
        named=tuple(factor for factor in study.uncertainties if factor.id in named),
        claims=claims,
        knock_out=_knock_out(fields.section("knock_out"), claims, known),
    )


def _study(fields: Fields, known: designs.Known, claims: list[Fields]) -> Study:
    """Read the study: its outcomes are what the claims look at, its sample the plausible parameters."""
    kept = {key: fields.data[key] for key in OF_STUDY if key in fields.data}
    outcomes: list[dict[str, str]] = []
    for item in claims:
        for key in ("indicator", "over"):
            name, view = item.data.get(key), item.data.get("view", "true")
            one = {"indicator": name, "view": view}
            # An indicator or view that does not exist is reported at the claim.
            if isinstance(name, str) and name in designs.indicators() and view in designs.VIEWS and one not in outcomes:
                outcomes.append(one)
    made = {**kept, "design": DESIGN, "seeds": SAMPLE_SEEDS, "outcome": outcomes}
    return designs.read_study(made, fields.file, fields.findings, known=known)


def _claim(item: Fields, study: Study) -> Claim:
    item.only(CLAIM_KEYS)
    name = item.name("id", SNAKE)
    first, length = study.relations.from_, study.relations.years
    from_ = item.whole("from", bounds=(first, first + length - 1), default=first)
    most = max(1, first + length - from_)
    view = item.choice("view", designs.VIEWS, required=False) or designs.VIEWS[0]
    indicator = _indicator(item, "indicator", view)
    return Claim(
        id=name,
        label=item.label("label"),
        indicator=indicator,
        view=view,
        over=_indicator(item, "over", view) if "over" in item.data else "",
        from_=from_,
        years=item.whole("years", bounds=(1, most), default=1),
        of=_arm(item, "of", item.text("of"), study),
        against=_arm(item, "against", item.text("against"), study),
        less=_less(item, study),
        scale=item.choice("scale", SCALES),
        expected=item.choice("expected", EXPECTED),
        least=item.number("least", above=0.0),
        edge=item.number("edge") if "edge" in item.data else None,
    )


def _indicator(item: Fields, key: str, view: str) -> str:
    value = item.text(key)
    known = designs.indicators()
    if value and value not in known:
        item.note(key, "unknown_reference", value=value, target="text/indicators.toml", options=known, name=value)
    elif value and view == "reported" and not known[value].get("reported", False):
        item.note("view", "not_reported", value=value)
    return value


def _arm(item: Fields, key: str, text: str, study: Study) -> Arm:
    """Read `ARM` or `ARM@SCENARIO`; without one the first scenario is meant."""
    name, _, scenario = text.partition("@")
    arms = [policy.id for policy in study.policies]
    if text and name not in arms:
        item.note(key, "unknown_reference", value=name, target="policy", options=arms, name=name)
    if scenario and scenario not in study.scenarios:
        options = list(study.scenarios)
        item.note(key, "unknown_reference", value=scenario, target="scenarios", options=options, name=scenario)
    return Arm(name, scenario or next(iter(study.scenarios), ""))


def _less(item: Fields, study: Study) -> tuple[Arm, ...]:
    if "less" not in item.data:
        return ()
    value = item.data["less"]
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(text, str) for text in value):
        item.wrong("less", f.allowed("list"))
        return ()
    return tuple(_arm(item, "less", text, study) for text in value)


def _knock_out(item: Fields, claims: tuple[Claim, ...], known: designs.Known) -> KnockOut:
    item.only(KNOCK_OUT_KEYS)
    names = [claim.id for claim in claims]
    expected = item.choice("expected", KNOCKED)
    for key, kind in (("rest", "gone"), ("least", "appears")):
        if key in item.data and expected in KNOCKED and expected != kind:
            item.note(key, "not_for_this", value=f'expected = "{expected}"')
    without = designs.names(item, "without", PHASES, "docs/reference/quarter.md", required=False)
    return KnockOut(
        label=item.label("label"),
        parameters=_parameters(item.section("parameters", required=not without), known),
        without=without,
        claim=item.choice("claim", names),
        expected=expected,
        rest=item.number("rest", bounds=(0.0, 1.0), required=expected == "gone"),
        least=item.number("least", above=0.0, required=expected == "appears"),
    )


def _parameters(item: Fields, known: designs.Known) -> tuple[tuple[str, float], ...]:
    read = []
    for name, value in item.data.items():
        if name not in known.parameters:
            target = "agents/parameters"
            item.note(name, "unknown_reference", value=name, target=target, options=known.parameters, name=name)
        elif not finite(value):
            item.note(name, "wrong_type", allowed=f.allowed("number"), value=shown(value))
        else:
            low, high = known.parameters[name]
            if not low <= value <= high:
                words = f.allowed("between", low=shown(low), high=shown(high))
                item.note(name, "out_of_bounds", value=shown(value), allowed=words)
            read.append((name, float(value)))
    return tuple(read)


def _count(fields: Fields, key: str, least: int = 1) -> int:
    return fields.whole(key, bounds=(least, designs.MOST), default=least)


def _once(fields: Fields, names: list[str]) -> None:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        fields.note("claim", "duplicate", value=name)
