"""What is taken down at the end of a quarter: sums over firms, figures of towns, figures of the whole zone.

Looking changes nothing. Everything else about indicators follows from these sums and can wait for a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.measures.places import Places
from ccepz_sim.numeric import row_sum
from ccepz_sim.state.world import FIRMS, POLLUTANTS, SKILLED

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

Values = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Observation:
    """One quarter, with names: firms of shape (kinds, places), towns (kinds, towns), zone (kinds,)."""

    firms: np.ndarray
    towns: np.ndarray
    zone: np.ndarray
    names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Observed:
    """Some quarters by name of the figure: firms (quarters, places), towns (quarters, towns), zone (quarters,)."""

    firms: Values
    towns: Values
    zone: Values


def observe(zone: PilotZone, places: Places) -> Observation:
    """Take down a quarter.

    Reads: labour.working_age; policy audit_share.
    """
    firms, towns, whole = firm_figures(zone), town_figures(zone), zone_figures(zone)
    return Observation(
        places.sum_firms(zone, _stack(firms, zone.firms.rows)),
        _stack(towns, places.towns),
        np.array(list(whole.values()), dtype=float),
        (tuple(firms), tuple(towns), tuple(whole)),
    )


def gather(quarters: Sequence[Observation]) -> Observed:
    """Line up quarters by name of the figure."""
    kinds = (
        np.array([quarter.firms for quarter in quarters]),
        np.array([quarter.towns for quarter in quarters]),
        np.array([quarter.zone for quarter in quarters]),
    )
    return Observed(
        *(
            {name: np.ascontiguousarray(values[:, number]) for number, name in enumerate(names)}
            for names, values in zip(quarters[0].names, kinds, strict=True)
        )
    )


def _stack(figures: Values, length: int) -> np.ndarray:
    stacked = np.empty((len(figures), length))
    for row, values in zip(stacked, figures.values(), strict=True):
        row[:] = values
    return stacked


def firm_figures(zone: PilotZone) -> Values:
    """Give the figures of firms that are added up by place, each of shape (rows,)."""
    firms, tech = zone.firms, zone.technology
    honest = zone.officials.honesty[firms.official]
    sales = np.maximum(firms.sales, 0.0)
    capital = firms.book_capital * firms.alive
    burden = row_sum(zone.plan.equivalents) / np.maximum(firms.clean, 1e-9) * firms.alive
    said = firms.reported_emission * honest[:, None]
    figures = {
        "alive": firms.alive,
        "value_added": firms.value_added,
        "value_added_real": firms.value_added_real,
        "services": firms.value_added * zone.service_product[firms.product],
        "farm": firms.value_added * zone.farm_product[firms.product],
        "sales": sales,
        "heavy": sales * tech.heavy,
        "emerging": sales * tech.emerging,
        "chain": firms.sales * firms.chain,
        "brand": firms.sales * firms.brand,
        "traded": firms.sales,
        "deficit": firms.alive & (firms.profit < 0.0),
        "capital": capital,
        "outdated": capital * firms.outdated,
        "profit": firms.profit,
        "investment": firms.investment * firms.alive,
        "loans": zone.ledger.loans[zone.ledger.of("firms")] * firms.alive,
        "research": firms.research,
        "innovations": firms.innovations,
        "burden": burden,
        "clean_burden": burden * np.minimum(firms.clean, 1.0),
        "co2": firms.co2,
        "solid_waste": firms.waste[:, 0] * zone.solid_kind[0] + firms.waste[:, 1] * zone.solid_kind[1],
        "used_waste": firms.used_waste,
        "water": firms.water,
        "energy": firms.energy,
        "colluding": firms.colluding,
        "punished": firms.punished,
        "found": firms.punished & firms.alive,
        "bribes": firms.bribe * firms.alive,
        "evaded": firms.evaded_tax * firms.alive,
    }
    for number, name in enumerate(POLLUTANTS):
        figures[name] = firms.emission[:, number]
        figures[f"said_{name}"] = said[:, number]
    return figures


def town_figures(zone: PilotZone) -> Values:
    """Give the figures of towns, each of shape (towns,)."""
    towns, matter, people = zone.towns, zone.materials, zone.population
    solid = zone.world.material["solid"] > 0.0
    employed = towns.employed.sum(axis=0)
    adults, skilled = _adults(zone)
    wanted, filled = towns.posts[:, :, SKILLED:], towns.employed[:, :, SKILLED:]
    stock = matter.safe + matter.unsafe
    return {
        "services_va": towns.services_va,
        "construction_va": towns.construction_va,
        "agriculture_va": towns.agriculture_va,
        "industry_wages": (towns.employed[FIRMS] * towns.wage).sum(axis=1),
        "wages": (towns.wage * employed).sum(axis=1),
        "employed": employed.sum(axis=1),
        "labour_force": towns.labour_force.sum(axis=1),
        "vacancies": towns.vacancies.sum(axis=(0, 2)),
        "persons": people.persons[:-1],
        "arrivals": people.moves.sum(axis=0)[:-1],
        "departures": people.moves.sum(axis=1)[:-1],
        "income": towns.household_income,
        "adults": adults,
        "skilled": skilled,
        "skilled_posts": wanted.sum(axis=(0, 2)),
        "skilled_filled": np.minimum(filled, wanted).sum(axis=(0, 2)),
        "generated": matter.generated[:, solid].sum(axis=1),
        "reused_there": (matter.reused - matter.imported + matter.exported)[:, solid].sum(axis=1),
        "solid_stock": stock[:, solid].sum(axis=1),
        "liquid_stock": stock[:, ~solid].sum(axis=1),
        "unsafe_stock": matter.unsafe.sum(axis=1),
        "pollution": towns.pollution,
        "ecology": towns.ecology,
        "complaints": towns.complaints,
        "reply_rate": towns.reply_rate,
        "awareness": towns.awareness,
        "trust": towns.trust,
    }


def _adults(zone: PilotZone) -> np.ndarray:
    """Count those of working age and the skilled among them by place, persons, shape (2, places)."""
    people = zone.population
    grown = people.heads - people.minors(int(zone.p.labour.working_age * QUARTERS))
    return people.by_place(np.stack([grown, grown * (people.cells.skill >= SKILLED)]))


def zone_figures(zone: PilotZone) -> dict[str, float]:
    """Give the figures that exist for the zone as a whole only."""
    firms, institutes, people, ledger = zone.firms, zone.institutes, zone.population, zone.ledger
    bodies, inside = ledger.of("bodies"), zone.local_bodies
    return {
        "general_prices": zone.prices.general,
        "boast": zone.growth_boast,
        "exits": zone.exits,
        "entries": zone.entries,
        "guarantees_called": zone.guarantees_called,
        "resettled": people.resettled_quarter,
        "returned": people.returned_quarter,
        "scientists": (institutes.people + institutes.guests).sum(),
        "institute_posts": institutes.posts.sum(),
        "institute_money": institutes.funding.sum(),
        "institute_results": institutes.results.sum(),
        "permit_price": zone.permit_price,
        "granted": firms.granted.sum(),
        "misused": firms.misused.sum(),
        "audits": zone.policy.now.audit_share * len(zone.officials.ids),
        "inspections": zone.inspections_made,
        "fines": zone.fines_paid,
        "enforcement": zone.officials.enforcement.sum() / len(zone.officials.ids),
        "detection": zone.detection_mean,
        "public_flow": (ledger.received[bodies] - ledger.paid[bodies])[inside].sum(),
        "public_debt": ledger.loans[bodies][inside].sum(),
        "standing": zone.standing,
    }
