"""The zone in the base year: all tables, the first firms at work, residents in jobs, an open ledger."""

from __future__ import annotations

import numpy as np

from ccepz_sim.building.accounts import Accounts
from ccepz_sim.building.firms import make_firms, make_technology, no_plans
from ccepz_sim.building.fixed import make_fixed
from ccepz_sim.building.jobs import first_jobs
from ccepz_sim.building.money import open_ledger
from ccepz_sim.building.places import make_bodies, make_body_numbers, make_institutes, make_officials, make_towns
from ccepz_sim.building.prices import make_path, make_prices
from ccepz_sim.building.residents import make_population
from ccepz_sim.building.stocks import first_stocks
from ccepz_sim.building.world import make_world
from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.scenario import Scenario
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.draws import make_keys
from ccepz_sim.numerics.rng import Streams
from ccepz_sim.rules.firm_life import assign_officials, open_firms
from ccepz_sim.rules.policy import cost_of, open_policy
from ccepz_sim.state.bodies import Answering
from ccepz_sim.state.decisions import Decision
from ccepz_sim.state.materials import Materials
from ccepz_sim.state.parameters import Parameters, read_parameters
from ccepz_sim.state.records import Counts, Governance, PermitMarket, PublicMoney
from ccepz_sim.state.zone import Zone


def build_zone(
    content: Content, scenario: Scenario, seed: int, scale: float, decisions: tuple[Decision, ...], quarters: int
) -> Zone:
    """Make all tables, put the first firms to work, place residents in jobs, open the ledger.

    Args:
        scale: sampled residents per resident; quarters: for which paths are tabulated.

    Raises:
        ContentError: the content lacks what the rules need, or holds parameters and channels that they do not read.

    Reads: all groups of parameters; the base-year accounts.
    """
    p, world, streams = read_parameters(content), make_world(content), Streams(seed)
    keys = make_keys(streams)
    base_year = Accounts(content).base_year()
    prices = make_prices(content)
    bodies = make_bodies(content, world)
    numbers = make_body_numbers(bodies)
    officials = make_officials(content, world, bodies, p)
    institutes = make_institutes(content, world, p)
    firms = make_firms(content, world, keys, p)
    fixed = make_fixed(content, world, firms, p, prices, base_year, quarters)
    towns = make_towns(content, world, p, bodies, base_year)
    zone = Zone.make().fill(
        content=content,
        streams=streams,
        keys=keys,
        notes=[],
        quarters=quarters,
        mine_closure=scenario.mine_closure,
        labour_saving=1.0,
        p=p,
        world=world,
        base_year=base_year,
        body=numbers,
        path=make_path(scenario, world, quarters),
        fixed=fixed,
        prices=prices,
        bodies=bodies,
        officials=officials,
        institutes=institutes,
        firms=firms,
        plan=no_plans(firms.rows),
        technology=make_technology(world, firms, fixed),
        towns=towns,
        materials=Materials.make(places=world.place_count, kinds=len(world.materials)),
        policy=open_policy(content, decisions, quarters, bodies.index),
        population=make_population(world, streams, p, scale),
        ledger=open_ledger(content, world, firms, p),
        governance=_governance(p, float(officials.brand_view.mean())),
        permits=PermitMarket.make(),
        count=Counts.make(),
        public=PublicMoney.make().fill(base_support=np.nan, bank_base=p.finance.bank_equity),
    )
    levers = sum(cost_of(zone.policy, lever, 0) for lever in range(zone.policy.levers))
    zone.public.status_quo_need = levers + float(bodies.staff_cost.sum() / QUARTERS)
    _appoint(zone)
    assign_officials(zone, np.arange(firms.rows))
    open_firms(zone, np.flatnonzero(firms.start <= 0))
    first_jobs(zone)
    first_stocks(zone)
    return zone


def _governance(p: Parameters, brand_view_share: float) -> Governance:
    return Governance.make().fill(
        standing=p.officials.standing_start,
        enforcement_money=1.0,
        mean_trust=p.voice.trust_start,
        growth_boast=1.0,
        brand_view_share=brand_view_share,
    )


def _appoint(zone: Zone) -> None:
    """List the officials who may answer for a firm, by place: park office, town, environment department."""
    parks = [zone.bodies.index.get(f"park-{place}") for place in zone.world.places]
    body = zone.officials.body.tolist()
    pools = [
        [row for mine in (park, town, zone.body.environment) for row, own in enumerate(body) if own == mine]
        for park, town in zip(parks, zone.towns.body.tolist(), strict=True)
    ]
    most = max(len(pool) for pool in pools)
    answering = Answering.make(places=len(pools), most=most).fill(
        count=[len(pool) for pool in pools], row=[pool + [0] * (most - len(pool)) for pool in pools]
    )
    zone.fill(answering=answering.freeze())
