"""Nothing is ignored without a word, and one mistake is told once: what follows from it is not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccepz_sim.content.checks import check_content
from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading import studies
from ccepz_sim.text.errors import ContentError
from tests.studies.conftest import document

FIRMS = "agents/firms.toml"
PRODUCTS = "agents/products.toml"
PLACES = "agents/places.toml"
PRICES = "agents/prices.toml"
LEVER = "policies/instruments/pollution-tax-air.toml"
PACKAGE = "policies/packages/tax-only.toml"
SCENARIO = "experiments/scenarios/calm.toml"
OUTSIDE = {"label": {"en": "A", "zh": "甲"}}
STUDY = {
    **{key: value for key, value in document().items() if key != "expected_runs"},
    "luck": "own",
    "first_seed": 5,
    "policy": [
        {
            "id": "mine",
            **OUTSIDE,
            "packages": ["tax-only"],
            "set": [{"lever": "audit-share", "from": 2016, "value": 0.4}],
        }
    ],
    "relations": {
        "years": 1,
        "every": "quarter",
        "scale": 0.0005,
        "without": ["collusion"],
        "frozen": True,
        "from": 2016,
    },
    "uncertainty": [{"id": "collusion.belief_speed", "bounds": [0.1, 0.3], "steps": 2, "log": True}],
}


def tables(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where tables lie in a document."""
    found = [path] if isinstance(value, dict) else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, item in inner for place in tables(item, (*path, key))]


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def keys(value: Any) -> list[tuple[Any, ...]]:
    """Return the paths of all keys."""
    return [(*path, key) for path in tables(value) for key in at(value, path)]


@pytest.mark.parametrize("path", keys(STUDY), ids=lambda path: ".".join(map(str, path)))
def test_a_misspelt_key_of_a_study_is_refused_with_the_nearest(path):
    content = load_content()
    content.read_study(STUDY, "mine.toml")
    spoilt = copy.deepcopy(STUDY)
    holder = at(spoilt, path[:-1])
    key = path[-1]
    wrong = key[:-2] + key[-1] + key[-2] if len(key) > 3 and key[-1] != key[-2] else key + "x"
    holder[wrong] = holder.pop(key)
    with pytest.raises(ContentError) as caught:
        content.read_study(spoilt, "mine.toml")
    sentence = caught.value.sentence("en")
    assert sentence.startswith("mine.toml [")
    assert wrong in sentence or "missing" in sentence
    if "not known" in sentence:
        assert f"“{key}”" in sentence or key in sentence


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(tables(STUDY)), st.from_regex(r"[a-z_]{3,9}", fullmatch=True))
def test_no_key_whatever_is_ignored(path, name):
    spoilt = copy.deepcopy(STUDY)
    holder = at(spoilt, path)
    known = name in ("design_seed", "packages", "place", "view", "direction", "steps", "values", "bounds", "log", "but")
    if name in holder or known:
        return
    holder[name] = 1
    with pytest.raises(ContentError):
        load_content().read_study(spoilt, "mine.toml")


@pytest.mark.parametrize("file", [LEVER, PACKAGE, SCENARIO, PLACES, FIRMS, "agents/parameters/fixture.toml"])
def test_a_key_nobody_knows_stops_a_run(small, tmp_path, file):
    documents = small.documents()
    documents[file]["nobody_knows"] = 1
    (found,) = small.check(documents)
    assert (found.rule, found.blocking) == ("unknown_key", True)
    content = load_content(small.write(tmp_path, documents))

    def use_everything():
        for part in ("levers", "packages", "scenarios", "parameters"):
            getattr(content, part)
        for name in content.table_names:
            content.table(name)

    with pytest.raises(ContentError, match="nobody_knows"):
        use_everything()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"packages": ["tax_only"]}, "“tax-only”"),
        ({"scenarios": ["Calm"]}, "“calm”"),
        ({"lever": [{"id": "Audit-share", "values": [0.1]}]}, "“audit-share”"),
        ({"outcome": [{"indicator": "GDP_real"}]}, "“gdp_real”"),
        ({"outcome": [{"indicator": "so2", "place": "Golmud"}]}, "“golmud”"),
        ({"relations": {"years": 1, "without": ["colusion"]}}, "“collusion”"),
        ({"relations": {"years": 1, "without": ["record"]}}, "“record” is not known"),
        ({"relations": {"years": 1, "without": "collusion"}}, "wrong type"),
        ({"relations": {"years": 1, "every": "Year"}}, "“year”"),
        ({"uncertainty": [{"id": "collusion.beleif_speed", "values": [0.1]}]}, "“collusion.belief_speed”"),
        ({"id": "My Study"}, "not a good id"),
        ({"packages": ["tax-only", "tax-only"]}, "occurs twice"),
        ({"lever": [{"id": "audit-share", "values": [0.1]}] * 2}, "occurs twice"),
        ({"outcome": [{"indicator": "so2"}] * 2}, "occurs twice"),
        ({"lever": [{"id": "audit-share", "values": [0.1, 0.1]}]}, "occurs twice"),
        ({"lever": [{"id": "audit-share", "values": [0.1], "bounds": [0.1, 1], "log": True}]}, "means nothing here"),
    ],
)  # fmt: skip
def test_names_of_a_study_that_are_nearly_right(changes, words):
    with pytest.raises(ContentError) as caught:
        load_content().read_study(document(**changes), "mine.toml")
    assert words in caught.value.sentence("en")


