"""Records what taxes and standards do to the harms of air, water and ground, for the page of the harms.

    python scripts/record_harms.py [--seeds 30] [--workers 2] [--keep DIR] [--dry]

Every scenario is run as it is, without pollution taxes, with the highest and with the strictest standard, with the same
luck (`harms.toml`); then with other values of what the signs could hang on, and with a doubled fee. Run it on purpose,
after a change that moves the golden run; then run `python scripts/make_docs.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.state.decisions import Decision

PLAN = Path(__file__).with_name("harms.toml")
RECORD = PLAN.parents[1] / "docs" / "reference" / "harms.json"
CONFIDENT = 1.96  # standard errors of a 95 % interval
FIRMS = "so2_of_firms"  # homes do not pay the fee
PLAIN, DOUBLED = "status-quo", "doubled"
DIGITS = 4  # digits kept in the record


@dataclass(frozen=True)
class Run:
    """One world: scenario, seed, settings of levers from a year on, other parameters."""

    scenario: str
    seed: int
    levers: Mapping[str, float] = field(default_factory=dict)
    since: float = 2016.0
    parameters: Mapping[str, float] = field(default_factory=dict)


def read_plan() -> dict[str, Any]:
    """Read what is changed, what is measured and what is allowed."""
    return tomllib.loads(PLAN.read_text("utf-8"))


def figures(run: Run, plan: Mapping[str, Any]) -> dict[str, list[float]]:
    """Run one world; means of years by indicator."""
    decisions = [Decision(name, value, run.since) for name, value in run.levers.items()]
    zone = PilotZone(scenario=run.scenario, seed=run.seed, decisions=decisions, parameters=dict(run.parameters) or None)
    first, firms = zone.first_quarter, []
    for _ in range(plan["runs"]["years"] * QUARTERS):
        zone.step()
        firms.append(float(zone.state.firms.emission[:, 0].sum()))
    names = plan["limits"]["indicators"] + plan["limits"]["also"]
    found = {name: zone.recorder.series(name)[first : zone.quarter] for name in names} | {FIRMS: np.array(firms)}
    return {name: series.reshape(-1, QUARTERS).mean(axis=1).tolist() for name, series in found.items()}


def kept(run: Run, folder: Path | None) -> dict[str, list[float]]:
    """Run one world, or read what was kept of it."""
    plan = read_plan()
    if folder is None:
        return figures(run, plan)
    told = json.dumps([asdict(run), plan["runs"], plan["limits"], load_content().hash], sort_keys=True)
    path = folder / f"{hashlib.sha256(told.encode()).hexdigest()[:20]}.json"
    if not path.is_file():
        path.write_text(json.dumps(figures(run, plan)), encoding="utf-8")
    found: dict[str, list[float]] = json.loads(path.read_text("utf-8"))
    return found


def levers_of(change: Mapping[str, Any]) -> dict[str, float]:
    """Give the settings of a change: the named bounds of its levers."""
    levers = load_content().levers
    return {name: float(levers[name].bounds[which == "most"]) for name, which in change["levers"].items()}


def corners(plan: Mapping[str, Any]) -> Iterator[dict[str, float]]:
    """Give every way to set the parameters of the ranges to one of their ends."""
    names, known = plan["ranges"]["parameters"], load_content().parameters
    for values in product(*(known[name].bounds for name in names)):
        yield dict(zip(names, map(float, values), strict=True))


def compare(
    plain: Sequence[Mapping[str, list[float]]],
    changed: Sequence[Mapping[str, list[float]]],
    names: Iterable[str],
    years: slice,
) -> dict[str, tuple[float, float]]:
    """Give mean and half width of the 95 % interval of relative paired differences, by indicator.

    Args:
        plain, changed: figures by seed, in one order; years: those of which the mean is taken.
    """
    found = {}
    for name in names:
        usual, other = (np.array([np.mean(one[name][years]) for one in side]) for side in (plain, changed))
        share = (other - usual) / abs(usual.mean())
        half = CONFIDENT * share.std(ddof=1) / np.sqrt(len(share))
        found[name] = (round(float(share.mean()), DIGITS), round(float(half), DIGITS))
    return found


def wrong(found: Mapping[str, tuple[float, float]], sign: int, plan: Mapping[str, Any]) -> list[str]:
    """Name the judged indicators that move the wrong way: by interval, or by mean."""
    limits, said = plan["limits"], []
    for name in limits["indicators"]:
        mean, half = found[name]
        best = sign * mean + half  # the end of the interval nearest to the right side
        if best < -limits["wrong"] or sign * mean < -limits["mean"]:
            said.append(f"{name} {mean:+.1%} ± {half:.1%}")
    return said


def judged(part: Mapping[str, Any], start: int) -> slice:
    """Give the years that are judged, counted from the first."""
    return slice(part["first"] - start, part["first"] - start + part["judged"])


def settings(
    plan: Mapping[str, Any], scenario: str, parameters: Mapping[str, float]
) -> dict[str, tuple[dict[str, float], float]]:
    """Give by name the levers that are set, and from when: the status quo, each change, and the doubled fee."""
    found: dict[str, tuple[dict[str, float], float]] = {PLAIN: ({}, plan["runs"]["from"])}
    for change in plan["change"]:
        found[change["id"]] = (levers_of(change), plan["runs"]["from"])
    asks = plan["elasticity"]
    if scenario == asks["scenario"] and not parameters:
        found[DOUBLED] = ({"pollution-tax-air": asks["air"], "pollution-tax-water": asks["water"]}, asks["from"])
    return found


def worlds(
    scenarios: Sequence[str], parameters: Mapping[str, float], seed: int, folder: Path | None
) -> dict[tuple[str, str], dict[str, list[float]]]:
    """Run one seed in some scenarios under every setting; its history is run once."""
    plan = read_plan()
    return {
        (scenario, name): kept(Run(scenario, seed, levers, since, parameters), folder)
        for scenario in scenarios
        for name, (levers, since) in settings(plan, scenario, parameters).items()
    }


def elasticity(plain: Sequence[Mapping[str, list[float]]], doubled: Sequence[Mapping[str, list[float]]],
               plan: Mapping[str, Any]) -> tuple[float, float]:  # fmt: skip
    """Give the log change of firms' sulphur dioxide per log change of the fee: mean and half width of its interval."""
    years = judged(plan["elasticity"], plan["runs"]["from"])
    ratios = [np.mean(two[FIRMS][years]) / np.mean(one[FIRMS][years]) for one, two in zip(plain, doubled, strict=True)]
    found = np.log(ratios) / np.log(2.0)
    return float(found.mean()), float(CONFIDENT * found.std(ddof=1) / np.sqrt(len(found)))


