"""Which settings of a study hold up in most worlds, and in which worlds the best one fails (EMA Workbench, PRIM).

    python docs/examples/robust_packages.py --policies 12 --worlds 25

Each policy meets each world. A policy does well in a world where no outcome is worse than under the status quo by more
than a twentieth; it is robust when it does well in many. PRIM then describes the worlds in which the most robust one
does not.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from ema_workbench import MultiprocessingEvaluator, Policy, SequentialEvaluator, perform_experiments
from ema_workbench.analysis import prim
from ema_workbench.em_framework import sample_levers

from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.ema import ema_model, spelled

SEED = 1
TOLERANCE = 0.05
PLAIN = "status quo"


def main() -> None:
    """Run the experiments and print the ranking and the box."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--study", default="robust-governance")
    reader.add_argument("--policies", type=int, default=12)
    reader.add_argument("--worlds", type=int, default=25)
    reader.add_argument("--seeds", type=int, default=1)
    reader.add_argument("--workers", type=int, default=2)
    args = reader.parse_args()

    content = load_content()
    study = content.study(args.study)
    model = ema_model(study, content=content, seeds=args.seeds)
    # The status quo is one more policy: every lever where it stands in 2016.
    now = {spelled(one.id): content.levers[one.id].status_quo_at(study.relations.from_) for one in study.levers}
    np.random.seed(SEED)  # noqa: NPY002 - the Workbench samples with it
    np.random.seed(SEED)  # noqa: NPY002 - the Workbench samples with it
    policies = [*sample_levers(model, args.policies), Policy(PLAIN, **now)]
    with evaluator(model, args.workers) as runs:
        table, outcomes = perform_experiments(model, scenarios=args.worlds, policies=policies, evaluator=runs)

    well = np.ones(len(table), dtype=bool)
    for outcome in model.outcomes:
        if outcome.kind == outcome.INFO:  # no direction of it is good
            continue
        better = -1.0 if outcome.kind == outcome.MINIMIZE else 1.0
        values = pd.Series(outcomes[outcome.name], index=table.index)
        # A world has the same number under every policy.
        plain = values[table["policy"] == PLAIN].set_axis(table.loc[table["policy"] == PLAIN, "scenario"])
        before = table["scenario"].astype(object).map(plain).to_numpy(float)
        well &= better * (values.to_numpy() - before) >= -TOLERANCE * np.abs(before)
    table["well"] = well
    ranking = table.groupby("policy", observed=True)["well"].mean().sort_values(ascending=False)
    levers = table.drop_duplicates("policy").set_index("policy")[[lever.name for lever in model.levers]]
    print("Share of worlds in which a policy does well, and its levers:")
    print(levers.assign(robustness=ranking).sort_values("robustness", ascending=False).round(3).to_string())

    best = ranking.drop(PLAIN).index[0]
    worlds = table[table["policy"] == best]
    fails = ~worlds["well"].to_numpy()
    print(f"\nPolicy {best} fails in {fails.mean():.0%} of worlds.")
    if 0 < fails.sum() < len(fails):
        causes = worlds[[one.name for one in model.uncertainties]].reset_index(drop=True)
        box = prim.Prim(causes, fails, threshold=0.5, mass_min=0.1).find_box()
        if box is None:
            print("No simple box of worlds explains it.")
        else:
            print("They lie where (PRIM):")
            print(box.box_lims[-1].to_string())


def evaluator(model: object, workers: int) -> object:
    """Return what runs experiments, in this process or in several."""
    return SequentialEvaluator(model) if workers == 1 else MultiprocessingEvaluator(model, n_processes=workers)


if __name__ == "__main__":
    main()