def test_two_studies_of_one_id_and_a_name_that_says_nothing(small, tmp_path):
    folder = small.write(tmp_path)
    home = folder / "experiments/studies"
    home.mkdir()
    made = document(
        packages=["tax-only"], scenarios=["calm"], lever=[], expected_runs=10, outcome=[{"indicator": "gdp"}]
    )
    lines = [f"{key} = {toml(value)}\n" for key, value in made.items()]
    (home / "我的研究 (1).TOML").write_text("".join(lines), "utf-8")
    assert check_content(folder) == []
    assert list(load_content(folder).studies) == ["tried"]
    (home / "copy.toml").write_text("".join(lines), "utf-8")
    (found,) = check_content(folder)
    assert (found.rule, found.key) == ("duplicate", "id")
    with pytest.raises(ContentError, match="occurs twice"):
        _ = load_content(folder).studies


def toml(value: Any) -> str:
    from tests.content.conftest import toml as write

    return write(value)


ONE = [
    (PLACES, ["row"], 5, "wrong_type"),
    (PRICES, ["row"], [], "no_rows"),
    (PRODUCTS, ["row", 0, "id"], "", "wrong_type"),
    (LEVER, ["bounds"], [12, 0], "bad_bounds"),
    (LEVER, ["status_quo", 1, "from"], "2015", "wrong_type"),
    (SCENARIO, ["demand", 1, "at"], "2020", "wrong_type"),
]


@pytest.mark.parametrize(("file", "path", "value", "rule"), ONE, ids=[f"{case[0]}-{case[3]}" for case in ONE])
def test_one_mistake_is_not_followed_by_others_elsewhere(small, file, path, value, rule):
    documents = small.documents()
    holder = at(documents[file], tuple(path[:-1]))
    holder[path[-1]] = value
    found = small.check(documents)
    assert {item.file for item in found} == {file}, [item.sentence() for item in found]
    assert rule in {item.rule for item in found}
    assert len(found) <= 2


@pytest.mark.parametrize("file", [PLACES, PRICES, FIRMS, "policies/groups.toml"])
def test_a_missing_file_is_one_finding(small, file):
    documents = small.documents()
    del documents[file]
    (found,) = small.check(documents)
    assert (found.file, found.rule) == (file, "file_missing")


def test_a_spoilt_lever_does_not_spoil_the_studies(tmp_path):
    import shutil

    for part in ("agents", "policies", "experiments"):
        shutil.copytree(load_content().folder / part, tmp_path / part)
    lever = tmp_path / "policies/instruments/audit-share.toml"
    text = lever.read_text("utf-8")
    lever.write_text(text.replace("bounds = [", "bounds = [9, ", 1), "utf-8")
    found = check_content(tmp_path)
    assert {item.file for item in found} == {"policies/instruments/audit-share.toml"}


@pytest.mark.parametrize("name", ["label", "evidence", "label_en"])
def test_a_column_may_not_take_a_name_that_means_something_else(small, name):
    documents = small.documents()
    columns = documents[PLACES]["columns"]
    columns[name] = dict(columns["wage_2010"])
    assert "name_reserved" in {item.rule for item in small.check(documents)}


PATTERNS = {
    "seeds": 1,
    "pattern": [
        {
            "id": "p8", **OUTSIDE, "compares": {"en": "A", "zh": "甲"}, "used_for_default": False,
            "status": "stylised", "why": "For a test.", "settings": {"years": 3, "share": 0.05},
            "band": [{"id": "money", "label": {"en": "A", "zh": "甲"}, "unit": "1", "bounds": [0, 1]}],
        }
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda one: one.update(id="p88"), "unknown_reference"),
        (lambda one: one["settings"].update(yeers=3), "unknown_key"),
        (lambda one: one["settings"].pop("share"), "missing_key"),
        (lambda one: one["band"][0].update(id="mony"), "unknown_key"),
        (lambda one: one["band"].append(one["band"][0]), "duplicate"),
    ],
)
def test_patterns_have_the_settings_that_their_rules_read(change, rule):
    findings: list[Any] = []
    made = copy.deepcopy(PATTERNS)
    shipped = load_content().patterns
    studies.check_patterns(studies.read_patterns(made, "p", findings), "p", findings, shipped)
    assert findings == []
    change(made["pattern"][0])
    studies.check_patterns(studies.read_patterns(made, "p", findings), "p", findings, shipped)
    assert rule in {finding.rule for finding in findings}
