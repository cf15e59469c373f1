"""What others cite: one version and one description everywhere, and the numbers of each version."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date

import pytest

from ccepz_sim import __version__
from tests.engine.golden.record import RUNS, read

HASH = re.compile(r"[0-9a-f]{16}")


@pytest.fixture(scope="module")
def versions(root) -> list[dict]:
    """The versions of the numbers, newest first."""
    return tomllib.loads((root / "docs" / "reference" / "numbers.toml").read_text("utf-8"))["version"]


def test_the_newest_version_gives_the_recorded_numbers(versions) -> None:
    newest = versions[0]
    assert newest["version"] == __version__
    assert newest["golden"] == {name: read(name)["hash"] for name in RUNS}


def test_every_change_of_numbers_is_a_version(versions) -> None:
    names = [tuple(map(int, one["version"].split("."))) for one in versions]
    assert names == sorted(set(names), reverse=True)
    golden = [json.dumps(one["golden"], sort_keys=True) for one in versions]
    assert len(set(golden)) == len(golden)
    for one in versions:
        assert set(one["golden"]) == set(RUNS)
        assert all(HASH.fullmatch(value) for value in one["golden"].values())
        assert one["what"]["en"] != one["what"]["zh"]
        assert one["why"]["en"] != one["why"]["zh"]
    dates = [date.fromisoformat(one["date"]) for one in versions if one["date"]]
    assert dates == sorted(dates, reverse=True)
    assert all(one["date"] for one in versions[1:]), "only the newest version may be unreleased"


def test_citation_and_archives_say_the_same(root) -> None:
    cff = (root / "CITATION.cff").read_text("utf-8")
    zenodo = json.loads((root / ".zenodo.json").read_text("utf-8"))
    codemeta = json.loads((root / "codemeta.json").read_text("utf-8"))
    field = dict(re.findall(r'^([a-z-]+): "?([^"\n]+)"?$', cff, re.MULTILINE))
    assert field["version"] == zenodo["version"] == codemeta["version"] == codemeta["softwareVersion"] == __version__
    assert field["title"] == zenodo["title"] == codemeta["name"]
    assert field["date-released"] == zenodo["publication_date"] == codemeta["datePublished"]
    found = re.search(r"abstract: >-\n((?:  .+\n)+)", cff)
    assert found is not None
    abstract = " ".join(found[1].split())
    assert abstract == codemeta["description"] == zenodo["description"].removeprefix("<p>").removesuffix("</p>")
    keywords = re.findall(r"^  - ([^:\n]+)$", cff, re.MULTILINE)
    assert keywords == zenodo["keywords"] == codemeta["keywords"]
    assert field["license"] == zenodo["license"] == codemeta["license"].rpartition("/")[2]
