"""Why? The share of each decision in a change, by re-running the same luck without it, and the chain it took."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.game.fair_queue import ASKED, BACKGROUND
from ccepz_sim.game.links import STILL, Link, chain
from ccepz_sim.game.log import ChoosePackage, SetLever
from ccepz_sim.game.position import Position
from ccepz_sim.game.records import Brief, Future, Order, Result
from ccepz_sim.game.run_cache import RunCache, Ticket
from ccepz_sim.game.world import World
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import FIRST_YEAR
from ccepz_sim.state.decisions import Decision
from ccepz_sim.text.errors import UserError

MOVERS = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """What is left out at once: one setting of a lever, or a package's settings of one group of levers."""

    number: int
    year: int
    lever: str
    package: str
    group: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One indicator on a chain: its value without and with the decision, and the arrow that led to it."""

    indicator: str
    before: float
    after: float
    link: Link | None


@dataclass(frozen=True, slots=True)
class Share:
    """The contribution of a unit: what the indicator loses when it alone is left out, in the indicator's unit.

    `steps` is the chain it took; where no chain fits, `movers` are the indicators that moved most. `elsewhere` are the
    contributions of the same unit in other worlds: what luck makes of it.
    """

    unit: Unit
    gain: float
    steps: tuple[Step, ...]
    movers: tuple[Step, ...]
    elsewhere: tuple[float, ...] = ()

    @property
    def typical(self) -> float:
        """Its mean over the worlds that are known, this one included: shares are ranked by it."""
        return float(np.mean([self.gain, *self.elsewhere]))

    @property
    def agree(self) -> int:
        """In how many of the other worlds it pulls the same way."""
        return sum(gain * self.gain > 0.0 for gain in self.elsewhere)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an indicator is what it is in a year.

    total = sum of the shares + interaction: what decisions do only together, or to each other.
    """

    indicator: str
    year: int
    own: float
    without: float
    shares: tuple[Share, ...]
    missing: int

    @property
    def total(self) -> float:
        """What all decisions together change."""
        return self.own - self.without

    @property
    def interaction(self) -> float:
        """What the shares do not add up to."""
        return self.total - sum(share.gain for share in self.shares)


def units(content: Content, position: Position) -> tuple[Unit, ...]:
    """Divide the decisions of a branch into units; every decision belongs to exactly one."""
    rest = {(decision.lever, float(decision.year)): decision for decision in position.decisions}
    found: list[Unit] = []
    for item in position.items:
        if isinstance(item.action, SetLever):
            decision = rest.pop((item.action.lever, float(item.action.year)), None)
            if decision is not None:
                group = content.levers[decision.lever].group
                found.append(Unit(item.number, item.action.year, decision.lever, "", group, (decision,)))
    chosen = [item for item in position.items if isinstance(item.action, ChoosePackage)]
    for item in reversed(chosen):  # what a later package did not replace belongs to the earlier one
        mine = [decision for key, decision in rest.items() if key[1] >= item.action.year]
        by_group: dict[str, list[Decision]] = {}
        for decision in mine:
            rest.pop((decision.lever, float(decision.year)))
            by_group.setdefault(content.levers[decision.lever].group, []).append(decision)
        package = item.action.package if isinstance(item.action, ChoosePackage) else ""
        for group, decisions in by_group.items():
            only = decisions[0].lever if len({decision.lever for decision in decisions}) == 1 else ""
            found.append(Unit(item.number, item.action.year, only, package, group, tuple(decisions)))
    return tuple(sorted(found, key=lambda unit: (unit.year, unit.number, unit.group)))


