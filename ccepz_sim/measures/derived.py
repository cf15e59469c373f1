"""Indicators from what was recorded, for several quarters at once.

Flows are annualised quarterly rates, stocks are end of quarter, shares lie within 0-1; never a NaN.
Every rule takes and gives arrays of shape (quarters, places).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from ccepz_sim.measures.firm_sums import FIRM_FIGURES
from ccepz_sim.measures.observation import ZONE_FIGURES, Observation, Observed, Values
from ccepz_sim.measures.places import Places, share
from ccepz_sim.measures.town_sums import TOWN_FIGURES
from ccepz_sim.numerics.arrays import clip
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.world import POLLUTANTS, World

Value = TypeVar("Value", float, np.ndarray)
TEN_THOUSAND = 1e4
SECTORS = ("services_va", "construction_va", "agriculture_va")
EMISSIONS = dict(zip(("so2", "dust", "cod", "ammonia_nitrogen"), POLLUTANTS, strict=True))


@dataclass(frozen=True, slots=True)
class Setting:
    """What figures are read against and never changes: parameters, geography, emissions of homes per person."""

    p: Parameters
    world: World
    household_rate: np.ndarray


def derive(setting: Setting, places: Places, seen: Observed) -> tuple[Values, Values]:
    """Give all indicators but the scores and those that remember; returns (true, reported).

    Reads: sectors.far_value_per_wage, farm_share, environment.household_co2, settlement.urban_factor.
    """
    true: Values = {}
    said: Values = {}
    _economy(setting, places, seen, true, said)
    _emissions(setting, places, seen, true, said)
    _environment(setting, places, seen, true, said)
    _integrity(places, seen, true, said)
    _people(setting, places, seen, true)
    for part in (_firms, _science, _public):
        part(places, seen, true)
    return true, said


def reported(setting: Setting, quarter: Observation) -> dict[str, float]:
    """Give what is reported of the zone's product and measured pollutants, all that officials are judged by.

    Numbers, not arrays: a year's end asks for two quarters of one place, and would wait for NumPy a hundred times.
    """
    inside = setting.world.zone_count
    firms = dict(zip(FIRM_FIGURES, quarter.firms[:inside].sum(axis=(0, 1)).tolist(), strict=True))
    towns = dict(zip(TOWN_FIGURES, quarter.towns[:, :inside].sum(axis=1).tolist(), strict=True))
    own = {name: towns[name] * QUARTERS for name in SECTORS} | {"far": 0.0}
    industry, services, farm = _by_sector(setting.p.sectors.farm_share, firms, own)
    boast = float(quarter.zone[ZONE_FIGURES.index("boast")])
    persons = quarter.towns[TOWN_FIGURES.index("persons"), :inside]
    homes = (setting.household_rate[:inside] * persons[:, None]).sum(axis=0).tolist()
    said = {"gdp": (industry + services + own["construction_va"] + farm) * boast}
    for number, (name, pollutant) in enumerate(EMISSIONS.items()):
        said[name] = (firms[f"said_{pollutant}"] + homes[number]) * QUARTERS
    return said


def _towns(places: Places, figures: Values) -> Values:
    """Give figures of towns by recorded place, all in one go."""
    return dict(zip(figures, places.town(np.array(list(figures.values()))), strict=True))


def _means(places: Places, figures: dict[str, tuple[np.ndarray, np.ndarray]]) -> Values:
    """Average figures of towns, each with its weight, all in one go."""
    values, weights = (np.array(list(column)) for column in zip(*figures.values(), strict=True))
    return dict(zip(figures, places.mean(values, weights), strict=True))


def _wholes(places: Places, figures: Values) -> Values:
    """Give figures of the whole zone by recorded place, all in one go."""
    return dict(zip(figures, places.whole(np.array(list(figures.values()))), strict=True))


def _by_sector(farm_share: float, firms: Mapping[str, Value], own: Mapping[str, Value]) -> tuple[Value, Value, Value]:
    """Give value added of industry, services and farming, yuan/year: what firms of a sector make counts there.

    Args:
        firms: yuan a quarter; own: of the sectors themselves and of industry far away, yuan/year.
    """
    services, farm = firms["services"] * QUARTERS, firms["farm"] * farm_share * QUARTERS
    made = firms["value_added"] * QUARTERS + own["far"]
    return made - services - farm, own["services_va"] + services, own["agriculture_va"] + farm


def _economy(setting: Setting, places: Places, seen: Observed, true: Values, said: Values) -> None:
    """Product, value added and its shares; officials report growth as they like to see it."""
    firms, towns, p = seen.firms, seen.towns, setting.p.sectors
    general = seen.zone["general_prices"][:, None]
    outside = np.where(setting.world.in_zone, 0.0, towns["industry_wages"] * p.far_value_per_wage)
    own = _towns(places, {name: towns[name] * QUARTERS for name in SECTORS} | {"far": outside})
    far, construction = own["far"], own["construction_va"]
    industry, services, farm = _by_sector(p.farm_share, firms, own)
    made = firms["value_added"] * QUARTERS + far
    gdp = industry + services + construction + farm
    boast = seen.zone["boast"][:, None]
    said["gdp"] = gdp * boast
    said["industrial_value_added"] = industry * boast
    true["gdp"] = gdp
    true["industrial_value_added"] = industry
    true["industrial_value_added_real"] = firms["value_added_real"] * QUARTERS + far / general
    true["gdp_real"] = true["industrial_value_added_real"] + (gdp - made) / general
    positive = np.maximum(gdp, 1.0)
    true["sector_share_primary"] = clip(farm / positive, 0.0, 1.0)
    true["sector_share_tertiary"] = clip(services / positive, 0.0, 1.0)
    true["sector_share_secondary"] = clip(1.0 - true["sector_share_primary"] - true["sector_share_tertiary"], 0.0, 1.0)
    true["output"] = firms["sales"] * QUARTERS
    true["heavy_industry_share"] = share(firms["heavy"], firms["sales"])
    true["emerging_share"] = share(firms["emerging"], firms["sales"])
    true["construction_value_added"] = construction
    true["services_value_added"] = services


def _firms(places: Places, seen: Observed, true: Values) -> None:
    """How many firms there are, how they stand, how far they process."""
    firms = seen.firms
    true["firms_active"] = firms["alive"]
    true["firms_in_deficit_share"] = share(firms["deficit"], firms["alive"])
    flows = {"firm_exits": "exits", "firm_entries": "entries", "guarantees_called": "guarantees_called"}
    true |= _wholes(places, {name: seen.zone[figure] * QUARTERS for name, figure in flows.items()})
    true["chain_level_mean"] = share(firms["chain"], firms["traded"])
    true["outdated_share"] = share(firms["outdated"], firms["capital"])
    true["brand"] = share(firms["brand"], firms["traded"])
    true["profit"] = firms["profit"] * QUARTERS
    true["investment"] = firms["investment"] * QUARTERS
    true["firm_debt_ratio"] = share(firms["loans"], firms["capital"])


def _people(setting: Setting, places: Places, seen: Observed, true: Values) -> None:
    """Residents, work, pay and moves."""
    towns = seen.towns
    persons, employed, force = towns["persons"], towns["employed"], towns["labour_force"]
    adults, posts = towns["adults"], towns["skilled_posts"]
    true |= _towns(
        places,
        {
            "population": persons,
            "employment": employed,
            "vacancies": towns["vacancies"],
            "net_migration": (towns["arrivals"] - towns["departures"]) * QUARTERS,
        },
    )
    income = towns["household_income"] / np.maximum(persons, 1.0)
    filled = share(towns["skilled_filled"], posts, 1.0)
    true |= _means(
        places,
        {
            "unemployment_rate": (1.0 - np.minimum(1.0, employed / np.maximum(force, 1.0)), force),
            "urban_income": (income * setting.p.settlement.urban_factor, persons),
            "wage": (towns["wages"] / np.maximum(employed, 1.0), employed),
            "skilled_share": (towns["skilled"] / np.maximum(adults, 1.0), adults),
            "skilled_fill_rate": (np.minimum(filled, 1.0), posts),
        },
    )
    true |= _wholes(places, {name: seen.zone[name] * QUARTERS for name in ("resettled", "returned")})


def _science(places: Places, seen: Observed, true: Values) -> None:
    """Scientists in posts, outlay and results of research."""
    whole = seen.zone
    true["institute_fill_rate"] = places.whole(np.minimum(1.0, whole["scientists"] / whole["institute_posts"]))
    spent = (seen.firms["research"] + places.whole(whole["institute_money"])) * QUARTERS
    true["rd_intensity"] = clip(share(spent, true["gdp"]), 0.0, 1.0)
    made = seen.firms["innovations"] + places.whole(whole["institute_results"])
    true["innovations"] = made * QUARTERS


def _emissions(setting: Setting, places: Places, seen: Observed, true: Values, said: Values) -> None:
    """Measured pollutants of firms and homes; reported ones pass firms and officials."""
    persons = seen.towns["persons"]
    homes = {name: setting.household_rate[:, number] * persons for number, name in enumerate(EMISSIONS)}
    own = _towns(places, homes)
    for name, pollutant in EMISSIONS.items():
        true[name] = (seen.firms[pollutant] + own[name]) * QUARTERS
        said[name] = (seen.firms[f"said_{pollutant}"] + own[name]) * QUARTERS


def _environment(setting: Setting, places: Places, seen: Observed, true: Values, said: Values) -> None:
    """Wastes, water and energy; officials report the use of waste as they report growth."""
    firms, towns, world = seen.firms, seen.towns, setting.world
    persons, generated = towns["persons"], towns["generated"]
    homes = {"co2": persons * setting.p.environment.household_co2, "energy": world.place.household_energy * persons}
    homes["water"] = world.place.household_water * persons + world.place.agriculture_water
    own = _towns(places, homes)
    true["clean_technology"] = 1.0 - share(firms["clean_burden"], firms["burden"], 1.0)
    true["co2"] = firms["co2"] * QUARTERS + own["co2"]
    true["solid_waste_generated"] = firms["solid_waste"] * QUARTERS
    true |= _means(
        places,
        {
            "solid_waste_utilisation": (clip(share(towns["reused_there"], generated), 0.0, 1.0), generated),
            "pollution": (towns["pollution"], persons),
            "air_harm": (towns["air"], persons),
            "water_harm": (towns["water"], persons),
            "ground_harm": (towns["ground"], persons),
            "ecology": (towns["ecology"], np.ones_like(persons)),
        },
    )
    said["solid_waste_utilisation"] = clip(true["solid_waste_utilisation"] * seen.zone["boast"][:, None], 0.0, 1.0)
    stocks = {
        "solid_waste_stock": towns["solid_stock"],
        "liquid_waste_stock": towns["liquid_stock"],
        "unsafe_stock": towns["unsafe_stock"],
    }
    true |= _towns(places, stocks)
    true["by_products_exchanged"] = firms["used_waste"] * QUARTERS
    true["water_use"] = firms["water"] * QUARTERS + own["water"]
    energy = firms["energy"] * QUARTERS
    true["energy_use"] = energy + own["energy"]
    true["energy_per_gdp"] = share(true["energy_use"], true["gdp"] / TEN_THOUSAND)
    true["energy_per_industrial_value_added"] = share(
        energy, np.maximum(true["industrial_value_added"], 0.0) / TEN_THOUSAND
    )
    true["permit_price"] = places.whole(seen.zone["permit_price"])


def _integrity(places: Places, seen: Observed, true: Values, said: Values) -> None:
    """Collusion and evasion, and what is done against them."""
    firms, whole = seen.firms, seen.zone
    true["colluding_share"] = share(firms["colluding"], firms["alive"])
    said["colluding_share"] = share(firms["found"], firms["alive"])
    true["bribes_paid"] = firms["bribes"] * QUARTERS
    true["tax_evaded"] = firms["evaded"] * QUARTERS
    true["penalties"] = firms["punished"] * QUARTERS
    flows = {name: whole[name] * QUARTERS for name in ("inspections", "fines")}
    true |= _wholes(places, flows | {name: whole[name] for name in ("audits", "enforcement", "detection")})


def _public(places: Places, seen: Observed, true: Values) -> None:
    """Complaints and trust, money of the public side, standing."""
    towns, persons = seen.towns, seen.towns["persons"]
    true["complaints"] = places.town(towns["complaints"]) * QUARTERS
    true |= _means(
        places,
        {
            "complaints_answered": (clip(towns["reply_rate"], 0.0, 1.0), towns["complaints"] + 1e-9),
            "awareness": (clip(towns["awareness"], 0.0, 1.0), persons),
            "trust": (clip(towns["trust"], 0.0, 1.0), persons),
        },
    )
    true |= _wholes(
        places,
        {
            "budget_balance": seen.zone["public_flow"] * QUARTERS,
            "government_debt": seen.zone["public_debt"],
            "standing": seen.zone["standing"],
        },
    )
