"""Firms as arrays: one row for each firm there is or may be; Mesa agents are views on the rows."""

from __future__ import annotations

import numpy as np

from ccepz_sim.clock import quarter_of
from ccepz_sim.content import Content
from ccepz_sim.rng import Streams
from ccepz_sim.state.arrays import Arrays
from ccepz_sim.state.world import POLLUTANTS, SKILLS, World

MINDSETS = ("not_established", "training", "long_term")
NOT_ESTABLISHED, TRAINING, LONG_TERM = range(len(MINDSETS))
NEVER = 10_000
FINE_STAGES = 2
PARTNERS = 3  # most givers of one taker


class Firms(Arrays):
    """State of all firm rows, spare rows for entrants included; shape (rows,) unless said; flows are a quarter's.

    Attributes:
        rows, roster: number of rows, and of those that the content names.
        codes, product, place, in_park: who and where; indices of products and places.
        start, exited: quarter of opening and of closing, NEVER where there is none; alive: in business now.
        capacity: units/year; outdated: share of it; chain: level 0-3; efficiency: unit cost, 1 is typical.
        state_owned, tie, first_mover, large: 0 or 1; mindset: index of MINDSETS.
        debt_ratio, staffing: at the opening, share of book capital and of posts.
        staff, posts: persons there and wanted, shape (rows, skills).
        moral: cost of a bribe, in reference burdens; integrity, openness: 0-1; lobby: strength, 1 is typical.
        concentration: of emissions before abatement, as a multiple of the limit of 2015.
        abatement_skill: multiple of the usual cost; clean: emission factor relative to 2010.
        official: row of the official who answers for the firm; sees: believed chance of detection.
        key: 1 on the list of key emitters; colluding: has a deal; punished: was found this quarter; bribe: yuan.
        pending_fine: fines on their way by stage, yuan, shape (rows, FINE_STAGES).
        utilisation: share of capacity in use; output: units; price, input_cost: yuan/unit.
        sales, value_added, wage_bill, profit, other_income: yuan; value_added_real: yuan of 2010.
        margin, expected_margin, outlook: share of the price, the last as investors see it; usual_price: yuan/unit.
        extrapolates: 1 where investment follows the price trend; project_credit: debt for projects over book capital.
        losses, starved, insolvent: quarters in a row of loss, without cash or credit, with negative worth.
        book_capital: yuan; investment: yuan; buffer: cash kept, yuan.
        abate: share abated, shape (rows, 2) for air and water; abatement_cost: yuan; hidden: largest share hidden.
        tax_due: pollution tax, yuan, shape (rows, 2); evaded_tax: yuan; permit_need: equivalents reported.
        air_2015: air equivalents of 2015 before abatement; permits: equivalents held for the quarter;
        evaded_permits: equivalents hidden; stopped: share of output under a stop order next quarter.
        reference_burden: yuan; saving: what collusion saves, in reference burdens.
        emission, reported_emission: tonnes, shape (rows, pollutants).
        waste: tonnes of the two wastes, shape (rows, 2); reused, used_waste: tonnes given or reused, and taken.
        link_giver: rows of the partners whose by-product is taken, -1 for none, shape (rows, PARTNERS);
        link_share: of the need each is bound to give; link_age: quarters; of that shape;
        link_wait: quarters until a taker that lost its partner can look again.
        unsafe: tonnes of the two wastes stored unsafely and not yet restored or leaked, shape (rows, 2).
        waste_cost, waste_tax, deposit_due, by_product_saving: yuan; deposit_held: yuan paid in so far.
        energy: tonnes of coal equivalent; water: m3; co2: tonnes.
        research: outlay, yuan; innovations: number; knowledge, brand: 0-1.
        research_fund, upgrade_money, chain_money, plant_money, clean_money: useful part of grants, yuan.
        pilot: years of pilot status left.
        granted, misused: grants and what was diverted since the last audit of funds, yuan.

    Reads: firms.*, collusion.moral_mean, moral_sd, belief_start, entry.spare_rows, investment.extrapolators.
    """

    def __init__(self, content: Content, world: World, streams: Streams) -> None:
        table = content.table("firms")
        p = content.group_values("firms")
        collusion = content.group_values("collusion")
        spare = int(content.value("entry.spare_rows"))
        roster = len(table)
        rows = roster + spare
        self.rows = rows
        self.roster = roster

        def column(name: str, fill: float) -> np.ndarray:
            values = np.full(rows, fill)
            values[:roster] = table.numbers(name)
            return values

        self.codes = [*table.ids, *[""] * spare]
        self.product = np.zeros(rows, dtype=int)
        self.product[:roster] = [world.product_index[name] for name in table.texts("product")]
        self.place = np.zeros(rows, dtype=int)
        self.place[:roster] = [world.place_index[name] for name in table.texts("place")]
        self.in_park = np.zeros(rows, dtype=bool)
        self.in_park[:roster] = [bool(name) for name in table.texts("park")]
        self.start = np.full(rows, NEVER)
        self.start[:roster] = [quarter_of(year) for year in table.numbers("start")]
        self.alive = np.zeros(rows, dtype=bool)
        self.exited = np.full(rows, NEVER)
        self.capacity = column("capacity", 0.0)
        self.outdated = column("outdated", 0.0)
        self.chain = column("chain_level", 0.0)
        self.efficiency = column("efficiency", 1.0)
        self.state_owned = column("state_owned", 0.0)
        self.tie = column("native_tie", 0.0)
        self.first_mover = column("first_mover", 0.0)
        self.large = column("large", 0.0)
        self.mindset = np.zeros(rows, dtype=int)
        self.mindset[:roster] = [MINDSETS.index(name) for name in table.texts("mindset")]
        self.debt_ratio = column("debt_ratio", p.entrant_debt_ratio)
        self.staffing = column("staffing", p.entrant_staffing)
        self.staff = np.zeros((rows, len(SKILLS)))
        self.posts = np.zeros((rows, len(SKILLS)))

        luck = streams.at("firm traits")
        moral, dirt, skill, openness, integrity, lobby = luck.standard_normal((6, rows))
        self.moral = np.clip(collusion.moral_mean + collusion.moral_sd * moral, 0.0, None)
        self.concentration = np.exp(p.concentration_mean + p.concentration_sd * dirt)
        self.abatement_skill = np.exp(p.abatement_skill_sd * skill)
        self.openness = 1.0 / (1.0 + np.exp(-openness))
        self.integrity = 1.0 / (1.0 + np.exp(-integrity))
        self.lobby = np.exp(p.lobby_sd * lobby)
        self.official = np.zeros(rows, dtype=int)
        self.sees = np.full(rows, collusion.belief_start)
        self.colluding = np.zeros(rows, dtype=bool)
        self.punished = np.zeros(rows, dtype=bool)
        self.key = np.zeros(rows)
        self.pending_fine = np.zeros((rows, FINE_STAGES))

        self.utilisation = np.zeros(rows)
        self.output = np.zeros(rows)
        self.price = np.zeros(rows)
        self.sales = np.zeros(rows)
        self.value_added = np.zeros(rows)
        self.value_added_real = np.zeros(rows)
        self.input_cost = np.zeros(rows)
        self.wage_bill = np.zeros(rows)
        self.profit = np.zeros(rows)
        self.margin = np.full(rows, p.margin_start)
        self.book_capital = np.zeros(rows)
        self.losses = np.zeros(rows, dtype=int)
        self.starved = np.zeros(rows, dtype=int)
        self.insolvent = np.zeros(rows, dtype=int)
        outlook = streams.at("firm outlook").random(rows)
        self.extrapolates = (outlook < content.value("investment.extrapolators")).astype(float)
        self.outlook = np.full(rows, p.margin_start)
        self.usual_price = np.zeros(rows)
        self.project_credit = np.zeros(rows)
        self.expected_margin = np.full(rows, p.margin_start)

        self.clean = np.ones(rows)
        self.abate = np.zeros((rows, 2))
        self.abatement_cost = np.zeros(rows)
        self.hidden = np.zeros(rows)
        self.evaded_tax = np.zeros(rows)
        self.saving = np.zeros(rows)
        self.reference_burden = np.zeros(rows)
        self.bribe = np.zeros(rows)
        self.emission = np.zeros((rows, len(POLLUTANTS)))
        self.reported_emission = np.zeros((rows, len(POLLUTANTS)))
        self.tax_due = np.zeros((rows, 2))
        self.permit_need = np.zeros(rows)
        self.air_2015 = np.zeros(rows)
        self.permits = np.zeros(rows)
        self.evaded_permits = np.zeros(rows)
        self.stopped = np.zeros(rows)

        self.waste = np.zeros((rows, 2))
        self.reused = np.zeros(rows)
        self.used_waste = np.zeros(rows)
        self.link_giver = np.full((rows, PARTNERS), -1)
        self.link_share = np.zeros((rows, PARTNERS))
        self.link_age = np.zeros((rows, PARTNERS), dtype=int)
        self.link_wait = np.zeros(rows, dtype=int)
        self.unsafe = np.zeros((rows, 2))
        self.waste_cost = np.zeros(rows)
        self.waste_tax = np.zeros(rows)
        self.deposit_due = np.zeros(rows)
        self.by_product_saving = np.zeros(rows)
        self.other_income = np.zeros(rows)
        self.energy = np.zeros(rows)
        self.water = np.zeros(rows)
        self.co2 = np.zeros(rows)

        self.research = np.zeros(rows)
        self.research_fund = np.zeros(rows)
        self.innovations = np.zeros(rows)
        self.upgrade_money = np.zeros(rows)
        self.chain_money = np.zeros(rows)
        self.plant_money = np.zeros(rows)
        self.clean_money = np.zeros(rows)
        self.misused = np.zeros(rows)
        self.granted = np.zeros(rows)
        self.pilot = np.zeros(rows, dtype=int)
        self.brand = np.zeros(rows)
        self.buffer = np.zeros(rows)
        self.investment = np.zeros(rows)
        self.deposit_held = np.zeros(rows)
        self.knowledge = np.full(rows, p.knowledge_start)
