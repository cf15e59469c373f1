"""`ccepz list` shows what the content holds, as a table and as JSON."""

from __future__ import annotations

import json

import pytest

from ccepz_sim.content.loading import load_content

PARTS = ["levers", "packages", "scenarios", "parameters"]


@pytest.mark.parametrize("part", PARTS)
def test_every_id_is_in_table_and_json(ccepz, part):
    ids = list(getattr(load_content(), part))
    assert ids
    table = ccepz("list", part)
    assert (table.code, table.err) == (0, "")
    body = [line[1:] for line in table.out.splitlines()[3:]]
    assert [line.split()[0] for line in body if line[:1].strip()] == ids
    answer = ccepz("list", part, "--json")
    assert [item["id"] for item in json.loads(answer.out)] == ids


def test_levers_with_every_field(ccepz):
    lever = json.loads(ccepz("list", "levers", "--json").out)[0]
    assert {"bounds", "unit", "status_quo", "lag", "effect", "source", "why", "label"} <= set(lever)
    assert set(lever["label"]) == {"en", "zh"}


def test_agents_are_rosters_with_rows(ccepz):
    rosters = {item["id"]: item for item in json.loads(ccepz("list", "agents", "--json").out)}
    assert len(rosters["firms"]["rows"]) == len(load_content().table("firms"))
    assert rosters["firms"]["rows"][0]["capacity"] > 0
    assert "firms" in ccepz("list", "agents").out


def test_indicators(ccepz):
    listed = {item["id"]: item for item in json.loads(ccepz("list", "indicators", "--json").out)}
    assert listed["gdp"]["unit"]
    assert "colluding_share" in ccepz("list", "indicators").out


def test_chinese_tables(ccepz):
    assert "大气污染物环境税" in ccepz("list", "levers", lang="zh").out
    assert "现状" in ccepz("list", "packages", lang="zh").out
