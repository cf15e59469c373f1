"""Harms of air, water and ground, deals over stored waste, fines, cleaner processes (B22, B27)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import PilotZone
from ccepz_sim.rules.cleaner_production import change_processes, offer_process, price_of_emitting
from ccepz_sim.rules.collusion import fine_over_emissions, meet_officials
from ccepz_sim.rules.environment import add_harms, pollution_stock, stock_after
from ccepz_sim.rules.firm_plan import weigh_compliance
from ccepz_sim.rules.inspection import detect, punish
from ccepz_sim.rules.markets.waste import safe_share, storing_cost
from ccepz_sim.rules.production import planned_output, produce
from ccepz_sim.state.zone import Zone
from tests.engine.other_values import change_parameters
from tests.engine.profiles import examples

TONNES, YEARS = 900.0, 5
WHOLE = pytest.approx(1.0, abs=1e-12)


@cache
def opened() -> PilotZone:
    """The zone at the end of the first quarter of 2016."""
    return PilotZone(seed=1).run(0.25)


def still() -> Zone:
    """A zone in which nothing is emitted or leaks and all harms are gone."""
    zone = opened().state.copy()
    zone.firms.emission[:] = 0.0
    zone.towns.household_rate[:] = 0.0
    for stock in (zone.towns.air, zone.towns.water, zone.towns.ground, zone.towns.unsafe_release):
        stock[:] = 0.0
    return zone


@examples()
@given(st.floats(0.0, 100.0), st.floats(0.01, 1.0), st.integers(1, 60))
def test_a_stock_from_nothing_is_the_sum_of_its_steps(inflow: float, decay: float, steps: int) -> None:
    stock = 0.0
    for _ in range(steps):
        stock = pollution_stock(stock, inflow, decay)
    assert stock_after(inflow, decay, float(steps)) == pytest.approx(stock, rel=1e-9)
    assert stock_after(inflow, 1.0, float(steps)) == inflow


def test_b27_one_source_harms_its_own_town_through_its_own_medium() -> None:
    """900 t of SO2 a quarter into the air, 900 of oxygen demand into water, 900 leaked: each fades at its pace."""
    zone = still()
    towns, p = zone.towns, zone.p.environment
    firm = int(np.flatnonzero(zone.world.in_zone[zone.firms.place])[0])
    town = int(zone.firms.place[firm])
    zone.firms.emission[firm, 0] = zone.firms.emission[firm, 2] = TONNES
    towns.unsafe_release[town] = TONNES
    for _ in range(4 * YEARS):
        add_harms(zone)
    weights = zone.fixed.harm_weights
    air, water, ground = TONNES * weights[0] / p.air_load, TONNES * weights[2] / p.water_load, TONNES / p.ground_load
    steps = 4.0 * YEARS
    assert towns.air[town] == pytest.approx(air / p.air_decay)
    assert towns.water[town] == pytest.approx(water * (1.0 - (1.0 - p.water_decay) ** steps) / p.water_decay)
    assert towns.ground[town] == pytest.approx(ground * (1.0 - (1.0 - p.ground_decay) ** steps) / p.ground_decay)
    lived = p.lived_air * towns.air[town] + p.lived_water * towns.water[town] + p.lived_ground * towns.ground[town]
    assert towns.pollution[town] == pytest.approx(lived)
    others = zone.world.in_zone & (np.arange(towns.rows) != town)
    assert not towns.pollution[others].any(), "harm stays in the basin where it arises"

    zone.firms.emission[:] = 0.0
    towns.unsafe_release[:] = 0.0
    held = towns.water[town], towns.ground[town]
    for _ in range(4):
        add_harms(zone)
    assert towns.air[town] == pytest.approx(0.0)
    assert towns.water[town] == pytest.approx(held[0] * (1.0 - p.water_decay) ** 4)
    assert towns.ground[town] == pytest.approx(held[1] * (1.0 - p.ground_decay) ** 4)


def test_what_people_bear_adds_up_and_nothing_is_saturated_at_the_start() -> None:
    p = opened().state.p.environment
    assert p.lived_air + p.lived_water + p.lived_ground == WHOLE
    assert p.nature_air + p.nature_water + p.nature_ground == WHOLE
    for start in (2010, 2016):
        zone = PilotZone(seed=1, start=start).run(0.25).state
        assert zone.towns.harm[zone.world.in_zone].max() < 0.75, "more load must be felt as more"
        assert zone.towns.harm[zone.world.in_zone].max() > 0.1


def test_the_first_quarter_takes_its_loads_to_have_lasted() -> None:
    zone = opened().state.copy()
    zone.quarter = 0
    add_harms(zone)
    zone.quarter = 1
    p, steps = zone.p.environment, 4.0 * zone.p.environment.years_before
    inside = zone.world.in_zone
    before = zone.copy()
    add_harms(zone)  # the same loads again
    for harm, decay in (("water", p.water_decay), ("ground", p.ground_decay)):
        first, second = (getattr(one.towns, harm)[inside] for one in (before, zone))
        inflow = second - first * (1.0 - decay)
        assert first == pytest.approx(inflow * (1.0 - (1.0 - decay) ** steps) / decay, rel=1e-6)


def test_safe_storage_where_the_rest_costs_as_much() -> None:
    """Half is stored safely where both cost the same, nearly all where a heap costs far more."""
    assert safe_share(0.0, 8.0, 1.5) == 0.5
    assert safe_share(8.0, 8.0, 1.5) == pytest.approx(1.0 / (1.0 + np.exp(-1.5)))
    assert safe_share(80.0, 8.0, 1.5) > 0.999
    assert storing_cost(0.25, 8.0, 4.0) == 5.0


def test_a_deal_over_waste_offers_what_storing_costs_less() -> None:
    """Burden, saving and fine of every firm against a plain account of its heaps."""
    zone = opened().state
    firms, p, tech, material = zone.firms, zone.p.materials, zone.technology, zone.world.material
    now, general, seen_any = zone.policy.now, zone.prices.general, 0
    rows = np.flatnonzero(firms.alive & (firms.waste_burden > 0.0) & ~firms.punished)
    for row in rows[:60]:
        kinds = tech.waste_kind[row]
        if (kinds >= 0).sum() != 1 or not firms.open_heap[row]:
            continue
        kind = int(kinds[kinds >= 0][0])
        held, taxed = material.storage_cost[kind], material.tax_rate[kind] * now.tax_solid * p.taxed_share
        kept = firms.waste_burden[row] / (held * general)
        open_heap = firms.open_heap[row]
        honest = (1.0 - open_heap) / (p.safe_colluding if firms.waste_deal[row] else 1.0)
        shielded = honest * p.safe_colluding
        tied = now.deposit * p.deposit_cost * held
        felt = np.log(honest / (1.0 - honest)) * max(held, 1.0) / p.safe_slope + held - tied  # what the choice reveals
        alone = honest * held + (1.0 - honest) * (p.unsafe_cost * held + tied + felt)
        together = shielded * held + (1.0 - shielded) * (p.unsafe_cost * held + tied)
        assert firms.waste_saving[row] == pytest.approx(max(0.0, alone - together) / held, rel=1e-5, abs=1e-7)
        fine = zone.p.collusion.firm_fine * firms.waste_burden[row]
        assert firms.waste_fine[row] == pytest.approx(fine + kept * (1.0 - shielded) * taxed, rel=1e-6)
        if not firms.waste_deal[row]:
            assert firms.waste_at_risk[row] == pytest.approx(p.unsafe_fine * kept * open_heap, rel=1e-6)
        seen_any += 1
    assert seen_any > 5


@examples()
@given(st.integers(0, 10_000), st.floats(0.0, 8.0), st.floats(0.0, 0.2))
def test_b22_no_bribe_is_more_than_what_the_deals_save(seed: int, most: float, belief: float) -> None:
    zone = opened().state.copy()
    firms, luck = zone.firms, np.random.default_rng(seed)
    change_parameters(
        zone, {"collusion.meeting_chance": 1.0, "collusion.peer_weight": 0.9, "collusion.search_cost": 0.0}
    )
    firms.saving[:] = luck.uniform(0.0, most, firms.rows)
    firms.waste_saving[:] = luck.uniform(0.0, most, firms.rows)
    firms.moral[:] = luck.uniform(0.0, 0.1, firms.rows)
    firms.sees[:] = zone.officials.sees[:] = belief
    firms.colluding[:] = firms.waste_deal[:] = firms.alive
    meet_officials(zone)
    saved = firms.saving * firms.reference_burden * firms.colluding
    saved += firms.waste_saving * firms.waste_burden * firms.waste_deal
    deals = firms.colluding | firms.waste_deal
    assert (firms.bribe[deals] <= saved[deals] * (1.0 + 1e-12) + 1e-9).all()
    assert deals.any() or most < 5.0


def test_what_is_feared_is_what_is_paid() -> None:
    """A deal is weighed with the fine that it then costs; so is a heap."""
    zone = opened().state.copy()
    firms = zone.firms
    firms.colluding[:] = firms.alive
    weigh_compliance(zone)
    feared = np.array([fine_over_emissions(zone, row) for row in range(firms.rows)])
    produce(zone)
    planned = np.array([planned_output(zone, row) for row in range(firms.rows)])
    as_planned = firms.alive & (planned > 0.0) & np.isclose(firms.output, planned, rtol=1e-12)
    assert as_planned.sum() > 10
    assert firms.at_risk[as_planned] == pytest.approx(feared[as_planned], rel=1e-9)
    firms.pending_fine[:] = 0.0
    firms.heaps_found[:] = firms.punished[:] = firms.alive
    owed = (firms.at_risk + firms.waste_at_risk) * firms.alive
    punish(zone)
    assert firms.pending_fine[:, 0] == pytest.approx(owed)
    assert not (firms.colluding | firms.waste_deal).any()


def test_what_a_lone_firm_fears_is_what_it_pays() -> None:
    """Hiding alone: the fine of the plan, for what is emitted, and for a breach."""
    zone = opened().state.copy()
    firms, plan, p = zone.firms, zone.plan, zone.p.abatement
    firms.colluding[:] = False
    weigh_compliance(zone)
    produce(zone)
    seen_any = 0
    for row in np.flatnonzero(firms.alive & plan.alone):
        made = firms.output[row] / max(planned_output(zone, int(row)), 1e-9)
        owed = 0.0
        for medium in (0, 1):
            load, share, hides = (
                column[row, medium] for column in (plan.equivalents, plan.abate_alone, plan.hidden_alone)
            )
            owed += made * load * (1.0 - share) * (p.report_fine * hides + p.report_steepness * hides**2 / 2.0)
            owed += made * load * p.breach_fine * (plan.asked[row] > share)
        assert firms.at_risk[row] == pytest.approx(owed, rel=1e-9)
        seen_any += owed > 0.0
    assert seen_any > 5


def test_heaps_are_looked_for_by_themselves() -> None:
    """Where nobody watches stored waste or complains, no lone heap is found, whoever hides emissions; else some."""
    found = []
    for view in (0.0, 5.0):
        zone = opened().state.copy()
        change_parameters(zone, {"inspection.citizen_strength": 0.0, "inspection.central_reach": 0.0})
        zone.officials.waste_view[:] = view
        zone.firms.waste_deal[:] = False
        detect(zone)
        found.append((int(zone.firms.heaps_found.sum()), int(zone.firms.punished.sum())))
    assert found[0][0] == 0
    assert found[1][0] > 0
    assert found[0][1] == found[1][1] > 0


def test_a_process_is_changed_where_it_costs_less_and_stays() -> None:
    zone = opened().state.copy()
    p = zone.p.abatement
    assert offer_process(zone.p, 0, 0.0, 0.5) == (p.cleaner_air_cost, (p.cleaner_least + p.cleaner_most) / 2.0)
    assert offer_process(zone.p, 1, -1.0 / p.cleaner_spread, 0.5)[1] == 0.0, "what costs nothing was done before 2010"
    change_parameters(zone, {"abatement.cleaner_speed": 1.0, "abatement.communication_effect": 0.0})
    firms = zone.firms
    firms.cleaner[:] = 0.0
    firms.clean_money[:] = 0.0
    zone.plan.faced[:] = 3.0
    change_processes(zone)
    old = firms.alive & (firms.start + 1 < zone.quarter)
    for row in np.flatnonzero(old):
        for medium in (0, 1):
            pays = price_of_emitting(zone, int(row), medium) > firms.cleaner_cost[row, medium] * zone.prices.general
            assert firms.cleaner[row, medium] == (firms.cleaner_offer[row, medium] if pays else 0.0)
    assert (firms.cleaner > 0.0).any()
    held = firms.cleaner.copy()
    zone.plan.faced[:] = 0.0
    change_processes(zone)
    assert (firms.cleaner >= held).all()
