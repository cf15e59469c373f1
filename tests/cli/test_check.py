"""`ccepz check` reports every mistake; its exit code tells readable content from unreadable."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ccepz_sim.content.loading import load_content


@pytest.fixture
def content(tmp_path) -> Path:
    """A copy of the content to spoil."""
    for part in ("agents", "policies", "experiments"):
        shutil.copytree(load_content().folder / part, tmp_path / part)
    return tmp_path


def test_our_own_content_is_clean(ccepz):
    answer = ccepz("check")
    assert (answer.code, answer.err) == (0, "")
    assert f"{len(load_content().levers)} levers" in answer.out


def test_a_copy_is_clean_and_another_folder_works(ccepz, content):
    assert ccepz("check", "--content", str(content)).code == 0


def test_every_mistake_with_file_key_allowed_and_nearest(ccepz, content):
    lever = content / "policies/instruments/pollution-tax-air.toml"
    text = lever.read_text("utf-8").replace('body = "environment"', 'body = "enviroment"')
    lever.write_text(re.sub(r"(?m)^bounds = .*$", "bounds = [12, 0.6]", text), "utf-8")
    answer = ccepz("check", "--content", str(content))
    assert answer.code == 1
    body = next(line for line in answer.out.splitlines() if "enviroment" in line)
    assert body.startswith("policies/instruments/pollution-tax-air.toml")
    assert "[body]" in body
    assert "“environment”" in body
    assert any("[bounds]" in line for line in answer.out.splitlines())
    chinese = ccepz("check", "--content", str(content), lang="zh")
    assert chinese.code == 1
    assert "发现错误" in chinese.out


def test_broken_toml_cannot_be_read(ccepz, content):
    (content / "policies/packages/tax-only.toml").write_text("id = [", "utf-8")
    answer = ccepz("check", "--content", str(content))
    assert answer.code == 2
    assert "policies/packages/tax-only.toml" in answer.out


def test_a_missing_folder_cannot_be_read(ccepz, tmp_path):
    answer = ccepz("check", "--content", str(tmp_path / "nowhere"))
    assert answer.code == 2
    assert "nowhere" in answer.out + answer.err
    assert "Traceback" not in answer.out + answer.err
