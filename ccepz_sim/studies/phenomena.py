"""Phenomena as studies: the effect, its knock-out, its null, and where in the plausible parameters it holds.

Every part is a study of its own in a folder of its own, run by the runner of all studies: resumable, with common luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.content.schema.phenomenon import Arm, Claim, Phenomenon
from ccepz_sim.content.schema.study import Outcome, Study
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.studies import sensitivity
from ccepz_sim.studies.extras import StudyError, need
from ccepz_sim.studies.phenomenon_parts import EFFECT, KNOCK_OUT, NULL, SCREENING, SHOWN, SPACE, SPREAD
from ccepz_sim.studies.results import StudyResults, load_study
from ccepz_sim.studies.run_ledger import SUCCEEDED
from ccepz_sim.studies.store import RUNS

if TYPE_CHECKING:
    import pandas as pd

HELD, REFUTED, UNDECIDED = "held", "refuted", "undecided"
BAND = (0.05, 0.95)
CAUSE = {True: HELD, False: REFUTED, None: UNDECIDED}  # verdict of the knock-out; None: no effect to remove
FEWEST = 2  # seeds that have a spread
SIGNIFICANT = 0.05
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Band:
    """An effect over seeds: mean, 90 % band, share of seeds that go the expected way, number of seeds."""

    mean: float
    low: float
    high: float
    agree: float
    seeds: int


@dataclass(frozen=True, slots=True)
class ClaimFound:
    """A claim as it came out; `regimes` gives by arm the share of seeds at or beyond the edge of the claim.

    It is "held" or "refuted", or "undecided" where the mean is as expected but the seeds do not agree.
    """

    claim: Claim
    band: Band
    verdict: str
    regimes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SpaceFound:
    """Where the first claim holds over the plausible parameters.

    `share` is that of points with the expected sign, `by_least` that of points where it is at least as large as
    claimed, `turns` the factor of `turning_point`, sought among the named parameters first, `depends` that of
    `strongest_driver`. `screening` is the Morris table of the named parameters.
    """

    points: int
    factors: int
    share: float
    by_least: float
    turns: str
    place_holds: float
    place_flips: float
    depends: str
    correlation: float
    screening: tuple[tuple[str, float, float], ...]
    trajectories: int


@dataclass(frozen=True, slots=True)
class Found:
    """What came out of one phenomenon; `cause_shown` is None where there was no effect to take away."""

    phenomenon: Phenomenon
    claims: tuple[ClaimFound, ...]
    knocked: Band
    cause_shown: bool | None
    null: Band
    drift: float
    space: SpaceFound | None

    @property
    def held(self) -> bool:
        """Whether every claim came out as expected."""
        return all(found.verdict == HELD for found in self.claims)


def find(phenomenon: Phenomenon, folder: Path) -> Found:
    """Read the finished parts of a phenomenon.

    Raises:
        StudyError: effect, knock-out or null has not been run, runs of it failed, or a part is of other content.
    """
    results = {part: _whole(folder / part) for part in SHOWN}
    claims = tuple(_claim_found(results[EFFECT], claim, phenomenon.agree) for claim in phenomenon.claims)
    off = phenomenon.knock_out
    target = phenomenon.claim(off.claim)
    knocked = band_of(effects(results[KNOCK_OUT], target), target)
    usual = next(found for found in claims if found.claim.id == off.claim)
    main = phenomenon.claims[0]
    null = results[NULL]
    spread = [load_study(folder / part) for part in SPREAD if (folder / part / RUNS).exists()]
    for part in (*results.values(), *spread):
        if any(part.manifest[name] != null.manifest[name] for name in ("content_hash", "engine_hash")):
            raise StudyError("parts_differ", folder=folder)
    whole = len(spread) == len(SPREAD) and not any(_missing(part) for part in spread)
    space = _space(phenomenon, folder) if whole else None
    return Found(
        phenomenon,
        claims,
        knocked,
        _cause_shown(phenomenon, usual, knocked),
        band_of(effects(null, main), main),
        _drift(null, main),
        space,
    )


def _missing(results: StudyResults) -> int:
    """Return how many runs did not succeed."""
    return int((results.runs["status"] != SUCCEEDED).sum())


def _whole(folder: Path) -> StudyResults:
    """Give the results of a part, every run of which succeeded: a mean over some of them would be another figure."""
    results = load_study(folder)
    if missing := _missing(results):
        raise StudyError("runs_missing", count=missing)
    return results


def _cause_shown(phenomenon: Phenomenon, usual: ClaimFound, knocked: Band) -> bool | None:
    off = phenomenon.knock_out
    if usual.verdict != HELD:
        return None
    if off.expected == "appears":
        return abs(knocked.mean) >= off.least
    # An effect that has turned around is gone as well.
    sign = np.sign(usual.band.mean)
    return bool(sign * knocked.mean <= off.rest * abs(usual.band.mean))


def _claim_found(results: StudyResults, claim: Claim, agree: float) -> ClaimFound:
    values = effects(results, claim)
    band = band_of(values, claim)
    regimes: dict[str, float] = {}
    if claim.edge is not None:
        for arm in (claim.of, claim.against):
            regimes[arm.policy] = float((level(results, claim, arm) >= claim.edge).mean())
    return ClaimFound(claim, band, verdict(claim, values.to_numpy(dtype=float), agree), regimes)


def verdict(claim: Claim, values: np.ndarray, agree: float) -> str:
    """Return what a claim is after these effects, one per seed.

    An effect is held if its mean is as large as claimed and enough seeds go its way. That there is none is held if the
    90 % confidence interval of the mean lies within the size claimed (two one-sided tests, Schuirmann 1987): single
    seeds scatter by chance, which is no effect.
    """
    if not _as_expected(claim, float(values.mean())):
        return REFUTED
    if claim.expected != "none":
        return HELD if float(_goes(claim, values).mean()) >= agree else UNDECIDED
    if len(values) < FEWEST:
        return UNDECIDED
    reach = need("scipy.stats", "study").t.ppf(BAND[1], len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return HELD if abs(float(values.mean())) + float(reach) <= claim.least else UNDECIDED


def _as_expected(claim: Claim, value: float) -> bool:
    if claim.expected == "none":
        return abs(value) <= claim.least
    return value >= claim.least if claim.expected == "up" else value <= -claim.least


def _goes(claim: Claim, values: np.ndarray) -> np.ndarray:
    """Mark effects with the expected sign, or small enough where none is expected."""
    if claim.expected == "none":
        small: np.ndarray = np.abs(values) <= claim.least
        return small
    way: np.ndarray = values > 0.0 if claim.expected == "up" else values < 0.0
    return way


def band_of(values: pd.Series, claim: Claim) -> Band:
    """Return mean and band of effects, one per world."""
    held = values.to_numpy(dtype=float)
    low, high = np.quantile(held, BAND)
    return Band(float(held.mean()), float(low), float(high), float(_goes(claim, held).mean()), len(held))


def effects(results: StudyResults, claim: Claim) -> pd.Series:
    """Return the effect of a claim in every world of a study, by point and seed."""
    effect = _contrast(results, claim, claim.of, claim.against)
    if claim.less:
        effect = effect - _contrast(results, claim, *claim.less)
    return effect


def _contrast(results: StudyResults, claim: Claim, of: Arm, against: Arm) -> pd.Series:
    first, second = level(results, claim, of), level(results, claim, against)
    gap = first - second
    # Where there is nothing to compare with, nothing is said.
    return gap / second.abs().clip(lower=SMALLEST) if claim.scale == "relative" else gap


def level(results: StudyResults, claim: Claim, arm: Arm) -> pd.Series:
    """Return what a claim looks at in one arm: the mean of its years, by point and seed."""
    last = claim.from_ + claim.years - 1
    mean = _mean(results, claim.indicator, claim.view, arm, claim.from_, last)
    if claim.over:
        mean = mean / _mean(results, claim.over, claim.view, arm, claim.from_, last).clip(lower=SMALLEST)
    return mean


def _mean(results: StudyResults, indicator: str, view: str, arm: Arm, first: int, last: int) -> pd.Series:
    table = results.query(
        """SELECT r.point, r.seed, avg(o.value) AS value FROM outcomes o JOIN runs r USING (run)
        WHERE o.indicator = $indicator AND o.view = $view AND o.year BETWEEN $first AND $last
        AND r.policy = $policy AND r.scenario = $scenario GROUP BY ALL ORDER BY ALL""",
        indicator=indicator, view=view, first=first, last=last, policy=arm.policy, scenario=arm.scenario,
    )  # fmt: skip
    return table.set_index(["point", "seed"])["value"]


def _drift(null: StudyResults, claim: Claim) -> float:
    """Return how far the indicator of a claim moves in the still world, from the first year to the years claimed."""
    start = replace(claim, from_=null.years[0], years=1)
    before, after = level(null, start, claim.against), level(null, claim, claim.against)
    return float(((after - before) / before.abs().clip(lower=SMALLEST)).mean())


def sample(phenomenon: Phenomenon, folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Return the sampled factors by point, placed in their bounds (0 low, 1 high), and the effect at each point."""
    results = load_study(folder / SPACE)
    effect = effects(results, phenomenon.claims[0]).groupby("point").mean()
    factors = results.study.factors
    rows = results.runs.groupby("point")[[factor.id for factor in factors]].first().loc[effect.index]
    for factor in factors:
        low, high = factor.bounds
        rows[factor.id] = (rows[factor.id] - low) / (high - low)
    return rows, effect


