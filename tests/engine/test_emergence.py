"""Collusion, innovation and migration come out of the rules: nobody can set them, and their causes move them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.state.decisions import Decision

CONTENT = load_content()
SEEDS = (1, 2, 3)
FORBIDDEN = re.compile(r"corrupt|collu|brib|rent-seek|innovation-rate|migration", re.IGNORECASE)


def test_no_lever_is_called_after_an_outcome() -> None:
    for lever in CONTENT.levers.values():
        assert not FORBIDDEN.search(lever.id), lever.id
        assert not FORBIDDEN.search(lever.channel), lever.channel


def test_each_lever_has_one_channel_of_its_own() -> None:
    channels = [lever.channel for lever in CONTENT.levers.values()]
    assert len(channels) == len(set(channels))


@pytest.mark.parametrize("seed", SEEDS)
def test_collusion_falls_when_detection_rises(seed: int) -> None:
    """Far more inspectors, audits of half of all officials and audits that see: collusion falls by a third or more."""
    strict = (("inspection-capacity", 300.0), ("audit-share", 0.5), ("supervision-control-points", 60.0))
    decisions = [Decision(lever, value, 2016) for lever, value in strict]
    with_ = PilotZone(seed=seed, decisions=decisions).run(8).recorder.series("colluding_share")[-8:].mean()
    without = PilotZone(seed=seed).run(8).recorder.series("colluding_share")[-8:].mean()
    assert with_ < 2.0 / 3.0 * without


@pytest.mark.parametrize("seed", SEEDS)
def test_collusion_feeds_on_itself(seed: int) -> None:
    """The same zone with every firm in a deal a moment ago colludes more half a year on than with none."""
    shares = []
    for everyone in (True, False):
        zone = PilotZone(seed=seed)
        zone.state.firms.colluding[:] = zone.state.firms.alive & everyone
        zone.run(0.5)
        shares.append(zone.recorder.series("colluding_share")[-1])
    assert shares[0] > shares[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_people_come_where_wages_are(seed: int) -> None:
    """Three times the pay in the zone draws people in every seed (a sampled mover stands for about a thousand)."""
    base = PilotZone(seed=seed)
    rich = base.copy()
    rich.state.towns.wage[rich.state.world.in_zone] *= 3.0
    moved = [zone.run(1).recorder.series("net_migration")[-4:].mean() for zone in (rich, base)]
    assert moved[0] > moved[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_research_without_people_finds_nothing(seed: int) -> None:
    """Firms whose skilled posts are empty have no success of their own, however much they spend."""
    zone = PilotZone(seed=seed, without=["labour"], start=2010)
    zone.state.firms.staff[:, 1:] = 0.0
    before = zone.state.firms.efficiency.copy(), zone.state.firms.chain.copy()
    zone.run(1)
    assert np.array_equal(zone.state.firms.efficiency, before[0])
    assert np.array_equal(zone.state.firms.chain, before[1])


def test_frozen_zone_stands_still() -> None:
    """Without shocks, births and choices to move, ten years of status quo bring no entrant and no mover."""
    zone = PilotZone(frozen=True, start=2010)
    persons = zone.state.population.count()
    zone.run(10)
    recorder = zone.recorder
    assert not recorder.series("firm_entries").any()
    assert not recorder.people_flow.any()
    for name in ("net_migration", "resettled", "returned"):
        assert not recorder.series(name).any(), name
    assert np.array_equal(zone.state.population.count(), persons)


def test_frozen_prices_only_drift() -> None:
    """Frozen prices have no shocks: two seeds see the same prices."""
    logs = [PilotZone(frozen=True, start=2010, seed=seed).run(8).state.prices.log for seed in (1, 2)]
    assert np.array_equal(logs[0], logs[1])
