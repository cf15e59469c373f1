"""Every lever moves the indicator its file declares, in the declared direction, in nine of ten paired seeds."""

from __future__ import annotations

import pytest

from ccepz_sim.content.loading import load_content
from ccepz_sim.measures.indicators import all_indicators
from tests.engine.paired import Evidence, measure

CONTENT = load_content()
SEEDS = 10
FIRST = 301  # seeds never used while effects were chosen
MISSES = SEEDS // 10

# All in one worker: the runs are shared.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("levers")]


@pytest.fixture(scope="module")
def evidence() -> dict[str, Evidence]:
    """Both arms of all levers over all seeds."""
    return measure(range(FIRST, FIRST + SEEDS))


@pytest.mark.parametrize("name", list(CONTENT.levers))
def test_lever_moves_its_indicator(name: str, evidence: dict[str, Evidence]) -> None:
    found = evidence[name]
    assert found.moved >= SEEDS - MISSES, (
        f"{name}: {found.indicator} should go {found.direction}; {found.moved} of {SEEDS} pairs did, "
        f"mean change {found.change:+.2%}; without {found.without.round(6).tolist()}, "
        f"with {found.with_.round(6).tolist()}"
    )


def test_every_effect_is_one_the_model_measures() -> None:
    """Declared indicators exist, and the tested value is another than the status quo over the whole horizon."""
    known = set(all_indicators())
    for lever in CONTENT.levers.values():
        assert lever.effect.indicator in known, lever.id
        assert lever.bounds[0] <= lever.effect.value <= lever.bounds[1], lever.id
        for year in range(2016, 2016 + lever.effect.years):
            assert lever.effect.value != lever.status_quo_at(year), lever.id
