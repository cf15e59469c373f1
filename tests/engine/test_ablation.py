"""Every phase does something: switched off, the indicators named here move in every seed, and nothing breaks."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.model import PHASES

SEEDS = (1, 2, 3)
YEARS = 4
LEAST = 1e-3  # smallest relative change that counts as a move
NAMES = tuple(phase.name for phase in PHASES)

# phase -> indicator and where it goes when the phase is off; "any" where the direction is not the phase's doing.
EXPECTED: dict[str, dict[str, str]] = {
    "prices": {"industrial_value_added": "any", "profit": "any"},
    "announcements": {"audits": "down", "complaints_answered": "down", "colluding_share": "up", "enforcement": "down"},
    "budgets": {"construction_value_added": "down", "budget_balance": "any"},
    "officials": {"enforcement": "down", "colluding_share": "up"},
    "plans": {"output": "any", "emerging_share": "any"},
    "collusion": {"colluding_share": "down", "tax_evaded": "down"},
    "labour": {"wage": "down", "unemployment_rate": "any", "institute_fill_rate": "any"},
    "credit": {"investment": "any", "firms_in_deficit_share": "any"},
    "production": {"output": "any", "so2": "any"},
    "exchange": {"solid_waste_utilisation": "zero", "solid_waste_stock": "down"},
    "settlement": {"urban_income": "down", "services_value_added": "any", "budget_balance": "any"},
    "environment": {"pollution": "any", "ecology": "any"},
    "inspection": {"colluding_share": "up", "tax_evaded": "up"},
    "innovation": {"brand": "down", "institute_fill_rate": "down"},
    "opinions": {"awareness": "any", "trust": "any", "complaints": "any"},
    "migration": {"net_migration": "zero", "resettled": "zero", "population": "any"},
    "turnover": {"firm_entries": "zero", "firm_exits": "zero"},
    "trends": {"sector_share_primary": "any", "employment": "any"},
    "evaluation": {"standing": "any", "enforcement": "any"},
}


@cache
def start(seed: int) -> PilotZone:
    """The zone at the beginning of 2016 under the whole programme: every phase has something to do."""
    return PilotZone(package="whole-programme", seed=seed)


@cache
def last_year(seed: int, off: str) -> np.ndarray:
    """Last year of every indicator of the zone with one phase off (none: ""), shape (quarters, indicators)."""
    zone = start(seed).copy()
    zone.without = frozenset([off] if off else [])
    zone.run(YEARS)
    values: np.ndarray = zone.recorder.values[zone.recorder.used - 4 : zone.recorder.used, :, 0, 0]
    return values


def test_every_phase_has_an_expectation() -> None:
    assert set(EXPECTED) == set(NAMES) - {"record"}


@pytest.mark.parametrize(("name", "indicator"), [(name, one) for name, all_ in EXPECTED.items() for one in all_])
def test_phase_off_moves_its_indicator(name: str, indicator: str) -> None:
    way = EXPECTED[name][indicator]
    number = start(SEEDS[0]).recorder.index[indicator]
    for seed in SEEDS:
        paths = last_year(seed, "")[:, number], last_year(seed, name)[:, number]
        with_, without = (float(path.mean()) for path in paths)
        assert np.isfinite(last_year(seed, name)).all()
        gap = (without - with_) / abs(with_) if with_ else without
        said = f"seed {seed}: {indicator} {with_:.6g} with {name}, {without:.6g} without"
        if way == "zero":
            assert without == 0.0, said
            assert with_ != 0.0, said
        else:
            # ups and downs of a year may cancel in its mean: without a direction, the path is what must differ
            path = float(np.abs(paths[1] - paths[0]).max()) / (abs(with_) or 1.0)
            assert {"up": gap, "down": -gap, "any": path}[way] > LEAST, said


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"record"}))
def test_zone_without_a_phase_from_the_start_runs(name: str) -> None:
    """Switched off from 2010 on, the books still close every quarter."""
    zone = PilotZone(without=[name], start=2010).run(1)
    assert zone.quarter == 4
    zone.state.ledger.check(1e-9)
    zone.state.materials.check(1e-9)
    assert np.isfinite(zone.recorder.values[:4]).all()


def test_nothing_recorded_without_the_record() -> None:
    """Without the last phase the zone runs and its books close, but it shows nothing and no observer is called."""
    seen: list[int] = []
    zone = start(1).copy()
    zone.observers = (lambda watched: seen.append(watched.quarter),)
    zone.without = frozenset(["record"])
    before = zone.recorder.used
    zone.run(1)
    assert zone.recorder.used == before
    assert seen == []
    assert len(zone.indicators) == 0
    zone.state.ledger.check(1e-9)
    zone.state.materials.check(1e-9)
    assert zone.state.population.reconciles()
