"""Money between the towns and the world beyond is all of it, in both directions."""

from __future__ import annotations

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.state.ledger import Sector


def test_flows_of_towns_are_those_of_the_matrix() -> None:
    """Every account is counted once, whether its place is in the zone or not."""
    zone = PilotZone(seed=3).run(2)
    ledger = zone.state.ledger
    outside, within = Sector.OUTSIDE, [sector for sector in Sector if sector != Sector.OUTSIDE]
    assert ledger.came_in.sum() == pytest.approx(ledger.flows[:, outside, within].sum(), rel=1e-9)
    assert ledger.went_out.sum() == pytest.approx(ledger.flows[:, within, outside].sum(), rel=1e-9)
    flow = zone.recorder.money_flow
    assert flow.shape == (32, zone.state.world.zone_count, 2)
    assert (flow.sum(axis=(0, 1)) > 0.0).all()
    here = zone.state.firms.place < zone.state.world.zone_count
    assert flow[-1, :, 0].sum() >= ledger.came_in[zone.state.ledger.firm_accounts][here].sum()


def test_a_park_town_sells_more_than_a_farming_town() -> None:
    zone = PilotZone(seed=3).run(1)
    earned = dict(zip(zone.state.world.places, zone.recorder.money_flow[-4:, :, 0].sum(axis=0), strict=False))
    assert earned["golmud"] > 3.0 * earned["dulan"]
    assert np.isfinite(list(earned.values())).all()
