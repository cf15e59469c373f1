"""What the files of `policies/` and `experiments/` must say, read as plain TOML: no engine is needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIRST, LAST = 2016, 2036
COLOURS = {"lake", "ochre", "sage", "slate", "violet", "iron", "aqua"}
REPORT_GROUPS = ("green-governance", "industrial-transformation", "science-and-people", "risk-and-market")
# Those that the report and the docs speak of; there may be more.
PACKAGES = {
    "status-quo", "growth-first", "tax-only", "subsidies-only", "rules-without-capacity", *REPORT_GROUPS,
    "whole-programme", "staged-programme",
}  # fmt: skip
SCENARIOS = {"calm", "slow-recovery", "second-crash", "lithium-boom", "water-stress", "no-mine-closure"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Two Latin words in a row are English left behind; single ones (PVC) are names.
ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,.;]+[A-Za-z]{2,}")
SECTION = re.compile(r"\b[IVX]+(?:\.[IVX\d]+)+")  # of the report: III.III.2.2
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")


def read(folder: str) -> dict[str, dict[str, Any]]:
    files = sorted((ROOT / folder).glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in files}


LEVERS = read("policies/instruments")
PACKAGE_FILES = read("policies/packages")
SCENARIO_FILES = read("experiments/scenarios")
GROUPS = tomllib.loads((ROOT / "policies/groups.toml").read_text("utf-8"))["group"]


def texts(node: Any) -> Iterator[dict[str, str]]:
    """Every pair of English and Chinese words below a node."""
    if isinstance(node, dict):
        if "en" in node or "zh" in node:
            yield node
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def on_grid(lever: dict[str, Any], value: float) -> bool:
    steps = (value - lever["bounds"][0]) / lever["step"]
    return abs(steps - round(steps)) < 1e-6 and lever["bounds"][0] <= value <= lever["bounds"][1]


def status_quo(lever: str, year: float) -> float:
    held: list[float] = [item["value"] for item in LEVERS[lever]["status_quo"] if item["from"] <= year]
    return held[-1]


def end_values(package: str) -> dict[str, float]:
    settings = sorted(PACKAGE_FILES[package].get("set", []), key=lambda item: item["from"])
    return {item["lever"]: item["value"] for item in settings}


def test_every_file_is_called_after_its_id() -> None:
    assert LEVERS
    assert PACKAGE_FILES.keys() >= PACKAGES
    assert SCENARIO_FILES.keys() >= SCENARIOS
    for stem, data in (LEVERS | PACKAGE_FILES | SCENARIO_FILES).items():
        assert data["id"] == stem


def test_every_lever_has_a_channel_of_its_own() -> None:
    channels = [lever["channel"] for lever in LEVERS.values()]
    assert len(set(channels)) == len(channels)


def test_groups_are_of_different_colour_and_none_is_empty() -> None:
    assert [group["order"] for group in GROUPS] == list(range(1, len(COLOURS) + 1))
    assert {group["colour"] for group in GROUPS} == COLOURS
    assert {group["report_group"] for group in GROUPS} == set(REPORT_GROUPS)
    assert {group["id"] for group in GROUPS} == {lever["group"] for lever in LEVERS.values()}


@pytest.mark.parametrize(
    "data",
    [pytest.param(data, id=name) for name, data in (LEVERS | PACKAGE_FILES | SCENARIO_FILES).items()]
    + [pytest.param({"group": GROUPS}, id="groups")],
)
def test_every_text_exists_in_both_languages_and_in_no_mixture(data: dict[str, Any]) -> None:
    found = list(texts(data))
    assert found
    for text in found:
        assert text.keys() == {"en", "zh"}
        assert text["en"].strip()
        assert not CHINESE.search(text["en"]), text["en"]
        assert CHINESE.search(text["zh"]), text["zh"]
        assert not ENGLISH.search(SECTION.sub("", text["zh"])), text["zh"]
        assert not HALF_WIDTH.search(text["zh"]), text["zh"]


def test_texts_of_levers_are_distinct() -> None:
    for key in ("label", "summary", "assumes"):
        for lang in ("en", "zh"):
            words = [lever[key][lang] for lever in LEVERS.values()]
            assert len(set(words)) == len(words)


@pytest.mark.parametrize("lever", [pytest.param(lever, id=name) for name, lever in LEVERS.items()])
def test_a_lever_is_complete_and_its_values_lie_on_its_grid(lever: dict[str, Any]) -> None:
    assert all(lever[key].keys() == {"en", "zh"} for key in ("label", "summary", "assumes", "who"))
    low, high = lever["bounds"]
    assert low < high
    dates = [item["from"] for item in lever["status_quo"]]
    assert dates[0] == 2010
    assert dates == sorted(set(dates))
    assert all(on_grid(lever, item["value"]) for item in lever["status_quo"])
    effect = lever["effect"]
    assert on_grid(lever, effect["value"])
    assert effect["value"] != lever["status_quo"][-1]["value"]
    assert effect["direction"] in ("up", "down")
    # The tested years must outlast the lag: the last two of them are what is compared.
    assert (effect["years"] - 2) * 4 > lever["lag"]["quarters"]
    for other, value in effect.get("condition", {}).items():
        assert other != lever["id"]
        assert on_grid(LEVERS[other], value)


@pytest.mark.parametrize("lever", [pytest.param(lever, id=name) for name, lever in LEVERS.items()])
def test_cost_fits_what_the_lever_is(lever: dict[str, Any]) -> None:
    cost = lever["cost"]
    # What a park borrows is its own debt, not money the budget pays out.
    disbursed = lever["unit"] == "yuan/year" and lever["id"] != "park-borrowing"
    assert (cost["kind"] == "value") == disbursed
    assert (cost["kind"] == "programme") == (cost["money"] > 0)
    assert 0 < cost["standing"] <= 10
    if cost["kind"] == "programme":
        # A programme costs money above the status quo, so its active side must be up.
        assert lever["effect"]["value"] > lever["status_quo"][-1]["value"]


def test_every_lever_and_scenario_says_where_its_numbers_come_from() -> None:
    for data in (*LEVERS.values(), *SCENARIO_FILES.values()):
        known = data["status"] in ("measured", "official", "estimated")
        evidence = data.get("source" if known else "why", "")
        told = evidence.values() if isinstance(evidence, dict) else [evidence]
        assert told, data["id"]
        assert all(text.strip() for text in told), data["id"]


def test_only_the_environment_tax_claims_to_be_law() -> None:
    official = {name for name, lever in LEVERS.items() if lever["status"] == "official"}
    assert official == {"pollution-tax-air", "pollution-tax-water", "solid-waste-tax"}


def test_no_step_above_the_statutory_floor_is_taken_for_granted() -> None:
    assert LEVERS["pollution-tax-air"]["status_quo"][-1]["value"] == pytest.approx(1.2)
    assert LEVERS["pollution-tax-water"]["status_quo"][-1]["value"] == pytest.approx(1.4)
    assert LEVERS["solid-waste-tax"]["status_quo"][-1] == {"from": 2018, "value": 1}


def test_the_circular_economy_fund_adds_up() -> None:
    parts = ("loan-discount", "results-award", "investment-subsidy")
    assert sum(LEVERS[name]["status_quo"][0]["value"] for name in parts) == pytest.approx(1e9)


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_packages_refer_to_levers_and_stay_in_bounds(name: str) -> None:
    settings = PACKAGE_FILES[name].get("set", [])
    assert bool(settings) == (name != "status-quo")
    assert len({(item["lever"], item["from"]) for item in settings}) == len(settings)
    for item in settings:
        assert on_grid(LEVERS[item["lever"]], item["value"]), item
        assert FIRST <= item["from"] < LAST
        assert item["value"] != status_quo(item["lever"], item["from"]), f"{item} changes nothing"


@pytest.mark.parametrize("name", REPORT_GROUPS)
def test_a_group_package_contains_levers_of_its_group_only(name: str) -> None:
    own = {group["id"] for group in GROUPS if group["report_group"] == name}
    used = {LEVERS[lever]["group"] for lever in end_values(name)}
    assert used == own


def test_the_whole_programme_is_the_four_groups_together() -> None:
    def settings(name: str) -> set[tuple[str, float, float]]:
        return {(item["lever"], item["from"], item["value"]) for item in PACKAGE_FILES[name]["set"]}

    assert settings("whole-programme") == set().union(*(settings(name) for name in REPORT_GROUPS))
    dates = {item["lever"]: item["from"] for item in PACKAGE_FILES["whole-programme"]["set"]}
    assert {lever for lever, date in dates.items() if date != FIRST} == {"solid-waste-tax"}


def test_the_staged_programme_ends_where_the_whole_one_ends() -> None:
    assert end_values("staged-programme") == end_values("whole-programme")


def test_the_staged_programme_goes_one_way_and_in_its_order() -> None:
    paths: dict[str, list[tuple[float, float]]] = {}
    for item in sorted(PACKAGE_FILES["staged-programme"]["set"], key=lambda item: item["from"]):
        paths.setdefault(item["lever"], []).append((item["from"], item["value"]))
    for name, path in paths.items():
        values = [status_quo(name, path[0][0]), *(value for _, value in path)]
        assert values in (sorted(values), sorted(values, reverse=True)), f"{name} turns back"
    first = {name: path[0][0] for name, path in paths.items()}
    last = {name: path[-1][0] for name, path in paths.items()}
    capacity = ("inspection-capacity", "audit-share", "supervision-control-points", "information-disclosure")
    people = ("joint-training", "talent-allowance", "flexible-posts")
    rules = ("discharge-standard", "pollution-tax-air", "pollution-tax-water", "permit-cap")
    funds = ("rd-fund", "source-governance-support", "chain-extension", "emerging-industry")
    assert max(first[name] for name in capacity + people) < min(first[name] for name in rules)
    assert max(last[name] for name in capacity + people) <= min(first[name] for name in rules)
    assert min(first[name] for name in funds) > max(first[name] for name in rules)
    assert first["resettlement-jobs"] < first["resettlement"]
    assert max(last.values()) == 2024


def test_rules_without_capacity_leaves_capacity_alone_and_growth_first_does_what_it_says() -> None:
    rules = end_values("rules-without-capacity")
    assert rules["discharge-standard"] < 1
    assert not rules.keys() & {"inspection-capacity", "audit-share", "supervision-control-points"}
    taxes = {LEVERS[name]["channel"] for name in end_values("tax-only")}
    assert taxes == {"tax_air", "tax_water", "tax_solid"}
    paid = {LEVERS[name]["cost"]["kind"] for name in end_values("subsidies-only")}
    assert paid <= {"value", "none"}
    growth = end_values("growth-first")
    for name in ("green-evaluation-weight", "inspection-capacity"):
        assert growth[name] < LEVERS[name]["status_quo"][-1]["value"]
    for name in ("investment-attraction", "land-concession", "investment-subsidy"):
        assert growth[name] > LEVERS[name]["status_quo"][-1]["value"]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenario_points_increase_and_lie_in_the_played_years(name: str) -> None:
    data = SCENARIO_FILES[name]
    series = [path["series"] for path in data["price"]]
    assert series.count("*") == 1
    assert len(set(series)) == len(series)
    for path in data["price"]:
        years = [year for year, _ in path["points"]]
        assert years == sorted(set(years))
        assert years[0] == FIRST
        assert all(0.05 < multiple < 20 for _, multiple in path["points"])
    for key in ("demand", "water"):
        years = [point["at"] for point in data[key]]
        assert years == sorted(set(years))
        assert years[0] == FIRST
        assert all(0.3 <= point["factor"] <= 1.5 for point in data[key])
    for jump in data.get("jump", []):
        assert FIRST <= jump["at"] < LAST
        assert -2 <= jump["log"] <= 2


def test_scenarios_name_series_that_exist_and_shake_only_prices_that_a_market_makes() -> None:
    rows = tomllib.loads((ROOT / "agents/prices.toml").read_text("utf-8"))["row"]
    exposed = {row["id"]: bool(row["jump_exposed"]) for row in rows}
    jumps = 0
    for name, data in SCENARIO_FILES.items():
        assert {path["series"] for path in data["price"]} <= {*exposed, "*"}, name
        for jump in data.get("jump", []):
            jumps += 1
            assert exposed[jump["series"]], f"{name}: {jump['series']} does not jump"
    assert jumps > 0


def test_the_second_crash_hits_every_exposed_series_at_once() -> None:
    rows = tomllib.loads((ROOT / "agents/prices.toml").read_text("utf-8"))["row"]
    jumps = SCENARIO_FILES["second-crash"]["jump"]
    assert {jump["series"] for jump in jumps} == {row["id"] for row in rows if row["jump_exposed"]}
    assert {jump["at"] for jump in jumps} == {2019.0}
    assert all(jump["log"] < 0 for jump in jumps)


def test_central_inspections_are_the_same_in_every_scenario() -> None:
    calendars = [data["inspection"] for data in SCENARIO_FILES.values()]
    assert all(calendar == calendars[0] for calendar in calendars)
    starts = [visit["at"] for visit in calendars[0]]
    assert starts == sorted(starts)
    assert starts
    assert all(visit["quarters"] == 2 and 0 < visit["strength"] <= 1 for visit in calendars[0])


def test_scenarios_built_on_slow_recovery_differ_in_one_thing_only() -> None:
    base = SCENARIO_FILES["slow-recovery"]
    for name, part in (("water-stress", "water"), ("no-mine-closure", "mine_closure")):
        for key in ("price", "demand", "water", "inspection", "mine_closure"):
            assert (SCENARIO_FILES[name][key] == base[key]) == (key != part), f"{name}.{key}"
    assert [name for name, data in SCENARIO_FILES.items() if not data["mine_closure"]] == ["no-mine-closure"]
    assert min(point["factor"] for point in SCENARIO_FILES["water-stress"]["water"]) < 0.8
