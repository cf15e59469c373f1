"""Seeds one after the other until a difference is known as well as wanted: `diff(gdp_real,A,B) ± 1 bn`.

Looks are taken at whole numbers of seeds that follow from the data alone, so the same study ends with the same runs
however many workers there are. The goal is a width and not a sign: looking again and again until something is
significant would find it also where there is nothing; a wanted width keeps its coverage (Chow and Robbins 1965).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccepz_sim.content.reading.outcomes import outcome_name, parse_outcome
from ccepz_sim.content.schema.study import Study
from ccepz_sim.measures.indicators import Indicator, all_indicators
from ccepz_sim.studies.engines import Engine
from ccepz_sim.studies.estimates import Estimate, seeds_needed
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.models import model_of
from ccepz_sim.studies.outcomes import unit_of
from ccepz_sim.studies.results import StudyResults, load_study
from ccepz_sim.studies.runner import Ended, run_study, with_seeds
from ccepz_sim.text.errors import hint

PILOT = 8  # seeds before the first look: a spread of fewer says little
MOST = 1000  # seeds, where no other number is given
GROWTH = 2.0  # at most so many times the seeds at the next look: the spread may have been a bad guess
GOAL = re.compile(
    r"diff\((?P<inside>.+)\)\s*(?:±|\+/-|\+-)\s*(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<word>\S*)"
)
SIZES = {
    "": 1.0, "k": 1e3, "thousand": 1e3, "万": 1e4, "mn": 1e6, "m": 1e6, "million": 1e6, "亿": 1e8, "bn": 1e9,
    "billion": 1e9,
}  # fmt: skip
PER_CENT = ("%", "percent", "points", "个百分点")
SHARE = "1"


@dataclass(frozen=True, slots=True)
class Goal:
    """A paired difference of two policies and how wide half its 95 % interval may be, in the unit of the outcome."""

    outcome: str
    first: str
    second: str
    within: float


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen after some seeds: the difference by scenario, and how many seeds the widest one needs."""

    seeds: int
    found: Mapping[str, Estimate]
    needed: float
    reached: bool


def read_goal(text: str, study: Study) -> Goal:
    """Return the goal that `diff(OUTCOME,A,B) ± NUMBER` states; the number may have a word behind it (bn, %, 亿).

    Raises:
        StudyError: it is not written like that, or per cent are asked of what is no share.
    """
    found = GOAL.fullmatch(text.strip())
    parts = _split(found["inside"]) if found else []
    if found is None or len(parts) != 3:
        raise StudyError("goal_unclear", text=text)
    outcome, first, second = parts
    word, size = found["word"], float(found["number"])
    if word in PER_CENT:
        size /= 100.0
    elif word in SIZES:
        size *= SIZES[word]
    else:
        raise StudyError("goal_unclear", text=text)
    if not 0.0 < size < math.inf:
        raise StudyError("goal_unclear", text=text)
    goal = Goal(outcome, first, second, size)
    if study.luck != "common":
        raise StudyError("no_pairs")
    _check(goal, study, is_share=word in PER_CENT)
    return goal


def _check(goal: Goal, study: Study, *, is_share: bool) -> None:
    """Refuse a goal that the study cannot answer, before anything runs."""
    names = [outcome_name(one) for one in study.outcomes]
    outcome = parse_outcome(goal.outcome, study.relations)
    if outcome is None or outcome.series not in study.series:
        raise StudyError("unknown_outcome", name=goal.outcome, hint=hint(goal.outcome, names))
    policies = [policy.id for policy in study.policies]
    for name in (goal.first, goal.second):
        if name not in policies:
            raise StudyError("unknown_policy", name=name, hint=hint(name, policies))
    if goal.first == goal.second:
        raise StudyError("same_twice", name=goal.first)
    if is_share and unit_of(outcome, indicators_of(study)) != SHARE:
        raise StudyError("goal_no_share", name=goal.outcome)


def indicators_of(study: Study) -> Mapping[str, Indicator]:
    """Return what is said of each indicator that the model of a study has."""
    own = model_of(study.relations.model).own_indicators
    return {**all_indicators(), **{item.id: item for item in own}}


def look(results: StudyResults, goal: Goal) -> Look:
    """Return how far a goal is; every scenario has to reach it."""
    found = results.estimates(results.outcome(goal.outcome), goal.first, goal.second)
    seeds = results.study.seeds
    needed = max(_needed(one, goal.within) for one in found.values())
    return Look(seeds, found, needed, all(one.half <= goal.within for one in found.values()))


def next_seeds(seen: Look, most: int) -> int:
    """Return after how many seeds to look again; the same as before where no more would help."""
    if seen.reached or seen.seeds >= most:
        return seen.seeds
    wanted = GROWTH * seen.seeds if math.isinf(seen.needed) else min(seen.needed, GROWTH * seen.seeds)
    return min(most, max(seen.seeds + 1, math.ceil(wanted)))


def run_until(
    study: Study,
    folder: Path,
    goal: Goal,
    *,
    most: int = MOST,
    engine: Callable[[], Engine] | None = None,
    tell: Callable[[Look], object] = lambda _: None,
    **how: Any,
) -> tuple[Ended, Look | None]:
    """Run a study with more and more seeds until a goal is reached, or `most` seeds were run.

    Args:
        study: its number of seeds is that of the first look (at least a handful).
        folder: where it lies; the same call goes on where the last one stopped.
        goal: what has to be known, and how well.
        most: largest number of seeds.
        engine: makes what runs are worked through with, anew after each look; None for processes of this machine.
        tell: told what was seen at each look.
        how: as `run_study` takes it, without an engine.

    Returns:
        How the last call of `run_study` ended, and the last look (None where it was stopped before one).
    """
    seeds = min(most, max(PILOT, study.seeds))
    while True:
        ended = run_study(with_seeds(study, seeds), folder, engine=engine() if engine else None, **how)
        if not ended.finished:
            return ended, None
        seen = look(load_study(folder), goal)
        tell(seen)
        seeds = next_seeds(seen, most)
        if seeds == seen.seeds:
            return ended, seen


def _needed(found: Estimate, within: float) -> float:
    needed = seeds_needed(found, within)
    return math.inf if math.isnan(needed) else needed


def _split(text: str) -> list[str]:
    """Split at commas that stand in no brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]
