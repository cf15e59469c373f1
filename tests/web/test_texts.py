"""Every text of the page in both languages, and no text that the page asks for in vain."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import ccepz_sim.web
from ccepz_sim.text import Texts

FOLDER = Path(ccepz_sim.web.__file__).parent
KINDS = ("firms", "officials", "institutes", "residents")
MADE_UP = ("status.", "saving.", "guide.step_", "life.in_", *(f"people.{kind}_" for kind in KINDS))
SECTIONS = {
    "header.vue": "page",
    "time.vue": "time",
    "map.vue": "map",
    "charts.vue": "charts",
    "levers.vue": "levers",
    "happenings.vue": "happenings",
    "missing.vue": "missing",
    "tabs.vue": "tabs",
    "guide.vue": "guide",
    "why.vue": "why",
    "people.vue": "people",
    "web.vue": "web",
    "futures.vue": "futures",
    "report.vue": "report",
}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", ["web", "game"])
def test_languages_have_the_same_fields(name: str) -> None:
    for key, label in Texts.load(name).items():
        assert label.en.strip(), key
        assert label.zh.strip(), key
        assert fields(label.en) == fields(label.zh), key
        assert not re.search("[\u4e00-\u9fff]", label.en) or key in ("page.language", "page.language_help"), key


@pytest.mark.parametrize("file", sorted(SECTIONS))
def test_templates_ask_for_texts_that_exist(file: str) -> None:
    template = (FOLDER / file).read_text(encoding="utf-8")
    asked = set(re.findall(r"\bt\.([a-z_]+)", template))
    known = {key.partition(".")[2] for key in Texts.load("web") if key.startswith(SECTIONS[file] + ".")}
    assert asked
    assert asked <= known | {"lang"}


def test_every_text_of_the_page_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.vue"), *FOLDER.rglob("*.js"), *FOLDER.rglob("*.html")]
    )
    unused = [
        key
        for key in Texts.load("web")
        if not re.search(rf"\b{re.escape(key.rpartition('.')[2])}\b", code) and not key.startswith(MADE_UP)
    ]
    assert unused == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.vue")), ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own_and_no_raw_html(path: Path) -> None:
    template = path.read_text(encoding="utf-8").split("<script>")[0]
    assert "v-html" not in template
    outside = re.sub(r"\{\{.*?\}\}|<[^>]*>", " ", re.sub(r'"[^"]*"', '""', template), flags=re.DOTALL)
    assert not re.search(r"[A-Za-z\u4e00-\u9fff]{2,}", outside), outside
