"""The recorded runs come out again: within 1e-6 anywhere, to the last kept digit where they were recorded."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from tests.engine.golden.record import INDICATORS, RUNS, differences, environment, read, take

pytestmark = pytest.mark.golden

TOLERANCE = 1e-6
COMMAND = 'if the change is meant: python -m tests.engine.golden --update "reason"'


@pytest.mark.parametrize("name", list(RUNS))
def test_recorded_run_comes_out_again(name: str) -> None:
    kept, now = read(name), take(name)
    changed = {key: (kept["environment"].get(key), value) for key, value in environment().items()}
    changed = {key: pair for key, pair in changed.items() if pair[0] != pair[1]}
    content = "the content is the recorded one" if kept["content"] == now["content"] else "the content has changed"
    where = f"the environment differs ({changed})" if changed else "the environment is the recorded one"
    apart = differences(kept, now, TOLERANCE)
    assert not apart, f"{content}; {where}; {COMMAND}\n" + "\n".join(apart)
    if changed:
        # Other processors and libraries round otherwise: there only the values are compared.
        sys.stdout.write(f"Hash not compared, {where}: recorded {kept['hash']}, here {now['hash']}.\n")
    else:
        assert now["hash"] == kept["hash"], (
            f"values agree within {TOLERANCE} but the fingerprint differs; {content}; {COMMAND}"
        )


@pytest.mark.parametrize("name", list(RUNS))
def test_record_is_whole(name: str) -> None:
    kept = read(name)
    assert kept["run"] == RUNS[name]
    assert set(kept["values"]) == set(INDICATORS)
    assert all(len(values) == len(kept["years"]) for values in kept["values"].values())
    assert date.fromisoformat(kept["date"])
    assert len(kept["reason"].split()) >= 3


def test_a_difference_is_seen() -> None:
    """A value that moves by twice the tolerance is named, one that moves by half is not."""
    kept = read("status-quo")
    for factor, names in ((1.0 + 2.0 * TOLERANCE, ["gdp"]), (1.0 + 0.5 * TOLERANCE, [])):
        now = {"values": {**kept["values"], "gdp": [value * factor for value in kept["values"]["gdp"]]}}
        assert [line.split()[0] for line in differences(kept, now, TOLERANCE)] == names
