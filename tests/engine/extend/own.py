"""Models of one's own, in a module that other processes can import."""

from __future__ import annotations

from typing import Any

import mesa
import pandas as pd

from ccepz_sim import PHASES, Indicator, Label, Phase, PilotZone, compiled

FEW = 0.0005  # residents sampled per resident


def hard_bargain(surplus: Any, chance: Any, official_fine: Any, official_moral: Any, power: float) -> Any:
    """The official takes four fifths."""
    return chance * official_fine + official_moral + 0.8 * max(0.0, surplus)


@compiled
def faded(brand: Any, share: float) -> None:
    """Let every brand lose a share."""
    for firm in range(brand.size):
        brand[firm] *= 1.0 - share


def fade(zone: Any) -> None:
    """A brand that nobody cares for fades."""
    faded(zone.firms.brand, 0.05)


def open_posts(zone: Any) -> float:
    """Posts for which nobody was found."""
    return float((zone.firms.posts - zone.firms.staff).clip(0.0).sum())


def by_town(zone: Any) -> dict[str, float]:
    """Persons by town."""
    world = zone.world
    persons = dict(zip(world.places, zone.population.persons[: world.place_count].tolist(), strict=True))
    return {**persons, "zone": float(sum(persons.values()))}


class Panel:
    """Sales of firms by quarter."""

    def __init__(self) -> None:
        self.parts: list[pd.DataFrame] = []

    def __call__(self, zone: Any) -> None:
        """Take down a quarter."""
        firms = zone.state.firms
        self.parts.append(pd.DataFrame({"year": zone.year, "firm": firms.codes, "sales": firms.sales}))

    def table(self) -> pd.DataFrame:
        """Give all quarters."""
        return pd.concat(self.parts, ignore_index=True)


class Hard(PilotZone):
    """Another rule within a compiled phase."""

    rules = {"collusion.nash_bribe": hard_bargain}


class Whole(Hard):
    """All that a model can say of itself without agents of its own."""

    phases = PHASES.insert(Phase("fading", fade), after="innovation")
    own_indicators = (
        Indicator("open_posts", Label("Open posts", "空缺岗位"), unit="persons", direction="down", of=open_posts),
        Indicator("persons_here", Label("Persons", "人口"), unit="persons", places="towns", of=by_town),
    )
    own_observers = (Panel,)


class Patrol(mesa.Agent):
    """Walks from town to town and ends a deal."""

    def __init__(self, model: Any, town: int) -> None:
        super().__init__(model)
        self.town, self.found = town, 0
        self.met: list[Any] = []

    def step(self) -> None:
        """Act."""
        firms = self.model.state.firms
        self.town = self.random.randrange(self.model.state.world.zone_count)
        deals = (firms.colluding & (firms.place == self.town)).nonzero()[0]
        if len(deals):
            row = int(self.rng.choice(deals))
            firms.colluding[row] = False
            self.found += 1
            from ccepz_sim.agents import Firm

            self.met.append(self.model.row_agent(Firm, row))


def walk(model: Any) -> None:
    """All patrols act."""
    model.agents_by_type[Patrol].shuffle_do("step")


class Patrolled(PilotZone):
    """Agents that act."""

    phases = PHASES.insert(Phase("patrols", walk, takes="model"), before="inspection")

    def populate(self) -> None:
        """Make patrols."""
        self.patrols = [Patrol(self, town) for town in range(3)]
        self.log: dict[str, list[int]] = {"steps": []}

    def step(self) -> None:
        """Write down what Mesa counts."""
        super().step()
        self.log["steps"].append(self.steps)
