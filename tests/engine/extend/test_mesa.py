"""What a user of Mesa expects of a model, in every version that is supported (`mesa_versions`)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import mesa
import pytest

from ccepz_sim import PilotZone, load_content
from ccepz_sim.agents import Bank, Firm, GovernmentBody, Institute, Official, Town, mesa_versions
from ccepz_sim.agents.view import Column
from ccepz_sim.numerics.clock import LAST_YEAR
from ccepz_sim.text.errors import ContentError
from tests.engine.extend.own import FEW, Patrol, Patrolled

PACKAGE = Path(mesa_versions.__file__).parents[1]


class Collected(Patrolled):
    """Collects as the tutorial of Mesa does."""

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        self.datacollector = mesa.DataCollector(
            model_reporters={"year": "year", "deals": lambda model: int(model.state.firms.colluding.sum())},
            agenttype_reporters={Patrol: {"found": "found"}, Firm: {"sales": "sales"}},
        )

    def step(self) -> None:
        """Collect after each quarter."""
        super().step()
        self.datacollector.collect(self)


@pytest.fixture(scope="module")
def zone() -> PilotZone:
    return PilotZone(scale=FEW, seed=3).run(0.5)


def test_sets_of_agents(zone: PilotZone) -> None:
    firms = zone.agents_by_type[Firm]
    assert set(zone.agent_types) >= {Firm, Official, Town, Institute, Bank, GovernmentBody}
    assert len(firms) == zone.state.firms.rows
    assert len(zone.agents) == sum(map(len, zone.agents_by_type.values()))
    alive = firms.select(lambda firm: firm.alive)
    assert len(alive) == zone.state.firms.alive.sum()
    assert alive.agg("sales", sum) == pytest.approx(zone.state.firms.sales.sum())
    assert firms.get("cash") == zone.state.ledger.deposits[zone.state.ledger.firm_accounts].tolist()
    assert max(firms.get("sales")) == firms.sort("sales").get("sales")[0]
    groups = alive.groupby("place").count()
    assert sum(groups.values()) == len(alive)
    assert (
        sum(zone.agents_by_type[Town].get("population"))
        == zone.state.population.persons[: zone.state.world.place_count].sum()
    )
    assert zone.agents_by_type[Official].agg("integrity", [min, max])[1] <= 1.0


def test_agents_act(zone: PilotZone) -> None:
    own = zone.copy()
    for town in range(3):
        Patrol(own, town)
    own.agents_by_type[Patrol].do("step")
    own.agents_by_type[Patrol].shuffle_do("step")
    assert sum(own.agents_by_type[Patrol].get("found")) > 0
    assert own.agents_by_type[Patrol].do(lambda patrol: patrol.remove()) is not None
    assert len(own.agents_by_type[Patrol]) == 0
    own.run(0.25)


def test_columns_and_agents_tell_the_same(zone: PilotZone) -> None:
    for kind in (Firm, Official, Institute):
        names = [name for name, held in vars(kind).items() if isinstance(held, Column)]
        assert names
        for name, values in kind.columns(zone.state, names).items():
            assert zone.agents_by_type[kind].get(name) == values.tolist(), name
            with pytest.raises(AttributeError, match="shows a row of the state"):
                setattr(zone.row_agent(kind, 0), name, 1)


def test_clock_and_end() -> None:
    zone = PilotZone(scale=FEW, seed=3)
    assert (zone.steps, zone.running) == (0, True)
    zone.step()
    zone.run(0.5)
    assert zone.steps == 3
    assert getattr(zone, "time", 3) == 3
    zone.state.quarter = zone.state.quarters - 2
    zone.run_model()
    assert (zone.steps, zone.running, zone.year) == (5, False, LAST_YEAR)
    with pytest.raises(ContentError, match="The model ends"):
        zone.step()
    assert zone.copy().running is False


def test_a_step_that_failed_does_not_stop_the_clock() -> None:
    """Steps of Mesa 3.5 plan the next one: after an error nothing would run again, and `run` would never end."""
    seen: list[int] = []

    def fail(view: Any) -> None:
        seen.append(view.quarter)
        raise ZeroDivisionError

    zone = PilotZone(scale=FEW, observers=[fail])
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            zone.step()
    assert seen == [zone.quarter] * 2
    twin = zone.copy()
    twin.step()
    assert twin.quarter == zone.quarter + 1


def test_a_collector_of_ones_own() -> None:
    zone = Collected(scale=FEW, seed=3).run(0.75)
    table = zone.datacollector.get_model_vars_dataframe()
    assert list(table["year"]) == [2016.25, 2016.5, 2016.75]
    assert table["deals"].iloc[-1] == zone.state.firms.colluding.sum()
    assert len(zone.datacollector.get_agenttype_vars_dataframe(Patrol)) == 3 * 3
    twin = zone.copy().run(0.25)
    assert len(zone.datacollector.model_vars["year"]) == 3
    assert len(twin.datacollector.model_vars["year"]) == 4


def test_every_indicator_is_collected_without_being_asked(zone: PilotZone) -> None:
    table = zone.datacollector.get_model_vars_dataframe()
    assert len(table) == zone.steps == 2
    assert list(table["gdp"]) == zone.recorder.series("gdp")[zone.first_quarter :].tolist()
    assert list(table.columns) == list(zone.recorder.ids)


def rows(kind: type[PilotZone], **more: Any) -> list[dict[str, Any]]:
    """Run a batch of Mesa's."""
    asked = {"package": ["status-quo", "tax-only"], "scale": FEW}
    found: list[dict[str, Any]] = mesa.batch_run(
        kind, asked, max_steps=3, data_collection_period=1, display_progress=False, **more
    )
    return found


