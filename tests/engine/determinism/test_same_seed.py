"""The same seed gives the same bytes, however the run is watched, copied, resumed or threaded (B34)."""

from __future__ import annotations

import gc
import hashlib
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.building import history
from ccepz_sim.content.loading import load_content
from ccepz_sim.state.decisions import Decision
from tests.engine.books import Books
from tests.engine.conftest import ROOT

CONTENT = load_content()
PLAY = 2016
SCRIPT = """
import sys
from ccepz_sim import PilotZone
zone = PilotZone(package="whole-programme", seed=5).run(4)
sys.stdout.buffer.write(zone.recorder.values[: zone.recorder.used].tobytes())
"""


@pytest.fixture(autouse=True)
def _few_histories() -> Iterator[None]:
    yield
    history.forget()


def values(zone: PilotZone) -> np.ndarray:
    """All recorded indicators of a zone."""
    recorded: np.ndarray = zone.recorder.values[: zone.recorder.used]
    return recorded


def exact(zone: PilotZone) -> bytes:
    """Every bit of the record; the zone's own fingerprint rounds."""
    return hashlib.sha256(values(zone).tobytes()).digest()


def status_quo(name: str) -> list[Decision]:
    """The status quo of a lever written down as decisions, later changes in law included."""
    lever = CONTENT.levers[name]
    dates = [PLAY, *(dated.from_ for dated in lever.status_quo if dated.from_ > PLAY)]
    return [Decision(name, lever.status_quo_at(year), year) for year in dates]


def test_same_seed_same_hash_and_other_seed_another() -> None:
    first = PilotZone(seed=7).run(5)
    assert exact(PilotZone(seed=7).run(5)) == exact(first)
    assert exact(PilotZone(seed=8).run(5)) != exact(first)


def test_fresh_history_equals_kept_history() -> None:
    kept = [exact(PilotZone(seed=4).run(3)) for _ in range(2)]
    history.forget()
    assert {exact(PilotZone(seed=4).run(3)), *kept} == {kept[0]}


def test_history_run_by_hand_equals_kept_history() -> None:
    whole = PilotZone(seed=4, start=2010).run(6)
    kept = PilotZone(seed=4)
    assert np.array_equal(values(whole), values(kept))


def test_scenarios_share_a_history_without_mixing() -> None:
    """The kept history serves all scenarios of one closure, whichever asked for it first."""
    history.forget()
    alone = exact(PilotZone(scenario="calm", seed=4).run(2))
    history.forget()
    PilotZone(scenario="second-crash", seed=4).run(1)
    assert exact(PilotZone(scenario="calm", seed=4).run(2)) == alone


def test_observers_change_nothing() -> None:
    plain = PilotZone(package="whole-programme", seed=2).run(3)
    seen: list[float] = []
    watched = PilotZone(package="whole-programme", seed=2, observers=[lambda zone: seen.append(zone.year)])
    Books(watched)
    watched.run(3)
    assert len(seen) == 12
    assert exact(watched) == exact(plain)


def test_reading_changes_nothing() -> None:
    """Tables, events and agents are looked at between quarters, as a page does."""
    plain = PilotZone(seed=2).run(3)
    read = PilotZone(seed=2)
    for _ in range(12):
        read.step()
        assert len(read.indicators)
        assert read.events is not None
        assert len(read.agents)
    assert exact(read) == exact(plain)


@pytest.mark.parametrize("years", [0, 0.25, 2.5])
def test_copy_runs_on_like_the_original(years: float) -> None:
    original = PilotZone(package="green-governance", seed=6)
    if years:
        original.run(years)
    twin = original.copy()
    twin.run(3)
    untouched = values(original).copy()
    assert np.array_equal(values(original), untouched)
    original.run(3)
    assert exact(twin) == exact(original)
    assert twin.events.equals(original.events)


def test_a_copy_is_independent() -> None:
    """What happens to a copy does not happen to the original."""
    original = PilotZone(seed=6).run(1)
    twin = original.copy()
    twin.decide([Decision("pollution-tax-air", 12.0, 2017.0), Decision("capacity-elimination", 0.3, 2017.0)])
    twin.run(2)
    original.run(2)
    alone = PilotZone(seed=6).run(3)
    assert exact(original) == exact(alone)
    assert exact(twin) != exact(alone)


def test_decisions_taken_on_the_way_equal_decisions_known_beforehand() -> None:
    later = [Decision("inspection-capacity", 200.0, 2018.0)]
    known = PilotZone(seed=6, decisions=later).run(4)
    taken = PilotZone(seed=6).run(2)
    taken.decide(later)
    assert exact(taken.run(2)) == exact(known)


def test_all_levers_at_their_status_quo_change_nothing() -> None:
    explicit = [decision for name in CONTENT.levers for decision in status_quo(name)]
    assert exact(PilotZone(seed=3, decisions=explicit).run(20)) == exact(PilotZone(seed=3).run(20))


def test_each_lever_at_its_status_quo_changes_nothing() -> None:
    plain = exact(PilotZone(seed=3).run(3))
    moved = [name for name in CONTENT.levers if exact(PilotZone(seed=3, decisions=status_quo(name)).run(3)) != plain]
    assert moved == []


def test_each_lever_at_another_value_changes_something() -> None:
    """The other side of the test above: a lever that moves leaves a trace within its declared years."""
    plain = PilotZone(seed=3).run(10)
    still = []
    for name, lever in CONTENT.levers.items():
        moved = PilotZone(seed=3, decisions=[Decision(name, lever.effect.value, PLAY)])
        while np.array_equal(values(moved), values(plain)[: moved.recorder.used]):
            if moved.year >= PLAY + lever.effect.years:
                still.append(name)
                break
            moved.run(1)
    assert still == []


def test_threads_change_nothing() -> None:
    records = {values(PilotZone(package="whole-programme", seed=5).run(4)).tobytes()}
    for threads in ("1", "2"):
        environment = dict(os.environ)
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            environment[name] = threads
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, check=True, env=environment, cwd=ROOT
        )
        records.add(done.stdout)
    assert len(records) == 1


def test_fingerprint_tells_runs_apart() -> None:
    """The zone's own fingerprint is equal for equal runs and differs by seed."""
    first, again, other = (PilotZone(seed=seed).run(1).golden_hash() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_dropped_zone_is_collected() -> None:
    """Undo and what-if make many zones; Mesa 3.3 would keep each one alive as a key of its counters of agents."""
    zone = PilotZone(seed=1)
    twin = zone.copy()
    gone = [weakref.ref(zone.run(1)), weakref.ref(twin.run(1))]
    del zone, twin
    gc.collect()
    assert [reference() for reference in gone] == [None, None]
