"""What is measured: true values, and what officials and firms report of them.

Flows are annualised quarterly rates, stocks are end of quarter, shares lie within 0-1; never a NaN.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import PLAY_QUARTER, QUARTERS
from ccepz_sim.numeric import clip
from ccepz_sim.schema import Label
from ccepz_sim.state.world import FIRMS, SKILLED

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

TEN_THOUSAND = 1e4
FULL_SCORE = 100.0
RELATIVE = ("gdp_real", "urban_income", "so2", "solid_waste_stock")  # scored against 2015


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measure: unit, good direction, whether it is also reported, and for which places it exists."""

    id: str
    label: Label
    help: Label
    unit: str
    direction: str
    group: str
    reported: bool
    places: str


@cache
def all_indicators() -> Mapping[str, Indicator]:
    """Read the catalogue of indicators, in its order."""
    text = resources.files("ccepz_sim").joinpath("text/indicators.toml").read_text(encoding="utf-8")
    found = {}
    for name, entry in tomllib.loads(text).items():
        found[name] = Indicator(
            name, Label(**entry["label"]), Label(**entry["help"]), entry["unit"], entry["direction"], entry["group"],
            entry.get("reported", False), entry.get("places", "all"),
        )  # fmt: skip
    return found


def __getattr__(name: str) -> Mapping[str, Indicator]:
    if name == "INDICATORS":
        return all_indicators()
    raise AttributeError(name)


class Places:
    """Adds firm and town values up to the recorded places: zone, nine places, four parks."""

    def __init__(self, zone: PilotZone) -> None:
        world = zone.world
        self.names = ("zone", *world.places, *world.parks)
        self.towns = world.place_count
        self.zone_towns = np.flatnonzero(world.in_zone)
        self.park_of_place = np.full(world.place_count, len(world.parks))
        for number, park in enumerate(world.parks):
            self.park_of_place[world.park_place[park]] = number
        self.parks = len(world.parks)
        self.park_towns = np.argsort(self.park_of_place)[: self.parks]
        self.fold = self._fold(world.in_zone)

    def _fold(self, in_zone: np.ndarray) -> np.ndarray:
        """Tell which recorded places a cell (town, park or none) counts for, shape (cells, places)."""
        slots = self.parks + 1
        fold = np.zeros((self.towns * slots, len(self.names)))
        for town in range(self.towns):
            for slot in range(slots):
                cell = town * slots + slot
                fold[cell, 0] = float(in_zone[town])
                fold[cell, 1 + town] = 1.0
                if slot < self.parks:
                    fold[cell, 1 + self.towns + slot] = 1.0
        return fold

    def locate(self, zone: PilotZone) -> None:
        """Find the cell of each firm row; to be called before a quarter is measured."""
        place = zone.firms.place
        inside = np.where(zone.firms.in_park, self.park_of_place[place], self.parks)
        self.cell = place * (self.parks + 1) + inside

    def firms(self, values: np.ndarray) -> np.ndarray:
        """Sum a value of firms by recorded place, shape (places,)."""
        summed: np.ndarray = np.bincount(self.cell, weights=values, minlength=len(self.fold)) @ self.fold
        return summed

    def town(self, values: np.ndarray) -> np.ndarray:
        """Sum a value of towns: the zone is the sum of its seven towns; parks have none."""
        return np.concatenate([[values[self.zone_towns].sum()], values, np.zeros(self.parks)])

    def mean(self, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Average a value of towns with a weight; a park takes its town's value."""
        inside = self.zone_towns
        whole = float((values[inside] * weight[inside]).sum() / max(float(weight[inside].sum()), 1e-12))
        return np.concatenate([[whole], values, values[self.park_towns]])


Values = dict[str, np.ndarray]


def share(part: np.ndarray, whole: np.ndarray, otherwise: float = 0.0) -> np.ndarray:
    """Divide without ever giving a NaN."""
    return np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), otherwise)


def measure(zone: PilotZone, places: Places) -> tuple[Values, Values]:
    """Measure all indicators by place; returns (true, reported), arrays of shape (places,).

    Reads: sectors.far_value_per_wage, farm_share, environment.household_co2, labour.working_age,
    settlement.urban_factor, scores.*; policy audit_share.
    """
    true: Values = {}
    said: Values = {}
    places.locate(zone)
    for part in (_economy, _environment, _integrity):
        part(zone, places, true, said)
    for own in (_firms, _people, _science, _public, _scores):
        own(zone, places, true)
    return true, said


