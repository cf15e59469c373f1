"""The loader: what it gives out, what it refuses and how it says so."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ccepz_sim.content.folder import find_folder
from ccepz_sim.content.loading import load_content, load_package
from ccepz_sim.text.errors import ContentError, UserError


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory) -> Path:
    """The small content in a folder."""
    return small.write(tmp_path_factory.mktemp("content"))


@pytest.fixture(scope="module")
def content(folder):
    """The small content, loaded."""
    return load_content(folder)


def test_import_does_no_work():
    heavy = ("numpy", "mesa", "pandas", "solara")
    code = f"import sys, ccepz_sim; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_rows_become_read_only_arrays(content):
    table = content.table("products")
    assert table.ids == ("potash", "soda_ash")
    assert table.index["soda_ash"] == 1
    assert len(table) == 2
    labour = table.numbers("labour")
    assert labour.dtype == np.float64
    assert labour.tolist() == [1.25, 1.25]
    with pytest.raises(ValueError, match="read-only"):
        labour[0] = 2
    assert table.texts("industry") == ("salt_lake_chemicals", "salt_lake_chemicals")
    assert table.columns["labour"].unit == load_content().table("products").columns["labour"].unit
    assert table.columns["labour"].bounds == (0.0, 10.5)


def test_lines_become_the_same_kind_of_table(content):
    firms = content.table("firms")
    assert firms.ids == ("one", "two")
    assert firms.texts("product") == ("potash", "potash")
    assert firms.numbers("capacity").tolist() == [1.25, 1.25]


def test_firms_are_called_after_their_product(content):
    assert [label.en for label in content.table("firms").labels] == ["A name one", "A name two"]
    assert content.table("firms").labels[0].zh == "名称 one"


def test_evidence_of_a_cell_goes_before_that_of_its_column(content):
    products = content.table("products")
    column = next(iter(products.evidence))[1]
    assert products.evidence_of("potash", column).status == "official"
    assert products.evidence_of("soda_ash", "labour").why == "For a test."


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda c: c.table("firm"), "firms"),
        (lambda c: c.table("firms").numbers("capasity"), "capacity"),
        (lambda c: c.table("firms").numbers("product"), "text"),
        (lambda c: c.table("firms").texts("capacity"), "numbers"),
        (lambda c: c.value("fixture.peer_wait"), "fixture.peer_weight"),
        (lambda c: c.group_values("fixtur"), "fixture"),
        (lambda c: c.lever("polution-tax-air"), "pollution-tax-air"),
        (lambda c: c.package("tax_only"), "tax-only"),
        (lambda c: c.scenario("clam"), "calm"),
        (lambda c: c.with_parameters({"fixture.peer_wait": 1.0}), "fixture.peer_weight"),
        (lambda c: c.with_parameters({"fixture.peer_weight": 11.0}), "10.5"),
        (lambda c: c.with_parameters({"fixture.peer_weight": float("nan")}), "finite"),
        (lambda c: c.with_parameters({"fixture.peer_weight": True}), "finite"),
    ],
)
def test_what_is_not_there_is_refused_in_one_sentence(content, ask, words):
    with pytest.raises(ContentError) as caught:
        ask(content)
    assert words in caught.value.sentence("en")
    for lang in ("en", "zh"):
        sentence = caught.value.sentence(lang)
        assert "\n" not in sentence
        assert "{" not in sentence
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_levers_follow_the_order_of_their_groups(small, tmp_path):
    documents = small.documents()
    documents["policies/instruments/inspection-capacity.toml"]["group"] = "governance"
    levers = load_content(small.write(tmp_path, documents)).levers
    assert list(levers)[-1] == "inspection-capacity"
    documents["policies/groups.toml"]["group"][0]["order"] = 7
    levers = load_content(small.write(tmp_path / "other", documents)).levers
    assert next(iter(levers)) == "inspection-capacity"
    assert list(levers)[1:] == sorted(list(levers)[1:])


def test_status_quo_is_a_step_function(content):
    lever = content.levers["pollution-tax-air"]
    years = (2008, 2010, 2015.25, 2015.5, 2030)
    assert [lever.status_quo_at(year) for year in years] == [0.5, 0.5, 0.5, 1, 1]


def test_package_and_scenario_keep_the_names_of_their_files(content, folder):
    package = content.packages["tax-only"]
    (item,) = package.set
    assert (item.lever, item.from_, item.value) == ("pollution-tax-air", 2016.0, 6.0)
    assert load_package("tax-only", folder) is package
    calm = content.scenarios["calm"]
    assert calm.price[0].points == ((2016.0, 0.95), (2020.0, 1.1))
    assert (calm.jump[0].at, calm.jump[0].log) == (2019.0, -0.7)
    assert (calm.inspection[0].quarters, calm.inspection[0].strength) == (2.0, 1.0)
    assert [point.factor for point in calm.demand] == [1.0, 1.2]
    assert calm.mine_closure


def test_parameters_may_be_set_without_changing_the_content(content):
    changed = content.with_parameters({"fixture.peer_weight": 0.5})
    assert changed.value("fixture.peer_weight") == 0.5
    assert changed.group_values("fixture").peer_weight == 0.5
    assert content.value("fixture.peer_weight") == 0.6
    with pytest.raises(ContentError, match="peer_weight"):
        _ = changed.group_values("fixture").peer_wait
    assert vars(copy.deepcopy(changed.group_values("fixture"))) == {"peer_weight": 0.5}
    again = changed.with_parameters({"fixture.peer_weight": 0.6})
    assert changed.hash != content.hash
    assert again.hash == content.hash
    assert content.with_parameters({}) is content


def test_hash_is_of_the_values(small, content, tmp_path):
    reversed_keys = {path: dict(reversed(document.items())) for path, document in small.documents().items()}
    reversed_keys["agents/firms.toml"]["rows"][0][4] = 1.25
    assert load_content(small.write(tmp_path / "same", reversed_keys)).hash == content.hash
    reversed_keys["agents/products.toml"]["row"][0]["labour"] = 1.2500001
    assert load_content(small.write(tmp_path / "other", reversed_keys)).hash != content.hash


def test_content_is_read_once_and_shared(content, folder):
    assert load_content(folder) is content
    assert load_content(str(folder)) is content
    assert copy.deepcopy(content) is content
    changed = content.with_parameters({"fixture.peer_weight": 0.5})
    assert pickle.loads(pickle.dumps(changed)).hash == changed.hash


def test_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(ContentError, match="does not exist"):
        load_content(tmp_path / "nowhere")
    with pytest.raises(ContentError, match="holds no content"):
        load_content(tmp_path)
    (tmp_path / "agents").mkdir()
    with pytest.raises(ContentError, match="no folder “policies”"):
        _ = load_content(tmp_path).levers


def test_broken_file_is_one_sentence_with_its_line(small, tmp_path):
    small.write(tmp_path)
    (tmp_path / "agents/firms.toml").write_text('id = "firms"\nlabel = = 3\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"agents/firms\.toml:2"):
        load_content(tmp_path)


def test_a_mistake_refuses_only_the_part_it_is_in(small, tmp_path):
    documents = small.documents()
    documents["policies/packages/tax-only.toml"]["set"][0]["value"] = 99
    content = load_content(small.write(tmp_path, documents))
    assert content.levers
    with pytest.raises(ContentError, match=r"policies/packages/tax-only\.toml .*99 is out of bounds"):
        _ = content.packages


def test_installed_package_goes_before_strangers_beside_it(monkeypatch, tmp_path):
    (tmp_path / "agents").mkdir()
    inside = tmp_path / "ccepz_sim" / "_content"
    (inside / "agents").mkdir(parents=True)
    monkeypatch.setattr("ccepz_sim.content.folder.PACKAGE_FOLDER", tmp_path / "ccepz_sim")
    assert find_folder() == inside
    inside.rename(tmp_path / "ccepz_sim" / "elsewhere")
    assert find_folder() == tmp_path


def test_errors_survive_another_process():
    error = ContentError("unknown_lever", name="x", hint="")
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, UserError)
    assert again.sentence("zh") == error.sentence("zh")
