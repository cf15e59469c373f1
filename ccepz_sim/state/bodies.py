"""Government bodies, officials and institutes as arrays."""

from __future__ import annotations

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.content import Content
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.firms import FINE_STAGES
from ccepz_sim.state.world import World

RANKS = ("section_chief", "division_director", "director_general")


class Bodies(Arrays):
    """Government bodies; money sits in the ledger, capacities and plans here. Shapes (bodies,).

    Attributes:
        ids, index, kind: of the bodies table; place: index of the seat, -1 for none.
        staff_cost: yuan/year; debt_ceiling: yuan; coordination: 0-1.
        released: share of the planned money that was paid this quarter; planned_cost: yuan/quarter.
    """

    def __init__(self, content: Content, world: World) -> None:
        table = content.table("bodies")
        self.ids = table.ids
        self.index = table.index
        self.kind = table.texts("kind")
        self.place = np.array([world.place_index.get(name, -1) for name in table.texts("place")])
        self.staff_cost = table.numbers("staff_cost").copy()
        self.debt_ceiling = table.numbers("debt_ceiling").copy()
        self.coordination = table.numbers("coordination").copy()
        self.released = np.ones(len(table))
        self.planned_cost = np.zeros(len(table))


class Officials(Arrays):
    """Officials: who they are, how they split their effort, what they believe. Shapes (officials,).

    Attributes:
        body, place: index of body and place, -1 for none; rank: index of RANKS; tenure: quarters in the post.
        growth_first, brand_view, native: views and origin, true or false; integrity: 0-1.
        growth_effort: share of effort for growth; enforcement: share that reaches enforcement.
        honesty: share of emissions that stays in the figures passed on; captured: share of firms with a deal.
        waste_view: supervision of stored waste, 1 is usual; exposed: figures were found false at the last audit.
        score: of the last evaluation; record: its mean over the tenure; sees: believed chance of detection.
        take: bribes taken in the post, yuan; former_take: those of predecessors still on file.
        pending_fine: fines of present and former holders on their way by stage, yuan, shape (officials, FINE_STAGES).
        caught: to be removed at the evaluation; dismissed: officials removed since the last one, a number.
    """

    def __init__(self, content: Content, world: World, bodies: Bodies) -> None:
        table = content.table("officials")
        self.ids = table.ids
        count = len(table)
        self.body = np.array([bodies.index[name] for name in table.texts("body")])
        self.place = np.array([world.place_index.get(name, -1) for name in table.texts("place")])
        self.rank = np.array([RANKS.index(name) for name in table.texts("rank")])
        self.growth_first = table.numbers("growth_first") > 0
        self.brand_view = table.numbers("brand_view") > 0
        self.native = table.numbers("native") > 0
        self.integrity = table.numbers("integrity").copy()
        self.tenure = table.numbers("tenure_quarters").astype(int)
        self.growth_effort = np.zeros(count)
        self.enforcement = np.zeros(count)
        self.honesty = np.ones(count)
        self.captured = np.zeros(count)
        self.waste_view = np.ones(count)
        self.exposed = np.zeros(count, dtype=bool)
        self.score = np.zeros(count)
        self.record = np.zeros(count)
        self.take = np.zeros(count)
        self.former_take = np.zeros(count)
        self.pending_fine = np.zeros((count, FINE_STAGES))
        self.sees = np.full(count, content.value("collusion.belief_start"))
        self.caught = np.zeros(count, dtype=bool)
        self.dismissed = 0.0


class Institutes(Arrays):
    """Research institutes: posts, people in them, funding, success. Shapes (institutes,).

    Attributes:
        place: index; field: index of the industry, -1 for none; posts, people, guests: persons.
        base_funding: yuan/year from above; funding: yuan of the quarter, platforms included.
        remoteness: 0-1; success: chance of the quarter; results: 0 or 1.
    """

    def __init__(self, content: Content, world: World) -> None:
        table = content.table("institutes")
        self.ids = table.ids
        self.place = np.array([world.place_index[name] for name in table.texts("place")])
        self.field = np.array(
            [world.industry_names.index(name) if name in world.industry_names else -1 for name in table.texts("field")]
        )
        self.posts = table.numbers("posts").copy()
        self.people = self.posts * table.numbers("filled")
        self.guests = np.zeros(len(table))
        self.base_funding = table.numbers("funding").copy()
        self.funding = self.base_funding / QUARTERS
        self.remoteness = table.numbers("remoteness").copy()
        self.success = np.zeros(len(table))
        self.results = np.zeros(len(table))
