"""The engine docked to its slow twin: the same residents, the same luck, the same outcome, one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.model import PHASES
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.rules import location_choice, vital_events, voice
from ccepz_sim.rules.markets import matching, posts, training
from ccepz_sim.rules.opening import open_quarter
from ccepz_sim.state.cells import UNEMPLOYED
from ccepz_sim.state.population import BLOCK
from ccepz_sim.state.zone import Zone
from tests.engine.docking import twin

SEEDS = (1, 2, 3)
YEARS = 3  # played before the two are compared: jobs are lost and found, people have moved


def before(name: str, seed: int, scale: float = 0.001) -> Zone:
    """Give a zone in the middle of a quarter, at the door of one phase; its residents fit into one block."""
    zone = PilotZone(package="whole-programme", seed=seed, scale=scale).run(YEARS).state
    assert zone.population.used <= BLOCK
    open_quarter(zone)
    for phase in PHASES:
        if phase.name == name:
            return zone
        phase.run(zone)
    raise AssertionError(name)


def changed(zone: Zone, column: Callable[[Zone], np.ndarray], rule: Callable[[], None]) -> dict[int, int]:
    """Run a rule; give the rows whose column changed, and what it became."""
    old = column(zone)
    rule()
    new = column(zone)
    return {int(row): int(new[row]) for row in np.flatnonzero(old != new)}


@pytest.mark.parametrize("seed", SEEDS)
def test_opinions(seed: int) -> None:
    zone = before("opinions", seed)
    people = twin.residents(zone)
    voice.learn_detection(zone)
    expected = twin.opinions(zone, people)
    voice.become_aware_and_trust(zone)
    for name, values in expected.items():
        # complaints are whole numbers; the rest is float32 against float64
        assert getattr(zone.towns, name) == pytest.approx(values, abs=2e-6), name
    assert max(expected["complaints"]) > 100
    for name in ("awareness", "trust"):
        own = getattr(zone.population, name)[[one.row for one in people]]
        assert own == pytest.approx([getattr(one, name) for one in people], abs=2e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_separations_and_matches(seed: int) -> None:
    """Who loses a job, who finds one, and with whom."""
    zone = before("labour", seed)
    people, towns = zone.population, zone.towns
    training.enter_and_retire(zone)
    posts.count_employed(zone)
    posts.want_posts(zone)
    start = zone.streams.at(Stream.SEPARATIONS, zone.quarter).random(1)
    expected = twin.separations(zone, twin.residents(zone), float(start[0]))
    lost = changed(zone, lambda zone: zone.population.employer, lambda: posts.separate(zone))
    assert set(lost) == expected
    assert set(lost.values()) == {UNEMPLOYED}
    posts.count_employed(zone)
    towns.vacancies[:] = np.maximum(0.0, towns.posts - towns.employed)
    hired = twin.matches(zone, twin.residents(zone), zone.streams.at(Stream.MATCHING, zone.quarter))
    seeking = matching.job_seekers(zone)
    idle = (people.employer == UNEMPLOYED) & (people.town < people.outside)
    assert np.array_equal(seeking, np.flatnonzero(idle))
    found = changed(zone, lambda zone: zone.population.employer, lambda: matching.match(zone, seeking))
    assert found == hired
    assert len(lost) > 20
    assert len(found) > 20


@pytest.mark.parametrize("seed", SEEDS)
def test_moves(seed: int) -> None:
    """Who moves, and where to: the utilities of kinds of people are those of each of them."""
    zone = before("migration", seed, scale=0.006)
    vital_events.live(zone)
    value = location_choice.attraction(zone)
    if zone.quarter % 4 == 0:
        location_choice.count_kin(zone)
    first, second = zone.streams.at(Stream.MIGRATION, zone.quarter).random(2).tolist()
    expected = twin.moves(zone, twin.residents(zone), value, (first, second))
    found = changed(zone, lambda zone: zone.population.town, lambda: location_choice.choose(zone, value))
    assert found == expected
    assert len(found) > 5