def _space(phenomenon: Phenomenon, folder: Path) -> SpaceFound:
    claim = phenomenon.claims[0]
    rows, effect = sample(phenomenon, folder)
    values = effect.to_numpy(dtype=float)
    way = _goes(claim, values)
    named = [factor.id for factor in phenomenon.named]
    turns, holds, flips = turning_point(rows[named], way)
    if not turns:
        turns, holds, flips = turning_point(rows, way)
    depends, correlation = strongest_driver(rows, values)
    screened = load_study(folder / SCREENING)
    by_point = effects(screened, claim).groupby("point").mean().reindex(range(screened.study.points))
    table = sensitivity.morris(screened.study, by_point.to_numpy(dtype=float))
    screening = tuple((str(row.factor), float(row.mu_star), float(row.sigma)) for row in table.itertuples())
    large = np.array([_as_expected(claim, value) for value in values])
    return SpaceFound(
        len(values), rows.shape[1], float(way.mean()), float(large.mean()), turns, holds, flips,
        depends, correlation, screening, screened.study.samples,
    )  # fmt: skip


def turning_point(rows: pd.DataFrame, way: np.ndarray) -> tuple[str, float, float]:
    """Return the factor that divides points with and without the sign best, and its mean place in either.

    Among many factors some differ by chance: one is named only where a rank test finds it below 5 % after Bonferroni;
    otherwise the name is empty. Source: Mann and Whitney 1947.

    Args:
        rows: places in the bounds, 0 low and 1 high, a column per factor; way: points with the sign, shape (points,).
    """
    if way.all() or not way.any():
        return "", 0.0, 0.0
    holds, flips = rows[way], rows[~way]
    test = need("scipy.stats", "study").mannwhitneyu
    chances = np.nan_to_num(test(holds.to_numpy(), flips.to_numpy(), axis=0).pvalue, nan=1.0)
    best = int(chances.argmin())
    if chances[best] * len(chances) > SIGNIFICANT:
        return "", 0.0, 0.0
    return str(rows.columns[best]), float(holds.iloc[:, best].mean()), float(flips.iloc[:, best].mean())


