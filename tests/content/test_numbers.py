"""Numbers of any kind: read exactly, within bounds of sense, or refused in one sentence with what is allowed."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading import experiments, needs, parameters, policies, tables
from ccepz_sim.content.reading.fields import Fields, as_whole, finite, shown
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.lags import MOST_STAGES
from ccepz_sim.text.errors import ContentError
from tests.studies.conftest import document

LEVER = "policies/instruments/pollution-tax-air.toml"
PACKAGE = "policies/packages/tax-only.toml"
SCENARIO = "experiments/scenarios/calm.toml"
PLACES = "agents/places.toml"
PARAMETERS = "agents/parameters/fixture.toml"
GROUPS = "policies/groups.toml"
# What stands where a number belongs, as TOML writes it, and the rules that may refuse it.
NEVER = {
    "401 digits": ("9" * 401, {"beyond_sense", "out_of_bounds"}),
    "-401 digits": ("-" + "9" * 401, {"beyond_sense", "out_of_bounds"}),
    "6,000 hexadecimal digits": ("0x" + "f" * 6000, {"beyond_sense", "out_of_bounds"}),
    "1e400": ("1e400", {"not_finite"}),
    "inf": ("-inf", {"not_finite"}),
    "nan": ("nan", {"not_finite"}),
    "2**70": (str(2**70), {"beyond_sense", "out_of_bounds"}),
    "1e300": ("1e300", {"beyond_sense", "out_of_bounds"}),
    "1e-300": ("1e-300", {"beyond_sense", "out_of_bounds", "wrong_type", "step_not_dividing"}),
    "true": ("true", {"wrong_type"}),
    "text": ('"5"', {"wrong_type"}),
    "list": ("[5]", {"wrong_type"}),
    "date": ("2016-01-01", {"wrong_type"}),
    "time": ("2016-01-01T00:00:00Z", {"wrong_type"}),
}
NUMBERS = [
    (LEVER, ["step"]),
    (LEVER, ["lag", "quarters"]),
    (LEVER, ["lag", "stages"]),
    (LEVER, ["cost", "money"]),
    (LEVER, ["cost", "standing"]),
    (LEVER, ["effect", "years"]),
    (LEVER, ["effect", "value"]),
    (LEVER, ["status_quo", 1, "value"]),
    (LEVER, ["status_quo", 1, "from"]),
    (PACKAGE, ["set", 0, "from"]),
    (PACKAGE, ["set", 0, "value"]),
    (SCENARIO, ["jump", 0, "log"]),
    (SCENARIO, ["jump", 0, "at"]),
    (SCENARIO, ["inspection", 0, "quarters"]),
    (SCENARIO, ["inspection", 0, "strength"]),
    (SCENARIO, ["demand", 0, "factor"]),
    (SCENARIO, ["demand", 1, "at"]),
    (PLACES, ["row", 0, "wage_2010"]),
    (PARAMETERS, ["peer_weight", "value"]),
    (GROUPS, ["group", 0, "order"]),
]
STUDY = [
    ["seeds"], ["first_seed"], ["expected_runs"], ["relations", "years"], ["relations", "scale"], ["relations", "from"],
    ["lever", 0, "from"], ["policy", 0, "set", 0, "value"], ["policy", 0, "set", 0, "from"],
]  # fmt: skip
SAMPLED = [{"id": "audit-share"}]
POLICY = {
    "id": "mine",
    "label": {"en": "Mine", "zh": "我的"},
    "set": [{"lever": "audit-share", "from": 2016, "value": 0.4}],
}


def value_of(text):
    return tomllib.loads(f"a = {text}")["a"]


READERS = {
    LEVER: policies.read_lever,
    PACKAGE: policies.read_package,
    SCENARIO: experiments.read_scenario,
    PLACES: tables.read_table,
    PARAMETERS: parameters.read_parameters,
    GROUPS: lambda document, file, _, findings: policies.read_groups(document, file, findings),
}


def read(file, document):
    """Return what the reader of one file finds in a document."""
    findings = []
    READERS[file](document, file, file.rpartition("/")[2].removesuffix(".toml"), findings)
    return findings


def put(holder, path, value):
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value


@pytest.mark.parametrize(("text", "rules"), NEVER.values(), ids=NEVER)
@pytest.mark.parametrize(("file", "path"), NUMBERS, ids=[".".join(map(str, path)) for _, path in NUMBERS])
def test_what_is_no_number_of_sense_is_one_finding(small, file, path, text, rules):
    if path[-1] == "step" and "1e-300" in text:
        rules = rules | {"out_of_bounds"}
    document = small.document(file)
    assert read(file, document) == []
    put(document, path, value_of(text))
    found = read(file, document)
    assert len(found) == 1, [item.sentence() for item in found]
    assert found[0].rule in rules
    for lang in ("en", "zh"):
        assert len(found[0].sentence(lang)) < 300
        assert found[0].sentence(lang).isprintable()


@pytest.mark.parametrize(("text", "rules"), NEVER.values(), ids=NEVER)
@pytest.mark.parametrize("path", STUDY, ids=lambda path: ".".join(map(str, path)))
def test_the_same_in_a_study(path, text, rules):
    made = document(
        policy=[copy.deepcopy(POLICY)],
        expected_runs=60,
        lever=[{"id": "audit-share", "from": 2016, "values": [0.1, 0.5]}],
    )
    load_content().read_study(made, "tried.toml")
    put(made, path, value_of(text))
    if text == "1e-300" and path[-1] == "value":
        return  # a share of nearly nothing is out of sense, but within the bounds of the lever
    with pytest.raises(ContentError) as caught:
        load_content().read_study(made, "tried.toml")
    assert caught.value.sentence("en").startswith("tried.toml [")
    assert len(caught.value.sentence("en")) < 300


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_seed": LARGEST_SEED + 1}, "from 0 to 2,147,483,647"),
        ({"first_seed": 2**53 + 1}, "9,007,199,254,740,993"),
        ({"first_seed": 2**63}, "9,223,372,036,854,775,808"),
        ({"first_seed": -1}, "from 0 to 2,147,483,647"),
        ({"first_seed": 1.5}, "whole number"),
        ({"first_seed": LARGEST_SEED - 8}, "The last seed would be 2,147,483,648"),
        ({"first_seed": LARGEST_SEED - 30, "luck": "own"}, "The last seed would be 2,147,483,656"),
        (
            {"design_seed": 2**31, "design": "latin-hypercube", "samples": 2, "lever": SAMPLED},
            "from 0 to 2,147,483,647",
        ),
        ({"samples": 4}, "means nothing here"),
        ({"design_seed": 4}, "means nothing here"),
        ({"relations": {"years": 45}}, "from 1 to 44"),
        ({"relations": {"years": 51, "from": 2010}}, "from 1 to 50"),
        ({"relations": {"years": 2, "from": 2012}}, "2010, 2016"),
        ({"lever": [{"id": "audit-share", "from": 2017, "values": [0.1, 0.5]}]}, "from 2,016 to 2,016.75"),
        ({"seeds": 1_000_000, "expected_runs": 4}, "at most 1,000,000"),
    ],
)
def test_bounds_of_a_study(changes, words):
    with pytest.raises(ContentError) as caught:
        load_content().read_study(document(**changes), "tried.toml")
    assert words in caught.value.sentence("en")


def test_the_highest_seed_is_a_seed():
    study = load_content().read_study(document(first_seed=LARGEST_SEED - 9), "tried.toml")
    assert (study.first_seed, study.last_seed) == (LARGEST_SEED - 9, LARGEST_SEED)
    assert load_content().read_study(document(first_seed=5.0), "tried.toml").first_seed == 5


def test_a_study_need_not_say_how_many_runs_it_makes():
    made = document()
    del made["expected_runs"]
    assert load_content().read_study(made, "tried.toml").expected_runs == 40


@pytest.mark.parametrize(
    ("file", "path", "value", "rule"),
    [
        (LEVER, ["lag", "quarters"], 201, "out_of_bounds"),
        (LEVER, ["lag", "stages"], needs.MOST_STAGES + 1, "out_of_bounds"),
        (PACKAGE, ["set", 0, "from"], 2016.3, "not_a_quarter"),
        (PACKAGE, ["set", 0, "from"], 2009, "out_of_bounds"),
        (PACKAGE, ["set", 0, "from"], 2060, "out_of_bounds"),
        (SCENARIO, ["jump", 0, "at"], 2015, "out_of_bounds"),
        (SCENARIO, ["inspection", 0, "at"], 2014, "out_of_bounds"),
        (SCENARIO, ["inspection", 0, "quarters"], 0.5, "wrong_type"),
        (SCENARIO, ["price", 0, "points"], [[2016, 1e6]], "out_of_bounds"),
    ],
)
def test_what_would_do_nothing_or_something_else_is_refused(small, file, path, value, rule):
    document = small.document(file)
    put(document, path, value)
    (found,) = read(file, document)
    assert (found.file, found.rule, found.blocking) == (file, rule, True)


def test_what_readers_know_of_the_rules_is_what_the_rules_say():
    from ccepz_sim.model import PHASES

    assert needs.MOST_STAGES == MOST_STAGES
    assert [*needs.PHASES, "record"] == [phase.name for phase in PHASES]


@given(st.integers(-(2**200), 2**200))
def test_whole_numbers_are_read_exactly(number):
    assert as_whole(number) == number
    assert shown(number).replace(",", "") == str(number) or "e" in shown(number)
    read = Fields({"a": number}, "f", "", []).whole("a", bounds=(-(2**200), 2**200))
    assert read == number


@pytest.mark.parametrize("value", [True, None, "1", [1], 1.5, float("nan"), float("inf"), dt.date(2016, 1, 1), 1j])
def test_these_are_no_whole_numbers(value):
    assert as_whole(value) is None


@pytest.mark.parametrize("value", [np.int64(7), np.float64(7.0), np.float32(7.0), np.uint8(7), 7, 7.0])
def test_numbers_of_numpy_are_numbers(value):
    assert as_whole(value) == 7
    assert finite(value)


@pytest.mark.parametrize("value", [np.bool_(True), np.array([7]), np.datetime64("2016")])
def test_other_things_of_numpy_are_none(value):
    assert as_whole(value) is None
    assert not finite(value)
