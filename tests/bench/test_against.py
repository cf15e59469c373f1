"""The comparison with another revision: ratios from rounds, and what is refused in one sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ccepz_sim.bench import against as module
from ccepz_sim.bench.against import Against, against
from ccepz_sim.cli import main
from ccepz_sim.text.errors import UserError


def test_ratio_and_spread_are_of_the_rounds() -> None:
    found = Against("abc", now=(1.0, 1.0, 2.0, 1.0, 1.0), then=(2.0, 3.0, 8.0, 3.0, 5.0))
    assert found.ratio == 3.0
    assert found.spread == (3.0, 4.0)
    assert found.as_dict()["seconds"] == {"now": 1.0, "then": 2.0}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_unknown_revision_is_refused(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not (module.ROOT / ".git").exists():
        pytest.skip("no checkout")
    assert main(["bench", "--against", "no-such-revision"], {"LANG": f"{lang}_XX.UTF-8"}) == 2
    told = capsys.readouterr()
    assert "no-such-revision" in told.out + told.err
    assert "Traceback" not in told.err


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    with pytest.raises(UserError) as caught:
        against("HEAD", 1, 1)
    assert caught.value.key == "not_a_checkout"
    assert str(tmp_path) in caught.value.sentence("zh")


def test_both_sides_run_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout of a package that only waits: half as long now as in its first revision."""
    package = tmp_path / "ccepz_sim" / "__init__.py"
    package.parent.mkdir()
    source = (
        "import time\nclass PilotZone:\n    def copy(self): return self\n"
        "    def run(self, years):\n        end = time.process_time() + {} * years\n"
        "        while time.process_time() < end: pass\n"
    )
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    for seconds in ("0.04", "0.02"):
        package.write_text(source.format(seconds), "utf-8")
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", seconds], check=True)
    monkeypatch.setattr(module, "ROOT", tmp_path.resolve())
    found = against("HEAD~1", 1, 5)
    assert len(found.now) == len(found.then) == 5
    assert 1.2 < found.ratio < 4.0
    listed = subprocess.run([*git, "worktree", "list"], capture_output=True, text=True, check=True).stdout
    assert len(listed.splitlines()) == 1