def _economy(zone: PilotZone, places: Places, true: Values, said: Values) -> None:
    """Product, value added and its shares; officials report growth as they like to see it."""
    firms, towns, p = zone.firms, zone.towns, zone.p.sectors
    made = places.firms(firms.value_added) * QUARTERS
    true["industrial_value_added"] = made
    true["industrial_value_added_real"] = places.firms(firms.value_added_real) * QUARTERS
    far = np.where(zone.world.in_zone, 0.0, (towns.employed[FIRMS] * towns.wage).sum(axis=1) * p.far_value_per_wage)
    true["industrial_value_added"] = made + places.town(far)
    general = zone.prices.general
    true["industrial_value_added_real"] += places.town(far) / general
    services_firm = places.firms(firms.value_added * (zone.service_product[firms.product])) * QUARTERS
    services = places.town(towns.services_va) * QUARTERS + services_firm
    construction = places.town(towns.construction_va) * QUARTERS
    farm_firm = places.firms(firms.value_added * (zone.farm_product[firms.product]) * p.farm_share) * QUARTERS
    farm = places.town(towns.agriculture_va) * QUARTERS + farm_firm
    industry = true["industrial_value_added"] - services_firm - farm_firm
    gdp = industry + services + construction + farm
    true["gdp"] = gdp
    rest_real = (gdp - true["industrial_value_added"]) / general
    true["gdp_real"] = true["industrial_value_added_real"] + rest_real
    true["industrial_value_added"] = industry
    positive = np.maximum(gdp, 1.0)
    true["sector_share_primary"] = clip(farm / positive, 0.0, 1.0)
    true["sector_share_tertiary"] = clip(services / positive, 0.0, 1.0)
    true["sector_share_secondary"] = clip(1.0 - true["sector_share_primary"] - true["sector_share_tertiary"], 0.0, 1.0)
    boast = zone.growth_boast
    said["gdp"] = gdp * boast
    said["industrial_value_added"] = industry * boast
    output = np.maximum(firms.sales, 0.0)
    total = places.firms(output)
    tech = zone.technology
    true["output"] = total * QUARTERS
    true["heavy_industry_share"] = share(places.firms(output * tech.heavy), total)
    true["emerging_share"] = share(places.firms(output * tech.emerging), total)
    true["construction_value_added"] = construction
    true["services_value_added"] = services


def _firms(zone: PilotZone, places: Places, true: Values) -> None:
    """How many firms there are, how they stand, how far they process."""
    firms = zone.firms
    alive = places.firms(firms.alive.astype(float))
    true["firms_active"] = alive
    true["firms_in_deficit_share"] = share(places.firms((firms.alive & (firms.profit < 0.0)).astype(float)), alive)
    true["firm_exits"] = _zone_only(places, zone.exits * QUARTERS)
    true["firm_entries"] = _zone_only(places, zone.entries * QUARTERS)
    true["chain_level_mean"] = share(places.firms(firms.sales * firms.chain), places.firms(firms.sales))
    capital = places.firms(firms.book_capital * firms.alive)
    true["outdated_share"] = share(places.firms(firms.book_capital * firms.outdated * firms.alive), capital)
    true["brand"] = share(places.firms(firms.sales * firms.brand), places.firms(firms.sales))
    true["profit"] = places.firms(firms.profit) * QUARTERS
    true["investment"] = places.firms(firms.investment * firms.alive) * QUARTERS
    loans = zone.ledger.loans[zone.firm_accounts] * firms.alive
    true["firm_debt_ratio"] = share(places.firms(loans), places.firms(firms.book_capital))
    true["guarantees_called"] = _zone_only(places, zone.guarantees_called * QUARTERS)


def _people(zone: PilotZone, places: Places, true: Values) -> None:
    """Residents, work, pay and moves."""
    towns, people = zone.towns, zone.population
    persons = people.persons[:-1].astype(float)
    employed = towns.employed.sum(axis=(0, 2))
    force = towns.labour_force.sum(axis=1)
    true["population"] = places.town(persons)
    true["employment"] = places.town(employed)
    true["unemployment_rate"] = places.mean(1.0 - np.minimum(1.0, employed / np.maximum(force, 1.0)), force)
    true["vacancies"] = places.town(towns.vacancies.sum(axis=(0, 2)))
    income = towns.household_income / np.maximum(persons, 1.0)
    true["urban_income"] = places.mean(income * zone.p.settlement.urban_factor, persons)
    true["wage"] = places.mean(
        (towns.wage * towns.employed.sum(axis=0)).sum(axis=1) / np.maximum(employed, 1.0), employed
    )
    net = people.moves.sum(axis=0)[:-1] - people.moves.sum(axis=1)[:-1]
    true["net_migration"] = places.town(net * QUARTERS)
    adults = _adults(zone)
    true["skilled_share"] = places.mean(adults[1] / np.maximum(adults[0], 1.0), adults[0])
    posts = towns.posts[:, :, SKILLED:].sum(axis=(0, 2))
    filled = np.minimum(towns.employed, towns.posts)[:, :, SKILLED:].sum(axis=(0, 2))
    rate = np.where(posts > 0.0, filled / np.maximum(posts, 1e-9), 1.0)
    true["skilled_fill_rate"] = clip(places.mean(rate, posts), 0.0, 1.0)
    true["resettled"] = _zone_only(places, people.resettled_quarter * QUARTERS)
    true["returned"] = _zone_only(places, people.returned_quarter * QUARTERS)


