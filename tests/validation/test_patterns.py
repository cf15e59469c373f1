"""Every pattern is an experiment that runs and gives one finite figure for each of its bands."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading import studies
from ccepz_sim.content.reading.finding import Finding
from ccepz_sim.studies import patterns
from ccepz_sim.studies.pairs import gini, relative

PATTERNS = tuple(load_content().patterns.all)


def test_all_fourteen_are_there(content: Content) -> None:
    assert list(PATTERNS) == [f"p{number}" for number in range(1, 15)]
    assert set(patterns.EXPERIMENTS) == set(PATTERNS)
    assert sum(not pattern.used_for_default for pattern in content.patterns.all.values()) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
def test_pattern_gives_a_figure_for_every_band(name: str, content: Content) -> None:
    first, again = (patterns.figures(name, 1, content) for _ in range(2))
    assert first == again
    assert set(first) == {band.id for band in content.patterns.all[name].bands}
    assert all(math.isfinite(value) for value in first.values())
    assert any(first.values()), "the experiment compares nothing"


def test_gini_of_known_cases() -> None:
    """All equal: 0; one of n has all: (n - 1) / n; 1, 2, 3: 2/9."""
    assert gini(np.full(7, 3.0)) == pytest.approx(0.0)
    assert gini(np.array([0.0, 0.0, 0.0, 5.0])) == pytest.approx(0.75)
    assert gini(np.array([3.0, 1.0, 2.0])) == pytest.approx(2.0 / 9.0)
    assert gini(np.zeros(3)) == 0.0


def test_relative_difference() -> None:
    assert relative(3.0, 4.0) == pytest.approx(-0.25)
    assert relative(3.0, 0.0) == 0.0


def test_mistakes_in_a_pattern_are_found() -> None:
    label = {"en": "A", "zh": "甲"}
    band = {"id": "one", "label": label, "unit": "1", "bounds": [0.2, 0.1]}
    pattern = {"id": "p1", "label": label, "compares": label, "used_for_default": "no", "band": [band]}
    settings = {"settings": {"years": "many"}, "status": "measured", "source": "somewhere"}
    findings: list[Finding] = []
    studies.read_patterns({"seeds": 0, "pattern": [pattern | settings]}, "patterns.toml", findings)
    assert sorted(finding.rule for finding in findings) == ["bad_bounds", "out_of_bounds", "wrong_type", "wrong_type"]
