"""Every target of the history can be computed, and its tolerance is what its kind says."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading import studies
from ccepz_sim.content.reading.finding import Finding
from ccepz_sim.measures.indicators import INDICATORS
from ccepz_sim.studies import targets
from ccepz_sim.studies.witness import COUNTS

SEEDS = (1, 2, 3)
HISTORY = 2015
TARGET = {
    "id": "a-target",
    "label": {"en": "A target", "zh": "目标"},
    "unit": "1",
    "kind": "level",
    "value": 0.5,
    "spread": 0.1,
    "use": "validate",
    "identifies": ["collusion.firm_fine"],
    "measure": "mean",
    "indicators": ["gdp"],
    "place": "zone",
    "year": 2013,
    "status": "official",
    "source": "somewhere",
}


def test_every_measure_has_a_rule() -> None:
    assert set(studies.RECORDED) == set(targets.RULES)
    assert set(studies.COUNTED) == set(COUNTS)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_target_of_the_history_computes_a_finite_number(seed: int, content: Content) -> None:
    found = targets.figures(seed, content, last=HISTORY)
    wanted = {name for name, target in content.targets.items() if target.year <= HISTORY}
    assert set(found) == wanted
    assert len(wanted) >= 30
    assert all(math.isfinite(value) for value in found.values())
    # Nothing that is stated as an amount may come out as nothing.
    assert all(found[name] > 0.0 for name in wanted if content.targets[name].unit != "1")


def test_same_seed_same_figures(content: Content) -> None:
    assert targets.figures(2, content, last=2011) == targets.figures(2, content, last=2011)


def test_year_mean_is_that_of_the_recorder(content: Content) -> None:
    """The figure of 2010 equals the mean of the first four recorded quarters of an own run."""
    from ccepz_sim import PilotZone

    zone = PilotZone(seed=1, start=2010, content=content).run(1)
    mean = float(zone.recorder.series("gdp")[:4].mean())
    assert targets.figures(1, content, last=2010)["gdp-2010"] == pytest.approx(mean, rel=1e-12)


def test_survey_tolerance_is_binomial(content: Content) -> None:
    """15 of 40: 1.96 sqrt(.375 x .625 / 40) = .150, so .225 to .525."""
    low, high = targets.allowed(content.targets["colluding-2014"])
    assert (low, high) == pytest.approx((0.225, 0.525), abs=5e-4)


def test_ceiling_is_one_sided(content: Content) -> None:
    target = content.targets["so2-2013"]
    assert targets.allowed(target) == (-math.inf, target.value)
    assert targets.allowed(replace(target, kind="floor")) == (target.value, math.inf)


def test_targets_are_held_by_both_uses_and_name_what_they_identify(content: Content) -> None:
    uses = [target.use for target in content.targets.values()]
    assert min(uses.count("calibrate"), uses.count("validate")) >= 10
    assert all(target.identifies for target in content.targets.values() if target.use == "calibrate")
    # A level keeps to a tenth unless it says why not.
    assert all(t.spread == 0.1 or t.why for t in content.targets.values() if t.kind in ("level", "range"))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"identifies": ["collusion.firm_fin"]}, "unknown_reference"),
        ({"indicators": ["gpd"]}, "unknown_reference"),
        ({"place": "atlantis"}, "unknown_reference"),
        ({"kind": "guess"}, "not_a_choice"),
        ({"measure": "median"}, "not_a_choice"),
        ({"spread": 0}, "out_of_bounds"),
        ({"value": "much"}, "wrong_type"),
        ({"tolerance": 0.1}, "unknown_key"),
        ({"kind": "ceiling"}, "not_for_this"),
        ({"indicators": ["gdp", "so2"]}, "other_number"),
        ({"year": 2061}, "out_of_bounds"),
    ],
)
def test_mistakes_are_found(change: dict[str, object], rule: str, content: Content) -> None:
    findings: list[Finding] = []
    read = studies.read_targets({"target": [TARGET | change]}, "targets.toml", findings)
    studies.check_targets(
        read, "targets.toml", findings, parameters=content.parameters, indicators=INDICATORS, places=["zone"]
    )
    assert [finding.rule for finding in findings] == [rule]


def test_same_id_twice_is_found() -> None:
    findings: list[Finding] = []
    studies.read_targets({"target": [TARGET, TARGET]}, "targets.toml", findings)
    assert [finding.rule for finding in findings] == ["duplicate"]
