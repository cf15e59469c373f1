"""Every mistake in content is reported, with file, key, what is allowed and the nearest valid name."""

from __future__ import annotations

import pytest

from ccepz_sim.content.checks import check_content
from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading.needs import MOST_ROWS

FIRMS = "agents/firms.toml"
PRODUCTS = "agents/products.toml"
PLACES = "agents/places.toml"
DISTANCES = "agents/distances.toml"
PARAMETERS = "agents/parameters/fixture.toml"
GROUPS = "policies/groups.toml"
LEVER = "policies/instruments/pollution-tax-air.toml"
PACKAGE = "policies/packages/tax-only.toml"
SCENARIO = "experiments/scenarios/calm.toml"
NAN = float("nan")
GROUP_KEYS = ("id", "label", "what", "colour", "order", "report_group")
PARAMETER_KEYS = ("label", "value", "unit", "bounds", "status", "why")


def test_small_content_is_valid(small):
    assert small.check(small.documents()) == []


def put(document, path, value):
    """Set what lies at a path of keys and positions."""
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def drop(document, path):
    """Remove what lies at a path of keys and positions."""
    for step in path[:-1]:
        document = document[step]
    del document[path[-1]]


CASES = [
    # file, path, value, rule, key, words of the English sentence
    (FIRMS, ["rows", 0, 1], "potach", "unknown_reference", "one.product", "potash"),
    (FIRMS, ["rows", 0, 2], "golmut", "unknown_reference", "one.place", "golmud"),
    (FIRMS, ["rows", 0, 3], "park_delingha", "of_another", "one.park", "words"),
    (FIRMS, ["rows", 1, 4], -1, "out_of_bounds", "two.capacity", "from 0 to 10.5"),
    (FIRMS, ["rows", 1, 4], NAN, "not_finite", "two.capacity", "from 0 to 10.5"),
    (FIRMS, ["rows", 1, 4], "3", "wrong_type", "two.capacity", "from 0 to 10.5"),
    (FIRMS, ["rows", 1, 4], True, "wrong_type", "two.capacity", "true"),
    (FIRMS, ["rows", 1, 0], "one", "duplicate", "one", "twice"),
    (FIRMS, ["rows", 1], ["two"], "row_length", "rows[2]", "1 cells"),
    (FIRMS, ["order", 1], "produkt", "unknown_key", "order.produkt", "product"),
    (FIRMS, ["columns", "product", "refers"], "product", "unknown_table", "columns.product.refers",
     "products"),
    (FIRMS, ["id"], "firm", "file_name", "id", "firms"),
    (PRODUCTS, ["columns", "labour", "status"], "assumed", "bad_status", "columns.labour.status",
     "assumption"),
    (PRODUCTS, ["columns", "labour", "bounds"], [5, 1], "bad_bounds", "columns.labour.bounds", "below"),
    (PRODUCTS, ["columns", "labour", "bound"], [5, 1], "unknown_key", "columns.labour.bound", "bounds"),
    (PRODUCTS, ["columns", "labour"], {"label": {"en": "a", "zh": "b"}}, "column_kind", "columns.labour",
     "refers"),
    (PRODUCTS, ["columns", "labour", "label"], {"en": "Labour"}, "missing_language",
     "columns.labour.label.zh", "zh"),
    (PRODUCTS, ["row", 0, "industry"], "coal", "not_a_choice", "potash.industry", "coal_mining"),
    (PRODUCTS, ["row", 0, "waste_kind"], "", "blank_cell", "potash.waste_kind", "blank = true"),
    (PRODUCTS, ["row", 0, "labor"], 1, "unknown_key", "row[1].labor", "labour"),
    (PRODUCTS, ["row", 0, "evidence"], {"labour": {"status": "official"}}, "missing_evidence",
     "row[1].evidence.labour.source", "why"),
    (PRODUCTS, ["row"], [], "no_rows", "row", "no rows"),
    (PARAMETERS, ["peer_weight", "value"], 11, "out_of_bounds", "peer_weight.value", "from 0 to 10.5"),
    (PARAMETERS, ["peer_weight", "unit"], "", "wrong_type", "peer_weight.unit", "text"),
    (PARAMETERS, ["Peer"], {}, "bad_id", "Peer", "lower-case"),
    (PARAMETERS, ["titel"], "x", "unknown_key", "titel", "Allowed"),
    (GROUPS, ["group", 1, "id"], "regulation", "duplicate", "group[2].id", "twice"),
    (GROUPS, ["group", 1, "order"], 0, "duplicate", "group[2].order", "twice"),
    (GROUPS, ["group", 1, "report_group"], "tax-onli", "unknown_reference", "governance.report_group",
     "tax-only"),
    (LEVER, ["group"], "regulations", "unknown_reference", "group", "regulation"),
    (LEVER, ["body"], "enviroment", "unknown_reference", "body", "environment"),
    (LEVER, ["unit"], "yuan/equivalents", "not_a_choice", "unit", "yuan/equivalent"),
    (LEVER, ["unit"], "yuan/year", "other_unit", "unit", "yuan/equivalent"),
    (PLACES, ["row", 1, "seat"], 1, "role_count", "columns.seat", "2; the rules need 1"),
    (PLACES, ["row", 1, "receives"], 0, "role_count", "columns.receives", "1; the rules need 2"),
    (DISTANCES, ["row", 1, "id"], "dulan", "other_rows", "row", "agents/places.toml"),
    (PRODUCTS, ["columns", "labour", "unit"], "hours", "other_unit", "columns.labour.unit", "hours"),
    (LEVER, ["step"], 0.7, "step_not_dividing", "step", "0.7"),
    (LEVER, ["step"], -1, "out_of_bounds", "step", "above 0"),
    (LEVER, ["status_quo", 0, "value"], 13, "out_of_bounds", "status_quo[1].value", "from 0 to 12"),
    (LEVER, ["status_quo", 0, "value"], 0.3, "off_step", "status_quo[1].value", "0.3"),
    (LEVER, ["status_quo", 1, "from"], 2009, "not_ascending", "status_quo[2].from", "2009"),
    (LEVER, ["status_quo", 1, "from"], 2015.3, "not_a_quarter", "status_quo[2].from", "2015.3"),
    (LEVER, ["status_quo", 1, "from"], 20155, "out_of_bounds", "status_quo[2].from", "20,155"),
    (LEVER, ["status_quo"], [], "wrong_type", "status_quo", "tables"),
    (LEVER, ["channel"], "inspectors", "duplicate", "channel", "inspection-capacity"),
    (LEVER, ["channel"], "taxair", "not_a_choice", "channel", "tax_air"),
    (LEVER, ["cost", "kind"], "values", "not_a_choice", "cost.kind", "value"),
    (LEVER, ["lag", "stages"], 1.5, "wrong_type", "lag.stages", "whole number"),
    (LEVER, ["lag", "quarters"], -1, "out_of_bounds", "lag.quarters", "from 0 to 200"),
    (LEVER, ["effect", "direction"], "downwards", "not_a_choice", "effect.direction", "down"),
    (LEVER, ["effect", "value"], 1, "no_change", "effect.value", "status quo"),
    (LEVER, ["effect", "condition"], {"inspection-capacities": 1}, "unknown_reference",
     "effect.condition.inspection-capacities", "inspection-capacity"),
    (LEVER, ["effect", "condition"], {"inspection-capacity": 99}, "out_of_bounds",
     "effect.condition.inspection-capacity", "from 0 to 12"),
    (PACKAGE, ["set", 0, "lever"], "pollution-tax-aire", "unknown_reference", "set[1]", "pollution-tax-air"),
    (PACKAGE, ["set", 0, "value"], 12.5, "out_of_bounds", "set[1]", "from 0 to 12"),
    (PACKAGE, ["baseline"], "status_quo", "unknown_reference", "baseline", "status-quo"),
    (SCENARIO, ["price", 0, "series"], "sodas", "unknown_reference", "price[1].series", "soda"),
    (SCENARIO, ["price", 0, "series"], "*", "duplicate", "price[2].series", "twice"),
    (SCENARIO, ["price", 0, "points"], [[2016, 1], [2016, 2]], "not_ascending", "price[1].points[2]", "2016"),
    (SCENARIO, ["price", 0, "points"], [[2016, 0]], "out_of_bounds", "price[1].points[1]", "from 0.001 to 1,000"),
    (SCENARIO, ["price", 0, "points"], [[2016]], "wrong_type", "price[1].points[1]", "year"),
    (SCENARIO, ["jump", 0, "series"], "sodas", "unknown_reference", "jump[1].series", "soda"),
    (SCENARIO, ["demand", 1, "at"], 2016, "not_ascending", "demand[2].at", "2016"),
    (SCENARIO, ["mine_closure"], "yes", "wrong_type", "mine_closure", "true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "path", "value", "rule", "key", "words"), CASES)
def test_a_wrong_value_is_found_where_it_is(small, file, path, value, rule, key, words):
    documents = small.documents()
    put(documents[file], path, value)
    found = [item for item in small.check(documents) if (item.file, item.rule, item.key) == (file, rule, key)]
    assert len(found) == 1, [item.sentence() for item in small.check(documents)]
    assert words in found[0].sentence("en")
    assert not found[0].fatal
    assert found[0].sentence("zh").startswith(file)
    assert found[0].message.zh != found[0].message.en


def test_more_places_than_the_rules_have_room_for_are_told(small):
    documents = small.documents()
    rows = documents[PLACES]["row"]
    rows += [rows[0] | {"id": f"place-{number}"} for number in range(MOST_ROWS["places"] + 1 - len(rows))]
    found = [item for item in small.check(documents) if item.rule == "too_many_rows"]
    assert [item.file for item in found] == [PLACES]
    assert str(MOST_ROWS["places"]) in found[0].sentence("en")
    assert found[0].sentence("zh") != found[0].sentence("en")


@pytest.mark.parametrize(
    ("file", "path"),
    [
        (FIRMS, ["label"]),
        (FIRMS, ["what"]),
        (FIRMS, ["order"]),
        (PRODUCTS, ["columns", "labour", "label"]),
        (PRODUCTS, ["columns", "labour", "unit"]),
        (PRODUCTS, ["columns", "labour", "bounds"]),
        (PRODUCTS, ["columns", "labour", "status"]),
        (PRODUCTS, ["columns", "labour"]),
        (PRODUCTS, ["row", 0, "labour"]),
        (PRODUCTS, ["row", 0, "id"]),
        *((PARAMETERS, ["peer_weight", key]) for key in PARAMETER_KEYS),
        *((GROUPS, ["group", 0, key]) for key in GROUP_KEYS),
        *(
            (LEVER, [key])
            for key in (
                "id", "group", "label", "summary", "assumes", "unit", "bounds", "step", "status_quo", "body",
                "channel", "who", "report", "status", "source", "lag", "cost", "effect",
            )
        ),
        *((LEVER, ["effect", key]) for key in ("indicator", "direction", "value", "years")),
        *((PACKAGE, [key]) for key in ("id", "label", "summary", "reference", "baseline")),
        *((PACKAGE, ["set", 0, key]) for key in ("lever", "from", "value")),
        *((SCENARIO, [key]) for key in ("id", "label", "summary", "status", "why", "mine_closure")),
        *((SCENARIO, ["price", 0, key]) for key in ("series", "points")),
        *((SCENARIO, ["jump", 0, key]) for key in ("series", "at", "log")),
        *((SCENARIO, ["inspection", 0, key]) for key in ("quarters", "at", "strength")),
    ],
)  # fmt: skip
def test_a_missing_key_is_found(small, file, path):
    documents = small.documents()
    drop(documents[file], path)
    assert any(item.file == file for item in small.check(documents))


def test_all_mistakes_are_reported_at_once(small):
    documents = small.documents()
    first = {case[0]: case for case in reversed(CASES)}
    for file, path, value, *_ in first.values():
        put(documents[file], path, value)
    found = {(item.file, item.rule) for item in small.check(documents)}
    assert {(case[0], case[3]) for case in first.values()} <= found


def test_missing_tables_and_files_are_reported(small):
    for path in (FIRMS, PLACES, GROUPS, "policies/packages/status-quo.toml"):
        documents = small.documents()
        del documents[path]
        found = [item for item in small.check(documents) if item.rule == "file_missing"]
        assert [item.file for item in found] == [path]


def test_what_the_rules_need_is_not_to_be_missing(small):
    documents = small.documents()
    del documents["policies/instruments/upgrade.toml"]
    assert {(item.rule, item.key) for item in small.check(documents)} == {("channel_missing", "channel")}
    needed = [key for key in load_content().parameters if key.startswith("firms.")]
    assert needed
    documents = small.documents()
    del documents["agents/parameters/firms.toml"]
    found = small.check(documents)
    assert {f"firms.{item.key}" for item in found} == set(needed)
    assert {item.rule for item in found} == {"missing_parameter"}
    documents = small.documents()
    name = needed[0].removeprefix("firms.")
    documents["agents/parameters/firms.toml"][name]["unit"] = "miles"
    assert [(item.rule, item.key) for item in small.check(documents)] == [("other_unit", f"{name}.unit")]


def test_files_that_nobody_reads_are_reported(small, tmp_path):
    small.write(tmp_path)
    (tmp_path / "policies/pollution-tax.toml").write_text("", encoding="utf-8")
    (tmp_path / "agents/firm.py").write_text("", encoding="utf-8")
    found = [(item.file, item.rule, item.fatal) for item in check_content(tmp_path)]
    assert found == [
        ("agents/firm.py", "python_file", False),
        ("policies/pollution-tax.toml", "misplaced_file", False),
    ]


def test_what_cannot_be_read_is_fatal(small, tmp_path):
    small.write(tmp_path)
    (tmp_path / LEVER).write_text('id = "x"\nlabel = = 1\n', encoding="utf-8")
    (tmp_path / SCENARIO).write_bytes(b'id = "\xff"')
    (tmp_path / PARAMETERS).write_text('id = "fixture', encoding="utf-8")
    found = [(item.file, item.rule, item.line, item.fatal) for item in check_content(tmp_path)]
    assert found == [
        (PARAMETERS, "broken_toml", 1, True),
        (SCENARIO, "not_utf8", 1, True),
        (LEVER, "broken_toml", 2, True),
    ]


def test_missing_folders_are_fatal(small, tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        (found,) = check_content(folder)
        assert (found.rule, found.fatal) == ("no_content", True)
    documents = small.documents()
    del documents[SCENARIO]
    (found,) = check_content(small.write(tmp_path / "other", documents))
    assert (found.file, found.rule, found.fatal) == ("experiments", "folder_missing", True)


def test_findings_as_data(small):
    documents = small.documents()
    documents[LEVER]["body"] = "enviroment"
    (found,) = small.check(documents)
    assert found.as_dict("en") == {
        "file": LEVER,
        "line": 0,
        "key": "body",
        "rule": "unknown_reference",
        "message": "“enviroment” is not known in agents/bodies.toml.",
        "allowed": "one of province, environment",
        "nearest": "environment",
        "fatal": False,
    }


def test_a_finding_is_one_line_whatever_was_typed(small):
    documents = small.documents()
    documents[LEVER]["body"] = "environ\nment {x}"
    (found,) = small.check(documents)
    assert "environ ment {x}" in found.sentence("en")
