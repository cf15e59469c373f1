"""Compiled rules are kept for the source they were made of, and for no other."""

from __future__ import annotations

import pytest

from ccepz_sim import rule_store

PLAN = "ccepz_sim.rules.firm_plan"


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Modules of a project of the same name, by name."""
    held = {
        "ccepz_sim.one": "from ccepz_sim.two import (\n    b,\n    c,\n)\nif X:\n    from ccepz_sim.four import d\n",
        "ccepz_sim.two": "from ccepz_sim import three\n",
        "ccepz_sim.three": "LEVEL = 1\n",
        "ccepz_sim.four": "OTHER = 1\n",
    }
    monkeypatch.setattr(rule_store, "_source", lambda name: held.get(name, ""))
    monkeypatch.setattr(rule_store, "_source_hash", rule_store._source_hash.__wrapped__)
    return held


@pytest.mark.parametrize("changed", ["one", "two", "three"])
def test_a_change_in_what_a_rule_takes_gives_another_folder(sources: dict[str, str], changed: str) -> None:
    before = rule_store.folder_of("ccepz_sim.one")
    sources[f"ccepz_sim.{changed}"] += "# another line\n"
    after = rule_store.folder_of("ccepz_sim.one")
    assert before != after
    assert before.name.startswith("one-")
    assert after.name.startswith("one-")


def test_what_only_a_type_checker_imports_does_not_count(sources: dict[str, str]) -> None:
    before = rule_store.folder_of("ccepz_sim.one")
    sources["ccepz_sim.four"] += "# another line\n"
    assert rule_store.folder_of("ccepz_sim.one") == before


def test_the_real_modules_are_followed() -> None:
    needed = rule_store._needed(PLAN)
    assert {PLAN, "ccepz_sim.rules.abatement", "ccepz_sim.rules.reporting", "ccepz_sim.clock"} <= needed
    assert "ccepz_sim.model" not in needed


def test_earlier_source_of_the_same_module_is_cleared(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rule_store, "BESIDE", tmp_path)
    monkeypatch.setattr(rule_store, "_usual_store", lambda: tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    now = rule_store.folder_of(PLAN)
    old, other = tmp_path / "rules.firm_plan-0123456789ab", tmp_path / "rules.firm-0123456789ab"
    for folder in (old, other):
        folder.mkdir()
        (folder / "kept").write_text("x")
    rule_store.clear_older(now)
    assert not old.exists()
    assert other.exists()


def test_a_store_of_others_is_left_alone(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    old = tmp_path / "rules.firm_plan-0123456789ab"
    old.mkdir()
    rule_store.clear_older(rule_store.folder_of(PLAN))
    assert old.exists()


def test_a_folder_that_takes_no_files_is_passed_over(tmp_path, monkeypatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setattr(rule_store, "BESIDE", blocked / "rules")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    assert rule_store._usual_store.__wrapped__() == tmp_path / "cache" / "ccepz_sim" / "rules"
