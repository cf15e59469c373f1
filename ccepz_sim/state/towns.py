"""Towns: environment, sector accounts, jobs and opinions per place."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.declare import ROWS, Bools, Dims, Floats, Ints, Size, Table
from ccepz_sim.state.world import EMPLOYERS, POLLUTANTS, SKILLS

BySkill = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(SKILLS))]
ByPollutant = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(POLLUTANTS))]
ByEmployer = Annotated[npt.NDArray[np.float64], Dims.of(len(EMPLOYERS), ROWS)]
ByJob = Annotated[npt.NDArray[np.float64], Dims.of(len(EMPLOYERS), ROWS, len(SKILLS))]


class Towns(Table):
    """State per place; jobs by employer, place and skill.

    The comments give unit and meaning, and after an arrow the phases that write; what never changes has no arrow.
    """

    rows: Size  # places
    # what never changes
    has_park: Bools
    body: Ints  # body that governs the place; the sending areas answer to the province
    birth_rate: Floats  # 1/year, births a person
    household_rate: ByPollutant  # tonnes a person and quarter
    base_posts: ByJob  # posts of 2010, persons

    # environment
    air: Floats  # index of harm through the air <- environment
    water: Floats  # index of harm through water <- environment
    ground: Floats  # index of harm through the ground <- environment
    pollution: Floats  # index that residents live with <- environment
    harm: Floats  # 0-1, as residents feel it <- environment
    ecology: Floats  # 0-1 <- environment
    amenity: Floats  # 0-1
    infrastructure: Floats  # 1 as in 2010 <- environment
    unsafe_release: Floats  # tonnes leaked, weighted by hazard <- exchange
    water_share: Floats  # share of wanted water there is <- production

    # opinions
    complaints: Floats  # persons who complain <- opinions
    answered: Floats  # persons who get an answer <- opinions
    reply_rate: Floats  # 0-1 <- opinions
    awareness: Floats  # 0-1 <- opinions
    trust: Floats  # 0-1 <- opinions
    voice: Floats  # strength of voice, 0 upwards <- opinions

    # work
    wage: BySkill  # yuan/person/year <- labour
    base_wage: BySkill  # the national trend wages return to, yuan/person/year <- labour
    unemployment: BySkill  # share <- labour
    labour_force: BySkill  # persons <- labour
    matches: BySkill  # persons hired <- labour
    posts: ByJob  # persons wanted <- labour
    employed: ByJob  # persons <- labour
    vacancies: ByJob  # persons <- labour
    vacancy_pull: ByEmployer  # share of posts that seekers consider <- innovation
    scientist_leave: Floats  # share of scientists a quarter <- innovation

    # sectors and money
    services_va: Floats  # value added, yuan <- settlement
    construction_va: Floats  # value added, yuan <- settlement
    agriculture_va: Floats  # value added, yuan <- settlement
    services_sales: Floats  # yuan <- settlement
    construction_sales: Floats  # yuan <- settlement
    agriculture_sales: Floats  # yuan <- trends
    services_base: Floats  # sales of 2010, yuan/quarter <- trends
    construction_base: Floats  # sales of 2010, yuan/quarter <- trends
    services_ratio: Floats  # share of sales that is value added <- settlement
    construction_ratio: Floats  # share of sales that is value added <- settlement
    services_index: Floats  # multiple of the jobs of 2010 <- trends
    construction_index: Floats  # multiple of the jobs of 2010 <- trends
    household_income: Floats  # after tax, yuan/year <- settlement
    own_revenue: Floats  # taxes that stay in the zone, yuan <- opening, settlement
    last_revenue: Floats  # of the quarter before, yuan <- opening
    base_gap: Floats  # what the town lacked in the first quarter, yuan; not a number before <- settlement