def _adults(zone: PilotZone) -> np.ndarray:
    """Count those of working age and the skilled among them by place, persons, shape (2, places)."""
    people = zone.population
    grown = people.heads - people.minors(int(zone.p.labour.working_age * QUARTERS))
    return people.by_place(np.stack([grown, grown * (people.cells.skill >= SKILLED)]))


def _science(zone: PilotZone, places: Places, true: Values) -> None:
    """Scientists in posts, outlay and results of research."""
    firms, institutes = zone.firms, zone.institutes
    posts = institutes.posts.sum()
    true["institute_fill_rate"] = _zone_only(
        places, min(1.0, float((institutes.people + institutes.guests).sum() / posts))
    )
    spent = places.firms(firms.research) * QUARTERS
    spent[0] += float(institutes.funding.sum()) * QUARTERS
    true["rd_intensity"] = clip(share(spent, true["gdp"]), 0.0, 1.0)
    made = places.firms(firms.innovations)
    made[0] += float(institutes.results.sum())
    true["innovations"] = made * QUARTERS


def _environment(zone: PilotZone, places: Places, true: Values, said: Values) -> None:
    """Emissions, wastes, water and energy; reported emissions pass firms and officials."""
    firms, towns, world, matter = zone.firms, zone.towns, zone.world, zone.materials
    persons = zone.population.persons[:-1]
    homes = zone.household_rate * persons[:, None]
    honest = zone.officials.honesty[firms.official]
    for number, name in enumerate(("so2", "dust", "cod", "ammonia_nitrogen")):
        base = places.town(homes[:, number])
        true[name] = (places.firms(firms.emission[:, number]) + base) * QUARTERS
        said[name] = (places.firms(firms.reported_emission[:, number] * honest) + base) * QUARTERS
    burden = zone.plan.equivalents.sum(axis=1) / np.maximum(firms.clean, 1e-9) * firms.alive
    left = share(places.firms(burden * np.minimum(firms.clean, 1.0)), places.firms(burden), 1.0)
    true["clean_technology"] = 1.0 - left
    true["co2"] = places.firms(firms.co2) * QUARTERS + places.town(persons * zone.p.environment.household_co2)
    solid = world.material["solid"] > 0.0
    generated = matter.generated[:, solid].sum(axis=1)
    received = matter.reused[:, solid].sum(axis=1) - matter.imported[:, solid].sum(axis=1)
    own = received + matter.exported[:, solid].sum(axis=1)
    made = places.firms(firms.waste[:, 0] * zone.solid_kind[0] + firms.waste[:, 1] * zone.solid_kind[1])
    true["solid_waste_generated"] = made * QUARTERS
    rate = clip(np.where(generated > 0.0, own / np.maximum(generated, 1e-9), 0.0), 0.0, 1.0)
    true["solid_waste_utilisation"] = clip(places.mean(rate, generated), 0.0, 1.0)
    said["solid_waste_utilisation"] = clip(true["solid_waste_utilisation"] * zone.growth_boast, 0.0, 1.0)
    stock = (matter.safe + matter.unsafe)[:, solid].sum(axis=1)
    true["solid_waste_stock"] = places.town(stock)
    true["liquid_waste_stock"] = places.town((matter.safe + matter.unsafe)[:, ~solid].sum(axis=1))
    true["unsafe_stock"] = places.town(matter.unsafe.sum(axis=1))
    true["by_products_exchanged"] = places.firms(firms.used_waste) * QUARTERS
    far_water = world.place["household_water"] * persons + world.place["agriculture_water"]
    true["water_use"] = places.firms(firms.water) * QUARTERS + places.town(far_water)
    energy = places.firms(firms.energy) * QUARTERS
    true["energy_use"] = energy + places.town(world.place["household_energy"] * persons)
    true["energy_per_gdp"] = share(true["energy_use"], true["gdp"] / TEN_THOUSAND)
    true["energy_per_industrial_value_added"] = share(
        energy, np.maximum(true["industrial_value_added"], 0.0) / TEN_THOUSAND
    )
    true["pollution"] = places.mean(towns.pollution, persons.astype(float))
    true["ecology"] = places.mean(towns.ecology, np.ones(world.place_count))
    true["permit_price"] = _zone_only(places, zone.permit_price)


