"""Scale: from one resident in a hundred to every resident, about four million rows."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.text.errors import ContentError
from tests.engine.books import Books
from tests.engine.conftest import ROOT

MOST_SECONDS = 120.0
MOST_GIGABYTES = 4.0
FULL = """
import json, resource, sys, time
from ccepz_sim import PilotZone
began = time.process_time()
zone = PilotZone(scale=1.0, start=2010)
built = time.process_time()
zone.step()
done = time.process_time()
people = zone.state.population
living = people.town >= 0
json.dump({
    "rows": int(living.sum()), "persons": int(people.weight[living].sum()),
    "heaviest": int(people.weight[living].max()),
    "build": built - began, "quarter": done - built, "gdp": float(zone.recorder.series("gdp")[0]),
    "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
}, sys.stdout)
"""


@pytest.mark.slow
def test_every_resident(record_property: Callable[[str, object], None]) -> None:
    """At scale 1 a row is a person; a process of its own, so that its memory can be measured and is given back."""
    pytest.importorskip("resource", reason="peak memory is measured with the resource module of Unix")
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=True, cwd=ROOT)
    found = json.loads(done.stdout)
    for name, value in found.items():
        record_property(name, value)
    sys.stdout.write(f"{found}\n")
    assert found["heaviest"] == 1
    assert found["rows"] == found["persons"] > 4_000_000
    assert found["build"] + found["quarter"] < MOST_SECONDS
    assert found["gigabytes"] < MOST_GIGABYTES
    small = PilotZone(start=2010)
    small.step()
    assert found["gdp"] == pytest.approx(small.recorder.series("gdp")[0], rel=0.02)


@pytest.mark.parametrize("scale", [0.0005, 0.01])
def test_scale_changes_the_rows_and_not_the_persons(scale: float) -> None:
    zone = PilotZone(scale=scale, start=2010)
    people = zone.state.population
    living = people.town >= 0
    persons = int(people.weight[living].sum())
    table = zone.content.table("places").numbers("population_2010")
    assert persons == int(table.sum()) + int(zone.content.value("population.outside_pool"))
    assert living.sum() == pytest.approx(scale * persons, rel=0.1)
    books = Books(zone)
    zone.run(1)
    assert books.quarters == 4


def test_small_and_large_samples_tell_the_same_story() -> None:
    """Totals do not depend on how finely residents are sampled."""
    coarse, fine = (PilotZone(scale=scale).run(3).recorder for scale in (0.002, 0.01))
    for name, tolerance in (("gdp", 0.05), ("population", 0.05), ("employment", 0.05), ("so2", 0.05)):
        pair = [float(recorder.series(name)[-4:].mean()) for recorder in (coarse, fine)]
        assert pair[0] == pytest.approx(pair[1], rel=tolerance), name


def test_default_is_within_ten_thousand_rows_and_fast() -> None:
    zone = PilotZone()
    assert (zone.state.population.town >= 0).sum() <= 10_000
    began = time.process_time()
    zone.run(20)
    # Far above what it takes (about half a second): only a collapse is caught, not a busy machine.
    assert time.process_time() - began < 10.0
    assert np.isfinite(zone.recorder.values).all()


@pytest.mark.parametrize("scale", [0.0, -0.1, 1.5])
def test_impossible_scales_are_refused(scale: float) -> None:
    with pytest.raises(ContentError):
        PilotZone(scale=scale)


def test_scale_default_is_content() -> None:
    assert PilotZone(start=2010).scale == load_content().value("population.default_scale")
