"""Government bodies, officials and institutes as arrays."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from ccepz_sim.numerics.declare import ROWS, Bools, Dims, Floats, Ints, Shared, Size, Table
from ccepz_sim.state.firms import FINE_STAGES

RANKS = ("section_chief", "division_director", "director_general")
ByStage = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, FINE_STAGES)]
ByPlace = Annotated[npt.NDArray[np.int64], Dims.of("places")]
ByPlaceAndTurn = Annotated[npt.NDArray[np.int64], Dims.of("places", "most")]


class Bodies(Table):
    """Government bodies; money sits in the ledger, capacities and plans here.

    Attributes:
        ids, index, kind: of the bodies table.
    """

    rows: Size  # bodies
    place: Ints  # place of the seat, -1 for none
    staff_home: Ints  # place where their staff live
    staff_cost: Floats  # yuan/year
    debt_ceiling: Floats  # yuan
    coordination: Floats  # 0-1
    asks_for_money: Bools  # the prefecture pays for it
    saves_for_awards: Bools  # its cash is saved for yearly awards
    local: Bools  # all but the province
    released: Floats  # share of the planned money that was paid
    planned_cost: Floats  # yuan/quarter <- budgets
    ids: Shared[tuple[str, ...]]
    index: Shared[dict[str, int]]
    kind: Shared[tuple[str, ...]]


class BodyNumbers(Table, shared=True):
    """Numbers of the bodies that rules call by name; an office that the content lacks is refused when built."""

    prefecture: int  # index of the body
    province: int  # index of the body
    committee: int  # index of the body
    science: int  # index of the body
    environment: int  # index of the body
    finance: int  # index of the body


class Officials(Table):
    """Officials: who they are, how they split their effort, what they believe.

    Attributes:
        ids: of the officials table.
    """

    rows: Size  # officials
    who: Ints  # number that luck knows the official by, the post and how many held it before <- evaluation
    body: Ints  # index of the body, -1 for none
    place: Ints  # index of the place, -1 for none
    rank: Ints  # index of RANKS
    growth_first: Bools  # view: growth comes first <- evaluation
    brand_view: Bools  # view: the circular economy is a brand
    native: Bools  # <- evaluation
    integrity: Floats  # 0-1 <- evaluation
    tenure: Ints  # quarters in the post <- evaluation
    growth_effort: Floats  # share of effort for growth <- officials
    enforcement: Floats  # share of effort that reaches enforcement <- officials
    honesty: Floats  # share of emissions that stays in the figures passed on <- officials
    waste_view: Floats  # supervision of stored waste, 1 is usual <- officials
    captured: Floats  # share of firms with a deal <- collusion
    take: Floats  # bribes taken in the post, yuan <- collusion, inspection, evaluation
    former_take: Floats  # those of predecessors still on file, yuan <- evaluation
    sees: Floats  # believed chance of detection <- opinions, evaluation
    pending_fine: ByStage  # fines of present and former holders on their way, yuan <- inspection, evaluation
    exposed: Bools  # figures were found false at the last audit <- evaluation
    caught: Bools  # to be removed at the evaluation <- inspection, evaluation
    score: Floats  # number, result of the last evaluation <- evaluation
    record: Floats  # number, mean score over the tenure <- evaluation
    ids: Shared[tuple[str, ...]]


class Answering(Table, shared=True):
    """The officials who may answer for a firm, by place."""

    places: Size
    most: Size
    count: ByPlace
    row: ByPlaceAndTurn  # of the officials


class Institutes(Table):
    """Research institutes: posts, people in them, funding, success.

    Attributes:
        ids: of the institutes table.
    """

    rows: Size  # institutes
    place: Ints  # index of the place
    field: Ints  # index of the industry, -1 for none
    posts: Floats  # persons
    people: Floats  # persons <- labour
    guests: Floats  # persons <- innovation
    base_funding: Floats  # yuan/year from above
    funding: Floats  # yuan, platforms included <- settlement
    remoteness: Floats  # 0-1
    success: Floats  # chance of the quarter <- innovation
    results: Floats  # 0 or 1 <- innovation
    pull: Floats  # share of posts that scientists consider <- innovation
    was_empty: Bools  # told as empty <- innovation
    ids: Shared[tuple[str, ...]]
