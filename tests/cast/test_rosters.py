"""Rosters written by hand stand beside the drawn ones: the script never touches them, and they count."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.checks import check_content
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.files import PARTS
from ccepz_sim.text.errors import ContentError

# The columns of a firm, in another order than in the drawn file: a roster says its own.
COLUMNS = (
    *("product", "id", "place", "park", "capacity", "start", "chain_level", "efficiency", "debt_ratio", "mindset"),
    *("state_owned", "native_tie", "outdated", "staffing", "first_mover", "large"),
)
ORDER = f"order = {json.dumps(COLUMNS)}"
FIRM = '["potash", "X-001", "golmud", "park_golmud", 50000, {start}, 0, 1, 0.5, "training", 0, 1, 0.1, 0.9, 0, 0]'


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "scripts" / "make_cast.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def own(root: Path, tmp_path: Path) -> Path:
    """A copy of the content."""
    for part in PARTS:
        shutil.copytree(root / part, tmp_path / part)
    return tmp_path


def roster(own: Path, text: str = "", start: float = 2012) -> Path:
    file = own / "agents" / "my_firms.toml"
    file.write_text(text or f'adds_to = "firms"\n{ORDER}\nrows = [{FIRM.format(start=start)}]\n', "utf-8")
    return file


def test_a_firm_added_by_hand_is_in_the_zone_and_survives_the_script(own: Path, root: Path, content: Content) -> None:
    file = roster(own)
    before = file.read_bytes()
    assert check_content(own) == []
    firms = load_content(own).table("firms")
    assert firms.ids[-1] == "X-001"
    assert firms.numbers("capacity")[-1] == 50000
    assert firms.labels[-1].en.endswith(" X-001")
    assert len(firms) == len(load_content(root).table("firms")) + 1
    assert run(root, "--check", "--agents", str(own / "agents")).returncode == 0
    assert run(root, "--agents", str(own / "agents")).returncode == 0
    assert file.read_bytes() == before
    assert load_content(own).table("firms").ids[-1] == "X-001"


def test_a_zone_with_it_runs(own: Path) -> None:
    roster(own)
    zone = PilotZone(content=load_content(own), start=2010).run(1)
    assert zone.indicators["value"].notna().all()


def test_a_firm_that_stood_before_counts_in_the_accounts(own: Path, root: Path) -> None:
    roster(own, start=2009)
    checked = run(root, "--check", "--agents", str(own / "agents"))
    assert checked.returncode == 1
    assert checked.stdout.split(":")[0] == "accounts.toml"
    assert run(root, "--agents", str(own / "agents")).returncode == 0
    old, new = (load_content(folder).table("accounts") for folder in (root, own))
    assert new.numbers("outside")[new.index["industry"]] != old.numbers("outside")[old.index["industry"]]
    assert check_content(own) == []


def test_defaults_and_the_other_form_hold_for_a_roster_too(own: Path) -> None:
    file = own / "agents" / "more_towns.toml"
    place = '[[row]]\nid = "X-002"\n' + "\n".join(
        f"{name} = {value}"
        for name, value in (
            ("product", '"potash"'), ("place", '"golmud"'), ("park", '"park_golmud"'), ("capacity", "10000"),
            ("start", "2013"), ("chain_level", "0"), ("efficiency", "1"), ("debt_ratio", "0.5"),
            ("mindset", '"training"'), ("state_owned", "0"), ("native_tie", "0"), ("outdated", "0.1"),
            ("staffing", "0.9"), ("first_mover", "0"), ("large", "0"),
        )
    )  # fmt: skip
    file.write_text(f'adds_to = "firms"\n{place}\n', "utf-8")
    roster(own)
    assert load_content(own).table("firms").ids[-2:] == ("X-002", "X-001"), "files in the order of their names"


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ('adds_to = "firm"\norder = ["id"]\nrows = [["X-001"]]\n', "adds_to", "firms"),
        (f'adds_to = "firms"\n{ORDER}\nrows = [{FIRM.format(start=2012).replace("X-001", "G-001")}]\n', "G-001", ""),
        (
            f'adds_to = "firms"\n{ORDER}\nrows = [{FIRM.format(start=2012).replace("potash", "potasch")}]\n',
            "X-001.product",
            "potash",
        ),
        (f'adds_to = "firms"\n{ORDER}\nrows = [{FIRM.format(start=3000)}]\n', "X-001.start", ""),
        (f'adds_to = "firms"\nlabel = "mine"\n{ORDER}\nrows = [{FIRM.format(start=2012)}]\n', "label", ""),
        (f'adds_to = "firms"\n{ORDER}\nrows = []\n', "row", ""),
    ],
    ids=["no such table", "same id", "no such product", "out of bounds", "unknown key", "empty"],
)
def test_a_mistake_in_it_is_found_where_it_is(own: Path, text: str, key: str, near: str) -> None:
    roster(own, text)
    found = check_content(own)
    assert [(one.file, one.key, one.nearest) for one in found] == [("agents/my_firms.toml", key, near)]
    with pytest.raises(ContentError, match=r"my_firms\.toml"):
        load_content(own).table("firms")
