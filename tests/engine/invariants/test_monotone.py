"""The signs every part of the model must show in the whole zone, seed by seed under the same luck (B35)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.state.decisions import Decision

pytestmark = pytest.mark.slow

SEEDS = range(20)
SHARE = 0.95
PLAY = 2016
RICHER = 2.0


def last_year(zone: PilotZone, indicator: str) -> float:
    return float(zone.recorder.series(indicator)[-4:].mean())


def hidden_alone(zone: PilotZone) -> float:
    """Share that living firms would hide if they hid alone, mean of air and water."""
    return float(zone.state.plan.hidden_alone[zone.state.firms.alive].mean())


def richer(zone: PilotZone) -> None:
    """Double wages in the zone for good: the gap to where people come from opens."""
    zone.state.towns.wage[zone.state.world.in_zone] *= RICHER
    zone.state.towns.base_wage[zone.state.world.in_zone] *= RICHER


def lever(name: str, value: float) -> Callable[[PilotZone], None]:
    return lambda zone: zone.decide([Decision(name, value, PLAY)])


@cache
def opened(seed: int) -> PilotZone:
    return PilotZone(seed=seed)


@cache
def usual(seed: int, years: int) -> PilotZone:
    return opened(seed).copy().run(years)


CASES: dict[str, tuple[Callable[[PilotZone], None], int, Callable[[PilotZone], float], int]] = {
    "emissions fall with the tax": (lever("pollution-tax-air", 6.0), 2, lambda zone: last_year(zone, "so2"), -1),
    "collusion falls with audits": (lever("audit-share", 0.6), 2, lambda zone: last_year(zone, "colluding_share"), -1),
    "hiding falls with inspection": (lever("inspection-capacity", 300.0), 3, hidden_alone, -1),
    # People take years to come: in single worlds the sign is sure after eight.
    "unemployment rises with the wage gap": (richer, 8, lambda zone: last_year(zone, "unemployment_rate"), 1),
    # Stricter rules without capacity: what a deal saves rises, and so does bribery.
    "collusion rises with what it saves": (
        lever("discharge-standard", 0.6), 2, lambda zone: last_year(zone, "colluding_share"), 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_b35_sign_in_paired_seeds(case: str) -> None:
    change, years, measure, sign = CASES[case]
    gaps = []
    for seed in SEEDS:
        zone = opened(seed).copy()
        change(zone)
        gaps.append(measure(zone.run(years)) - measure(usual(seed, years)))
    right = int((sign * np.array(gaps) >= 0.0).sum())
    assert right >= SHARE * len(gaps), f"{case}: {right} of {len(gaps)}"
    assert sign * float(np.mean(gaps)) > 0.0
