"""`ccepz phenomena` from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ccepz_sim.studies import runner
from tests.studies.faults import Faults, InPlace

NAME = "tax-floor"


@pytest.mark.slow
def test_quick_look_tells_draws_and_goes_on(ccepz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # each of its five parts would start processes that load all rules
    monkeypatch.setattr(runner, "LocalPool", lambda _: InPlace(Faults(tmp_path, pretend=False)))
    arguments = ("phenomena", NAME, "--quick", "--space", "--out", str(tmp_path / "out"))
    first = ccepz(*arguments, lang="zh")
    assert first.code == 0
    for words in (
        "二氧化硫，法定下限对旧收费",
        "去除规则 (floor)",
        "毫无变化",
        "个参数同时变动",
        "并非关于柴达木的结论",
    ):
        assert words in first.out
    with (tmp_path / "out/table.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {"claim", "knock-out", "null"}
    assert json.loads((tmp_path / "out/table.json").read_text("utf-8"))[0]["phenomenon"] == NAME
    for lang in ("en", "zh"):
        for kind in ("effect", "space"):
            png = tmp_path / f"out/{NAME}/figures/{kind}-{lang}.png"
            assert png.read_bytes().startswith(b"\x89PNG")
            assert png.with_suffix(".svg").read_text("utf-8").startswith("<?xml")
    shards = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    plain = json.loads(ccepz(*arguments, "--json").out)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("shards/*.parquet")}.items() <= shards.items()
    assert plain[0]["id"] == NAME
    assert plain[0]["null"]["mean"] == 0.0


def test_an_unknown_phenomenon_is_one_sentence(ccepz, tmp_path: Path) -> None:
    found = ccepz("phenomena", "zombis", "--out", str(tmp_path / "out"))
    assert found.code == 2
    assert "zombies" in found.err
    assert len(found.err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_phenomena_are_listed(ccepz) -> None:
    assert NAME in ccepz("list", "phenomena").out
    assert "下限税额" in ccepz("list", "phenomena", lang="zh").out
