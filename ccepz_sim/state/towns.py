"""Towns: environment, sector accounts, jobs and opinions per place."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.state.declare import ROWS, Bools, Dims, Floats, Ints, Size, Table
from ccepz_sim.state.world import EMPLOYERS, POLLUTANTS, SKILLS

BySkill = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(SKILLS))]
ByPollutant = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(POLLUTANTS))]
ByEmployer = Annotated[npt.NDArray[np.float64], Dims.of(len(EMPLOYERS), ROWS)]
ByJob = Annotated[npt.NDArray[np.float64], Dims.of(len(EMPLOYERS), ROWS, len(SKILLS))]


class Towns(Table):
    """State per place; jobs by employer, place and skill.

    The comments give unit and meaning, and after an arrow the phases that write; what never changes has no arrow.
    """

    rows: Size
    # what never changes
    has_park: Bools
    body: Ints  # body that governs the place; the sending areas answer to the province
    dilution: Floats  # tonnes that raise the index of pollution by one
    birth_rate: Floats  # a person and year
    household_rate: ByPollutant  # tonnes a person and quarter
    base_posts: ByJob  # posts of 2010, persons

    # environment
    pollution: Floats  # index of the stock
    harm: Floats  # 0-1
    ecology: Floats  # 0-1
    amenity: Floats  # 0-1
    infrastructure: Floats  # 1 as in 2010
    unsafe_release: Floats  # tonnes leaked, weighted by hazard
    water_share: Floats  # share of wanted water there is

    # opinions
    complaints: Floats  # number
    answered: Floats  # number
    reply_rate: Floats  # 0-1
    awareness: Floats  # 0-1
    trust: Floats  # 0-1
    voice: Floats  # strength of voice, 0 upwards

    # work
    wage: BySkill  # yuan/person/year
    base_wage: BySkill  # the national trend wages return to, yuan/person/year
    unemployment: BySkill  # share
    labour_force: BySkill  # persons
    matches: BySkill  # persons hired
    posts: ByJob  # persons wanted
    employed: ByJob  # persons
    vacancies: ByJob  # persons
    vacancy_pull: ByEmployer  # share of posts that seekers consider
    scientist_leave: Floats  # share of scientists a quarter

    # sectors and money
    services_va: Floats  # value added, yuan
    construction_va: Floats  # value added, yuan
    agriculture_va: Floats  # value added, yuan
    services_sales: Floats  # yuan
    construction_sales: Floats  # yuan
    agriculture_sales: Floats  # yuan
    services_base: Floats  # sales of 2010, yuan/quarter
    construction_base: Floats  # sales of 2010, yuan/quarter
    services_ratio: Floats  # value added in sales
    construction_ratio: Floats  # value added in sales
    services_index: Floats  # jobs relative to 2010
    construction_index: Floats  # jobs relative to 2010
    household_income: Floats  # after tax, yuan/year
    own_revenue: Floats  # taxes that stay in the zone, yuan
    last_revenue: Floats  # of the quarter before, yuan
    base_gap: Floats  # what the town lacked in the first quarter, yuan; not a number before
