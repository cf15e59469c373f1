"""What a zone is asked for from Python: refused in the project's own words, and copied or stored without a change."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ccepz_sim import PilotZone, load_content
from ccepz_sim.building.arguments import quarters_of, seed_of
from ccepz_sim.content.schema.frozen import Frozen
from ccepz_sim.numerics.clock import LAST_YEAR
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import ContentError

FEW = 0.0005  # residents sampled per resident
NAN = float("nan")
REFUSED = [
    *(({"seed": seed}, "A seed is a whole number from 0 to 2,147,483,647, not")
      for seed in (-1, 1.5, True, 2**64, LARGEST_SEED + 1, "1", NAN, [1], 10**400)),
    *(({"years": years}, "PilotZone takes no “years”: say PilotZone(…).run(years=…)") for years in (100, -1, 0)),
    ({"secnario": "calm"}, "PilotZone takes no “secnario”. Did you mean “scenario”?"),
    *(({"start": start}, "A run cannot start in") for start in (2013, None, True, "2016", NAN, 2**70)),
    ({"scenario": "clam"}, "Did you mean “calm”?"),
    ({"scenario": "Calm"}, "Did you mean “calm”?"),
    ({"scenario": None}, "no scenario “None”"),
    ({"package": "tax_only"}, "Did you mean “tax-only”?"),
    ({"package": ["tax-only", "green"]}, "no package “green”"),
    ({"package": None}, "no package “None”"),
    ({"without": ["colusion"]}, "A quarter has no phase “colusion”. Did you mean “collusion”?"),
    ({"without": "colusion"}, "A quarter has no phase “colusion”. Did you mean “collusion”?"),
    ({"without": ["record"]}, "without it nothing is measured"),
    ({"without": 3}, "no phase “3”"),
    *(({"scale": scale}, "The scale must be above 0 and at most 1, not") for scale in (0, -1, 1.5, True, "x", NAN)),
    ({"parameters": {"collusion.beleif_speed": 0.2}}, "Did you mean “collusion.belief_speed”?"),
    ({"parameters": {"collusion.belief_speed": "0.2"}}, "is not a finite number"),
    ({"parameters": {"collusion.belief_speed": 99}}, "out of bounds"),
    ({"parameters": ["collusion.belief_speed"]}, "Parameters are given as"),
    ({"decisions": [("audit-share", 0.3, 2016)]}, "A decision is Decision(lever, value, year)"),
    ({"decisions": [Decision("audit", 0.3, 2016)]}, "Did you mean “audit-share”?"),
    *(({"decisions": [Decision("audit-share", value, 2016)]}, words)
      for value, words in ((NAN, "finite"), (None, "finite"), ("0", "finite"), (True, "finite"), (2, "out of bounds"))),
    *(({"decisions": [Decision("audit-share", 0.3, year)]}, words)
      for year, words in ((2009, "out of range"), (LAST_YEAR, "out of range"), (2016.3, "not the start of a quarter"),
                          (NAN, "out of range"), (None, "out of range"), ("2016", "out of range"))),
]  # fmt: skip


@pytest.fixture(scope="module")
def zone() -> PilotZone:
    """A zone after a quarter."""
    return PilotZone(scale=FEW).run(0.25)


@pytest.mark.parametrize(("asked", "words"), REFUSED, ids=[str(asked)[:50] for asked, _ in REFUSED])
def test_what_cannot_be_asked_for_is_one_sentence(asked, words):
    with pytest.raises(ContentError) as caught:
        PilotZone(**{"scale": FEW, **asked})
    english, chinese = caught.value.sentence("en"), caught.value.sentence("zh")
    assert words in english
    assert english != chinese
    assert len(english) < 400


@pytest.mark.parametrize("years", [100, -1, 0, 0.1, 1.3, NAN, None, "1", True, 44.25, 1e300, 10**400, float("inf")])
def test_years_that_cannot_be_run(zone, years):
    reached = zone.quarter
    with pytest.raises(ContentError) as caught:
        zone.run(years=years)
    assert "A zone runs for whole quarters" in caught.value.sentence("en")
    assert zone.quarter == reached


@pytest.mark.parametrize("years", [1, 0.25, 0.1 + 0.15, 1.0000000001, np.float32(2.5), np.int64(3)])
def test_years_that_can(years):
    assert quarters_of(years, 24) == round(float(years) * 4)


def test_seeds_of_numpy_are_seeds():
    assert seed_of(np.int64(LARGEST_SEED)) == LARGEST_SEED
    assert seed_of(np.uint8(0)) == 0


def test_the_model_has_an_end(zone):
    last = zone.copy()
    last.state.quarter = last.state.quarters
    for ask in (last.step, lambda: last.run(1)):
        with pytest.raises(ContentError) as caught:
            ask()
        assert str(LAST_YEAR) in caught.value.sentence("en")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("so3",), "Did you mean “so2”?"),
        (("so2", "Golmud"), "Did you mean “golmud”?"),
        (("so2", "zone", "reprted"), "Did you mean “reported”?"),
    ],
)
def test_a_series_that_is_not_recorded(zone, asked, words):
    with pytest.raises(ContentError) as caught:
        zone.recorder.series(*asked)
    assert words in caught.value.sentence("en")


def stored(zone: PilotZone) -> PilotZone:
    """Send a zone through a pickle."""
    twin: PilotZone = pickle.loads(pickle.dumps(zone))
    return twin


WAYS = {"copy": PilotZone.copy, "copy.copy": copy.copy, "copy.deepcopy": copy.deepcopy, "pickle": stored}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("quarters", [0, 2])
def test_a_copy_goes_on_as_the_zone_does(way, quarters):
    """More than a year, for firms enter and change their product only at its end."""
    zone = PilotZone(package="green-governance", seed=3, scale=FEW)
    if quarters:
        zone.run(quarters / 4)
    twin = way(zone)
    assert len(twin.agents) == len(zone.agents)
    zone.run(1.25)
    reached = zone.golden_hash()
    assert twin.run(1.25).golden_hash() == reached
    assert zone.golden_hash() == reached


def test_joblib_runs_zones_elsewhere(zone):
    joblib = pytest.importorskip("joblib")
    wanted = zone.copy().run(0.25).golden_hash()
    # Its own processes would not end before the test does; threads and the same serialisation are enough here.
    found = joblib.Parallel(n_jobs=2, backend="threading")(joblib.delayed(ahead)(stored(zone)) for _ in range(2))
    assert found == [wanted] * 2
    assert joblib.hash(zone.content.hash) == joblib.hash(stored(zone).content.hash)


def ahead(zone: PilotZone) -> str:
    """Run a quarter on."""
    return zone.run(0.25).golden_hash()


def test_a_zone_goes_to_another_process_and_comes_back(zone):
    wanted = zone.copy().run(0.25).golden_hash()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(ahead, (zone,)) == wanted
        assert pool.apply(stored, (zone,)).run(0.25).golden_hash() == wanted


def test_threads_and_a_running_event_loop_do_no_harm(zone):
    wanted = zone.copy().run(0.25).golden_hash()
    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(ahead, [zone.copy() for _ in range(3)])) == {wanted}

    async def inside() -> str:
        return ahead(zone.copy())

    with ThreadPoolExecutor(1) as alone:  # where other tests left a loop running in this thread
        assert alone.submit(lambda: asyncio.run(inside())).result() == wanted


def test_a_stored_zone_of_content_that_changed_is_refused(small, tmp_path):
    content = load_content(small.write(tmp_path))
    sent = pickle.dumps(content.with_parameters({"fixture.peer_weight": 0.5}))
    assert pickle.loads(sent).value("fixture.peer_weight") == 0.5
    lever = tmp_path / "policies/instruments/pollution-tax-air.toml"
    lever.write_text(lever.read_text("utf-8").replace("1.5", "2.25"), "utf-8")
    with pytest.raises(ContentError, match="has changed since"):
        pickle.loads(sent)


def test_our_own_content_is_found_on_another_machine():
    assert load_content().__reduce__()[1][0] is None


def test_frozen_content_is_copied_stored_and_never_changed():
    content = load_content()
    lever, firms = content.lever("audit-share"), content.table("firms")
    assert pickle.loads(pickle.dumps(lever)) == copy.deepcopy(lever) == lever
    assert pickle.loads(pickle.dumps(firms)).ids == copy.deepcopy(firms).ids
    frozen = content.levers
    assert isinstance(frozen, Frozen)
    for change in ("clear", "popitem"):
        with pytest.raises(TypeError):
            getattr(frozen, change)()
    with pytest.raises(TypeError):
        frozen["audit-share"] = lever
    with pytest.raises(TypeError):
        frozen |= {}
