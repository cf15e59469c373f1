"""The answer does not depend on how finely residents are sampled: 1:100, 1:10 and, marked slow, 1:1.

Equivalence, not mere absence of a difference: the gap of two means plus twice its standard error must lie within a
margin set beforehand. Margins are what a reader of the indicator would call the same figure.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ccepz_sim import PilotZone

pytestmark = pytest.mark.xdist_group("scale")  # one process keeps the runs for all
YEARS = 3
SEEDS = {0.01: tuple(range(1, 13)), 0.1: tuple(range(1, 13)), 1.0: (1, 2, 3, 4)}
# indicator -> margin, relative to the mean of the two; of shares in points
RELATIVE = {"gdp": 0.02, "population": 0.01, "employment": 0.02, "wage": 0.01, "urban_income": 0.02,
            "complaints": 0.03, "so2": 0.03, "vacancies": 0.05}  # fmt: skip
POINTS = {"unemployment_rate": 0.01, "skilled_share": 0.01, "skilled_fill_rate": 0.03, "awareness": 0.005,
          "trust": 0.005}  # fmt: skip


@cache
def outcomes(scale: float) -> dict[str, np.ndarray]:
    """Mean of the last year of the indicators by seed."""
    found: dict[str, list[float]] = {name: [] for name in (*RELATIVE, *POINTS)}
    for seed in SEEDS[scale]:
        recorder = PilotZone(scale=scale, seed=seed, start=2010).run(YEARS).recorder
        for name, values in found.items():
            values.append(float(recorder.series(name)[-4:].mean()))
    return {name: np.array(values) for name, values in found.items()}


def beyond(coarse: dict[str, np.ndarray], fine: dict[str, np.ndarray]) -> list[str]:
    """Name the indicators whose means may differ by more than their margin."""
    said = []
    for name in coarse:
        # the same seeds on both sides: prices and firms have the same luck, what differs is the sample of residents
        pairs = min(len(coarse[name]), len(fine[name]))
        one, two = coarse[name][:pairs], fine[name][:pairs]
        gap = abs(float(one.mean() - two.mean()))
        error = float((one - two).std(ddof=1) / np.sqrt(pairs))
        margin = POINTS.get(name) or RELATIVE[name] * float(one.mean() + two.mean()) / 2.0
        if gap + 2.0 * error > margin:
            spread = f"gap {gap:.3g} ± {2 * error:.3g} of {margin:.3g}"
            said.append(f"{name}: {one.mean():.6g} and {two.mean():.6g}, {spread}")
    return said


def test_one_in_a_hundred_and_one_in_ten_agree() -> None:
    assert beyond(outcomes(0.01), outcomes(0.1)) == []


@pytest.mark.slow
def test_one_in_ten_and_every_resident_agree() -> None:
    assert beyond(outcomes(0.1), outcomes(1.0)) == []


def test_a_real_difference_is_seen() -> None:
    """Two per cent more people than there are do not pass for the same."""
    more = {**outcomes(0.1), "population": outcomes(0.1)["population"] * 1.02}
    assert any(line.startswith("population") for line in beyond(outcomes(0.1), more))
