"""Building the zone in the base year, and the housekeeping around a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.accounts import Accounts
from ccepz_sim.clock import QUARTERS, in_base_year
from ccepz_sim.compiled import compiled
from ccepz_sim.ledger import Ledger
from ccepz_sim.markets.labour import settle_staff, wages
from ccepz_sim.markets.prices import Prices, ScenarioPath
from ccepz_sim.materials import Materials
from ccepz_sim.numeric import wipe
from ccepz_sim.observers import Recorder
from ccepz_sim.policies.effective import costs, open_policy
from ccepz_sim.rng import Streams
from ccepz_sim.rules.deposits import settle_closing
from ccepz_sim.rules.firm_plan import idle_plan, set_posts
from ccepz_sim.state.bodies import Bodies, Institutes, Officials
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED
from ccepz_sim.state.firms import NEVER, Firms
from ccepz_sim.state.parameters import read_parameters
from ccepz_sim.state.population import Population
from ccepz_sim.state.technology import Technology
from ccepz_sim.state.towns import Towns
from ccepz_sim.state.world import (
    AGRICULTURE,
    CONSTRUCTION,
    EMPLOYERS,
    FIRMS,
    INSTITUTES,
    KILOGRAMS,
    POLLUTANTS,
    PROFESSIONAL,
    PUBLIC,
    SERVICES,
    SKILLS,
    World,
)  # fmt: skip

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

SEAT = "delingha"
MOST_YEARS = 200  # no resident reaches this age
# what a closed firm no longer has, does or owes: numbers, and rows of tables
EMPTIED = (
    "capacity", "utilisation", "output", "sales", "value_added", "value_added_real", "wage_bill", "profit",
    "book_capital", "hidden", "evaded_tax", "saving", "bribe", "energy", "water", "co2", "research",
    "abatement_cost", "innovations", "reused", "used_waste",
)  # fmt: skip
EMPTIED_TABLES = (
    "staff", "posts", "emission", "reported_emission", "waste", "pending_fine", "tax_due", "abate", "link_share",
)  # fmt: skip


def build(zone: PilotZone) -> None:
    """Make all tables, put the first firms to work, place residents in jobs, open the ledger.

    Reads: all groups of parameters; the base-year accounts.
    """
    content = zone.content
    zone.quarter = 0
    zone.p = read_parameters(content)
    zone.streams = Streams(zone.seed_used)
    zone.base_year = Accounts(content).base_year()
    zone.world = World(content)
    zone.path = ScenarioPath(zone.scenario_used, zone.world, zone.quarters)
    zone.prices = Prices(content)
    zone.bodies = Bodies(content, zone.world)
    zone.officials = Officials(content, zone.world, zone.bodies)
    zone.institutes = Institutes(content, zone.world)
    zone.firms = Firms(content, zone.world, zone.streams)
    zone.equivalents = _equivalents(zone)
    zone.technology = Technology(zone.world, zone.firms, _base_prices(zone), zone.equivalents)
    zone.towns = Towns(content, zone.world)
    zone.materials = Materials(zone.world)
    zone.policy = open_policy(content, zone.decisions, zone.quarters, zone.bodies.index)
    zone.population = Population(content, zone.world, zone.streams, zone.scale)
    _fixed_fields(zone)
    _running_fields(zone)
    _open_ledger(zone)
    assign_officials(zone, np.arange(zone.firms.rows))
    open_firms(zone, np.flatnonzero(zone.firms.start <= 0))
    _first_jobs(zone)
    _first_stocks(zone)
    zone.recorder = Recorder(zone)


def _base_prices(zone: PilotZone) -> np.ndarray:
    """Give the price of 2010 by product, yuan/unit, shape (products,)."""
    world = zone.world
    prices: np.ndarray = np.exp(zone.prices.log_2010)[world.series_of_product] * world.product["price_factor"]
    return prices


def _equivalents(zone: PilotZone) -> np.ndarray:
    """Give the pollution equivalents in a tonne of each pollutant, shape (pollutants,)."""
    a = zone.p.abatement
    weights = {
        "so2": a.equivalent_so2,
        "dust": a.equivalent_dust,
        "cod": a.equivalent_cod,
        "nh3n": a.equivalent_nh3n,
    }
    each: np.ndarray = KILOGRAMS / np.array([weights[name] for name in POLLUTANTS])
    return each


def _fixed_fields(zone: PilotZone) -> None:
    """Indices and constants that the rules look up."""
    content, world, p = zone.content, zone.world, zone.p
    zone.body = dict(zone.bodies.index)
    zone.lever = {name: number for number, name in enumerate(content.levers)}
    zone.seat = world.place_index[SEAT]
    zone.has_park = np.array([bool(park) for park in content.table("places").texts("park")])
    zone.town_body = _town_bodies(zone)
    number = np.arange(len(zone.bodies.ids))
    centre, above = zone.body["prefecture"], zone.body["province"]
    zone.asks_for_money = ~np.isin(number, [centre, above, *zone.town_body])  # bodies the prefecture pays for
    zone.official_pools = _official_pools(zone)
    zone.saves_for_awards = np.isin(
        np.arange(len(zone.bodies.ids)),
        [zone.body[name] for name in ("science", "environment", "committee", "finance")],
    )
    table = content.table("prices")
    zone.energy_series = np.array([number for number, group in enumerate(table.texts("group")) if group == "energy"])
    e = p.environment
    zone.harm_weights = np.array([e.harm_so2, e.harm_dust, e.harm_cod, e.harm_nh3n])
    zone.household_rate = (
        np.column_stack([world.place[f"household_{name}"] for name in POLLUTANTS]) / KILOGRAMS / QUARTERS
    )
    zone.dilution = np.full(world.place_count, e.dilution)
    road = np.pad(world.road, ((0, 1), (0, 1)), constant_values=p.migration.outside_km)
    road[-1, -1] = 0.0
    zone.distance_term = np.log1p(road / p.migration.distance_scale)
    zone.death_chance = _death_chance(zone)
    zone.birth_rate = np.where(world.in_zone, p.population.birth_zone, p.population.birth_east)
    zone.median_capacity = _median_capacity(zone)
    rival = content.table("rival")
    zone.rival_attraction = float(np.average(rival.numbers("attraction"), weights=rival.numbers("output_2010")))
    zone.brand_view_share = float(zone.officials.brand_view.mean())
    zone.project_spending = _project_spending(zone)
    industry = content.table("products").texts("industry")
    zone.service_product = np.array([name == "logistics_information" for name in industry], dtype=float)
    zone.farm_product = np.array([name == "plateau_biology" for name in industry], dtype=float)
    zone.staff_home = np.where(zone.bodies.place >= 0, zone.bodies.place, zone.seat)  # where their staff live
    zone.local_bodies = np.arange(len(zone.bodies.ids)) != zone.body["province"]


def _median_capacity(zone: PilotZone) -> np.ndarray:
    """Give the usual size of a firm by product, units/year, shape (products,); 1 where the roster has none."""
    firms = zone.firms
    usual = np.ones(len(zone.world.products))
    for product in range(len(usual)):
        own = firms.capacity[: firms.roster][firms.product[: firms.roster] == product]
        usual[product] = float(np.median(own)) if len(own) else 1.0
    return usual


def _death_chance(zone: PilotZone) -> np.ndarray:
    """Give the chance to die by age in quarters: by band, rising with the square of years in high age.

    The last entry is that of free rows of the table of residents, whose age lies beyond it.
    """
    p = zone.p.population
    age = np.arange(MOST_YEARS * QUARTERS) // QUARTERS
    grown = np.where(age < p.old_age, p.death_adult, p.death_old)
    hazard = np.where(age < p.school_age, p.death_child, grown)
    hazard = hazard + p.death_very_old * np.maximum(0.0, age - p.very_old) ** 2
    return np.append(np.minimum(1.0, hazard / QUARTERS), 0.0)


def _town_bodies(zone: PilotZone) -> np.ndarray:
    """Give the body that governs each place; the sending areas answer to the province."""
    found = np.full(zone.world.place_count, zone.body["province"])
    for number, (kind, place) in enumerate(zip(zone.bodies.kind, zone.bodies.place, strict=True)):
        if kind == "town" and place >= 0:
            found[place] = number
    for number, (name, place) in enumerate(zip(zone.bodies.ids, zone.bodies.place, strict=True)):
        if name.endswith("-committee") and place >= 0:
            found[place] = number
    return found


def _project_spending(zone: PilotZone) -> np.ndarray:
    """Spread the building cost of roster projects over the quarters before they open, shape (quarters, places)."""
    firms, p = zone.firms, zone.p.investment
    spending = np.zeros((zone.quarters, zone.world.place_count))
    cost = zone.world.product["capital_cost"][firms.product] * firms.capacity * zone.base_year.local_construction
    length = int(p.build_quarters)
    for row in np.flatnonzero((firms.start > 0) & (firms.start < NEVER)):
        first = max(0, int(firms.start[row]) - length)
        spending[first : int(firms.start[row]), firms.place[row]] += cost[row] / length
    return spending


def _running_fields(zone: PilotZone) -> None:
    """Outcomes that one phase leaves for another, at their starting values; the comments say who reads them."""
    _public_fields(zone)
    _place_fields(zone)
    _memory_fields(zone)


def _public_fields(zone: PilotZone) -> None:
    """Fields about government, audit and money, one number each unless said."""
    p = zone.p
    zone.standing = p.officials.standing_start  # points; spent by announcements, earned at the evaluation
    zone.enforcement_money = 1.0  # share of the usual; budgets -> officials, labour, settlement
    zone.audit_quality = 0.0  # 0-1; officials -> inspection
    zone.audit_found = 0.0  # share of cases audits find; officials -> funds, opinions, figures
    zone.complaint_pressure = 0.0  # 0-1; opinions -> officials
    zone.mean_trust = p.voice.trust_start  # 0-1; opinions -> evaluation
    zone.growth_boast = 1.0  # multiple reported growth figures carry; record -> indicators
    zone.infrastructure_money = 0.0  # yuan/year; settlement -> environment
    zone.park_loan = 0.0  # yuan/year borrowed for parks; within settlement
    zone.last_revenue = np.zeros(zone.world.place_count)  # yuan of the quarter before
    zone.own_revenue = np.zeros(zone.world.place_count)  # yuan a quarter; settlement -> next budgets
    zone.permit_price = 0.0  # yuan/equivalent; plans -> settlement, indicators
    zone.air_2015 = 0.0  # air equivalents of 2015; the permit cap is a multiple
    zone.permit_cap = 0.0  # equivalents a quarter; 0 without a market
    zone.permits_auctioned = 0.0  # equivalents the department offers; plans -> settlement
    # counts and sums of the quarter for the indicators
    zone.detection_mean = 0.0
    zone.inspections_made = 0.0
    zone.fines_paid = 0.0
    zone.guarantees_called = 0.0
    zone.exits = 0.0
    zone.entries = 0.0


def _place_fields(zone: PilotZone) -> None:
    """Fields by place, firm or institute."""
    places, rows = zone.world.place_count, zone.firms.rows
    zone.plan = idle_plan(rows)  # CompliancePlan of the quarter; plans -> production, innovation, funds
    zone.labour_saving = 1.0  # multiple of the jobs of 2010 per unit; record -> plans
    zone.water_share = np.ones(places)  # share of wanted water there is; production -> entry
    zone.voice_strength = np.full(places, zone.p.voice.strength_start)  # opinions -> inspection
    zone.award_pull = np.zeros(rows)  # added reuse; settlement -> next exchange
    zone.by_product_flow = np.zeros((places, places))  # tonnes, giver to taker; exchange -> recorder
    zone.scientist_leave = np.full(places, zone.p.institutes.turnover)  # share/quarter; innovation -> labour
    zone.institute_pull = np.ones(len(zone.institutes.posts))  # 0-1 by institute; innovation -> labour
    zone.vacancy_pull = np.ones((len(EMPLOYERS), places))  # share of posts seekers consider; innovation -> labour
    zone.was_empty = zone.institutes.people / zone.institutes.posts < zone.p.institutes.empty_share
    zone.towns.agriculture_sales = zone.world.place["agriculture_va_2010"] / QUARTERS / zone.base_year.agriculture_ratio
    zone.towns.labour_force = np.zeros((places, len(SKILLS)))


def _memory_fields(zone: PilotZone) -> None:
    """Levels of an earlier date that later quarters are compared with, and what is written down."""
    places, share = zone.world.place_count, zone.base_year
    zone.notes = []
    zone.observers = ()
    zone.entrants = 0  # firms that came so far, for their codes
    zone.price_memory = None  # log prices a year ago, for the chronicle
    zone.base_gap = None  # what towns lacked in the first quarter, yuan; transfers start from it
    zone.base_support = None  # the same for the prefecture
    zone.status_quo_need = float(costs(zone.policy, 0).sum() + zone.bodies.staff_cost.sum() / QUARTERS)
    zone.base_wage = zone.towns.wage.copy()  # the national trend wages return to
    zone.base_sales = np.zeros((2, places))  # services and construction in 2010, yuan/quarter
    zone.services_ratio = np.full(places, share.services_ratio)  # value added in sales, set in the first quarter
    zone.construction_ratio = np.full(places, share.construction_ratio)


def _open_ledger(zone: PilotZone) -> None:
    """Open all accounts with their positions of the base year; the outside world balances them."""
    content, world, firms = zone.content, zone.world, zone.firms
    places = world.place_count
    zone.ledger = Ledger(
        {
            "firms": firms.rows,
            "bodies": len(zone.bodies.ids),
            "households": places,
            "services": places,
            "construction": places,
            "agriculture": places,
            "institutes": len(zone.institutes.ids),
            "banks": len(content.table("banks")),
            "trust": 1,
            "outside": 1,
        }
    )
    ledger = zone.ledger
    zone.firm_accounts = ledger.of("firms")
    zone.trust_account = int(ledger.account("trust"))  # restoration deposits
    zone.outside_account = int(ledger.account("outside"))
    kinds = content.table("banks").texts("kind")
    zone.bank_account = int(ledger.account("banks", kinds.index("bank") if "bank" in kinds else 0))
    zone.guarantee_account = int(ledger.account("banks", kinds.index("guarantee") if "guarantee" in kinds else 0))
    bodies = content.table("bodies")
    ledger.deposits[ledger.of("bodies")] = bodies.numbers("treasury_2010")
    ledger.loans[ledger.of("bodies")] = bodies.numbers("debt_2010")
    people = world.place["population_2010"]
    ledger.deposits[ledger.of("households")] = people * zone.p.settlement.savings_per_head
    ledger.deposits[ledger.of("services")] = world.place["services_va_2010"] * zone.p.sectors.opening_reserve
    ledger.deposits[ledger.of("construction")] = world.place["construction_va_2010"] * zone.p.sectors.opening_reserve
    ledger.deposits[zone.bank_account] = zone.p.finance.bank_equity
    ledger.deposits[zone.guarantee_account] += zone.p.finance.guarantee_fund
    zone.bank_base = zone.p.finance.bank_equity


@compiled
def _start(
    rows: np.ndarray,
    quarter: int,
    usual_utilisation: np.ndarray,
    start_utilisation: float,
    capital_cost: np.ndarray,
    age: float,
    prices: float,
    debt_ratio: np.ndarray,
    base_price: np.ndarray,
    opening_cash: float,
    capacity: np.ndarray,
    alive: np.ndarray,
    start: np.ndarray,
    utilisation: np.ndarray,
    book_capital: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Open firms at their usual utilisation and give the cash of their owners and the loan for their plant, yuan."""
    cash, debt = np.empty(rows.size), np.empty(rows.size)
    for number, firm in enumerate(rows):
        alive[firm] = True
        start[firm] = min(start[firm], quarter)
        utilisation[firm] = usual_utilisation[firm] * start_utilisation
        book_capital[firm] = capacity[firm] * capital_cost[firm] * age * prices
        debt[number] = debt_ratio[firm] * book_capital[firm]
        cash[number] = opening_cash * (capacity[firm] * usual_utilisation[firm] * base_price[firm])
    return cash, debt


