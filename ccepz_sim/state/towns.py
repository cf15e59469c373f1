"""Towns: environment, sector accounts and social state per place; index 9 is the rest of China."""

from __future__ import annotations

import numpy as np

from ccepz_sim.content import Content
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.world import EMPLOYERS, SKILLS, World


class Towns(Arrays):
    """State per place, shape (places,) unless said; (places, 3) by skill; (employers, places, 3) for jobs.

    Attributes:
        pollution: index of the stock; harm, ecology, amenity: 0-1; infrastructure: 1 as in 2010.
        unsafe_release: tonnes leaked in the quarter, weighted by hazard.
        complaints, answered: number a quarter; reply_rate, awareness, trust: 0-1.
        wage: yuan/person/year by skill; unemployment: 0-1 by skill; labour_force: persons by skill.
        posts, employed, vacancies: persons by employer and skill; matches: persons hired, by skill.
        services_va, construction_va, agriculture_va: value added, yuan a quarter.
        services_sales, construction_sales, agriculture_sales: yuan a quarter.
        services_index, construction_index: jobs relative to 2010.
        household_income: after tax, yuan/year.
    """

    def __init__(self, content: Content, world: World) -> None:
        count = world.place_count
        place = world.place
        labour = content.group_values("labour")
        environment = content.group_values("environment")
        self.pollution = np.full(count, environment.pollution_start) * world.in_zone
        self.pollution[~world.in_zone] = environment.pollution_elsewhere
        self.ecology = np.full(count, environment.ecology_start)
        self.harm = np.zeros(count)
        self.unsafe_release = np.zeros(count)
        self.complaints = np.zeros(count)
        self.answered = np.zeros(count)
        self.reply_rate = np.full(count, content.value("voice.reply_start"))
        self.awareness = np.zeros(count)
        self.trust = np.zeros(count)
        premium = np.array([1.0, labour.skilled_premium, labour.professional_premium])
        self.wage = place["wage_2010"][:, None] / labour.wage_mix * premium
        self.unemployment = np.full((count, len(SKILLS)), labour.natural_rate)
        self.posts = np.zeros((len(EMPLOYERS), count, len(SKILLS)))
        self.employed = np.zeros((len(EMPLOYERS), count, len(SKILLS)))
        self.vacancies = np.zeros((len(EMPLOYERS), count, len(SKILLS)))
        self.matches = np.zeros((count, len(SKILLS)))
        self.services_va = np.zeros(count)
        self.construction_va = np.zeros(count)
        self.agriculture_va = np.zeros(count)
        self.services_index = np.ones(count)
        self.construction_index = np.ones(count)
        self.services_sales = np.zeros(count)
        self.construction_sales = np.zeros(count)
        self.household_income = np.zeros(count)
        self.amenity = place["amenity"].copy()
        self.infrastructure = np.ones(count)