def strongest_driver(rows: pd.DataFrame, values: np.ndarray) -> tuple[str, float]:
    """Return the factor that an effect goes with most and their rank correlation; empty where chance may do.

    Args:
        rows: places in the bounds, a column per factor; values: the effect, shape (points,).

    Source: Spearman 1904; 5 % after Bonferroni.
    """
    if np.ptp(values) == 0.0:
        return "", 0.0
    stats = need("scipy.stats", "study")
    ranks = rows.rank().to_numpy()
    own = stats.rankdata(values)
    found = np.array([np.corrcoef(column, own)[0, 1] if np.ptp(column) else 0.0 for column in ranks.T])
    best = int(np.abs(found).argmax())
    chance = float(stats.spearmanr(rows.iloc[:, best], values).pvalue)
    return (str(rows.columns[best]), float(found[best])) if chance * len(found) <= SIGNIFICANT else ("", 0.0)


def as_dict(found: Found) -> dict[str, Any]:
    """Return what came out as plain data, to print or to record."""
    return {
        "id": found.phenomenon.id,
        "held": found.held,
        "claims": {
            one.claim.id: {"verdict": one.verdict, **asdict(one.band), "regimes": dict(one.regimes)}
            for one in found.claims
        },
        "knock_out": {"cause_shown": found.cause_shown, **asdict(found.knocked)},
        "null": {"drift": found.drift, **asdict(found.null)},
        "space": asdict(found.space) if found.space else None,
    }


def table_rows(found: Found) -> Iterator[dict[str, Any]]:
    """Give what came out as plain rows: one per claim, one of the knock-out, one of the null."""
    off = found.phenomenon.knock_out
    main = found.phenomenon.claims[0]
    for item in found.claims:
        yield _row(found, "claim", item.claim, item.band, item.verdict)
    yield _row(found, "knock-out", found.phenomenon.claim(off.claim), found.knocked, CAUSE[found.cause_shown])
    yield _row(found, "null", main, found.null, HELD if abs(found.null.mean) <= SMALLEST else REFUTED)


def _row(found: Found, kind: str, claim: Claim, band: Band, came_out: str) -> dict[str, Any]:
    return {
        "phenomenon": found.phenomenon.id,
        "kind": kind,
        "claim": claim.id,
        "scale": claim.scale,
        "expected": claim.expected,
        "least": claim.least,
        "mean": band.mean,
        "low": band.low,
        "high": band.high,
        "agree": band.agree,
        "seeds": band.seeds,
        "verdict": came_out,
    }


def size_of(claim: Claim) -> tuple[float, str]:
    """Return what effects of a claim are multiplied by to be read, and in what: "percent", "points" or "number"."""
    if claim.scale == "relative":
        return 100.0, "percent"
    share = claim.over or all_indicators()[claim.indicator].unit == "1"
    return (100.0, "points") if share else (1.0, "number")


def outcome_of(claim: Claim, study: Study) -> Outcome:
    """Return the outcome of a study that a claim looks at."""
    return next(one for one in study.outcomes if (one.indicator, one.view) == (claim.indicator, claim.view))