class Explainer:
    """Asks for the runs that an explanation needs, and tells what is known after each."""

    def __init__(
        self,
        run_cache: RunCache,
        world: World,
        position: Position,
        indicator: str,
        year: int,
        units_: Sequence[Unit],
        owner: str = "",
    ) -> None:
        """Prepare to explain one indicator in one year."""
        self._run_cache, self._world, self._position, self._owner = run_cache, world, position, owner
        self.indicator, self.year, self.units = indicator, year, tuple(units_)
        self._lock = threading.Lock()
        self._briefs: dict[int, Brief] = {}
        self._own: Brief | None = None
        self._without: Brief | None = None
        self._elsewhere: dict[tuple[int, int], Brief] = {}
        self._tickets: list[Ticket] = []
        self._over = False

    def start(self, tell: Callable[[Explanation], None], fail: Callable[[UserError], None]) -> None:
        """Ask; what is known already is told at once."""

        def order(decisions: tuple[Decision, ...]) -> Order:
            return Order(self._world, decisions, "brief", until=self.year)

        def then(place: int) -> Callable[[Result | None, UserError | None], None]:
            def come(result: Result | None, error: UserError | None) -> None:
                if error is not None:
                    fail(error)
                    return
                brief = result.brief if isinstance(result, Future) else result
                assert isinstance(brief, Brief)
                with self._lock:
                    if place == -1:
                        self._own = brief
                    elif place == -2:
                        self._without = brief
                    else:
                        self._briefs[place] = brief
                    ready = self._own is not None and self._without is not None
                if ready:
                    tell(self.now())

            return come

        decided = self._position.decisions
        if self._over:
            return
        self._ask(order(()), then(-2), ASKED)
        self._ask(order(decided), then(-1), ASKED)
        for number, unit in enumerate(self.units):
            left = tuple(decision for decision in decided if decision not in unit.decisions)
            self._ask(order(left), then(number), ASKED)

    def look_elsewhere(self, tell: Callable[[Explanation], None]) -> None:
        """Ask the same of other worlds in the background, world by world; `tell` is called after each."""
        decided = self._position.decisions
        for number in range(1, int(self._run_cache.content.value("game.first_worlds"))):
            world = self._world.sibling(number)
            for place, unit in ((-1, None), *enumerate(self.units)):
                left = tuple(item for item in decided if unit is None or item not in unit.decisions)

                def come(result: Result | None, _: UserError | None, key: tuple[int, int] = (number, place)) -> None:
                    brief = result.brief if isinstance(result, Future) else result
                    if not isinstance(brief, Brief):
                        return
                    with self._lock:
                        self._elsewhere[key] = brief
                        whole = sum(world == key[0] for world, _ in self._elsewhere) == len(self.units) + 1
                        ready = self._own is not None and self._without is not None and not self._over
                    if whole and ready:
                        tell(self.now())

                self._ask(Order(world, left, "brief", until=self.year), come, BACKGROUND)

    def cancel(self) -> None:
        """Drop what has not come yet."""
        with self._lock:
            self._over = True
            tickets, self._tickets = self._tickets, []
        for ticket in tickets:
            ticket.cancel()

    def _ask(self, order: Order, then: Callable[[Result | None, UserError | None], None], priority: int) -> None:
        ticket = self._run_cache.ask(order, then, priority, owner=self._owner)
        with self._lock:
            over = self._over
            if ticket is not None:
                self._tickets.append(ticket)
        if over and ticket is not None:
            ticket.cancel()

    def _others(self, number: int) -> tuple[float, ...]:
        """Give the contributions of a unit in the other worlds that are complete."""
        with self._lock:
            known = dict(self._elsewhere)
        return tuple(
            known[world, -1].at(self.indicator, self.year) - brief.at(self.indicator, self.year)
            for (world, place), brief in sorted(known.items())
            if place == number and (world, -1) in known
        )

    def now(self) -> Explanation:
        """Return what is known now."""
        with self._lock:
            own, without, briefs = self._own, self._without, dict(self._briefs)
        assert own is not None
        assert without is not None
        shares = [self._share(number, own, brief) for number, brief in sorted(briefs.items())]
        shares.sort(key=lambda share: (-abs(share.typical), share.unit.number))
        return Explanation(
            self.indicator,
            self.year,
            own.at(self.indicator, self.year),
            without.at(self.indicator, self.year),
            tuple(shares),
            len(self.units) - len(briefs),
        )

    def _share(self, number: int, own: Brief, left: Brief) -> Share:
        unit = self.units[number]
        gain = own.at(self.indicator, self.year) - left.at(self.indicator, self.year)
        if gain == 0.0:
            return Share(unit, gain, (), (), self._others(number))
        row = self.year - FIRST_YEAR
        before, after = left.yearly[row, :, 0], own.yearly[row, :, 0]
        moved = relative(own.ids, before, after)
        value = {name: (float(before[i]), float(after[i])) for i, name in enumerate(own.ids)}
        steps = self._chain(unit, moved, value)
        movers: tuple[Step, ...] = ()
        if not steps:
            ranked = sorted(moved, key=lambda name: -abs(moved[name]))
            others = [name for name in ranked if name != self.indicator and abs(moved[name]) > STILL]
            movers = tuple(Step(name, *value[name], None) for name in others[:MOVERS])
        return Share(unit, gain, steps, movers, self._others(number))

    def _chain(
        self, unit: Unit, moved: Mapping[str, float], value: Mapping[str, tuple[float, float]]
    ) -> tuple[Step, ...]:
        """Find the best chain from where any lever of the unit enters."""
        levers = {decision.lever for decision in unit.decisions}
        starts = {self._run_cache.content.levers[name].effect.indicator for name in levers}
        found = {start: chain(start, self.indicator, moved) for start in sorted(starts)}
        ways = [(start, way) for start, way in found.items() if way is not None]
        if not ways:
            return ()

        def weakest(way: tuple[str, tuple[Link, ...]]) -> float:
            return min(abs(moved[name]) for name in (way[0], *(link.target for link in way[1])))

        start, links = max(ways, key=lambda way: (weakest(way), -len(way[1]), way[0]))
        first = Step(start, *value[start], None)
        return (first, *(Step(link.target, *value[link.target], link) for link in links))


def relative(ids: Sequence[str], before: np.ndarray, after: np.ndarray) -> dict[str, float]:
    """Return the change of each indicator: in points for what lies within 0-1, else relative to the larger value."""
    shares = [all_indicators()[name].unit in ("1", "share") for name in ids]
    size = np.where(shares, 1.0, np.maximum(np.maximum(np.abs(before), np.abs(after)), 1e-12))
    return dict(zip(ids, ((after - before) / size).tolist(), strict=True))
