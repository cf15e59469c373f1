"""Prices as arrays: log spot prices by series, and the path that a scenario lays out."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.declare import ROWS, Bools, Dims, Floats, Ints, Record, Size, Table

ByQuarter = Annotated[npt.NDArray[np.float64], Dims.of("quarters")]
ByQuarterAndSeries = Annotated[npt.NDArray[np.float64], Dims.of("quarters", ROWS)]


class Prices(Record):
    """Log spot prices by series and the index of general costs; rows are series."""

    rows: Final[Size]  # series
    quarters: Final[Size]  # quarters
    general: float  # general costs, 1 in 2010 <- prices
    groups: int  # number of groups with common shocks
    watched: bool  # whether `year_ago` holds prices <- record
    log: Final[Floats]  # log, now <- prices
    year_ago: Final[Floats]  # log, at the last year's end that was told of <- record
    log_2010: Final[Floats]  # log, mean of 2010
    level_2015: Final[Floats]  # log, mean of 2015
    kappa: Final[Floats]  # speed of return, 1/year
    sigma: Final[Floats]  # spread, 1/sqrt(year)
    exposed: Final[Bools]  # crashes hit it
    group: Final[Ints]  # index of the group of common shocks
    history: Final[ByQuarterAndSeries]  # log price until 2015


class ScenarioPath(Table, shared=True):
    """A scenario by quarter: long-run means and dated jumps of each series, demand, water, central inspections."""

    rows: Size  # series
    quarters: Size  # quarters
    mean: ByQuarterAndSeries  # log multiple of the mean of 2015
    jump: ByQuarterAndSeries  # log multiple of the mean of 2015
    demand: ByQuarter  # factor
    water: ByQuarter  # factor
    inspection: ByQuarter  # strength of a central inspection