def told(
    kind: str,
    scenario: str,
    parameters: Mapping[str, float],
    found: Sequence[Mapping[Any, Any]],
    plan: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Compare each change with the status quo, print it and give it for the record."""
    names = plan["limits"]["indicators"] + plan["limits"]["also"]
    plain = [one[scenario, PLAIN] for one in found]
    for change in plan["change"]:
        changed = [one[scenario, change["id"]] for one in found]
        gaps = compare(plain, changed, names, judged(plan["runs"], plan["runs"]["from"]))
        bad = wrong(gaps, change["sign"], plan)
        shown = "  ".join(f"{name} {100 * mean:+.1f}±{100 * half:.1f}" for name, (mean, half) in gaps.items())
        print(
            f"{kind} {scenario} {parameters or ''} {change['id']}: {shown}  wrong: {'; '.join(bad) or 'none'}",
            flush=True,
        )
        yield {"kind": kind, "scenario": scenario, "parameters": dict(parameters), "seeds": len(found),
               "change": change["id"], "found": gaps, "wrong": bad}  # fmt: skip


def main() -> None:
    """Run all worlds, say what moves the wrong way, and write the record."""
    plan = read_plan()
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--seeds", type=int, default=plan["runs"]["seeds"])
    reader.add_argument("--workers", type=int, default=2)
    reader.add_argument("--keep", type=Path, help="folder in which each run is kept, to go on from there")
    reader.add_argument("--dry", action="store_true", help="print only")
    asked = reader.parse_args()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    scenarios, ranges = list(load_content().scenarios), plan["ranges"]
    with ProcessPoolExecutor(asked.workers) as pool:

        def run(where: Sequence[str], parameters: Mapping[str, float], seeds: int) -> list[Any]:
            count = range(1, seeds + 1)
            tasks = [pool.submit(worlds, where, parameters, seed, asked.keep) for seed in count]
            return [task.result() for task in tasks]

        found = run(scenarios, {}, asked.seeds)
        record = [one for scenario in scenarios for one in told("scenarios", scenario, {}, found, plan)]
        for parameters in corners(plan):
            ends = run([ranges["scenario"]], parameters, min(asked.seeds, ranges["seeds"]))
            record += told("ranges", ranges["scenario"], parameters, ends, plan)
    asks = plan["elasticity"]
    plain, doubled = ([one[asks["scenario"], name] for one in found] for name in (PLAIN, DOUBLED))
    mean, half = elasticity(plain, doubled, plan)
    print(f"elasticity of firms' sulphur dioxide {mean:.3f} ± {half:.3f}, source {asks['least']} to {asks['most']}")
    if asked.dry:
        return
    whole = {
        "date": datetime.now(UTC).date().isoformat(),
        "content": load_content().hash,
        "compared": record,
        "elasticity": {"seeds": asked.seeds, "mean": round(mean, DIGITS), "half": round(half, DIGITS)},
    }
    RECORD.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
