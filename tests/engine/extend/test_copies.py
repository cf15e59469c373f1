"""Subclasses survive copies, pickles and history; observers look, write nothing and are not shared."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.agents import Firm, Town
from ccepz_sim.measures.observation import zone_figures
from ccepz_sim.state.ledger import Flow
from ccepz_sim.text.errors import ContentError
from tests.engine.extend.own import FEW, Patrol, Patrolled, Whole

ROOT = Path(__file__).resolve().parents[3]


def stored(zone: PilotZone) -> PilotZone:
    """Send a zone through a pickle."""
    twin: PilotZone = pickle.loads(pickle.dumps(zone))
    return twin


WAYS: dict[str, Callable[[Any], Any]] = {
    "copy": lambda zone: zone.copy(),
    "copy.copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": stored,
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def told(zone: PilotZone) -> tuple[Any, ...]:
    """All that a patrolled zone has of its own."""
    patrols = zone.agents_by_type[Patrol]
    return (
        zone.golden_hash(),
        [(patrol.unique_id, patrol.town, patrol.found, [firm.code for firm in patrol.met]) for patrol in patrols],
        zone.log,
        zone.steps,
    )


@every_way
def test_a_copy_of_ones_own_model_goes_on_as_it_does(way: Callable[[Any], Any]) -> None:
    zone = Patrolled(scale=FEW, seed=3).run(0.5)
    twin = way(zone)
    assert type(twin) is Patrolled
    assert told(twin) == told(zone)
    assert zone.steps == 2
    assert twin.patrols[0] is next(iter(twin.agents_by_type[Patrol])) is not zone.patrols[0]
    assert twin.patrols[0].model is twin
    met = [firm for patrol in twin.patrols for firm in patrol.met]
    assert met
    assert all(firm is twin.row_agent(Firm, firm.row) for firm in met), "rows are found again in the copy"
    before = told(zone)
    twin.run(0.5)
    assert told(zone) == copy.deepcopy(before) == before, "nothing of it is shared"
    assert told(zone.run(0.5)) == told(twin)


@every_way
def test_agents_that_were_removed_stay_away(way: Callable[[Any], Any]) -> None:
    zone = Patrolled(scale=FEW, seed=3)
    zone.patrols[1].remove()
    zone.row_agent(Town, 2).remove()
    twin = way(zone)
    assert len(twin.agents) == len(zone.agents)
    assert [agent.unique_id for agent in twin.agents] == [agent.unique_id for agent in zone.agents]
    late = [Patrol(each, 0).unique_id for each in (zone, twin)]
    assert late[0] == late[1] == max(agent.unique_id for agent in zone.agents)


class Marked(PilotZone):
    """A model with attributes of its own."""

    mine: np.ndarray
    firm: Firm


@every_way
def test_attributes_of_ones_own_are_copied(way: Callable[[Any], Any]) -> None:
    zone = Marked(scale=FEW, seed=3)
    zone.mine = np.zeros(3)
    zone.firm = zone.row_agent(Firm, 4)
    twin = way(zone)
    twin.mine[:] = 1.0
    assert zone.mine.sum() == 0.0
    assert twin.firm is twin.row_agent(Firm, 4)
    assert twin.firm.code == zone.firm.code


@every_way
def test_generators_are_where_they_were_and_not_shared(way: Callable[[Any], Any]) -> None:
    zone = PilotZone(scale=FEW, seed=3)
    zone.rng.random(5)
    zone.random.random()
    twin = way(zone)
    assert [twin.rng.random(), twin.random.random()] == [zone.rng.random(), zone.random.random()]
    order = [each.agents.shuffle().get("unique_id")[:9] for each in (zone, twin)]
    assert order[0] == order[1]


def test_generators_follow_from_the_seed() -> None:
    zones = [PilotZone(scale=FEW, seed=seed) for seed in (1, 1, 2)]
    draws = [(zone.rng.random(), zone.random.random()) for zone in zones]
    assert draws[0] == draws[1]
    assert draws[0][0] != draws[2][0]
    assert draws[0][1] != draws[2][1]
    assert PilotZone(scale=FEW, rng=2).seed_used == 2
    drawn = PilotZone(scale=FEW, seed=None)
    assert PilotZone(scale=FEW, seed=drawn.seed_used).run(0.25).golden_hash() == drawn.run(0.25).golden_hash()


def test_numbers_of_agents_do_not_depend_on_who_looked_before() -> None:
    looked, not_looked = PilotZone(scale=FEW), PilotZone(scale=FEW)
    assert len(looked.agents)
    assert Patrol(looked, 0).unique_id == Patrol(not_looked, 0).unique_id == len(looked.agents)
    assert [agent.unique_id for agent in looked.agents] == list(range(1, len(looked.agents) + 1))


def test_a_history_of_ones_own_is_no_one_elses() -> None:
    """From memory or run anew, and whoever asked first, each model has its own past."""
    ways = []
    for order in ((PilotZone, Whole), (Whole, PilotZone)):
        from ccepz_sim.building import history

        history.forget()
        ways.append({kind: kind(scale=FEW, seed=3).run(0.25).golden_hash() for kind in (*order, *order)})
    assert ways[0] == ways[1]
    assert len(set(ways[0].values())) == 2
    past = [kind(scale=FEW, seed=3).recorder.series("brand")[20] for kind in (PilotZone, Whole)]
    assert past[1] < past[0]


def test_agents_of_ones_own_live_through_the_history() -> None:
    whole = Patrolled(scale=FEW, seed=3, start=2010).run(6)
    played = Patrolled(scale=FEW, seed=3)
    assert sum(patrol.found for patrol in played.patrols) > 0
    assert [patrol.found for patrol in played.patrols] == [patrol.found for patrol in whole.patrols]
    assert np.array_equal(played.recorder.values, whole.recorder.values)
    assert (played.steps, whole.steps) == (0, 24)
    assert played.log == {"steps": []}


def test_observers_are_not_shared_by_a_copy() -> None:
    seen: list[float] = []
    zone = PilotZone(scale=FEW, observers=[lambda view: seen.append(view.year)])
    for way in WAYS.values():
        assert way(zone).observers == ()
        way(zone).run(0.25)
    assert seen == []
    zone.run(0.25)
    assert len(seen) == 1


WRITES: dict[str, Callable[[Any], Any]] = {
    "an array": lambda zone: zone.state.firms.brand.__setitem__(0, 9.0),
    "in place": lambda zone: np.add(zone.state.firms.brand, 1.0, out=zone.state.firms.brand),
    "a number": lambda zone: setattr(zone.state.prices, "general", 2.0),
    "a new name": lambda zone: setattr(zone, "mine", 1),
    "of the state": lambda zone: setattr(zone.state, "quarter", 0),
    "the balance of a firm": lambda zone: zone.state.ledger.deposits.fill(0.0),
    "a payment": lambda zone: zone.state.ledger.pay(Flow.BRIBES, 0, 1, 5.0),
    "a step": lambda zone: zone.step(),
    "a run": lambda zone: zone.run(1),
    "a decision": lambda zone: zone.decide([]),
    "an event": lambda zone: zone.state.note("x", "zone", "gdp", 1.0),
    "the list of events": lambda zone: zone.state.notes.append(1),
    "the records": lambda zone: zone.recorder.values.fill(0.0),
    "a record": lambda zone: zone.recorder.record(zone.state),
    "a compiled rule": lambda zone: zone_figures(zone.state),
    "an agent": lambda zone: setattr(zone.row_agent(Firm, 0), "row", 3),
    "the state of an agent": lambda zone: zone.row_agent(Firm, 0).model.state.firms.brand.fill(0.0),
    "agents of a set": lambda zone: zone.agents_by_type[Firm].set("row", 3),
    "an action": lambda zone: zone.agents.do("remove"),
    "a pickle": pickle.dumps,
    "the levers": lambda zone: zone.state.policy.value.fill(0.0),
    "resized": lambda zone: zone.state.firms.resize(rows=3),
    "observers": lambda zone: setattr(zone, "observers", ()),
    "removed": lambda zone: delattr(zone, "state"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_an_observer_that_writes_raises_at_once(write: Callable[[Any], Any]) -> None:
    zone = PilotZone(scale=FEW, seed=3, observers=[write])
    before = zone.state.firms.brand.copy(), zone.state.ledger.deposits.copy(), zone.state.quarter
    alone = PilotZone(scale=FEW, seed=3).run(0.25)
    with pytest.raises((ContentError, ValueError, AttributeError, TypeError)):
        zone.run(0.25)
    assert np.array_equal(zone.state.firms.brand, alone.state.firms.brand)
    assert np.array_equal(zone.state.ledger.deposits, alone.state.ledger.deposits)
    assert zone.state.quarter == before[2]
    assert zone.recorder.used == alone.recorder.used


def test_an_observer_can_read_all_there_is() -> None:
    found: dict[str, Any] = {}

    def look(zone: Any) -> None:
        state = zone.state
        found["year"], found["treasury"], found["seed"] = zone.year, zone.treasury, zone.seed_used
        found["sales"] = state.firms.sales.sum()
        found["codes"] = state.firms.codes[:2]
        found["gdp"] = zone.recorder.series("gdp")[-1]
        found["table"] = len(zone.indicators)
        found["firms"] = zone.agents_by_type[Firm].select(lambda firm: firm.alive).agg("sales", sum)
        found["largest"] = zone.agents_by_type[Firm].sort("sales").get("code")[0]
        found["kinds"] = len(zone.agents.select(agent_type=Town))
        found["value"] = zone.content.value("game.band_share")
        found["draw"] = zone.rng.random(), zone.random.random()
        found["luck"] = state.streams.at("chain", 3).random()
        found["p"] = state.p.collusion.firm_fine
        found["ahead"] = zone.copy().run(0.25).quarter
        found["hash"] = zone.golden_hash()

    zone = PilotZone(scale=FEW, seed=3, observers=[look])
    plain = PilotZone(scale=FEW, seed=3).run(0.5)
    zone.run(0.5)
    assert zone.golden_hash() == plain.golden_hash()
    assert len(found["hash"]) == len(plain.golden_hash())
    assert found["firms"] == pytest.approx(found["sales"])
    assert found["kinds"] == 9
    assert found["ahead"] == zone.quarter
    assert [zone.rng.random(), zone.random.random()] == list(found["draw"]), "its draws are its own"
    assert zone.rng.random() != found["draw"][0]


CELL = """
import sys, logging
logging.basicConfig(level=logging.INFO)
from ccepz_sim import PilotZone, compiled
cell = {"__name__": "__main__", "compiled": compiled}
exec("@compiled\\ndef twice(values):\\n    return 2.0 * values.sum()\\n", cell)
import numpy as np
twice = cell["twice"]
print(twice(np.ones(3)), sum(twice.stats.cache_hits.values()))
"""
FILE = """
import numpy as np
from mine.rules import twice, named
print(twice(np.ones(3)), named(np.ones(3)), sum(twice.stats.cache_hits.values()), sum(named.stats.cache_hits.values()))
"""
RULES = """
from ccepz_sim import compiled
from mine import level
from mine.level import LEVEL

