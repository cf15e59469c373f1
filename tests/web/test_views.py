"""What the parts of the page are given, against the future they come from."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content import Content, load_content
from ccepz_sim.game.log import ChoosePackage
from ccepz_sim.game.position import fold
from ccepz_sim.game.records import Future, Order
from ccepz_sim.game.runner import Runner
from ccepz_sim.game.session import Outcome
from ccepz_sim.game.world import World
from ccepz_sim.indicators import all_indicators
from ccepz_sim.web.views import charts, story
from ccepz_sim.web.views import map as mapped

WORLD = World(1, "slow-recovery")


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.fixture(scope="module")
def outcome(content: Content) -> Outcome:
    runner = Runner(content, PilotZone)
    decisions = fold(content, [ChoosePackage("whole-programme", 2016)]).decisions
    own, without = runner.carry_out(Order(WORLD, decisions)), runner.carry_out(Order(WORLD, ()))
    assert isinstance(own, Future)
    assert isinstance(without, Future)
    return Outcome(1, own, without)


def test_good_and_bad_follow_the_direction_of_the_indicator(outcome: Outcome) -> None:
    for panel in charts.panels(outcome, list(all_indicators()), "en"):
        gap = panel["own"][-1] - panel["without"][-1]
        direction = all_indicators()[panel["id"]].direction
        if panel["change"]["text"] == "no change yet":
            continue
        assert panel["change"]["text"].startswith("▲" if gap > 0 else "▼"), panel["id"]
        wanted = {"neutral": ""}.get(direction, "good" if (gap > 0) == (direction == "up") else "bad")
        assert panel["change"]["tone"] == wanted, panel["id"]


def test_panels_are_yearly_means_of_the_record(outcome: Outcome) -> None:
    panel = charts.panels(outcome, ["gdp"], "zh")[0]
    series = outcome.own.series("gdp")
    assert panel["unit"] == "亿元/年"
    assert panel["own"][10] == pytest.approx(series[40:44].mean() / 1e8, rel=1e-4)


def test_the_map_holds_every_place_and_every_share_is_a_share(content: Content, outcome: Outcome) -> None:
    for year in (2016, 2025, 2035):
        now = mapped.map_now(content, outcome, year, "en")
        assert set(now["now"]) == set(content.table("places").ids)
        for flow in [*now["links"], *now["people"]]:
            assert 0 < flow["share"] <= 1
            assert {flow["origin"], flow["target"]} <= set(content.table("places").ids)
        for place in now["now"].values():
            assert place["facts"]
            assert 0 <= place.get("ring", 0) <= 1
    most = max(place.get("size", 0) for place in mapped.map_now(content, outcome, 2016, "en")["now"].values())
    assert most > 0


def test_what_is_exchanged_on_the_map_is_what_was_recorded(content: Content, outcome: Outcome) -> None:
    flows = outcome.own.by_product_flow[6]
    links = mapped.map_now(content, outcome, 2016, "en")["links"]
    moved = [name for name, inside in zip(content.table("places").ids, content.table("places").numbers("in_zone"),
                                          strict=True) if inside]  # fmt: skip
    pairs = {(moved[row], moved[column]) for row, column in zip(*np.nonzero(flows > 1), strict=True)}
    shown = {tuple(sorted((link["origin"], link["target"]))) for link in links}
    assert shown <= {tuple(sorted(pair)) for pair in pairs}
    assert shown or not pairs


def test_events_are_few_varied_and_not_from_the_future(content: Content, outcome: Outcome) -> None:
    rows = story.events(content, outcome, 2020, "zh")
    assert 0 < len(rows) <= story.EVENTS_SHOWN
    assert all(int(row["when"][:4]) <= 2020 for row in rows)
    assert [row["when"] for row in rows] == sorted((row["when"] for row in rows), reverse=True)
    assert len({row["key"] for row in rows}) == len(rows)


def test_the_weightiest_of_each_kind_come_first() -> None:
    def row(kind: str, weight: float) -> SimpleNamespace:
        return SimpleNamespace(kind=kind, weight=weight)

    prices = [row("price", 1e9 + i) for i in range(9)]
    chosen = story._chosen([*prices, row("audit", 0.1), row("exit", 3.0)])
    assert {item.kind for item in chosen} == {"price", "audit", "exit"}
    assert sum(item.kind == "price" for item in chosen) == story.ALIKE_A_YEAR
    assert chosen[0] is prices[-1]


def test_treasury_and_standing_are_those_of_the_zone(outcome: Outcome) -> None:
    zone = PilotZone(scenario=WORLD.scenario, seed=WORLD.seed, decisions=outcome.own.decisions).run(years=20)
    assert outcome.own.purse[-1][:2] == (zone.treasury, zone.standing)
    assert len(outcome.own.purse) == 20
    shown = {fact["label"]: fact["value"] for fact in story.facts(outcome, 2035, "en")}
    assert shown["Standing"] == f"{zone.standing:.0f}"
