"""The zone: all state of a run, declared. Rules take it, compiled rules too; the clock around it is `model.py`.

The comments of all declared classes give unit and meaning, and after an arrow the phases that write; what has no arrow
never changes. `tests/engine/state/test_writers.py` runs a zone phase by phase and holds them to it.
"""

from __future__ import annotations

from typing import Any, Final

from ccepz_sim.content.loading import Content
from ccepz_sim.numerics.declare import Record, Shared
from ccepz_sim.numerics.draws import Keys
from ccepz_sim.numerics.rng import Streams
from ccepz_sim.state.bodies import Answering, Bodies, BodyNumbers, Institutes, Officials
from ccepz_sim.state.firms import Firms, Plans, Technology
from ccepz_sim.state.ledger import Ledger
from ccepz_sim.state.materials import Materials
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.policy import Policy
from ccepz_sim.state.population import Population
from ccepz_sim.state.prices import Prices, ScenarioPath
from ccepz_sim.state.records import BaseYear, Counts, Fixed, Governance, PermitMarket, PublicMoney
from ccepz_sim.state.towns import Towns
from ccepz_sim.state.world import World
from ccepz_sim.text.label import Label

Note = tuple[int, str, str, str, float, dict[str, Any]]  # quarter, kind, place, indicator, weight, fields


class Zone(Record):
    """The pilot zone in one quarter.

    Attributes:
        content, streams: where its facts and its luck come from; notes: events, written down as they happen.
    """

    quarter: int  # quarter, since 2010 Q1 <- the clock
    quarters: int  # number of quarters for which paths are tabulated
    frozen: bool  # no price shocks, moves, births, deaths or entries
    mine_closure: bool  # the scenario's past has the closure of a mining area
    entrants: int  # number of firms that came so far, for their codes <- turnover
    labour_saving: float  # multiple of the jobs of 2010 per unit <- trends

    # what never changes
    p: Final[Parameters]
    world: Final[World]
    fixed: Final[Fixed]
    base_year: Final[BaseYear]
    body: Final[BodyNumbers]
    path: Final[ScenarioPath]
    keys: Final[Keys]

    # what the rules change
    policy: Final[Policy]
    prices: Final[Prices]
    firms: Final[Firms]
    plan: Final[Plans]
    technology: Final[Technology]
    towns: Final[Towns]
    population: Final[Population]
    bodies: Final[Bodies]
    officials: Final[Officials]
    answering: Final[Answering]
    institutes: Final[Institutes]
    ledger: Final[Ledger]
    materials: Final[Materials]
    governance: Final[Governance]
    public: Final[PublicMoney]
    permits: Final[PermitMarket]
    count: Final[Counts]

    content: Shared[Content]
    streams: Streams
    notes: list[Note]

    def note(self, kind: str, place: str, indicator: str, weight: float, **fields: object) -> None:
        """Write down an event; words are made of it when somebody reads."""
        self.notes.append((self.quarter, kind, place, indicator, weight, fields))

    def institute_label(self, row: int) -> Label:
        """Give the name of an institute in both languages."""
        return self.content.table("institutes").labels[row]