@compiled
def twice(values):
    return LEVEL * values.sum()

@compiled
def named(values):
    return level.added(values)
"""
LEVEL = """
from ccepz_sim import compiled
LEVEL = {level}

@compiled
def added(values):
    return LEVEL + values.sum()
"""


def run(code: str, folder: Path) -> list[str]:
    """Run some lines in a process of their own, with a folder to keep rules in."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.path[:0] = sys.argv[1:]\n" + code, str(folder), str(ROOT)],
        capture_output=True, text=True, timeout=300, check=False, env=environment(folder),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr.lower()
    return done.stdout.split()


def environment(folder: Path) -> dict[str, str]:
    """Keep rules in a folder and nowhere else."""
    import os

    return {**os.environ, "CCEPZ_RULES": str(folder / "kept"), "PYTHONDONTWRITEBYTECODE": "1"}


def kept(folder: Path) -> list[str]:
    """Name what is kept of rules outside the package."""
    return sorted(path.parent.name.rpartition("-")[0] for path in (folder / "kept").rglob("own.*/*.rule"))


def test_a_rule_typed_into_a_notebook_is_compiled_and_not_kept(tmp_path: Path) -> None:
    for _ in range(2):
        assert run(CELL, tmp_path) == ["6.0", "0"]
    assert kept(tmp_path) == []
    assert not list(tmp_path.rglob("*__main__*"))


def test_a_rule_outside_the_package_is_kept_and_never_stale(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("")
    (tmp_path / "mine" / "rules.py").write_text(RULES)
    (tmp_path / "mine" / "level.py").write_text(LEVEL.format(level=2.0))
    assert run(FILE, tmp_path) == ["6.0", "5.0", "0", "0"]
    names = kept(tmp_path)
    assert len(names) == 3
    assert {name.rpartition(".")[0] for name in names} == {"own.mine.rules", "own.mine.level"}
    assert run(FILE, tmp_path) == ["6.0", "5.0", "1", "1"]
    (tmp_path / "mine" / "level.py").write_text(LEVEL.format(level=7.0))
    assert run(FILE, tmp_path) == ["21.0", "10.0", "0", "0"]
