"""B28 on the zone's own tax: the best abatement under article 13, and the bunching it brings about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import PilotZone
from ccepz_sim.rules.abatement import abatement_at, abatement_cost, tax_factor
from tests.engine.notches import shares_under_notches
from tests.engine.profiles import examples

LIMITS, FACTORS = (0.7, 0.5), (0.75, 0.5)
rates = st.floats(0.05, 14.0)


@examples()
@given(
    rates, st.floats(0.0, 10.0), st.floats(0.1, 20.0), st.floats(0.1, 20.0), st.floats(0.05, 4.0), st.floats(0.0, 0.9)
)
def test_b28_no_other_share_is_cheaper(
    tax: float, price: float, start: float, slope: float, reached: float, least: float
) -> None:
    one = np.ones(1)
    share, factor, spent = shares_under_notches(
        tax * one, price * one, (start * one, slope * one), reached * one, least * one, LIMITS, FACTORS
    )
    for way, floor in enumerate((0.0, least)):
        assert share[way, 0] >= floor - 1e-12
        assert factor[way, 0] == tax_factor(reached * (1.0 - share[way]) - 1e-12, LIMITS, FACTORS)[0]
        grid = np.linspace(floor, 0.9995, 4001)
        due = tax * tax_factor(reached * (1.0 - grid), LIMITS, FACTORS) + price
        every = abatement_cost(grid, start * np.ones(4001), slope * np.ones(4001)) + due * (1.0 - grid)
        own = spent[way, 0] + (tax * factor[way, 0] + price) * (1.0 - share[way, 0])
        assert own <= every.min() + 1e-9 * max(1.0, tax + price)


def test_b28_pattern_of_the_row() -> None:
    """As in the row: the cheap abate past both notches, the next stop at 50 %, then at 70 %, the dear ignore both.

    The row's cost is quadratic in load; the zone's marginal cost is start + slope a / (1 - a). What carries over is
    that two firms stop exactly at the notches, and that the notch halves the last incentive of the cleanest.
    """
    start = np.array([0.01, 0.6, 1.3, 4.0])
    slope = np.array([0.05, 1.0, 2.0, 8.0])
    tax, reached, none = np.full(4, 1.4), np.full(4, 0.99), np.zeros(4)
    (share, _), (factor, _), _ = shares_under_notches(tax, none, (start, slope), reached, none, LIMITS, FACTORS)
    left = reached * (1.0 - share)
    assert left[0] < 0.5
    assert left[1] == pytest.approx(0.5, abs=1e-12)
    assert left[2] == pytest.approx(0.7, abs=1e-12)
    assert left[3] == pytest.approx(0.99, abs=1e-12)
    assert factor.tolist() == [0.5, 0.5, 0.75, 1.0]
    assert share[0] == pytest.approx(abatement_at(tax[:1] / 2.0, start[:1], slope[:1])[0], abs=1e-12)
    assert share[0] < abatement_at(tax[:1], start[:1], slope[:1])[0]


def test_firms_of_the_zone_bunch_at_the_notches() -> None:
    """From 2018 on firms stand at 70 and 50 % of the standard in numbers; before the law nobody stands there."""
    zone = PilotZone(seed=1)

    def at_notch() -> int:
        firms, plan = zone.state.firms, zone.state.plan
        left = (firms.concentration * firms.clean / zone.state.policy.now.standard)[:, None] * (1.0 - plan.abate_alone)
        near = np.abs(left[..., None] - np.array(LIMITS)) < 1e-9
        return int((near.any(axis=2) & (plan.equivalents > 0.0)).sum())

    zone.run(2)
    assert zone.quarter == zone.state.p.fiscal.environment_law_quarter
    # the plan still is that of the last quarter before the law
    before = at_notch()
    zone.run(1)
    assert before == 0
    assert at_notch() >= 10
