"""A rule is compiled anew when anything it is made of changes, however that was imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ccepz_sim.numerics import rule_sources, rule_store

PLAN = "ccepz_sim.rules.firm_plan"
COUNTED = {
    "by its full name": "import play.deep.helper",
    "by another name": "import play.deep.helper as h",
    "after another": "import math, play.deep.helper",
    "from its package": "from play.deep import helper",
    "a name from it": "from play.deep.helper import LEVEL",
    "in brackets": "from play.deep.helper import (\n    LEVEL,\n)",
    "over a line's end": "from play.deep.helper \\\n    import LEVEL",
    "all of it": "from play.deep.helper import *",
    "from beside": "from .deep.helper import LEVEL",
    "the module from beside": "from .deep import helper",
    "after a semicolon": "import math; from play.deep.helper import LEVEL",
    "in a function": "def f():\n    from play.deep.helper import LEVEL\n    return LEVEL",
    "in a class": "class A:\n    import play.deep.helper",
    "in a try": "try:\n    import play.deep.helper\nexcept ImportError:\n    pass",
    "after a failure": "try:\n    import no_such\nexcept ImportError:\n    import play.deep.helper",
    "in a finally": "try:\n    pass\nfinally:\n    import play.deep.helper",
    "under a condition": "if True: import play.deep.helper",
    "in an else": "if False:\n    pass\nelse:\n    from .deep import helper",
    "when nobody checks types": "if TYPE_CHECKING:\n    X = 1\nelse:\n    import play.deep.helper",
    "in a loop": "for _ in ():\n    import play.deep.helper",
    "in a with": "with x:\n    import play.deep.helper",
    "in a case": "match 1:\n    case 1:\n        import play.deep.helper",
    "through another": "from play import between",
    "through a package": "import play.deep",
}
NOT_COUNTED = {
    "for a type checker": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import play.deep.helper",
    "for one by another way": "import typing\nif typing.TYPE_CHECKING:\n    from .deep import helper",
    "in words": '"""from play.deep.helper import LEVEL"""',
}


def forget() -> None:
    for kept in (rule_sources._file, rule_sources._source, rule_sources.source_hash):
        kept.cache_clear()


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], bool]]:
    """Say whether a module of this source has another hash after its helper was edited."""
    deep = tmp_path / "play" / "deep"
    deep.mkdir(parents=True)
    for folder in (deep.parent, deep):
        (folder / "__init__.py").write_text("")
    (deep / "__init__.py").write_text("from .helper import LEVEL\n")
    (deep.parent / "between.py").write_text("from .deep.helper import LEVEL\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def edited(source: str) -> bool:
        hashes = []
        (deep.parent / "rule.py").write_text(source + "\n")
        for level in (1, 2):
            (deep / "helper.py").write_text(f"LEVEL = {level}\n")
            forget()
            hashes.append(rule_sources.source_hash("play.rule"))
        assert None not in hashes
        return hashes[0] != hashes[1]

    yield edited
    forget()


@pytest.mark.parametrize("form", COUNTED)
def test_an_edited_helper_gives_another_hash(changed: Callable[[str], bool], form: str) -> None:
    assert changed(COUNTED[form])


@pytest.mark.parametrize("form", NOT_COUNTED)
def test_what_is_not_imported_does_not_count(changed: Callable[[str], bool], form: str) -> None:
    assert not changed(NOT_COUNTED[form])


def test_a_script_is_made_of_the_files_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_rules.py").write_text("import json, numpy, my_helper\nfrom ccepz_sim.numerics import clock\n")
    (tmp_path / "my_helper.py").write_text("LEVEL = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = rule_sources.needed("my_rules")
    assert {"my_rules", "my_helper", "ccepz_sim.numerics.clock"} <= found
    assert not {"json", "numpy"} & found


def test_what_has_no_source_is_not_kept() -> None:
    assert rule_sources.source_hash("no_such_module") is None
    assert rule_store.folder_of("no_such_module") is None


def test_a_source_that_cannot_be_read_hinders_nobody(changed: Callable[[str], bool]) -> None:
    assert not changed("import play.deep.helper\nthis is no Python")


def test_the_real_modules_are_followed() -> None:
    needed = rule_sources.needed(PLAN)
    assert {PLAN, "ccepz_sim.rules.abatement", "ccepz_sim.rules.reporting", "ccepz_sim.numerics.clock"} <= needed
    assert "ccepz_sim.model" not in needed
