"""Money, matter and people are conserved every quarter, whatever is decided (B31, B32)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision
from tests.engine.books import Books
from tests.engine.profiles import examples

pytestmark = [pytest.mark.property, pytest.mark.slow]

CONTENT = load_content()
IN_WORLDS = 100  # examples: each is a zone that runs for years


def decisions(first: int) -> st.SearchStrategy[list[Decision]]:
    """Up to eight dated decisions within the bounds of their levers, ends of the bounds often."""

    def one(lever: str, part: float, quarter: int) -> Decision:
        low, high = CONTENT.levers[lever].bounds
        return Decision(lever, min(high, low + part * (high - low)), first + quarter / 4)

    part = st.sampled_from([0.0, 1.0]) | st.floats(0.0, 1.0, allow_subnormal=False)
    return st.lists(st.builds(one, st.sampled_from(sorted(CONTENT.levers)), part, st.integers(0, 11)), max_size=8)


stacks = st.lists(st.sampled_from(sorted(CONTENT.packages)), min_size=1, max_size=3, unique=True)
worlds = st.sampled_from(sorted(CONTENT.scenarios))


def watched(zone: PilotZone, years: int) -> None:
    """Run a zone under a second set of books and make sure every quarter was looked at."""
    books = Books(zone)
    zone.run(years)
    assert books.quarters == years * 4


@examples(most=IN_WORLDS)
@given(stacks, worlds, st.integers(1, 2), decisions(2016), st.integers(1, 3))
def test_played_years(package: list[str], scenario: str, seed: int, chosen: list[Decision], years: int) -> None:
    """Stacked packages, dated decisions and scenarios from 2016 on; few seeds, so that the history is shared."""
    watched(PilotZone(package=package, scenario=scenario, seed=seed, decisions=chosen), years)


@examples(most=IN_WORLDS)
@given(stacks, worlds, st.integers(0, LARGEST_SEED), decisions(2010), st.sampled_from([1, 1, 1, 2]))
def test_history(package: list[str], scenario: str, seed: int, chosen: list[Decision], years: int) -> None:
    """Any seed and decisions from 2010 on, before anything of the recorded years has happened."""
    watched(PilotZone(package=package, scenario=scenario, seed=seed, start=2010, decisions=chosen), years)


@pytest.mark.parametrize("scenario", sorted(CONTENT.scenarios))
def test_whole_span(scenario: str) -> None:
    """The history and twenty played years, in every scenario, under the largest package."""
    watched(PilotZone(package="whole-programme", scenario=scenario, start=2010, seed=3), 26)
