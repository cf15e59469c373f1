"""Who stands in which row does not matter: rosters in another order give the same distribution of outcomes (B34)."""

from __future__ import annotations

import shutil
from functools import cache
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import Content, load_content
from tests.engine.conftest import ROOT

pytestmark = pytest.mark.slow

RUNS, YEARS = 24, 4
LEAST = 0.01  # chance of a false alarm, of all comparisons together
SHUFFLED = ("firms", "officials", "institutes")
PLACED = (("colluding_share", "golmud"), ("colluding_share", "delingha"), ("so2", "golmud"), ("so2", "delingha"))
INDICATORS = ("gdp", "so2", "cod", "solid_waste_stock", "colluding_share", "bribes_paid", "tax_evaded", "rd_intensity",
              "innovations", "unemployment_rate", "institute_fill_rate", "firms_in_deficit_share", "trust")  # fmt: skip


def kolmogorov_smirnov(one: np.ndarray, other: np.ndarray) -> float:
    """Give the p-value that two samples come from one distribution.

    Source: Kolmogorov's limit with the small-sample factor of Stephens 1970.
    """
    every = np.sort(np.concatenate([one, other]))
    apart = np.abs(
        np.searchsorted(np.sort(one), every, "right") / len(one)
        - np.searchsorted(np.sort(other), every, "right") / len(other)
    ).max()
    size = sqrt(len(one) * len(other) / (len(one) + len(other)))
    scaled = (size + 0.12 + 0.11 / size) * float(apart)
    if scaled < 0.2:
        return 1.0
    return 2.0 * sum((-1) ** (term - 1) * exp(-2.0 * (term * scaled) ** 2) for term in range(1, 101))


def shuffled(folder: Path) -> Content:
    """Copy the content and put the rows of the rosters of agents into a random order."""
    for part in ("agents", "policies", "experiments"):
        shutil.copytree(ROOT / part, folder / part)
    luck = np.random.default_rng(34)
    for name in SHUFFLED:
        path = folder / "agents" / f"{name}.toml"
        lines = path.read_text("utf-8").splitlines()
        rows = [number for number, line in enumerate(lines) if line.startswith('  ["')]
        assert len(rows) > 20, name
        for number, line in zip(rows, luck.permutation([lines[row] for row in rows]), strict=True):
            lines[number] = str(line)
        path.write_text("\n".join(lines) + "\n", "utf-8")
    return load_content(folder)


@cache
def pairs() -> dict[str, str]:
    """Official of each firm in the rosters as they are; row numbers decide, so this is not a matter of labels."""
    content = load_content()
    zone = PilotZone(start=2010, content=content)
    firms = zone.state.firms
    return {code: content.table("officials").ids[firms.official[row]] for row, code in enumerate(firms.codes)}


def keep_officials(zone: PilotZone, content: Content) -> None:
    """Give each firm of the roster the official it has in the usual order."""
    index = content.table("officials").index
    firms = zone.state.firms
    firms.official[: firms.roster] = [index[pairs()[code]] for code in firms.codes[: firms.roster]]


def outcomes(content: Content, first: int) -> dict[str, np.ndarray]:
    """Mean of the last year of each indicator, of the zone and of its two large towns, by seed."""
    kinds = [*((name, "zone") for name in INDICATORS), *PLACED]
    found: dict[str, list[float]] = {f"{name} {place}": [] for name, place in kinds}
    for seed in range(first, first + RUNS):
        zone = PilotZone(seed=seed, start=2010, content=content)
        keep_officials(zone, content)
        zone.run(YEARS)
        for name, place in kinds:
            found[f"{name} {place}"].append(float(zone.recorder.series(name, place)[-4:].mean()))
    return {name: np.array(values) for name, values in found.items()}


@cache
def usual() -> dict[str, np.ndarray]:
    """Outcomes of the rosters as they are."""
    return outcomes(load_content(), 0)


def test_b34_relabelled_agents_give_the_same_distribution(tmp_path: Path) -> None:
    content = shuffled(tmp_path)
    assert content.table("firms").ids != load_content().table("firms").ids
    assert sorted(content.table("firms").ids) == sorted(load_content().table("firms").ids)
    other = outcomes(content, 1000)
    chances = {name: kolmogorov_smirnov(usual()[name], other[name]) for name in other}
    assert {name: value for name, value in chances.items() if value <= LEAST / len(chances)} == {}


def test_b34_a_zone_that_does_differ_is_told_apart() -> None:
    """The other side: one parameter elsewhere shows in at least one indicator."""
    content = load_content()
    moved = content.with_parameters({"collusion.firm_fine": 2.0 * content.value("collusion.firm_fine")})
    other = outcomes(moved, 1000)
    assert min(kolmogorov_smirnov(usual()[name], other[name]) for name in other) <= LEAST / len(other)


def test_the_p_value_is_that_of_tables() -> None:
    """For 24 and 24 the 5 % point of the largest distance is 9.5 / 24: just above and below in steps of 1/24."""
    one = np.arange(24.0)
    assert kolmogorov_smirnov(one, one + 8.0) > 0.05 > kolmogorov_smirnov(one, one + 10.0)
    assert kolmogorov_smirnov(one, one) == 1.0
