"""Docking of firms' way with the rules: the plan of all rows at once equals the plain twin, firm by firm, to 1e-9."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import PilotZone
from ccepz_sim.building.firms import no_plans
from ccepz_sim.content.loading import load_content
from ccepz_sim.numerics.draws import NUMBERS, draw, narrow, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.rules.collusion import meet_officials
from ccepz_sim.rules.firm_plan import weigh_compliance
from ccepz_sim.state.parameters import read_parameters
from ccepz_sim.state.zone import Zone
from tests.engine.docking.plain_firm import AIR, WATER, PlainFirm, Rules
from tests.engine.profiles import examples

pytestmark = pytest.mark.property

CONTENT = load_content()
CLOSE = {"rel": 1e-9, "abs": 1e-9}
CHANNELS = ("tax_air", "tax_water", "standard", "communication", "permit_cap", "accountability", "approval_time")
PARAMETERS = ("abatement.support_effect", "collusion.own_detection", "collusion.hidden_share", "collusion.peer_weight",
              "collusion.official_fine", "collusion.extortion_rate", "collusion.search_cost")  # fmt: skip
part = st.sampled_from([0.0, 0.1, 1.0]) | st.floats(0.0, 1.0, allow_subnormal=False)
traits = st.fixed_dictionaries(
    {
        "row": st.integers(0, 400),
        "capacity": st.floats(0.1, 10.0),
        "utilisation": part,
        "clean": st.floats(0.2, 1.0),
        "concentration": st.floats(0.05, 1.0) | st.floats(1.0, 20.0),
        "skill": st.floats(0.2, 5.0),
        "sees": st.sampled_from([0.01, 0.05, 1.0]) | st.floats(0.01, 1.0),
        "support": st.sampled_from([0.0, 1e7]),
        "moral": st.floats(0.0, 2.0),
        "mindset": st.integers(0, 2),
        "colluding": st.booleans(),
        "profit": st.floats(-1e8, 1e8, allow_subnormal=False),
        "cash": st.floats(-1e6, 1e7, allow_subnormal=False),
    }
)


@cache
def opened() -> PilotZone:
    """The zone at the beginning of 2016."""
    return PilotZone(seed=1)


def between(bounds: tuple[float, float], where: float) -> float:
    return min(bounds[1], bounds[0] + where * (bounds[1] - bounds[0]))


def set_up(
    chosen: list[dict[str, float]], levers: list[float], values: list[float], law: bool, integrity: float
) -> Zone:
    """A zone in which the chosen rows live as drawn, all others are closed, and levers and parameters are as drawn."""
    zone = opened().state.copy()
    by_channel = {lever.channel: lever for lever in CONTENT.levers.values()}
    for name, where in zip(CHANNELS, levers, strict=True):
        setattr(zone.policy.now, name, between(by_channel[name].bounds, where))
    content = CONTENT.with_parameters(
        {name: between(CONTENT.parameters[name].bounds, where) for name, where in zip(PARAMETERS, values, strict=True)}
    )
    zone.exchange(p=read_parameters(content), plan=no_plans(zone.firms.rows))  # nobody hid before: permits are asked
    zone.quarter = int(zone.p.fiscal.environment_law_quarter) - (not law)
    firms = zone.firms
    rows = np.array([int(one["row"]) for one in chosen])
    firms.alive[:] = False
    firms.alive[rows] = True
    capacity = firms.capacity[rows]
    firms.capacity[:] = 0.0
    firms.capacity[rows] = np.maximum(capacity, 1.0) * np.array([one["capacity"] for one in chosen])
    for name, key in (("utilisation", "utilisation"), ("clean", "clean"), ("concentration", "concentration"),
                      ("abatement_skill", "skill"), ("sees", "sees"), ("clean_money", "support"), ("moral", "moral"),
                      ("mindset", "mindset"), ("colluding", "colluding"), ("profit", "profit")):  # fmt: skip
        getattr(firms, name)[:] = 0
        getattr(firms, name)[rows] = np.array([one[key] for one in chosen])
    firms.cleaner_offer[:] = 0.0  # what is changed stays, nothing else is
    firms.waste_deal[:] = False
    firms.waste_burden[:] = 0.0
    firms.clean[~firms.alive] = 1.0
    firms.stopped[:] = 0.0
    firms.abatement_skill[~firms.alive] = 1.0
    zone.ledger.deposits[zone.ledger.firm_accounts][:] = 0.0
    accounts = np.arange(firms.rows)[rows] + zone.ledger.firms
    zone.ledger.deposits[accounts] = np.array([one["cash"] for one in chosen])
    air = zone.technology.emission[rows, :2] @ zone.fixed.equivalents[:2]
    load = air * firms.capacity[rows] * firms.utilisation[rows] * firms.clean[rows]
    zone.permits.air_2015 = float(load.sum())  # so that the cap can bind those who are left
    zone.officials.integrity[:] = integrity * np.linspace(0.0, 1.0, len(zone.officials.integrity))
    return zone


def plain(zone: Zone, rows: np.ndarray) -> tuple[list[PlainFirm], Rules]:
    """The same firms as objects, and the rules they face."""
    firms, tech = zone.firms, zone.technology
    start = zone.ledger.firms
    made = [
        PlainFirm(
            place=int(firms.place[row]),
            official=int(firms.official[row]),
            emission=tuple(float(value) for value in tech.emission[row]),  # type: ignore[arg-type]
            usual_cost=float(tech.abatement_cost[row]),
            capacity=float(firms.capacity[row]),
            utilisation=float(firms.utilisation[row]),
            clean=float(firms.clean[row]),
            cleaner=(float(firms.cleaner[row, AIR]), float(firms.cleaner[row, WATER])),
            concentration=float(firms.concentration[row]),
            skill=float(firms.abatement_skill[row]),
            sees=float(firms.sees[row]),
            support=float(firms.clean_money[row]),
            last_burden=float(firms.reference_burden[row]),
            moral=float(firms.moral[row]),
            mindset=int(firms.mindset[row]),
            tie=bool(firms.tie[row]),
            colluding=bool(firms.colluding[row]),
            profit=float(firms.profit[row]),
            cash=float(zone.ledger.deposits[start + row]),
            key=float(firms.key[row]),
            native=float(zone.officials.native[firms.official[row]]),
        )
        for row in rows
    ]
    rules = Rules(
        p=zone.p,
        now=zone.policy.now,
        general=float(zone.prices.general),
        law=zone.quarter >= zone.p.fiscal.environment_law_quarter,
        kilograms=tuple(float(value) for value in zone.fixed.equivalents),  # type: ignore[arg-type]
        permit_price=0.0,
        key_share=float(np.mean(firms.key[rows])),
    )
    return made, rules


@examples()
@given(
    st.lists(traits, min_size=1, max_size=8, unique_by=lambda one: one["row"]),
    st.lists(part, min_size=len(CHANNELS), max_size=len(CHANNELS)),
    st.lists(part, min_size=len(PARAMETERS), max_size=len(PARAMETERS)),
    st.booleans(),
    part,
)
def test_every_firm_chooses_like_its_plain_twin(
    chosen: list[dict[str, float]], levers: list[float], values: list[float], law: bool, integrity: float
) -> None:
    """Equivalents, costs, shares, saving, deal and bribe of each firm."""
    zone = set_up(chosen, levers, values, law, integrity)
    rows = np.array([int(one["row"]) for one in chosen])
    made, rules = plain(zone, rows)
    before = [firm.colluding for firm in made]
    weigh_compliance(zone)
    plan, firms = zone.plan, zone.firms
    rules.permit_price = zone.permits.price  # the market has its own benchmark, B05
    for firm, row in zip(made, rows, strict=True):
        for medium in (AIR, WATER):
            assert plan.equivalents[row, medium] == pytest.approx(firm.equivalents(rules, medium), **CLOSE)
            if firm.equivalents(rules, medium) == 0.0:
                continue
            share, due, _ = firm.honest(rules, medium)
            free, hidden, due_alone, _ = firm.alone(rules, medium)
            assert plan.abate_honest[row, medium] == pytest.approx(share, **CLOSE)
            assert plan.abate_alone[row, medium] == pytest.approx(free, **CLOSE)
            assert plan.hidden_alone[row, medium] == pytest.approx(hidden, **CLOSE)
            due = due_alone if plan.alone[row] else due
            assert plan.rate[row, medium] == pytest.approx(due, **CLOSE)
            assert plan.faced[row, medium] == pytest.approx(due + firm.price(rules, medium), **CLOSE)
        comply, alone, _ = firm.costs(rules)
        if abs(comply - alone) > 1e-9 * max(1.0, comply):
            assert bool(plan.alone[row]) == (alone < comply)
        assert firms.reference_burden[row] == pytest.approx(firm.burden(rules), **CLOSE)
        assert firms.saving[row] == pytest.approx(firm.saving(rules), **CLOSE)
    luck = passing(zone, NUMBERS[Stream.COLLUSION])
    meets, threatens = narrow(luck, 0), narrow(luck, 1)
    meet_officials(zone)
    for firm, row in zip(made, rows, strict=True):
        near = [was for other, was in zip(made, before, strict=True) if other.place == firm.place]
        peers = sum(near) / len(near)
        official = float(zone.officials.integrity[firm.official]), float(zone.officials.sees[firm.official])
        if firm.burden(rules) > 0.0 and abs(firm.surplus(rules, peers, *official)) < 1e-9:
            continue
        draws = draw(meets, firms.who[row]), draw(threatens, firms.who[row])
        assert bool(firms.colluding[row]) == firm.deal(rules, peers, *official, draws[0])
        assert firms.bribe[row] == pytest.approx(firm.bribe(rules, peers, *official, draws), **CLOSE)


def test_the_drawn_worlds_hold_all_three_ways_and_a_permit_price() -> None:
    """The comparison above would say little where everybody did the same."""
    seen: set[str] = set()
    luck = np.random.default_rng(3)
    for law in (False, True):
        for _ in range(12):
            rows = luck.choice(400, 8, replace=False)
            chosen = [
                {
                    "row": int(row), "capacity": 1.0, "utilisation": 0.8, "clean": 1.0,
                    "concentration": float(luck.uniform(0.3, 6.0)), "skill": float(luck.uniform(0.5, 2.0)),
                    "sees": float(luck.uniform(0.01, 0.6)), "support": 0.0, "moral": float(luck.uniform(0.0, 0.6)),
                    "mindset": 0, "colluding": bool(luck.random() < 0.5), "profit": 1e6, "cash": 1e7,
                }
                for row in rows
            ]  # fmt: skip
            zone = set_up(chosen, luck.random(len(CHANNELS)).tolist(), luck.random(len(PARAMETERS)).tolist(), law, 0.2)
            weigh_compliance(zone)
            meet_officials(zone)
            deal = zone.firms.colluding[rows]
            seen |= {"deal"} if deal.any() else set()
            seen |= {"alone"} if (zone.plan.alone[rows] & ~deal).any() else set()
            seen |= {"comply"} if (~zone.plan.alone[rows] & ~deal).any() else set()
            seen |= {"held up"} if (zone.firms.bribe[rows][~deal] > 0.0).any() else set()
            seen |= {"permits"} if zone.permits.price > 0.0 else set()
    assert seen == {"deal", "alone", "comply", "held up", "permits"}
