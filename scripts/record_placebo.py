"""Records how far a change that does nothing moves the indicators, for the page of the placebo.

    python scripts/record_placebo.py [--seeds 30] [--dry | --against]

A change of a lever too small to matter, paid from outside the zone, is run beside the status quo with the same luck
(`placebo.toml`); so is a real one, to see what that needs. Run it on purpose, after a change that moves the golden run;
then run `python scripts/make_docs.py`.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import load_content
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.state.decisions import Decision
from ccepz_sim.state.ledger import Flow

WORKERS = 2
PLAN = Path(__file__).with_name("placebo.toml")
RECORD = PLAN.parents[1] / "docs" / "reference" / "placebo.json"
SHIPPED = PLAN.parents[1] / "ccepz_sim" / "game" / "placebo.json"  # what the page needs of it
Series = dict[str, np.ndarray]


def read_plan() -> dict[str, Any]:
    """Read what is changed, what is measured and what is allowed."""
    return tomllib.loads(PLAN.read_text("utf-8"))


def names_of(plan: Mapping[str, Any]) -> list[str]:
    """Give the indicators that are measured."""
    return [name for names in plan["indicators"].values() for name in names]


def run(seed: int, which: str, plan: Mapping[str, Any]) -> Series:
    """Run one world without a change, or with `change` or `strong` of the plan; series by indicator, shape (years,)."""
    change = plan["change"] | plan.get(which, {})
    decisions = [Decision(change["lever"], float(change["amount"]), change["from"])] if which else []
    zone = PilotZone(scenario=change["scenario"], seed=seed, decisions=decisions)
    ledger, first = zone.state.ledger, zone.first_quarter
    treasury = ledger.bodies + zone.state.body.prefecture
    for _ in range(change["years"] * QUARTERS):
        if which:
            ledger.pay(Flow.TRANSFERS, ledger.outside, treasury, change["refund"] / QUARTERS)
        zone.step()
    found = {name: zone.recorder.series(name)[first : zone.quarter] for name in all_indicators()}
    return {name: series.reshape(-1, QUARTERS).mean(axis=1) for name, series in found.items()}


def pair(seed: int, which: str = "change") -> tuple[Series, Series]:
    """Run one world without and with a change."""
    plan = read_plan()
    return run(seed, "", plan), run(seed, which, plan)


def spreads(pairs: Iterable[tuple[Series, Series]], years: slice, names: Iterable[str]) -> dict[str, dict[str, float]]:
    """Give mean and spread between worlds of each indicator, and the spread of its paired differences.

    Args:
        years: those of which the mean is taken, counted from the first.
    """
    held, found = list(pairs), {}
    for name in names:
        plain, changed = (np.array([both[side][name][years].mean() for both in held]) for side in (0, 1))
        found[name] = {
            "mean": float(plain.mean()),
            "between": float(plain.std(ddof=1)),
            "paired": float((changed - plain).std(ddof=1)),
        }
    return found


def by_year(pairs: Iterable[tuple[Series, Series]]) -> dict[str, float]:
    """Give the largest spread, over years, of the paired differences of a year's mean, by indicator; 0 is left out."""
    held = list(pairs)
    found = {name: np.array([changed[name] - plain[name] for plain, changed in held]) for name in held[0][0]}
    most = {name: float(gaps.std(axis=0, ddof=1).max()) for name, gaps in found.items()}
    return {name: float(f"{value:.4g}") for name, value in most.items() if value > 0.0}


def share(spread: Mapping[str, float]) -> float:
    """Give the spread of paired differences as a share of that between worlds; nothing of nothing is 0."""
    return spread["paired"] / spread["between"] if spread["between"] > 0.0 else float(spread["paired"] > 0.0)


def beyond(found: Mapping[str, Mapping[str, float]], plan: Mapping[str, Any], last: bool = False) -> list[str]:
    """Name the indicators above their limit; `last`: of the last window, where sums and headlines share one."""
    said = []
    for kind, names in plan["indicators"].items():
        limit = plan["limits"][kind] if not last or kind == "count" else plan["windows"]["limit"]
        for name in names:
            value = found[name]["paired"] if kind == "count" else share(found[name])
            if value > limit:
                said.append(f"{name} {value:.3f} > {limit:g}")
    return said


def judged(plan: Mapping[str, Any]) -> slice:
    """Give the years that are judged, counted from the first."""
    first = plan["judged"]["first"] - plan["change"]["from"]
    return slice(first, first + plan["judged"]["years"])


def windows(plan: Mapping[str, Any]) -> dict[str, slice]:
    """Give the windows of years by name, counted from the first year."""
    found = {}
    for first, years in zip(plan["windows"]["first"], plan["windows"]["years"], strict=True):
        name = f"{first}-{(first + years - 1) % 100:02d}" if years > 1 else str(first)
        found[name] = slice(first - plan["change"]["from"], first - plan["change"]["from"] + years)
    return found


def main() -> None:
    """Run all seeds, say what is above its limit, and write the record."""
    plan = read_plan()
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--seeds", type=int, default=plan["change"]["seeds"])
    reader.add_argument("--dry", action="store_true", help="print only")
    reader.add_argument("--against", action="store_true", help="keep the record there is as the one before")
    asked = reader.parse_args()
    with ProcessPoolExecutor(WORKERS) as pool:
        pairs = list(pool.map(pair, range(1, asked.seeds + 1), chunksize=2))
        seeds = range(1, min(asked.seeds, plan["strong"]["seeds"]) + 1)
        strong = list(pool.map(pair, seeds, ["strong"] * len(seeds), chunksize=2))
    names = names_of(plan)
    found = spreads(pairs, judged(plan), names)
    over_time = {window: spreads(pairs, years, names) for window, years in windows(plan).items()}
    real = spreads(strong, judged(plan), names)
    for name in names:
        line = "  ".join(f"{share(held[name]):6.3f}" for held in over_time.values())
        print(f"{name:26}{line}   paired {found[name]['paired']:.4g} of mean {found[name]['mean']:.6g}")
    print("above the limit:", "; ".join(beyond(found, plan)) or "none")
    print("above the limit in the last window:", "; ".join(beyond(list(over_time.values())[-1], plan, True)) or "none")
    if asked.dry:
        return
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": asked.seeds,
        "content": load_content().hash,
        "judged": found,
        "strong": {name: round(share(real[name]), 4) for name in names},
        "windows": {
            window: {name: round(share(held[name]), 4) for name in names} for window, held in over_time.items()
        },
    }
    if RECORD.is_file():
        held = json.loads(RECORD.read_text("utf-8"))
        before = (
            {name: value for name, value in held.items() if name != "before"} if asked.against else held.get("before")
        )
        record |= {"before": before} if before else {}
    shipped = {key: record[key] for key in ("date", "seeds", "content")} | {"spread": by_year(pairs)}
    for path, kept in ((RECORD, record), (SHIPPED, shipped)):
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
