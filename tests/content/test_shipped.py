"""The content of this repository, and its texts in both languages."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim.content.checks import check_content
from ccepz_sim.content.folder import find_folder
from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading.files import PARTS
from ccepz_sim.content.reading.finding import FATAL, MINOR
from ccepz_sim.text.texts import FOLDER, Texts, names

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Some characters that are written otherwise in Simplified Chinese.
TRADITIONAL = re.compile("[國經濟發電產業環園區鎮導幹農優補貼資財稅費統計劃們個這應該與無為從對時會開關門東]")
OTHER_LANGUAGE = "[中文]"  # the link at the head of a document
FIELD = re.compile(r"{.*?}")
SHORT = 12  # shorter words may be the same in both languages: units, formulas


def labels(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk over everything that has words in a language."""
    if isinstance(value, Mapping):
        if "en" in value or "zh" in value:
            yield path, value
        for key, item in value.items():
            yield from labels(item, f"{path}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from labels(item, f"{path}[{number}]")


def documents() -> dict[str, Any]:
    """Return every TOML file that holds words for people."""
    root = find_folder()
    files = [path for part in PARTS for path in sorted((root / part).rglob("*.toml"))]
    files += sorted(FOLDER.glob("*.toml"))
    return {str(path.relative_to(root)): tomllib.loads(path.read_text("utf-8")) for path in files}


def fields(text: str) -> set[str]:
    """Return the names of the fields of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_content_has_no_mistake():
    assert [finding.sentence() for finding in check_content()] == []


def test_no_python_lies_in_the_content_folders():
    root = find_folder()
    for part in PARTS:
        assert (root / part).is_dir()
        assert [path for path in (root / part).rglob("*") if path.suffix in (".py", ".pyc", ".ipynb")] == []


def test_every_content_folder_says_what_it_is():
    root = find_folder()
    for part in PARTS:
        assert (root / part / "README.md").read_text("utf-8").strip()


def test_everything_loads():
    content = load_content()
    assert len(content.levers) >= 30
    assert len(content.parameters) > 0
    assert all(len(content.table(name)) for name in content.table_names)
    assert {"status-quo", "whole-programme"} <= set(content.packages)
    assert {"calm", "slow-recovery"} <= set(content.scenarios)
    assert re.fullmatch("[0-9a-f]{64}", content.hash)


def test_every_word_has_both_languages():
    wrong = []
    for file, document in documents().items():
        for path, label in labels(document):
            english, chinese = (str(label.get(lang) or "").strip() for lang in ("en", "zh"))
            if not english or not chinese:
                wrong.append(f"{file} {path}: a language is missing")
            elif len(FIELD.sub("", english)) > SHORT:
                if not CHINESE.search(chinese):
                    wrong.append(f"{file} {path}: no Chinese in “{chinese}”")
                if CHINESE.search(english.replace(OTHER_LANGUAGE, "")):
                    wrong.append(f"{file} {path}: Chinese in “{english}”")
    assert wrong == []


def test_chinese_is_simplified():
    wrong = [
        f"{file} {path}: {found.group()}"
        for file, document in documents().items()
        for path, label in labels(document)
        if (found := TRADITIONAL.search(str(label.get("zh"))))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", names())
def test_both_languages_of_a_text_have_the_same_fields(name):
    texts = Texts.load(name)
    assert len(texts)
    wrong = [key for key, text in texts.items() if fields(text.en) != fields(text.zh)]
    assert wrong == []


def test_every_kind_of_finding_has_its_sentence():
    texts = Texts.load("errors")
    source = "".join(path.read_text("utf-8") for path in Path(FOLDER).parent.glob("content/reading/*.py"))
    source += (FOLDER.parent / "content" / "checks.py").read_text("utf-8")
    rules = {key.removeprefix("finding.") for key in texts if key.startswith("finding.")}
    assert rules >= FATAL | MINOR
    assert {rule for rule in rules if f'"{rule}"' not in source} == set()


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Walk over all user errors that the package raises with a literal key: where, key, names of fields."""
    own = {"unknown": {"name", "hint"}, "ContentError": set(), "UserError": set()}
    for path in sorted(FOLDER.parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in own:
                first = node.args[0] if node.args else None
                spread = any(keyword.arg is None for keyword in node.keywords)
                if isinstance(first, ast.Constant) and not spread:
                    given = {keyword.arg for keyword in node.keywords if keyword.arg}
                    yield f"{path.name}:{node.lineno}", str(first.value), given | own[node.func.id]


def test_every_error_that_is_raised_has_its_sentence_and_all_its_fields():
    texts = Texts.load("errors")
    calls = list(raised())
    assert len(calls) > 10
    wrong = [where for where, key, given in calls if key not in texts or not fields(texts[key].en) <= given]
    assert wrong == []


def test_unknown_text_names_its_file():
    with pytest.raises(KeyError, match=r"text/errors\.toml"):
        Texts.load("errors")["nothing"]


def test_other_languages_are_refused():
    with pytest.raises(ValueError, match="'fr'"):
        Texts.load("errors")["unknown_lever"].get("fr")
