"""Residents in the jobs of the base year; staff of firms follows the residents found."""

from __future__ import annotations

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.rules.firm_plan import set_posts
from ccepz_sim.rules.markets.posts import settle_staff
from ccepz_sim.rules.markets.wages import wages
from ccepz_sim.state.cells import OUT_OF_LABOUR, UNEMPLOYED
from ccepz_sim.state.world import (
    AGRICULTURE,
    CONSTRUCTION,
    EMPLOYERS,
    FIRMS,
    INSTITUTES,
    PROFESSIONAL,
    PUBLIC,
    SERVICES,
    SKILLS,
)
from ccepz_sim.state.zone import Zone


def _skill_mix(zone: Zone) -> np.ndarray:
    """Give the skill mix of the aggregate employers, shape (employers, 3)."""
    p = zone.p.sectors
    mix = np.zeros((len(EMPLOYERS), len(SKILLS)))
    for employer, name in ((FIRMS, "far_industry"), (CONSTRUCTION, "construction"), (SERVICES, "services"),
                           (PUBLIC, "public"), (AGRICULTURE, "agriculture")):  # fmt: skip
        skilled, professional = getattr(p, f"{name}_skilled"), getattr(p, f"{name}_professional")
        mix[employer] = (1.0 - skilled - professional, skilled, professional)
    mix[INSTITUTES, PROFESSIONAL] = 1.0
    return mix


def first_jobs(zone: Zone) -> None:
    """Put residents into the jobs of the base year; staff follows the residents found."""
    world, firms, people, place = zone.world, zone.firms, zone.population, zone.world.place
    mix = _skill_mix(zone)
    base = np.zeros((len(EMPLOYERS), world.place_count, len(SKILLS)))
    far_jobs = np.where(world.in_zone, 0.0, zone.p.sectors.far_industry_jobs * place.population_2010)
    base[FIRMS] = far_jobs[:, None] * mix[FIRMS]
    for employer, name in (
        (CONSTRUCTION, "construction"),
        (SERVICES, "services"),
        (PUBLIC, "public"),
        (AGRICULTURE, "agriculture"),
    ):
        base[employer] = getattr(place, f"{name}_jobs_2010")[:, None] * mix[employer]
    zone.towns.base_posts[:] = base
    set_posts(zone)
    target = base.copy()
    wanted = firms.posts * firms.staffing[:, None]
    for skill in range(len(SKILLS)):
        target[FIRMS, :, skill] += np.bincount(firms.place, weights=wanted[:, skill], minlength=world.place_count)
    target[INSTITUTES, :, PROFESSIONAL] = np.bincount(
        zone.institutes.place, weights=zone.institutes.people, minlength=world.place_count
    )
    _fill_jobs(zone, target)
    zone.towns.employed[:] = people.employed()
    firms.staff[:] = wanted * firms.alive[:, None]
    settle_staff(zone)
    wages(zone)
    people.persons[:] = people.count()
    zone.towns.awareness[:] = zone.p.voice.awareness_start
    zone.towns.trust[:] = zone.p.voice.trust_start


def _fill_jobs(zone: Zone, target: np.ndarray) -> None:
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
