"""Tenure, vetoes, unmeasured tasks, delayed fines, former posts and extortion on the functions of the zone."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.rules.collusion import extortion_demand
from ccepz_sim.rules.inspection import fines_due, key_firms
from ccepz_sim.rules.officials import tenure_hazard, veto_share
from ccepz_sim.state.decisions import Decision
from tests.engine.profiles import examples


def test_mean_tenure_is_fourteen_quarters() -> None:
    """The sum of the chances to be still in the post, with the zone's own parameters."""
    p = load_content().group_values("officials")
    hazard = tenure_hazard(np.arange(1, 400), p.tenure_middle, p.tenure_spread)
    assert 1.0 + float(np.cumprod(1.0 - hazard).sum()) == pytest.approx(14.0, abs=0.25)
    assert (np.diff(hazard) > 0.0).all() or hazard[-1] == 1.0


def test_veto_is_half_at_the_neutral_gap_and_ends_with_coordination() -> None:
    shape = (0.3, 4.0, 0.3)
    assert veto_share(0.6, 0.3, 0.0, shape) == pytest.approx(0.15, abs=1e-12)
    assert veto_share(0.9, 0.0, 0.5, shape) == pytest.approx(0.15 / (1.0 + exp(-2.4)), abs=1e-12)
    assert veto_share(0.9, 0.0, 1.0, shape) == 0.0
    assert veto_share(0.1, 0.8, 0.0, shape) < 0.01


def test_b20_fines_take_three_quarters() -> None:
    """Two stages, mean three quarters: what is paid by quarter is Erlang's distribution; nothing is lost."""
    pending, paid = np.array([[90.0, 0.0]]), []
    for _ in range(60):
        pending, due = fines_due(pending, 3.0)
        paid.append(float(due[0]))
    rate = 2.0 / 3.0
    reached = np.cumsum(paid) / 90.0
    for quarter in (1, 3, 6):
        assert reached[quarter - 1] == pytest.approx(1.0 - exp(-rate * quarter) * (1.0 + rate * quarter), abs=1e-12)
    assert sum(paid) == pytest.approx(90.0, rel=1e-9)
    # Mean time as the area above the distribution, by the midpoints of the quarters it is read at.
    assert 1.0 + float((1.0 - reached).sum()) - 0.5 == pytest.approx(3.0, abs=0.05)


@examples()
@given(st.floats(0.0, 1e9), st.floats(0.0, 1.0), st.floats(-1e9, 1e9))
def test_extortion_never_exceeds_the_cost_of_delay(cost: float, take: float, cash: float) -> None:
    asked = float(extortion_demand(np.array([cost]), take, np.array([cash]))[0])
    assert 0.0 <= asked <= cost
    assert asked <= max(0.0, cash)


def test_key_firms_make_up_the_part_of_the_load() -> None:
    """Of loads 50, 30, 10, 6, 4 the first two reach 65 %; the largest alone is always on the list."""
    load = np.array([6.0, 50.0, 4.0, 30.0, 10.0])
    assert key_firms(load, 0.65).tolist() == [0.0, 1.0, 0.0, 1.0, 0.0]
    assert key_firms(load, 0.01).tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]
    assert not key_firms(np.zeros(3), 0.65).any()


def test_effort_leaves_what_is_not_measured() -> None:
    """A greener evaluation draws supervision from stored waste to measured emissions, and effort from investors."""
    views, growth, enforcement = [], [], []
    for weight in (0.1, 0.7):
        zone = PilotZone(seed=2, decisions=[Decision("green-evaluation-weight", weight, 2016)]).run(3)
        views.append(float(zone.state.officials.waste_view.mean()))
        growth.append(float(zone.state.officials.growth_effort.mean()))
        enforcement.append(float(zone.state.officials.enforcement.mean()))
    assert views[1] < 0.6 * views[0]
    assert growth[1] < growth[0]
    assert enforcement[1] > enforcement[0]


def test_false_figures_cost_the_official() -> None:
    """Under a green evaluation without audits nobody is exposed; with audits some are, and they report truly next."""
    exposed = []
    for share in (0.0, 1.0):
        decisions = [Decision("green-evaluation-weight", 0.7, 2016), Decision("audit-share", share, 2016),
                     Decision("supervision-control-points", 5.0, 2016)]  # fmt: skip
        zone = PilotZone(seed=3, decisions=decisions).run(4)  # announcements have passed their lags
        zone.state.officials.exposed[:] = False
        count = 0
        for _ in range(5):
            zone.run(1)
            count += int(zone.state.officials.exposed.sum())
            marked = zone.state.officials.exposed.copy()
            zone.step()
            assert (zone.state.officials.honesty[marked & zone.state.officials.exposed] == 1.0).all()
            zone.run(0.75)
        exposed.append(count)
    assert exposed[0] == 0
    assert exposed[1] > 0


def test_those_who_left_pay_only_while_accountability_lasts() -> None:
    """The same rotations: what former holders took is fined with lifelong accountability, and never without."""
    fines = []
    for accountability in (0.0, 1.0):
        decisions = [Decision("lifelong-accountability", accountability, 2016), Decision("audit-share", 0.6, 2016),
                     Decision("supervision-control-points", 40.0, 2016)]  # fmt: skip
        zone = PilotZone(seed=1, decisions=decisions, parameters={"inspection.official_removed": 0.0}).run(6)
        assert float(zone.state.officials.former_take.sum()) > 0.0
        fines.append(float(zone.state.officials.pending_fine.sum()))
    assert fines[0] == 0.0
    assert fines[1] > 0.0
