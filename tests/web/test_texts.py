"""Every text of the page in both languages, and no text that the page asks for in vain."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import ccepz_sim.web
from ccepz_sim.text.label import Label
from ccepz_sim.text.sentences import figure, fill
from ccepz_sim.text.texts import Texts
from ccepz_sim.web import server

FOLDER = Path(ccepz_sim.web.__file__).parent
KINDS = ("firms", "officials", "institutes", "residents")
MADE_UP = ("status.", "saving.", "guide.step_", "life.in_", *(f"people.{kind}_" for kind in KINDS))
SECTIONS = {
    "header.vue": "page",
    "time.vue": "time",
    "map.vue": "map",
    "charts.vue": "charts",
    "levers.vue": "levers",
    "events.vue": "events",
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


MANY = r"(?<![\d.,–])1 (?:(?:more|other|coal) )?(?!(?:times|is|was|does|has)\b)[a-z]+s\b|\b1 people"
ONE = r"\d (?:official|firm|resident|point|world|run|year|post|person|future|letter)\b"


@pytest.mark.parametrize("name", ["events", "game", "web"])
def test_a_word_after_a_count_agrees_with_it(name: str) -> None:
    for key, label in Texts.load(name).items():
        one = fill(label.en, **dict.fromkeys(fields(label.en), 1))
        assert not re.search(MANY, one), (key, one)
        many = fill(label.en, **dict.fromkeys(fields(label.en), 1234))
        assert "|" not in one + many, key
        assert not re.search(ONE, many), (key, many)


def test_events_of_one_and_of_many() -> None:
    removed = Texts.load("events")["officials_removed"]
    assert "removed 1 official after" in removed.format("en", count=1)
    assert "removed 13 officials after" in removed.format("en", count=13)
    assert "，1 名干部" in removed.format("zh", count=1)


def test_texts_that_the_browser_fills_hold_no_choice_of_words() -> None:
    for file, section in SECTIONS.items():
        template = (FOLDER / file).read_text(encoding="utf-8")
        asked = set(re.findall(r"\bt\.([a-z_]+)", template))
        assert [key for key in asked if "|" in Texts.load("web").get(f"{section}.{key}", Label("", "")).en] == []


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(2.5, 0, "3"), (-2.5, 0, "−3"), (1234.5, 0, "1,235"), (0.125, 2, "0.13"), (-0.004, 2, "0.00")],
)
def test_a_half_is_rounded_as_browsers_do(value: float, decimals: int, text: str) -> None:
    assert figure(value, decimals) == text


@pytest.mark.parametrize("file", sorted(SECTIONS))
def test_templates_ask_for_texts_that_exist(file: str) -> None:
    template = (FOLDER / file).read_text(encoding="utf-8")
    asked = set(re.findall(r"\bt\.([a-z_]+)", template))
    known = {key.partition(".")[2] for key in Texts.load("web") if key.startswith(SECTIONS[file] + ".")}
    assert asked
    assert asked <= known | {"lang"}


def test_every_kind_of_notice_has_a_word_and_every_milder_sentence_exists() -> None:
    server.prepare()
    from ccepz_sim.web import notices  # brings Solara, which reads its settings once

    assert {key for key in Texts.load("web") if key.startswith("notice.")} == {
        f"notice.{kind}" for kind in notices.KINDS
    }
    for key, kind in notices.MILDER.items():
        assert key in Texts.load("web") or key in Texts.load("game")
        assert kind in notices.KINDS


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
