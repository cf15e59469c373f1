"""Search the levers of a study for settings that nobody beats, under a constraint, until the search has converged.

    python docs/examples/search_levers.py --evaluations 5000

The EMA Workbench and its evolutionary search (ε-NSGA-II) set the levers; every setting meets the same world and luck.
Debt may not rise above the status quo's by more than a twentieth. Short runs of few residents, so that it ends within
minutes: this shows how a search is done and when it is over, and finds nothing about the zone.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from ema_workbench import Constraint, MultiprocessingEvaluator, SequentialEvaluator
from ema_workbench.em_framework.optimization import ArchiveLogger, EpsilonProgress

from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.ema import Zone, ema_model

SEED = 1
SLACK = 1.05  # of the debt under the status quo
FINE = 0.002  # of an outcome: settings closer than that count as one
CHECKS = 10  # looks at how far the search is
STILL = 0.01  # of the volume: what a search gains between two looks when it is over
POINTS = 50_000  # in which the volume is measured: to a third of a per cent


def above(limit: float, debt: np.ndarray | float) -> float:
    """Return by how much the debt is too high; the Workbench hands over one number, or a column of one."""
    return max(0.0, float(np.squeeze(debt)) - limit)


def main() -> None:
    """Search, and print how it converged and what it found."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--study", default="robust-governance")
    reader.add_argument("--evaluations", type=int, default=5000)
    reader.add_argument("--years", type=int, default=3)
    reader.add_argument("--seeds", type=int, default=1)
    reader.add_argument("--scale", type=float, default=0.0005)
    reader.add_argument("--workers", type=int, default=2)
    args = reader.parse_args()

    content = load_content()
    study = content.study(args.study)
    study = replace(study, relations=replace(study.relations, years=args.years, scale=args.scale))
    model = ema_model(study, content=content, seeds=args.seeds)
    plain = Zone(study, content, args.seeds)()
    searched = [outcome for outcome in model.outcomes if outcome.kind != outcome.INFO]
    limit = Constraint(
        "debt", outcome_names="government_debt", function=partial(above, SLACK * plain["government_debt"])
    )
    levers, names = [lever.name for lever in model.levers], [outcome.name for outcome in searched]
    random.seed(SEED)  # the Workbench and Platypus draw with both
    np.random.seed(SEED)  # noqa: NPY002
    with tempfile.TemporaryDirectory() as folder, evaluator(model, args.workers) as runs:
        began = time.perf_counter()
        found, progress = runs.optimize(
            nfe=args.evaluations,
            searchover="levers",
            epsilons=[max(abs(FINE * plain[name]), 1e-6) for name in names],
            constraints=[limit],
            convergence=[EpsilonProgress(), ArchiveLogger(folder, levers, names)],
            convergence_freq=max(1, args.evaluations // CHECKS),
        )
        seconds = time.perf_counter() - began
        archives = archives_in(Path(folder))

    done = int(progress["nfe"].iloc[-1])
    print(f"{done} evaluations in {seconds:.0f} s, {done / seconds:.1f} a second.")
    print(f"{len(found)} settings that none beats; seed of the search {SEED}, seeds of the luck {args.seeds}.")
    signs = np.array([1.0 if outcome.kind == outcome.MINIMIZE else -1.0 for outcome in searched])
    least, most = np.sort(np.array([found[names].min(), found[names].max()]) * signs, axis=0)
    box = np.random.default_rng(SEED).uniform(least, most, (POINTS, len(names)))
    table = progress.rename(columns={"nfe": "evaluations", "epsilon_progress": "improvements"})
    table["settings"] = [len(archives[nfe]) for nfe in table["evaluations"]]
    table["volume"] = [beaten(archives[nfe][names].to_numpy() * signs, box) for nfe in table["evaluations"]]
    print(table[["evaluations", "settings", "improvements", "volume"]].round(4).to_string(index=False))
    gained = np.diff(table["volume"].to_numpy()[-3:]) / table["volume"].iloc[-1]
    over = len(gained) > 1 and bool((np.abs(gained) < STILL).all())
    verdict = "yes" if over else "no"
    print(f"converged: {verdict}; the last two looks gained {', '.join(f'{one:+.2%}' for one in gained)}")
    print("\nThe best of each outcome, beside the status quo:")
    best = {
        outcome.name: found.loc[
            found[outcome.name].idxmin() if outcome.kind == outcome.MINIMIZE else found[outcome.name].idxmax()
        ]
        for outcome in searched
    }
    shown = pd.DataFrame({**best, "status quo": pd.Series(plain)})
    print(shown.reindex([*levers, *names]).map(lambda value: f"{value:.4g}").to_string())


def beaten(settings: np.ndarray, box: np.ndarray) -> float:
    """Return the share of points that some setting beats in every outcome, less being better.

    Args:
        settings: outcomes, shape (settings, outcomes).
        box: points between the best and the worst of what was found, shape (points, outcomes).
    """
    under = np.zeros(len(box), dtype=bool)
    for one in settings:
        under |= (one <= box).all(axis=1)
    return float(under.mean())


def archives_in(folder: Path) -> dict[int, pd.DataFrame]:
    """Return what was unbeaten at each look, by the number of evaluations."""
    return ArchiveLogger.load_archives(folder / "archives.tar.gz")


def evaluator(model: object, workers: int) -> object:
    """Return what evaluates settings, in this process or in several."""
    return SequentialEvaluator(model) if workers == 1 else MultiprocessingEvaluator(model, n_processes=workers)


if __name__ == "__main__":
    main()
