"""The how-to on studies: its study is good, its commands and its Python run."""

from __future__ import annotations

import tomllib
import warnings

import pytest

from ccepz_sim.cli import main
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.contradictions import LastYearWarning
from ccepz_sim.studies.engines import Cluster, LocalPool
from ccepz_sim.studies.runner import run_study

PAGES = ["docs/how-to/studies.md", "docs/zh/how-to/studies.md"]
POLICY, STOP = "[[policy]]", "[[stop]]"


@pytest.mark.parametrize("name", PAGES)
def test_the_study_of_the_how_to_is_good(documents, root, name) -> None:
    page = next(one for one in documents if one.path == root / name)
    (example,) = page.blocks("toml")
    (policy,) = (block for block in page.blocks("") if block.startswith(POLICY))
    (stop,) = (block for block in page.blocks("") if block.startswith(STOP))
    content = load_content()
    study = content.read_study(tomllib.loads(example), "audits.toml")
    assert study.runs == 120
    more = tomllib.loads(example.replace("expected_runs = 120", "expected_runs = 240") + policy)
    assert content.read_study(more, "audits.toml").policies[1].set[0].value == 0.4
    assert content.read_study(tomllib.loads(example + stop), "audits.toml").stops[0].measure.value == 3e8


@pytest.mark.slow
def test_its_commands_and_its_python_run(documents, root, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    for name in PAGES:
        page = next(one for one in documents if one.path == root / name)
        for command in page.commands():
            if "audits.toml" not in command:
                assert main(command, {"LANG": "en_GB.UTF-8"}) == 0, command
        capsys.readouterr()
        with warnings.catch_warnings():  # with as few seeds it is up to luck whether one year hides something
            warnings.simplefilter("ignore", LastYearWarning)
            for example in page.blocks("python"):
                exec(compile(example, name, "exec"), {"__name__": "__main__"})
        assert "colluding_share" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["docs/how-to/cluster.md", "docs/zh/how-to/cluster.md"])
def test_the_batch_script_names_what_there_is(documents, root, name) -> None:
    page = next(one for one in documents if one.path == root / name)
    (example,) = page.blocks("python")
    compile(example, name, "exec")
    assert callable(run_study)
    assert issubclass(Cluster, LocalPool.__mro__[1])
    assert load_content().study("packages").runs == 990
