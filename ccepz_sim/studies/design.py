"""From a study to its runs: the points of the design, crossed with policies, scenarios and seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ccepz_sim.content.schema.study import Factor, Study
from ccepz_sim.state.decisions import Decision
from ccepz_sim.studies.extras import need

if TYPE_CHECKING:
    import pandas as pd

MORRIS_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Run:
    """One run: which policy and scenario by number, its seed, decisions of sampled levers, sampled parameters."""

    number: int
    policy: int
    scenario: int
    seed: int
    decisions: tuple[Decision, ...]
    parameters: tuple[tuple[str, float], ...]


class Plan:
    """All runs of a study, in an order that lets runs of one past stand together.

    Attributes:
        points: values of the factors, shape (points, factors).
        point, policy, scenario, seed: what each run takes, shape (runs,).
    """

    def __init__(self, study: Study) -> None:
        """Lay out the runs.

        Raises:
            UserError: the design needs a library that is not installed.
        """
        self.study = study
        self.points = values_of(study.factors, unit_sample(study))
        ways = len(study.policies) * len(study.scenarios)
        # By seed, world (parameters), point, scenario, policy: the history is run once for a world and a seed, and
        # more seeds only add runs at the end.
        worlds = self._worlds()
        grid = np.indices((study.seeds, len(self.points), len(study.scenarios), len(study.policies))).reshape(4, -1)
        luck, point, scenario, policy = grid
        order = np.lexsort((policy, scenario, point, worlds[point], luck))
        self.point, self.policy, self.scenario = point[order], policy[order], scenario[order]
        if study.luck == "own":
            luck = luck + study.seeds * (point * ways + scenario * len(study.policies) + policy)
        self.seed = study.first_seed + luck[order]

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.seed)

    def __getitem__(self, number: int) -> Run:
        """Return one run."""
        row = self.points[self.point[number]]
        own = len(self.study.levers)
        decisions = tuple(
            Decision(factor.id, float(value), factor.from_)
            for factor, value in zip(self.study.levers, row[:own], strict=True)
        )
        parameters = tuple(
            (factor.id, float(value)) for factor, value in zip(self.study.uncertainties, row[own:], strict=True)
        )
        policy, scenario = int(self.policy[number]), int(self.scenario[number])
        return Run(number, policy, scenario, int(self.seed[number]), decisions, parameters)

    def _worlds(self) -> np.ndarray:
        """Number the points by their parameters, in order of appearance, shape (points,)."""
        seen: dict[bytes, int] = {}
        own = len(self.study.levers)
        return np.array([seen.setdefault(row[own:].tobytes(), len(seen)) for row in self.points], dtype=np.int64)

    @cached_property
    def table(self) -> pd.DataFrame:
        """The runs as a table: run, point, policy, scenario, seed, and one column per factor."""
        import pandas as pd

        study = self.study
        columns: dict[str, Any] = {
            "run": np.arange(len(self), dtype=np.int32),
            "point": self.point.astype(np.int32),
            "policy": pd.Categorical.from_codes(self.policy, [policy.id for policy in study.policies]),
            "scenario": pd.Categorical.from_codes(self.scenario, list(study.scenarios)),
            "seed": self.seed.astype(np.int64),
        }
        for number, factor in enumerate(study.factors):
            columns[factor.id] = self.points[self.point, number]
        return pd.DataFrame(columns)


def unit_sample(study: Study) -> np.ndarray:
    """Return the design in the unit cube, shape (points, factors); the same for the same study.

    Latin hypercube by SciPy; Sobol sequences (Saltelli's scheme without second order) and Morris trajectories by SALib.
    A full grid is given as the place of each value in the bounds.
    """
    count, seed = len(study.factors), study.design_seed
    if study.design == "grid":
        cells = list(product(*(factor.values for factor in study.factors)))
        return _to_unit(study.factors, np.array(cells, dtype=float).reshape(len(cells), count))
    if study.design == "latin-hypercube":
        qmc = need("scipy.stats.qmc", "study")
        sample: np.ndarray = qmc.LatinHypercube(count, rng=np.random.default_rng(seed)).random(study.samples)
        return sample
    if study.design == "sobol":
        sobol = need("SALib.sample.sobol", "study")
        return np.asarray(sobol.sample(problem(study), study.samples, calc_second_order=False, seed=seed))
    morris = need("SALib.sample.morris", "study")
    return np.asarray(morris.sample(problem(study), study.samples, num_levels=MORRIS_LEVELS, seed=seed))


def problem(study: Study) -> Mapping[str, Any]:
    """Return the factors as SALib wants them, on the unit cube."""
    names = [factor.id for factor in study.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def values_of(factors: tuple[Factor, ...], sample: np.ndarray) -> np.ndarray:
    """Turn places in the unit cube into values within the bounds, shape (points, factors)."""
    values = np.empty_like(sample)
    for number, factor in enumerate(factors):
        low, high = factor.bounds
        place = sample[:, number]
        made = low * (high / low) ** place if factor.log else low + (high - low) * place
        if factor.values:
            # What was written is what runs: no rounding on the way through the unit cube.
            listed = np.array(factor.values)
            made = listed[np.argmin(np.abs(made[:, None] - listed[None, :]), axis=1)]
        values[:, number] = np.clip(made, low, high)
    return values


def _to_unit(factors: tuple[Factor, ...], values: np.ndarray) -> np.ndarray:
    sample = np.zeros_like(values)
    for number, factor in enumerate(factors):
        low, high = factor.bounds
        if high > low:
            made = values[:, number]
            sample[:, number] = np.log(made / low) / np.log(high / low) if factor.log else (made - low) / (high - low)
    return sample
