"""Indicators from what was taken down, for several quarters at once.

Flows are annualised quarterly rates, stocks are end of quarter, shares lie within 0-1; never a NaN.
Every rule takes and gives arrays of shape (quarters, places).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.measures.observation import Observed, Values
from ccepz_sim.measures.places import Places, share
from ccepz_sim.numeric import clip
from ccepz_sim.state.world import POLLUTANTS, World

TEN_THOUSAND = 1e4
EMISSIONS = dict(zip(("so2", "dust", "cod", "ammonia_nitrogen"), POLLUTANTS, strict=True))


@dataclass(frozen=True, slots=True)
class Setting:
    """What figures are read against and never changes: parameters, geography, emissions of homes per person."""

    p: SimpleNamespace
    world: World
    household_rate: np.ndarray


def derive(setting: Setting, places: Places, seen: Observed) -> tuple[Values, Values]:
    """Give all indicators but the scores and those that remember; returns (true, reported).

    Reads: sectors.far_value_per_wage, farm_share, environment.household_co2, settlement.urban_factor.
    """
    true: Values = {}
    said: Values = {}
    _economy(setting, places, seen, true, said)
    _environment(setting, places, seen, true, said)
    _integrity(places, seen, true, said)
    _people(setting, places, seen, true)
    for part in (_firms, _science, _public):
        part(places, seen, true)
    return true, said


def _economy(setting: Setting, places: Places, seen: Observed, true: Values, said: Values) -> None:
    """Product, value added and its shares; officials report growth as they like to see it."""
    firms, towns, p = seen.firms, seen.towns, setting.p.sectors
    general = seen.zone["general_prices"][:, None]
    outside = np.where(setting.world.in_zone, 0.0, towns["industry_wages"] * p.far_value_per_wage)
    far = places.town(outside)
    services_firm = firms["services"] * QUARTERS
    farm_firm = firms["farm"] * p.farm_share * QUARTERS
    services = places.town(towns["services_va"]) * QUARTERS + services_firm
    construction = places.town(towns["construction_va"]) * QUARTERS
    farm = places.town(towns["agriculture_va"]) * QUARTERS + farm_firm
    made = firms["value_added"] * QUARTERS + far
    industry = made - services_firm - farm_firm
    gdp = industry + services + construction + farm
    true["gdp"] = gdp
    true["industrial_value_added"] = industry
    true["industrial_value_added_real"] = firms["value_added_real"] * QUARTERS + far / general
    true["gdp_real"] = true["industrial_value_added_real"] + (gdp - made) / general
    positive = np.maximum(gdp, 1.0)
    true["sector_share_primary"] = clip(farm / positive, 0.0, 1.0)
    true["sector_share_tertiary"] = clip(services / positive, 0.0, 1.0)
    true["sector_share_secondary"] = clip(1.0 - true["sector_share_primary"] - true["sector_share_tertiary"], 0.0, 1.0)
    boast = seen.zone["boast"][:, None]
    said["gdp"] = gdp * boast
    said["industrial_value_added"] = industry * boast
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
    true["firm_exits"] = places.whole(seen.zone["exits"] * QUARTERS)
    true["firm_entries"] = places.whole(seen.zone["entries"] * QUARTERS)
    true["chain_level_mean"] = share(firms["chain"], firms["traded"])
    true["outdated_share"] = share(firms["outdated"], firms["capital"])
    true["brand"] = share(firms["brand"], firms["traded"])
    true["profit"] = firms["profit"] * QUARTERS
    true["investment"] = firms["investment"] * QUARTERS
    true["firm_debt_ratio"] = share(firms["loans"], firms["capital"])
    true["guarantees_called"] = places.whole(seen.zone["guarantees_called"] * QUARTERS)


def _people(setting: Setting, places: Places, seen: Observed, true: Values) -> None:
    """Residents, work, pay and moves."""
    towns = seen.towns
    persons, employed, force = towns["persons"], towns["employed"], towns["labour_force"]
    true["population"] = places.town(persons)
    true["employment"] = places.town(employed)
    true["unemployment_rate"] = places.mean(1.0 - np.minimum(1.0, employed / np.maximum(force, 1.0)), force)
    true["vacancies"] = places.town(towns["vacancies"])
    income = towns["income"] / np.maximum(persons, 1.0)
    true["urban_income"] = places.mean(income * setting.p.settlement.urban_factor, persons)
    true["wage"] = places.mean(towns["wages"] / np.maximum(employed, 1.0), employed)
    true["net_migration"] = places.town((towns["arrivals"] - towns["departures"]) * QUARTERS)
    adults = towns["adults"]
    true["skilled_share"] = places.mean(towns["skilled"] / np.maximum(adults, 1.0), adults)
    rate = share(towns["skilled_filled"], towns["skilled_posts"], 1.0)
    true["skilled_fill_rate"] = clip(places.mean(rate, towns["skilled_posts"]), 0.0, 1.0)
    true["resettled"] = places.whole(seen.zone["resettled"] * QUARTERS)
    true["returned"] = places.whole(seen.zone["returned"] * QUARTERS)


def _science(places: Places, seen: Observed, true: Values) -> None:
    """Scientists in posts, outlay and results of research."""
    whole = seen.zone
    true["institute_fill_rate"] = places.whole(np.minimum(1.0, whole["scientists"] / whole["institute_posts"]))
    spent = (seen.firms["research"] + places.whole(whole["institute_money"])) * QUARTERS
    true["rd_intensity"] = clip(share(spent, true["gdp"]), 0.0, 1.0)
    made = seen.firms["innovations"] + places.whole(whole["institute_results"])
    true["innovations"] = made * QUARTERS


def _environment(setting: Setting, places: Places, seen: Observed, true: Values, said: Values) -> None:
    """Emissions, wastes, water and energy; reported emissions pass firms and officials."""
    firms, towns, world = seen.firms, seen.towns, setting.world
    persons = towns["persons"]
    for number, (name, pollutant) in enumerate(EMISSIONS.items()):
        homes = places.town(setting.household_rate[:, number] * persons)
        true[name] = (firms[pollutant] + homes) * QUARTERS
        said[name] = (firms[f"said_{pollutant}"] + homes) * QUARTERS
    true["clean_technology"] = 1.0 - share(firms["clean_burden"], firms["burden"], 1.0)
    true["co2"] = firms["co2"] * QUARTERS + places.town(persons * setting.p.environment.household_co2)
    true["solid_waste_generated"] = firms["solid_waste"] * QUARTERS
    generated = towns["generated"]
    rate = clip(share(towns["reused_there"], generated), 0.0, 1.0)
    true["solid_waste_utilisation"] = clip(places.mean(rate, generated), 0.0, 1.0)
    said["solid_waste_utilisation"] = clip(true["solid_waste_utilisation"] * seen.zone["boast"][:, None], 0.0, 1.0)
    true["solid_waste_stock"] = places.town(towns["solid_stock"])
    true["liquid_waste_stock"] = places.town(towns["liquid_stock"])
    true["unsafe_stock"] = places.town(towns["unsafe_stock"])
    true["by_products_exchanged"] = firms["used_waste"] * QUARTERS
    far_water = world.place["household_water"] * persons + world.place["agriculture_water"]
    true["water_use"] = firms["water"] * QUARTERS + places.town(far_water)
    energy = firms["energy"] * QUARTERS
    true["energy_use"] = energy + places.town(world.place["household_energy"] * persons)
    true["energy_per_gdp"] = share(true["energy_use"], true["gdp"] / TEN_THOUSAND)
    true["energy_per_industrial_value_added"] = share(
        energy, np.maximum(true["industrial_value_added"], 0.0) / TEN_THOUSAND
    )
    true["pollution"] = places.mean(towns["pollution"], persons)
    true["ecology"] = places.mean(towns["ecology"], np.ones_like(persons))
    true["permit_price"] = places.whole(seen.zone["permit_price"])


def _integrity(places: Places, seen: Observed, true: Values, said: Values) -> None:
    """Collusion and evasion, and what is done against them."""
    firms, whole = seen.firms, seen.zone
    true["colluding_share"] = share(firms["colluding"], firms["alive"])
    said["colluding_share"] = share(firms["found"], firms["alive"])
    true["bribes_paid"] = firms["bribes"] * QUARTERS
    true["tax_evaded"] = firms["evaded"] * QUARTERS
    true["audits"] = places.whole(whole["audits"])
    true["inspections"] = places.whole(whole["inspections"] * QUARTERS)
    true["penalties"] = firms["punished"] * QUARTERS
    true["fines"] = places.whole(whole["fines"] * QUARTERS)
    true["enforcement"] = places.whole(whole["enforcement"])
    true["detection"] = places.whole(whole["detection"])


def _public(places: Places, seen: Observed, true: Values) -> None:
    """Complaints and trust, money of the public side, standing."""
    towns = seen.towns
    true["complaints"] = places.town(towns["complaints"]) * QUARTERS
    true["complaints_answered"] = clip(places.mean(towns["reply_rate"], towns["complaints"] + 1e-9), 0.0, 1.0)
    true["awareness"] = clip(places.mean(towns["awareness"], towns["persons"]), 0.0, 1.0)
    true["trust"] = clip(places.mean(towns["trust"], towns["persons"]), 0.0, 1.0)
    true["budget_balance"] = places.whole(seen.zone["public_flow"] * QUARTERS)
    true["government_debt"] = places.whole(seen.zone["public_debt"])
    true["standing"] = places.whole(seen.zone["standing"])
