"""Frozen behaviour, a still world and no growth: forty quarters are flat to 1e-7 (B33)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.rules.firm_life import close_firms
from ccepz_sim.rules.funds import FUNDS
from ccepz_sim.state.prices import ScenarioPath
from ccepz_sim.state.world import MEDIUM
from ccepz_sim.state.zone import Zone
from tests.engine.other_values import change_parameters

TOLERANCE = 1e-7
FLAT_YEARS = 10
# These phases draw luck or change who is there; the other twelve run.
OFF = frozenset(["collusion", "labour", "inspection", "innovation", "migration", "turnover", "evaluation"])
# Trends, wear, chance and learning that are not a phase.
STILL = (
    "prices.input_inflation", "fiscal.transfer_growth", "sectors.agriculture_growth",
    "sectors.agriculture_growth_late", "sectors.services_productivity",
    "firms.labour_productivity", "investment.response", "investment.decay", "finance.depreciation",
    "funds.pilot_places", "materials.link_failure", "materials.knowledge_base", "materials.knowledge_matching",
    "materials.knowledge_internet", "environment.infrastructure_wear",
)  # fmt: skip
# Debts stand still, and unsafe stocks do no harm: both would move for as long as anything is added to them.
HELD = (
    "finance.repay_share", "fiscal.amortisation", "environment.lived_ground", "environment.ecology_unsafe",
    "environment.nature_ground", "materials.restore_most",
)  # fmt: skip
# Nobody fills a reserve: its end would be a jump.
NO_RESERVE = ("finance.cash_quarters", "fiscal.reserve_quarters", "sectors.reserve_quarters")
# Everything else that adjusts does so fast enough to be at rest in time.
FAST = {
    "settlement.wealth_spending": 1.0, "fiscal.works_share": 1.0, "sectors.owners_take": 1.0, "finance.payout": 1.0,
    "fiscal.bank_payout": 1.0, "sectors.index_speed": 1.0, "firms.expectation_speed": 1.0,
    "firms.utilisation_speed": 1.0, "environment.ecology_recovery": 0.3, "voice.trust_speed": 0.5,
    "voice.learning": 0.5, "collusion.belief_speed": 0.5, "environment.water_decay": 0.5,
    "environment.ground_decay": 0.5,
}  # fmt: skip
# What is stored grows while anything is made; its unsafe part leaks the more the more there is.
STOCKS = ("solid_waste_stock", "liquid_waste_stock", "unsafe_stock", "ground_harm")


def still_world(zone: Zone) -> None:
    """Hold prices, demand, water, law and levers where they are; no central inspections, no funds."""
    now, path, policy = zone.quarter, zone.path, zone.policy
    still = ScenarioPath.make(rows=path.rows, quarters=path.quarters).fill(
        mean=path.mean[now], demand=path.demand[now], water=path.water[now]
    )
    zone.exchange(path=still)
    zone.prices.log[:] = zone.prices.level_2015 + path.mean[now]
    policy.status_quo[:] = policy.status_quo[now]
    for fund in FUNDS:
        policy.status_quo[:, policy.channels.index(fund)] = 0.0
    policy.announced[:] = policy.status_quo


@cache
def at_rest(seed: int) -> PilotZone:
    """The zone of 2016 brought to rest; firms that lose money for two years are closed, as they would be."""
    zone = PilotZone(scenario="calm", seed=seed, start=2010).run(6)
    zone.state.frozen = True
    zone.without = OFF
    still_world(zone.state)
    change_parameters(zone.state, dict.fromkeys((*STILL, *HELD, *NO_RESERVE), 0.0) | FAST)
    for years in (10, 4, 8):
        zone.run(years)
        close_firms(zone.state, zone.state.firms.losses >= 2 * QUARTERS)
    return zone.run(10)


def drift(zone: PilotZone, years: int) -> dict[str, float]:
    """Run on and give each indicator's largest change against the same quarter of the first year, in all places."""
    zone.run(years)
    values = zone.recorder.values[zone.recorder.used - years * QUARTERS : zone.recorder.used]
    scale = np.maximum(np.abs(values).max(axis=0), 1e-12)
    change = np.abs(values - np.tile(values[:QUARTERS], (years, 1, 1, 1))) / scale
    return dict(zip(zone.recorder.ids, change.max(axis=(0, 2, 3)).tolist(), strict=True))


@pytest.mark.parametrize("seed", [1, 3])
def test_b33_forty_frozen_quarters_are_flat(seed: int) -> None:
    """Every indicator of every place, true and reported, and the tonnes of each material that feed its stocks."""
    zone = at_rest(seed).copy()
    zone.run(0.25)
    names = ("generated", "reused", "treated", "imported")
    flows = {name: getattr(zone.state.materials, name).copy() for name in names}
    zone.run(0.75)
    moved = {name: value for name, value in drift(zone, FLAT_YEARS).items() if value > TOLERANCE}
    assert moved.keys() <= set(STOCKS), moved
    for name, flow in flows.items():
        assert getattr(zone.state.materials, name) == pytest.approx(flow, rel=TOLERANCE, abs=1e-6), name
    # At rest, not dead: most firms still produce and pay.
    assert (zone.state.firms.output > 0.0).sum() > 200
    assert zone.recorder.series("gdp")[-1] > 1e9


def test_b33_pollution_rests_where_what_fades_is_what_comes() -> None:
    """The stock of B27 in the whole zone: what fades of it in a quarter is the inflow of that quarter."""
    zone = at_rest(1).copy()
    zone.run(0.25)
    inside, firms = zone.state.world.in_zone, zone.state.firms
    weights, p, towns = zone.state.fixed.harm_weights, zone.state.p.environment, zone.state.towns
    for medium, harm, decay, tonnes in (
        (0, towns.air, p.air_decay, p.air_load),
        (1, towns.water, p.water_decay, p.water_load),
    ):
        own = weights * (medium == MEDIUM)
        load = np.bincount(firms.place, firms.emission @ own, minlength=zone.state.world.place_count)
        load += p.household_share * (towns.household_rate @ own) * zone.state.population.persons[:-1]
        assert harm[inside] == pytest.approx(load[inside] / tonnes / decay, rel=TOLERANCE)


@pytest.mark.parametrize("name", ["prices.input_inflation", "investment.response", "firms.labour_productivity"])
def test_b33_one_trend_left_is_seen(name: str) -> None:
    """The other side: a single rate of growth moves the zone, so flatness above is no accident."""
    zone = at_rest(1).copy()
    change_parameters(zone.state, {name: 0.05})
    moved = [key for key, value in drift(zone, 2).items() if value > TOLERANCE]
    assert len(moved) > 5