def _integrity(zone: PilotZone, places: Places, true: Values, said: Values) -> None:
    """Collusion, evasion, misuse of funds, and what is done against them."""
    firms = zone.firms
    alive = places.firms(firms.alive.astype(float))
    colluding = share(places.firms(firms.colluding.astype(float)), alive)
    true["colluding_share"] = colluding
    said["colluding_share"] = share(places.firms((firms.punished & firms.alive).astype(float)), alive)
    true["bribes_paid"] = places.firms(firms.bribe * firms.alive) * QUARTERS
    true["tax_evaded"] = places.firms(firms.evaded_tax * firms.alive) * QUARTERS
    granted = float(firms.granted.sum())
    if granted > 0.0:
        zone.misuse_share = float(firms.misused.sum()) / granted
    true["funds_misused_share"] = _zone_only(places, zone.misuse_share)
    true["audits"] = _zone_only(places, zone.policy.now.audit_share * len(zone.officials.ids))
    true["inspections"] = _zone_only(places, zone.inspections_made * QUARTERS)
    true["penalties"] = places.firms(firms.punished.astype(float)) * QUARTERS
    true["fines"] = _zone_only(places, zone.fines_paid * QUARTERS)
    true["enforcement"] = _zone_only(places, float(zone.officials.enforcement.mean()))
    true["detection"] = _zone_only(places, zone.detection_mean)


def _public(zone: PilotZone, places: Places, true: Values) -> None:
    """Complaints and trust, money of the public side, standing."""
    towns, ledger = zone.towns, zone.ledger
    persons = zone.population.persons[:-1].astype(float)
    true["complaints"] = places.town(towns.complaints) * QUARTERS
    true["complaints_answered"] = clip(places.mean(towns.reply_rate, towns.complaints + 1e-9), 0.0, 1.0)
    true["awareness"] = clip(places.mean(towns.awareness, persons), 0.0, 1.0)
    true["trust"] = clip(places.mean(towns.trust, persons), 0.0, 1.0)
    bodies = ledger.of("bodies")
    inside = zone.local_bodies
    flow = (ledger.received[bodies] - ledger.paid[bodies])[inside].sum()
    true["budget_balance"] = _zone_only(places, float(flow) * QUARTERS)
    true["government_debt"] = _zone_only(places, float(ledger.loans[bodies][inside].sum()))
    true["standing"] = _zone_only(places, zone.standing)


def _scores(zone: PilotZone, places: Places, true: Values) -> None:
    """Scores of 0-100: the mean of parts that are each scaled to 0-1."""
    now = {name: float(values[0]) for name, values in true.items()}
    if zone.quarter == PLAY_QUARTER - 1 or not zone.score_base:
        zone.score_base = {name: now[name] for name in RELATIVE}
    ratio = {name: now[name] / max(zone.score_base[name], 1e-9) for name in RELATIVE}
    for name, parts in _score_parts(zone, now, ratio).items():
        scaled = [min(1.0, max(0.0, part)) for part in parts]
        true[name] = _zone_only(places, FULL_SCORE * sum(scaled) / len(scaled))


def _score_parts(
    zone: PilotZone, now: Mapping[str, float], ratio: Mapping[str, float]
) -> Mapping[str, tuple[float, ...]]:
    """Give the parts of each score, 0-1 where neither full nor empty.

    Args:
        now: indicators of the whole zone; ratio: some of them relative to 2015.
    """
    s = zone.p.scores
    loss = 1.0 - s.unchanged
    real_income = ratio["urban_income"] / zone.prices.general * s.income_base
    return {
        "score_economy": (
            s.unchanged + s.economy_growth * (ratio["gdp_real"] - 1.0),
            1.0 - s.deficit_weight * now["firms_in_deficit_share"],
            s.emerging_weight * now["emerging_share"],
        ),
        "score_ecology": (
            now["ecology"],
            1.0 - loss * ratio["so2"],
            now["solid_waste_utilisation"],
            1.0 - loss * ratio["solid_waste_stock"] / s.stock_drift,
        ),
        "score_people": (
            1.0 - s.jobless_weight * now["unemployment_rate"],
            now["skilled_fill_rate"],
            now["trust"],
            s.unchanged + s.income_weight * (real_income - 1.0),
        ),
        "score_integrity": (
            1.0 - now["colluding_share"],
            1.0 - now["funds_misused_share"],
            now["complaints_answered"],
        ),
        "score_resilience": (
            1.0 - now["firm_debt_ratio"] * s.debt_weight,
            1.0 - s.public_debt_weight * now["government_debt"] / max(now["gdp"], 1.0),
            now["chain_level_mean"] / s.chain_full,
            now["institute_fill_rate"],
        ),
    }


def _zone_only(places: Places, value: float) -> np.ndarray:
    """Give a value that exists for the zone as a whole only."""
    row = np.zeros(len(places.names))
    row[0] = value
    return row
