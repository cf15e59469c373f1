"""Institutes: scientists stay where work succeeds and life is good, and help firms of their field.

Source: docs/model.md (d); benchmark B25.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.draws import NUMBERS, draw, passing
from ccepz_sim.numerics.rng import Stream
from ccepz_sim.rules.success import effective_research, success_chance
from ccepz_sim.state.world import INSTITUTES, PROFESSIONAL

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone

RESULTS = NUMBERS[Stream.INSTITUTES]


@compiled
def wish_to_stay(success: np.ndarray, living: np.ndarray, base: float, success_weight: float) -> np.ndarray:
    """Give the share of scientists who want to work at an institute: logit over its success and life there.

    Args:
        success: chance of success, 0-1; living: pay, allowance, pollution, remoteness, services, log odds; one shape.
        base, success_weight: log odds, and log odds per unit of success. Benchmark B25.
    """
    worth = base + success_weight * success + living
    return 1.0 / (1.0 + np.exp(-worth))


@compiled
def run_institutes(zone: Zone) -> np.ndarray:
    """Scientists stay where work succeeds and life is good; an institute without them produces nothing.

    Returns:
        Rows of larger institutes that have just run empty; a band keeps them from being told of again and again.
    """
    institutes, p = zone.institutes, zone.p.institutes
    share = p.flexible_take_up * zone.policy.now.flexible_posts / institutes.posts.sum()
    told, luck = np.zeros(institutes.rows, dtype=np.bool_), passing(zone, RESULTS)
    for row in range(institutes.rows):
        seats = max(institutes.posts[row], 1e-9)
        own = institutes.people[row] / seats
        institutes.guests[row] = min(share, max(0.0, 1.0 - own)) * institutes.posts[row]
        filled = min(max(own + institutes.guests[row] / seats, 0.0), p.fill_most)
        money = institutes.funding[row] * QUARTERS / max(institutes.posts[row], 1.0) / p.funding_scale
        institutes.success[row] = success_chance(effective_research(money, filled, p.critical_mass), p.zeta)
        institutes.results[row] = draw(luck, row) < institutes.success[row] * p.results_rate
        was_empty = institutes.was_empty[row]
        told[row] = filled < p.empty_share and not was_empty and institutes.posts[row] > p.note_posts
        institutes.was_empty[row] = filled < p.empty_share + p.empty_band * was_empty
    _stay(zone)
    return np.flatnonzero(told)


@compiled
def _stay(zone: Zone) -> None:
    """Leave for the labour market who goes and which posts are sought, by what an institute's work is worth."""
    institutes, towns, p = zone.institutes, zone.towns, zone.p.institutes
    allowance = p.allowance_weight * zone.policy.now.talent_allowance / p.allowance_scale
    there, going, open_, liked = np.zeros((4, towns.rows))
    for row in range(institutes.rows):
        here, posts, people = institutes.place[row], institutes.posts[row], institutes.people[row]
        own = people / max(posts, 1e-9)
        pay_here = np.log(towns.wage[here, PROFESSIONAL] / towns.base_wage[here, PROFESSIONAL])
        living = allowance + p.pay_weight * pay_here + p.amenity_weight * towns.amenity[here]
        living -= p.pollution_weight * towns.harm[here] + p.remote_weight * institutes.remoteness[row]
        wanted = wish_to_stay(institutes.success[row], living, p.base, p.success_weight)
        leave = min(max(p.turnover + p.adjust * (own - wanted), p.turnover_floor), p.turnover_most)
        institutes.pull[row] = min(max(p.pull_floor + (wanted - own) * p.pull_gain, 0.0), 1.0)
        there[here] += people
        going[here] += people * leave
        open_[here] += posts
        liked[here] += posts * institutes.pull[row]
    for here in range(towns.rows):
        towns.scientist_leave[here] = going[here] / max(there[here], 1e-9)
        towns.vacancy_pull[INSTITUTES, here] = liked[here] / max(open_[here], 1e-9)


def note_empty(zone: Zone, rows: np.ndarray) -> None:
    """Tell of larger institutes that have just run empty."""
    institutes, p = zone.institutes, zone.p.institutes
    for row in rows.tolist():
        filled = float(institutes.people[row] + institutes.guests[row]) / max(float(institutes.posts[row]), 1e-9)
        zone.note(
            "institute_empty",
            place=zone.world.places[institutes.place[row]],
            indicator="institute_fill_rate",
            weight=float(institutes.posts[row]),
            institute=zone.institute_label(row),
            share=min(max(filled, 0.0), p.fill_most),
        )


@compiled
def knowledge_near(zone: Zone) -> np.ndarray:
    """Give the help institutes lend by industry: mean success of those in the field, shape (industries,).

    Reads: innovation.spill_far, for industries without an institute of their own.
    """
    institutes = zone.institutes
    industries = zone.world.product.industry.max() + 1
    total, number = np.zeros((2, industries))
    succeeding = seats = 0.0
    for row in range(institutes.rows):
        field, posts = institutes.field[row], institutes.posts[row]
        succeeding += institutes.success[row] * posts
        seats += posts
        if 0 <= field < industries:  # an industry without a product has no firms to help
            total[field] += institutes.success[row] * posts
            number[field] += posts
    far = zone.p.innovation.spill_far * (succeeding / seats)
    for industry in range(industries):
        total[industry] = total[industry] / number[industry] if number[industry] > 0.0 else far  # in shares: a mean
    return total
