"""Counts and shares of the rosters are those of the report and its surveys."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from ccepz_sim.content.loading import Content


def test_number_of_firms(content: Content) -> None:
    table = content.table("facts")
    stated = table.numbers("firms")[np.array(table.texts("subject")) == "capacity"].sum()
    assert len(content.table("firms")) == stated > 0
    assert len(set(content.table("firms").ids)) == stated


def test_mindset_splits_as_in_the_survey(firms: SimpleNamespace, facts: dict[str, float]) -> None:
    counts = Counter(firms.mindset)
    for mindset in ("not_established", "training", "long_term"):
        share = facts[f"survey_{mindset}"] / facts["survey_firms"]
        assert abs(counts[mindset] - len(firms.mindset) * share) < 1


def test_chain_and_recruitment_follow_the_survey(firms: SimpleNamespace, facts: dict[str, float]) -> None:
    many = len(firms.mindset)
    assert abs((firms.chain_level <= 1).sum() - many * facts["survey_low_chain"] / facts["survey_firms"]) < 1
    assert abs((firms.staffing < 0.95).sum() - many * facts["survey_hard_to_recruit"] / facts["survey_firms"]) < 3


def test_so_many_firms_of_ulan_are_large(firms: SimpleNamespace, facts: dict[str, float]) -> None:
    ulan = firms.place == "ulan"
    assert firms.large[ulan].sum() == facts["ulan_large"]
    assert set(firms.park[ulan]) == {"park_ulan"}
    assert firms.large.sum() == facts["large_firms"]


def test_iron_ore_firms_that_entered_are_dearer(firms: SimpleNamespace) -> None:
    ore = firms.product == "iron_ore"
    entered = ore & (firms.start >= 2011)
    assert entered.sum() > 0
    assert firms.efficiency[entered].mean() > firms.efficiency[ore & ~entered].mean()


def test_two_first_movers(content: Content, firms: SimpleNamespace) -> None:
    mover = firms.first_mover > 0
    assert sorted(firms.product[mover]) == ["magnesium", "photovoltaic"]
    assert set(firms.mindset[mover]) == {"long_term"}


def test_parks_are_those_of_the_town(firms: SimpleNamespace) -> None:
    inside = firms.park != ""
    assert (firms.park[inside] == np.char.add("park_", firms.place[inside])).all()
    assert inside.sum() > 300


def test_unit_input_is_one_on_average(firms: SimpleNamespace) -> None:
    settled = firms.product != "iron_ore"
    mean = np.average(firms.efficiency[settled], weights=(firms.capacity * firms.capital_cost)[settled])
    assert mean == pytest.approx(1.0, abs=0.02)
    assert 0.7 <= firms.efficiency.min() < 0.9 < 1.1 < firms.efficiency.max() <= 1.3


def test_officials_by_rank_and_view(content: Content, facts: dict[str, float]) -> None:
    table = content.table("officials")
    ranks = Counter(table.texts("rank"))
    assert set(ranks) == {"director_general", "division_director", "section_chief"}
    for rank, count in ranks.items():
        assert count == facts[f"officials_{rank}"]
    for view in ("growth_first", "brand_view"):
        assert table.numbers(view).sum() == facts[f"officials_{view}"]
    assert table.numbers("native").sum() == round(len(table) * facts["officials_native_share"])
    assert table.numbers("integrity").mean() == pytest.approx(0.5, abs=0.02)


def test_every_body_has_an_official_and_every_town_one_on_the_spot(content: Content) -> None:
    table, bodies = content.table("officials"), content.table("bodies")
    assert set(table.texts("body")) == set(bodies.ids)
    towns = {place for name, place in zip(bodies.texts("kind"), bodies.texts("place"), strict=True) if name == "town"}
    assert towns <= set(table.texts("place"))
    places = content.table("places")
    assert towns == {name for name, inside in zip(places.ids, places.numbers("in_zone"), strict=True) if inside}


def test_institutes_by_level_and_far_from_full(content: Content, facts: dict[str, float]) -> None:
    table = content.table("institutes")
    levels = Counter(table.texts("level"))
    assert set(levels) == set(table.columns["level"].choices)
    for level, count in levels.items():
        assert count == facts[f"institutes_{level}"]
    assert 0.3 < np.average(table.numbers("filled"), weights=table.numbers("posts")) < 0.6


def test_people_and_inspectors(content: Content) -> None:
    places, bodies = content.table("places"), content.table("bodies")
    people = places.numbers("population_2010")
    assert people[places.numbers("in_zone") > 0].sum() == 489_338
    assert people[places.index["xining"]] == 2_208_708
    assert people[places.index["haidong"]] == 1_396_845
    assert bodies.numbers("inspectors").sum() == 40


def test_distances_are_symmetric_and_no_detour_is_shorter(content: Content) -> None:
    table = content.table("distances")
    road = np.array([table.numbers(name) for name in table.ids])
    assert (road == road.T).all()
    assert (np.diag(road) == 0).all()
    via = (road[:, :, None] + road[None, :, :]).min(axis=1)
    assert (via >= 0.85 * road).all()
