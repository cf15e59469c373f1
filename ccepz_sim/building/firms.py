"""Firms of the roster with their traits, rows for those that come, and the technique of each."""

from __future__ import annotations

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.numerics.clock import quarter_of
from ccepz_sim.numerics.draws import Keys
from ccepz_sim.rules.firm_life import draw_traits
from ccepz_sim.rules.technique import assign_technique
from ccepz_sim.state.firms import MINDSETS, NEVER, Firms, Plans, Technology
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.records import Fixed
from ccepz_sim.state.world import World


def make_firms(content: Content, world: World, keys: Keys, p: Parameters) -> Firms:
    """Put the roster into rows, draw what the roster does not say, and keep spare rows for entrants.

    Reads: firms.*, collusion.belief_start, entry.spare_rows and those of `draw_traits`.
    """
    table = content.table("firms")
    roster, spare = len(table), int(p.entry.spare_rows)
    firms = Firms.make(rows=roster + spare).fill(
        roster=roster,
        who=np.arange(roster + spare),
        codes=[*table.ids, *[""] * spare],
        start=NEVER,
        exited=NEVER,
        efficiency=1.0,
        debt_ratio=p.firms.entrant_debt_ratio,
        staffing=p.firms.entrant_staffing,
        margin=p.firms.margin_start,
        outlook=p.firms.margin_start,
        expected_margin=p.firms.margin_start,
        clean=1.0,
        link_giver=-1,
        knowledge=p.firms.knowledge_start,
        sees=p.collusion.belief_start,
    )
    own = slice(roster)
    firms.product[own] = [world.product_index[name] for name in table.texts("product")]
    firms.place[own] = [world.place_index[name] for name in table.texts("place")]
    firms.in_park[own] = [bool(name) for name in table.texts("park")]
    firms.start[own] = [quarter_of(year) for year in table.numbers("start")]
    firms.mindset[own] = [MINDSETS.index(name) for name in table.texts("mindset")]
    for column, name in (
        (firms.capacity, "capacity"),
        (firms.outdated, "outdated"),
        (firms.chain, "chain_level"),
        (firms.efficiency, "efficiency"),
        (firms.state_owned, "state_owned"),
        (firms.tie, "native_tie"),
        (firms.first_mover, "first_mover"),
        (firms.large, "large"),
        (firms.debt_ratio, "debt_ratio"),
        (firms.staffing, "staffing"),
    ):
        column[own] = table.numbers(name)
    draw_traits(firms, keys, p, np.arange(firms.rows))
    return firms


def no_plans(rows: int) -> Plans:
    """Give the plans before any planning: nothing abated, hidden or taxed."""
    return Plans.make(rows=rows).fill(start=1.0, slope=1.0)


def make_technology(world: World, firms: Firms, fixed: Fixed) -> Technology:
    """Give every row the technique of its product."""
    technology = Technology.make(rows=firms.rows)
    assign_technique(technology, world, fixed, np.arange(firms.rows), firms.product)
    return technology