def test_batch_run() -> None:
    found = rows(PilotZone)
    steps = len(found) // 2  # one more before 3.5
    assert steps in (3, 4)
    assert [(row["package"], row["Step"]) for row in found] == [
        (package, step) for package in ("status-quo", "tax-only") for step in range(steps)
    ]
    if "seed" in found[0]:  # later versions hand a seed over, or None
        return
    for package in ("status-quo", "tax-only"):
        alone = PilotZone(package=package, scale=FEW).run(steps / 4)
        mine = [row["gdp"] for row in found if row["package"] == package]
        assert mine == alone.recorder.series("gdp")[alone.first_quarter :].tolist()


def test_batch_run_of_ones_own_model_with_processes() -> None:
    found = rows(Collected, number_processes=2)
    assert {2016.25, 2016.5, 2016.75} <= {row["year"] for row in found} <= {2016.25, 2016.5, 2016.75, 2017.0}


def test_batch_run_with_the_seeds_of_later_versions() -> None:
    try:
        found = rows(PilotZone, rng=[5, 6])
    except TypeError:
        pytest.skip("this version has no seeds of its own")
    assert {row["seed"] for row in found} == {5, 6}
    alone = PilotZone(package="tax-only", scale=FEW, seed=6).run(0.75).recorder.series("gdp")[-3:].tolist()
    assert [row["gdp"] for row in found if row["seed"] == 6 and row["package"] == "tax-only"] == alone


def test_nothing_else_asks_which_version_there_is_or_reaches_into_mesa() -> None:
    """Names of Mesa's with an underscore, or its version, stand in one file."""
    private = {name for name in mesa_versions.OWN if name.startswith("_")} | {"_ids"}
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        uses_mesa = any(
            isinstance(node, ast.Import | ast.ImportFrom) and "mesa" in ast.unparse(node) for node in ast.walk(tree)
        )
        if path.name == "mesa_versions.py" or not uses_mesa:
            continue
        named = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        found += [
            f"{path.name}: {ast.unparse(node)}"
            for node in named
            if node.attr in private or ast.unparse(node) in ("mesa.__version__", "mesa.Model.__init__")
        ]
    assert found == []


def test_what_agents_tell_needs_no_content_of_its_own(zone: PilotZone) -> None:
    for agent in zone.agents:
        assert agent.unique_id
        if hasattr(type(agent), "label"):
            assert agent.label.en
            assert agent.label.zh
    assert load_content() is zone.content
