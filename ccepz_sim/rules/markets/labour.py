"""Labour market of a quarter: separations, training, vacancies, matches and wages, in persons by town and skill.

Source: docs/model.md (e). Each rule stands in its own module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.markets.matching import job_seekers, match
from ccepz_sim.rules.markets.posts import count_employed, hand_out, separate, settle_staff, want_posts
from ccepz_sim.rules.markets.training import enter_and_retire, train
from ccepz_sim.rules.markets.wages import wages
from ccepz_sim.state.world import SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def run_labour_market(zone: Zone) -> None:
    """Separate, train, post vacancies, match, and move wages toward what scarcity asks.

    Reads: labour.*; policy training, internet; posts of firms, institutes and sectors, scientist_leave, vacancy_pull.
    """
    enter_and_retire(zone)
    part_and_hire(zone)
    employ_and_pay(zone)


@compiled
def part_and_hire(zone: Zone) -> None:
    """Settle who works where, let workers go, train those who seek work, and let them meet open posts."""
    towns = zone.towns
    count_employed(zone)
    settle_staff(zone)
    want_posts(zone)
    separate(zone)
    seeking = job_seekers(zone)
    train(zone, seeking)
    count_employed(zone)
    for employer in range(towns.posts.shape[0]):
        for place in range(towns.rows):
            for skill in range(len(SKILLS)):
                free = towns.posts[employer, place, skill] - towns.employed[employer, place, skill]
                towns.vacancies[employer, place, skill] = max(0.0, free)
    if seeking.size:
        match(zone, seeking)


@compiled
def employ_and_pay(zone: Zone) -> None:
    """Give those hired to firms and institutes, and let wages follow."""
    count_employed(zone)
    hand_out(zone)
    settle_staff(zone)
    wages(zone)