def open_firms(zone: PilotZone, rows: np.ndarray) -> None:
    """Start firms: book capital, a loan by debt ratio, working cash from the owners, full usual utilisation.

    Args:
        rows: firm rows, shape (count,).

    Reads: firms.start_utilisation, capital_age, opening_cash.
    """
    firms, tech, ledger, p = zone.firms, zone.technology, zone.ledger, zone.p.firms
    cash, debt = _start(
        rows, zone.quarter, tech.usual_utilisation, p.start_utilisation, tech.capital_cost,
        p.capital_age if zone.quarter == 0 else 1.0, zone.prices.general, firms.debt_ratio, tech.base_price,
        p.opening_cash, firms.capacity, firms.alive, firms.start, firms.utilisation, firms.book_capital,
    )  # fmt: skip
    accounts = ledger.account("firms", rows)
    ledger.pay("capital_of_entrants", zone.outside_account, accounts, cash)
    ledger.lend(accounts, debt)
    ledger.pay("investment", accounts, zone.outside_account, debt)


@compiled
def _wind_up(
    accounts: np.ndarray, deposits: np.ndarray, loans: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give what closing firms repay, what of their debts is lost, what owners keep, and overdrafts; yuan."""
    repaid, lost = np.empty(accounts.size), np.empty(accounts.size)
    owners, holes = np.empty(accounts.size), np.empty(accounts.size)
    for number, account in enumerate(accounts):
        repaid[number] = min(max(0.0, deposits[account]), loans[account])
        lost[number] = loans[account] - repaid[number]
        over = deposits[account] - repaid[number]
        owners[number], holes[number] = max(0.0, over), max(0.0, -over)
    return repaid, lost, owners, holes


def close_firms(zone: PilotZone, mask: np.ndarray) -> None:
    """Close firms: assets are sold outside, what they do not cover is written off, guarantees are called.

    Args:
        mask: firms to close, shape (rows,).

    Reads: finance.recovery, guarantee_most; policy guarantees.
    """
    rows = np.flatnonzero(mask & zone.firms.alive)
    if not len(rows):
        return
    firms, ledger, p = zone.firms, zone.ledger, zone.p.finance
    accounts = ledger.account("firms", rows)
    fetched = p.recovery * np.maximum(0.0, firms.book_capital[rows])
    ledger.pay("investment", zone.outside_account, accounts, fetched)
    settle_closing(zone, rows)
    repaid, lost, owners, holes = _wind_up(accounts, ledger.deposits, ledger.loans)
    ledger.repay(accounts, repaid)
    ledger.write_off(accounts, zone.bank_account, lost)
    share = min(float(zone.policy.now.guarantees), p.guarantee_most)
    called = min(share * float(lost.sum()), max(0.0, float(ledger.deposits[zone.guarantee_account])))
    ledger.pay("guarantee", zone.guarantee_account, zone.bank_account, called)
    zone.guarantees_called += called
    ledger.pay("dividends", accounts, zone.outside_account, owners)
    ledger.pay("writeoff", zone.bank_account, accounts, holes)
    wipe(rows, *(getattr(firms, name) for name in EMPTIED))
    wipe(rows, *(getattr(firms, name) for name in EMPTIED_TABLES))
    firms.alive[rows] = False
    firms.exited[rows] = zone.quarter
    firms.colluding[rows] = False
    firms.link_giver[rows] = -1
    zone.exits += float(len(rows))


def assign_officials(zone: PilotZone, rows: np.ndarray) -> None:
    """Give each firm the official who answers for it, in turn among those of its place."""
    pools = [zone.official_pools[place] for place in zone.firms.place[rows].tolist()]
    zone.firms.official[rows] = [pool[row % len(pool)] for row, pool in zip(rows.tolist(), pools, strict=True)]


def _official_pools(zone: PilotZone) -> tuple[tuple[int, ...], ...]:
    """List the officials who may answer for a firm, by place: park office, town, environment department."""
    places = zone.world.places
    parks = [zone.body.get(f"park-{place}") for place in places]
    body = zone.officials.body.tolist()
    return tuple(
        tuple(row for mine in (park, town, zone.body["environment"]) for row, own in enumerate(body) if own == mine)
        for park, town in zip(parks, zone.town_body.tolist(), strict=True)
    )


def _skill_mix(zone: PilotZone) -> np.ndarray:
    """Give the skill mix of the aggregate employers, shape (employers, 3)."""
    p = zone.p.sectors
    mix = np.zeros((len(EMPLOYERS), len(SKILLS)))
    for employer, name in ((FIRMS, "far_industry"), (CONSTRUCTION, "construction"), (SERVICES, "services"),
                           (PUBLIC, "public"), (AGRICULTURE, "agriculture")):  # fmt: skip
        skilled, professional = getattr(p, f"{name}_skilled"), getattr(p, f"{name}_professional")
        mix[employer] = (1.0 - skilled - professional, skilled, professional)
    mix[INSTITUTES, PROFESSIONAL] = 1.0
    return mix


def _first_jobs(zone: PilotZone) -> None:
    """Put residents into the jobs of the base year; staff follows the residents found."""
    world, firms, people, place = zone.world, zone.firms, zone.population, zone.world.place
    mix = _skill_mix(zone)
    base = np.zeros((len(EMPLOYERS), world.place_count, len(SKILLS)))
    far_jobs = np.where(world.in_zone, 0.0, zone.p.sectors.far_industry_jobs * place["population_2010"])
    base[FIRMS] = far_jobs[:, None] * mix[FIRMS]
    for employer, name in (
        (CONSTRUCTION, "construction"),
        (SERVICES, "services"),
        (PUBLIC, "public"),
        (AGRICULTURE, "agriculture"),
    ):
        base[employer] = place[f"{name}_jobs_2010"][:, None] * mix[employer]
    zone.base_posts = base
    set_posts(zone)
    target = base.copy()
    wanted = firms.posts * firms.staffing[:, None]
    for skill in range(len(SKILLS)):
        target[FIRMS, :, skill] += np.bincount(firms.place, weights=wanted[:, skill], minlength=world.place_count)
    target[INSTITUTES, :, PROFESSIONAL] = np.bincount(
        zone.institutes.place, weights=zone.institutes.people, minlength=world.place_count
    )
    _fill_jobs(zone, target)
    zone.towns.employed = people.employed()
    firms.staff = wanted * firms.alive[:, None]
    settle_staff(zone)
    wages(zone)
    people.persons = people.count()
    zone.towns.awareness = np.full(world.place_count, zone.p.voice.awareness_start)
    zone.towns.trust = np.full(world.place_count, zone.p.voice.trust_start)


def _fill_jobs(zone: PilotZone, target: np.ndarray) -> None:
    """Walk the adults of each place and skill and hand out the wanted jobs, then the unemployed, then none."""
    people, p = zone.population, zone.p.labour
    adult = (
        (people.age >= int(p.working_age * QUARTERS))
        & (people.age < int(p.retirement_age * QUARTERS))
        & (people.town >= 0)
    )
    adult &= people.town < people.outside
    for place in range(zone.world.place_count):
        here = np.flatnonzero(adult & (people.town == place))
        for skill in range(len(SKILLS)):
            rows = here[people.skill[here] == skill]
            if not len(rows):
                continue
            reached = np.cumsum(people.weight[rows]) - people.weight[rows] / 2.0
            wanted = target[:, place, skill]
            most = p.participation * float(people.weight[rows].sum()) * (1.0 - p.natural_rate)
            wanted = wanted * min(1.0, most / max(float(wanted.sum()), 1e-9))
            edge = np.append(np.cumsum(wanted), float(wanted.sum()) / (1.0 - p.natural_rate))
            slot = np.searchsorted(edge, reached)
            found = np.where(slot < len(EMPLOYERS), slot, np.where(slot == len(EMPLOYERS), UNEMPLOYED, OUT_OF_LABOUR))
            people.put(rows, people.cells.number(found, place, skill))


def _first_stocks(zone: PilotZone) -> None:
    """Spread the waste stored before 2010 over places by capacity, part of it unsafe; close the ledger."""
    world, firms, tech = zone.world, zone.firms, zone.technology
    kinds = len(world.materials)
    for number, factor in enumerate(tech.wastes.T):
        kind = tech.waste_kind[:, number]
        rows = np.flatnonzero((kind >= 0) & firms.alive)
        amount = firms.capacity[rows] * factor[rows]
        total = np.bincount(kind[rows], weights=amount, minlength=kinds)
        share = amount / np.maximum(total[kind[rows]], 1e-9)
        stock = world.material["stock_2010"][kind[rows]] * share
        np.add.at(
            zone.materials.safe,
            (firms.place[rows], kind[rows]),
            stock * (1.0 - zone.p.materials.unsafe_start),
        )
        np.add.at(zone.materials.unsafe, (firms.place[rows], kind[rows]), stock * zone.p.materials.unsafe_start)
    zone.ledger.close_against(zone.outside_account)
    zone.ledger.open_quarter()
    zone.materials.open_quarter()


def open_quarter(zone: PilotZone) -> None:
    """Clear the flows of the quarter in all books."""
    zone.ledger.open_quarter()
    zone.materials.open_quarter()
    zone.population.open_quarter()
    zone.last_revenue[:] = zone.own_revenue
    zone.own_revenue[:] = 0.0
    zone.guarantees_called = 0.0
    firms = zone.firms
    for name in ("other_income", "waste_cost", "waste_tax", "deposit_due"):
        getattr(firms, name)[:] = 0.0
    zone.exits = 0.0
    zone.entries = 0.0
    zone.infrastructure_money = 0.0


def update_indices(zone: PilotZone) -> None:
    """Turn money of services and construction into job indices; trends of productivity; the permit base of 2015.

    Reads: sectors.*, officials.boast, audit_deters, firms.labour_productivity; policy evaluation_green.
    """
    tilt = 1.0 - zone.policy.now.evaluation_green
    brag = zone.p.officials.boast * tilt * (1.0 - min(1.0, zone.p.officials.audit_deters * zone.audit_found))
    zone.growth_boast = 1.0 + brag * zone.brand_view_share
    towns, p = zone.towns, zone.p.sectors
    general = float(zone.prices.general)
    sectors = ((towns.services_sales, towns.services_index), (towns.construction_sales, towns.construction_index))
    if zone.quarter < QUARTERS:
        for base, (sales, _) in zip(zone.base_sales, sectors, strict=True):
            base += np.maximum(sales / general, 1.0) / QUARTERS
    else:
        productivity = (1.0 + p.services_productivity) ** ((zone.quarter - QUARTERS) / QUARTERS)
        for base, (sales, index) in zip(zone.base_sales, sectors, strict=True):
            _follow_sales(index, sales, base, general, productivity, float(p.index_speed), float(p.index_most))
    farming = p.agriculture_growth if zone.quarter < p.agriculture_boom_quarters else p.agriculture_growth_late
    towns.agriculture_sales = towns.agriculture_sales * (1.0 + farming / QUARTERS)
    zone.labour_saving = zone.labour_saving * (1.0 - zone.p.firms.labour_productivity / QUARTERS)
    if in_base_year(zone.quarter):
        zone.air_2015 += float(zone.plan.equivalents[:, 0].sum())
        zone.firms.air_2015 += zone.plan.equivalents[:, 0]


@compiled
def _follow_sales(
    index: np.ndarray,
    sales: np.ndarray,
    base: np.ndarray,
    general: float,
    productivity: float,
    speed: float,
    most: float,
) -> None:
    """Move the jobs of a sector, relative to 2010, toward what its sales at the prices of 2010 need."""
    for place in range(index.size):
        level = sales[place] / general / max(base[place], 1.0) / productivity
        index[place] += speed * (min(max(level, 0.0), most) - index[place])
