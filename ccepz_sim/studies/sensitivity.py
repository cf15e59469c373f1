"""What moves an outcome: low against high, elementary effects, shares of variance; and who is beaten by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.content.schema.study import Study
from ccepz_sim.studies.design import MORRIS_LEVELS, problem, unit_sample
from ccepz_sim.studies.extras import need

if TYPE_CHECKING:
    import pandas as pd

THIRD = 1.0 / 3.0
CONFIDENCE_SEED = 1  # of the bootstrap; SALib takes 0 for none, and gave another interval each time
RESAMPLES = 400  # worlds drawn anew: shares to a few per cent
WORTH_MARKING = 0.01  # of the variance: less is not seen in a bar
WANTED = 0.05  # half the interval of a share that can be read


def tornado(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Compare runs in which a factor lies in the lowest and in the highest third of those that were drawn.

    Args:
        study: gives the factors.
        table: runs with a column per factor and `value`.

    Returns:
        Columns factor, low, high, effect (high less low), the largest effect first.
    """
    import pandas as pd

    rows = []
    for factor in study.factors:
        values = table[factor.id]
        low = table.loc[values <= values.quantile(THIRD), "value"].mean()
        high = table.loc[values >= values.quantile(1.0 - THIRD), "value"].mean()
        rows.append((factor.id, float(low), float(high), float(high - low)))
    found = pd.DataFrame(rows, columns=["factor", "low", "high", "effect"])
    return found.sort_values("effect", key=np.abs, ascending=False, ignore_index=True, kind="stable")


def morris(study: Study, values: np.ndarray) -> pd.DataFrame:
    """Return elementary effects over the unit range of each factor, the largest first.

    Source: Morris 1991; mean of absolute effects by Campolongo, Cariboni and Saltelli 2007; computed by SALib.
    """
    import pandas as pd

    analyze = need("SALib.analyze.morris", "study").analyze
    found = analyze(dict(problem(study)), unit_sample(study), values, num_levels=MORRIS_LEVELS, seed=CONFIDENCE_SEED)
    columns = {"mu": "mu", "mu_star": "mu_star", "sigma": "sigma", "confidence": "mu_star_conf"}
    table = pd.DataFrame({"factor": [factor.id for factor in study.factors]})
    for name, key in columns.items():
        table[name] = np.asarray(found[key], dtype=float)
    return table.sort_values("mu_star", ascending=False, ignore_index=True, kind="stable")


def sobol(study: Study, values: np.ndarray) -> pd.DataFrame:
    """Return the share of variance that a factor explains alone and with all others, the largest first.

    `converged` is false where a factor seems to explain more alone than with all others, which cannot be;
    `points_needed` is then how many points would make the intervals ±0.05, if they shrink as those of a mean.
    An outcome that never varies has no shares. Source: Sobol 2001, estimators of Saltelli et al. 2010; by SALib.
    """
    import pandas as pd

    names = [factor.id for factor in study.factors]
    table = pd.DataFrame({"factor": names})
    columns = {"first_order": "S1", "first_confidence": "S1_conf", "total": "ST", "total_confidence": "ST_conf"}
    if np.ptp(values) == 0.0:
        return table.assign(**dict.fromkeys(columns, 0.0), converged=True, points_needed=study.points)
    analyze = need("SALib.analyze.sobol", "study").analyze
    found = analyze(dict(problem(study)), values, calc_second_order=False, seed=CONFIDENCE_SEED)
    for name, key in columns.items():
        table[name] = np.asarray(found[key], dtype=float)
    table["converged"] = table["first_order"] <= table["total"] + WORTH_MARKING
    wide = table[["first_confidence", "total_confidence"]].max(axis=1)
    table["points_needed"] = [
        study.points if converged else _points_needed(study, reach)
        for converged, reach in zip(table["converged"], wide, strict=True)
    ]
    return table.sort_values("total", ascending=False, ignore_index=True, kind="stable")


def _points_needed(study: Study, reach: float) -> int:
    """Give the points of a Sobol design, at least twice as large, whose intervals are as narrow as wanted."""
    base = study.samples * max(2.0, (reach / WANTED) ** 2)
    return int(2 ** np.ceil(np.log2(base))) * (study.points // study.samples)


def unbeaten_shares(values: np.ndarray) -> np.ndarray:
    """Return in which share of resamples of the worlds each alternative is beaten by none, shape (alternatives,).

    Not a number where there is one world only: what is noise cannot be told then.

    Args:
        values: more is better, shape (alternatives, worlds, outcomes); the worlds are the same for all.
    """
    alternatives, worlds, _ = values.shape
    if worlds < 2:
        return np.full(alternatives, np.nan)
    luck = np.random.default_rng(CONFIDENCE_SEED)
    found = [unbeaten(values[:, luck.integers(worlds, size=worlds)].mean(axis=1)) for _ in range(RESAMPLES)]
    return np.mean(found, axis=0)


def unbeaten(values: np.ndarray) -> np.ndarray:
    """Mark rows that no other row beats; more is better in every column, shape (rows,)."""
    marked = np.ones(len(values), dtype=bool)
    for number, row in enumerate(values):
        beats = (values >= row).all(axis=1) & (values > row).any(axis=1)
        marked[number] = not beats.any()
    return marked
