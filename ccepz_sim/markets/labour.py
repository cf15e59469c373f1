"""Labour market of a quarter: separations, training, vacancies, matches and wages, in persons by town and skill.

Source: docs/model.md (e). Each rule stands in its own module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.compiled import compiled
from ccepz_sim.markets.matching import job_seekers, match
from ccepz_sim.markets.posts import count_employed, hand_out, separate, settle_staff, want_posts
from ccepz_sim.markets.training import enter_and_retire, train
from ccepz_sim.markets.wages import wages
from ccepz_sim.rng import Stream
from ccepz_sim.state.population import BLOCK
from ccepz_sim.state.world import SKILLS

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def run_labour_market(zone: Zone) -> None:
    """Separate, train, post vacancies, match, and move wages toward what scarcity asks.

    Reads: labour.*; policy training, internet; posts of firms, institutes and sectors, scientist_leave, vacancy_pull.
    """
    streams, quarter = zone.streams, zone.quarter
    enter_and_retire(zone)
    starts = streams.at(Stream.SEPARATIONS, quarter).random(zone.population.used // BLOCK + 1)
    seeking = part_and_train(zone, starts, streams.at(Stream.TRAINING, quarter).random(2))
    match(zone, seeking)
    employ_and_pay(zone)


@compiled
def part_and_train(zone: Zone, starts: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Settle who works where, let workers go and train seekers, and give the rows of those who seek work.

    Args:
        starts: uniform draws by block of residents, see `separate`; luck: see `train`.
    """
    towns = zone.towns
    count_employed(zone)
    settle_staff(zone)
    want_posts(zone)
    separate(zone, starts)
    seeking = job_seekers(zone)
    train(zone, seeking, luck)
    count_employed(zone)
    for employer in range(towns.posts.shape[0]):
        for place in range(towns.rows):
            for skill in range(len(SKILLS)):
                free = towns.posts[employer, place, skill] - towns.employed[employer, place, skill]
                towns.vacancies[employer, place, skill] = max(0.0, free)
    return seeking


@compiled
def employ_and_pay(zone: Zone) -> None:
    """Give those hired to firms and institutes, and let wages follow."""
    count_employed(zone)
    hand_out(zone)
    settle_staff(zone)
    wages(zone)
