"""The zone as a model: one quarter is the list `phases.PHASES`, walked by `step`. Read that first."""

from __future__ import annotations

import copy as copying
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar, Never, Self

import mesa
import numpy as np
import pandas as pd

import ccepz_sim.numerics.compiling  # noqa: F401 - a first run compiles all rules at once
from ccepz_sim.agents import mesa_versions
from ccepz_sim.agents.attributes import OnlyKnownAttributes
from ccepz_sim.agents.register import AgentRegister
from ccepz_sim.building import arguments as asked
from ccepz_sim.building import history
from ccepz_sim.building.prices import make_path
from ccepz_sim.building.zone import build_zone
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.lever import Package
from ccepz_sim.measures import chronicle
from ccepz_sim.measures.fingerprint import fingerprint
from ccepz_sim.measures.indicators import Indicator
from ccepz_sim.measures.observers import Recorder
from ccepz_sim.numerics.clock import LAST_YEAR, PLAY_YEAR, is_last_of_year, quarter_of, year_of
from ccepz_sim.quarter import named_rules, read_only, variants
from ccepz_sim.quarter.phases import PHASES, Phase, Phases
from ccepz_sim.rules.opening import open_quarter
from ccepz_sim.rules.policy import announce_again
from ccepz_sim.state.decisions import Decision, check_decisions, decisions_of
from ccepz_sim.text.errors import ContentError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PHASES", "PHASE_NAMES", "Phase", "PilotZone"]

PHASE_NAMES = PHASES.names
Observer = Callable[[Any], None]
# Of a copy, what never changes is that of the zone, and what is made anew is left out.
SHARED = frozenset({"content", "packages", "decisions", "scenario_used", "seed_used", "scale", "frozen"})
SHARED |= {"first_quarter", "_without", "_course"}
LEFT_OUT = frozenset({*mesa_versions.OWN, "_observers", "_rows", "_ahead", "_course", "_collected"})


class PilotZone(OnlyKnownAttributes, AgentRegister):
    """The pilot zone with all its agents: the clock around a `Zone`, and what people ask of it.

    A model of one's own is a subclass (docs/how-to/extend.md); what it says of itself is part of every study's key:

        phases: the order of a quarter, as `PHASES` and its methods give it.
        rules: other rules by name, in the place of those that `docs/reference/rules.md` lists.
        own_indicators: further indicators; own_channels: channels of further levers, `zone.policy.more[channel]`.
        own_observers: what makes an observer for each zone; a study keeps the table of one that has `table()`.
        own_stops: functions that are given the zone at the end of each quarter, to be read; the run ends where one says
            yes.

    Attributes:
        state: the zone itself, a function of content, seed and decisions.
        recorder: what was taken down of every quarter.

    Args:
        package: package id, list of ids (stacked in order) or Package objects.
        scenario: id of a scenario.
        seed: whole number from 0 to 2,147,483,647; the same seed gives the same luck to every policy. None draws one,
            as Mesa's tools expect; `seed_used` says which.
        scale: sampled residents per resident, 0 < scale <= 1; None for the game's default.
        start: first year to run: 2010 (with the history) or 2016 (the history is run first and cached).
        decisions: dated decisions on top of the packages.
        parameters: other values for parameters, by id, within their bounds.
        content: content to use; None for the project's own.
        observers: callables that are given the zone at the end of each quarter, to be read.
        without: names of phases switched off (for ablation studies).
        frozen: no price shocks, moves, births, deaths or entries (for steady-state tests).
        rng: the seed by the name that Mesa gives it.

    Raises:
        ContentError: for an unknown id, argument or phase, or a value out of bounds.
    """

    phases: ClassVar[Phases] = PHASES
    rules: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    own_indicators: ClassVar[Sequence[Indicator]] = ()
    own_channels: ClassVar[Sequence[str]] = ()
    own_observers: ClassVar[Sequence[Callable[[], Observer]]] = ()
    own_stops: ClassVar[Sequence[Callable[[Any], bool]]] = ()

    def __init__(
        self,
        package: str | Package | Sequence[str | Package] = "status-quo",
        scenario: str = "slow-recovery",
        seed: int | None = 1,
        *,
        scale: float | None = None,
        start: int = PLAY_YEAR,
        decisions: Sequence[Decision] = (),
        parameters: Mapping[str, float] | None = None,
        content: Content | None = None,
        observers: Iterable[Observer] = (),
        without: Iterable[str] = (),
        frozen: bool = False,
        rng: int | None = None,
        **extra: Never,
    ) -> None:
        asked.refuse_extra(extra, ARGUMENTS)
        seed_used = asked.seed_of(seed if rng is None else rng)
        self._open_register(seed_used)
        self.seed_used = seed_used
        content = content or load_content()
        if parameters:
            content = content.with_parameters(parameters)
        variants.check_channels(type(self), content)
        self.content = content
        self.packages = tuple(item if isinstance(item, Package) else content.package(item) for item in _listed(package))
        self.decisions = (*decisions_of(self.packages), *decisions)
        check_decisions(content, self.decisions)
        self.scenario_used = content.scenario(scenario)
        self.scale = asked.scale_of(scale, content.value("population.default_scale"))
        start = asked.start_of(start)
        self.without = asked.phases_of(without, self.phases.names)
        self.frozen = frozen
        self.first_quarter = quarter_of(start)
        self.observers = ()
        if start != PLAY_YEAR or self.without or frozen:
            self._build(self.decisions)
            self._advance_until(self.first_quarter)
        else:
            self._take_up_history()
        self.observers = (*(make() for make in self.own_observers), *observers)

    def __init_subclass__(cls, **given: Any) -> None:
        """Look at what a model says of itself when it is written, not when it runs.

        Raises:
            ContentError: it cannot be, or would have no effect.
        """
        super().__init_subclass__(**given)
        variants.check(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; what belongs to the class would come too late.

        Raises:
            ContentError: saying what works.
        """
        if name in variants.OF_CLASS:
            raise ContentError("attribute_of_class", name=name)
        super().__setattr__(name, value)

    def populate(self) -> None:
        """Make agents of one's own, in the base year and before any phase; for subclasses, which need no `super()`."""

    @property
    def without(self) -> frozenset[str]:
        """Names of the phases that are switched off."""
        return self._without

    @without.setter
    def without(self, names: frozenset[str]) -> None:
        self._without = names
        self._course = variants.course_of(type(self), names)

    @property
    def observers(self) -> tuple[Observer, ...]:
        """Who looks at the end of each quarter; a copy begins with none."""
        return self._observers

    @observers.setter
    def observers(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)

    def _build(self, decisions: tuple[Decision, ...]) -> None:
        """Put the zone into the base year."""
        quarters = quarter_of(LAST_YEAR)
        self.state = build_zone(self.content, self.scenario_used, self.seed_used, self.scale, decisions, quarters)
        self.state.frozen = self.frozen
        self.recorder = Recorder(self.state, self.own_indicators)
        self.populate()

    def _take_up_history(self) -> None:
        """Go on from the end of 2015: from memory where the same history was run before."""
        # decisions dated before the play begins belong to the history
        early = tuple(item for item in self.decisions if item.year < PLAY_YEAR)

        def run() -> history.Past:
            self._build(early)
            self._advance_until(self.first_quarter)
            return self.state, self.recorder

        if self._has_own_agents():  # a history that is kept knows nothing of them
            run()
        else:
            model = variants.history_key(type(self))
            key = (self.content.hash, self.seed_used, self.scale, self.scenario_used.mine_closure, early, model)
            self.state, self.recorder = history.past(key, run)
        zone = self.state
        zone.exchange(path=make_path(self.scenario_used, zone.world, zone.quarters))
        announce_again(zone.policy, self.content, self.decisions)
        zone.governance.standing = zone.p.officials.standing_start

    def _has_own_agents(self) -> bool:
        return type(self).populate is not PilotZone.populate or any(on_model for _, on_model in self._course.runs)

    def step(self) -> None:
        """Advance one quarter through all phases.

        Raises:
            ContentError: the model has come to its end.
        """
        self._advance()
        if self.quarter >= self.state.quarters or self.stopped:
            self.running = False

    def _advance(self) -> None:
        zone = self.state
        if zone.quarter >= zone.quarters:
            raise ContentError("model_ended", end=LAST_YEAR)
        open_quarter(zone)
        for run, on_model in self._course.runs:
            run(self if on_model else zone)
        if self._course.recorded:
            self._record()
        zone.quarter += 1

    def _record(self) -> None:
        """Take the quarter down, show it to the observers, and tell officials by what they will be judged."""
        recorder = self.recorder
        if self._observers or recorder.own or self.own_stops:
            view = read_only.view_of(self)
            recorder.record(self.state, [item.of(view.state) for item in recorder.own if item.of is not None])
            for observer in self._observers:
                observer(view)
            if self.quarter >= self.first_quarter and any(stop(view) for stop in type(self).own_stops):
                self._stopped = True
        else:
            recorder.record(self.state)
        if is_last_of_year(self.quarter + 1):
            growth, so2, cod = recorder.reported_changes("gdp", "so2", "cod")
            self.state.governance.reported_growth = growth
            self.state.governance.reported_fall = -(so2 + cod) / 2.0

    def run(self, years: float = 20) -> Self:
        """Advance by a number of years, in whole quarters, and return the zone; not further than one of `own_stops`.

        Raises:
            ContentError: it is less than a quarter, or more than the model has left.
        """
        end = self.quarter + asked.quarters_of(years, self.quarter)
        while self.quarter < end and not self.stopped:
            self.step()
        return self

    @property
    def stopped(self) -> bool:
        """Whether one of `own_stops` has ended the run."""
        return bool(self.__dict__.get("_stopped", False))

    def _advance_until(self, quarter: int) -> None:
        """Run a history: no step of a user's, and none that Mesa counts."""
        while self.quarter < quarter:
            self._advance()

    @property
    def quarter(self) -> int:
        """The quarter that comes next, counted from the first of 2010."""
        return self.state.quarter

    @property
    def year(self) -> float:
        """The date reached, as a year with fraction."""
        return year_of(self.quarter)

    @property
    def treasury(self) -> float:
        """Money of the prefecture and the zone's committee, less their debt; yuan."""
        ledger, body = self.state.ledger, self.state.body
        rows = ledger.bodies + np.array([body.prefecture, body.committee])
        return float((ledger.deposits[rows] - ledger.loans[rows]).sum())

    @property
    def indicators(self) -> pd.DataFrame:
        """The tidy table of indicators from the first quarter of this run on."""
        return self.recorder.frame(self.seed_used, self.first_quarter)

    @property
    def events(self) -> pd.DataFrame:
        """The dated events from the first quarter of this run on, in both languages."""
        return chronicle.frame(self.state, self.recorder, self.first_quarter)

    def __repr__(self) -> str:
        """Say in one line what it is and how far."""
        from ccepz_sim.output.display import zone_line

        return zone_line(self)

    def _repr_html_(self) -> str:
        """Show the main indicators, for notebooks."""
        from ccepz_sim.output.display import zone_html

        return zone_html(self)

    def plot(self, *names: str, place: str = "zone", lang: str = "") -> Figure:
        """Draw indicators of this run over time, a panel each; what officials report is dashed.

        Args:
            names: ids of indicators, those of one's own included; none for six that say most.
            place: the zone, a town, a region or a park.
            lang: "en" or "zh"; nothing for the language of the system.

        Raises:
            ContentError: an indicator, a place or a language is unknown, or nothing has been recorded yet.
            StudyError: matplotlib is not installed (the extra `study`).
        """
        from ccepz_sim.output.display import zone_figure

        return zone_figure(self, names, place, lang)

    def golden_hash(self) -> str:
        """Fingerprint of all recorded indicators since the first quarter of this run.

        Values count to nine significant digits: NumPy versions and processors differ in the sixteenth.
        """
        return fingerprint(self.recorder.values[self.first_quarter : self.quarter])

    @property
    def datacollector(self) -> mesa.DataCollector:
        """All indicators of the zone at each step as Mesa's tools read them; a subclass may set one of its own."""
        if "_datacollector" in self.__dict__:
            return self._datacollector
        if self.__dict__.get("_collected", (0, None))[0] != self.recorder.used:
            values = self.recorder.values[self.first_quarter :, :, 0, 0]
            self._collected = self.recorder.used, mesa_versions.collected(self.recorder.ids, values)
        return self._collected[1]

    @datacollector.setter
    def datacollector(self, collector: mesa.DataCollector) -> None:
        self._datacollector = collector

    def __getstate__(self) -> dict[str, Any]:
        """Give everything but what Mesa makes itself and observers."""
        state = {name: value for name, value in self.__dict__.items() if name not in LEFT_OUT}
        return {**state, "_mesa": mesa_versions.clock_of(self), "_people": self._people()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the agents around a state that was stored or sent."""
        clock, people, numbers = (state.pop(name) for name in ("_mesa", "_people", "_numbers"))
        self.__dict__.update(state, _rows=None, _numbers=0, _observers=())
        mesa_versions.begin(self, self.seed_used, clock)
        self._course = variants.course_of(type(self), self._without)
        self._take_in(people, numbers)

    def __copy__(self) -> Self:
        """Return an independent zone in the same state; half a copy would change with its original."""
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return an independent zone in the same state, without observers."""
        return self._copied(memo)

    def copy(self) -> Self:
        """Return an independent zone in the same state, for undo, what-if and branches; nobody observes it yet."""
        return self._copied({})

    def _copied(self, memo: dict[int, Any]) -> Self:
        held, clock = self.__dict__, mesa_versions.clock_of(self)
        twin = object.__new__(type(self))
        memo[id(self)] = twin
        twin.__dict__.update({name: held[name] for name in SHARED}, _rows=None, _numbers=0, _observers=())
        mesa_versions.begin(twin, self.seed_used, copying.deepcopy(clock, memo))
        twin.state, twin.recorder = self.state.copy(), self.recorder.copy()
        memo |= {id(self.state): twin.state, id(self.recorder): twin.recorder}
        twin._take_in(copying.deepcopy(self._people(), memo), self._numbers)
        own = {name: value for name, value in held.items() if name not in LEFT_OUT and name not in twin.__dict__}
        twin.__dict__.update(copying.deepcopy(own, memo))
        return twin

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Replace the dated decisions; quarters already run keep what worked then."""
        check_decisions(self.content, decisions)
        self.decisions = tuple(decisions)
        announce_again(self.state.policy, self.content, self.decisions)


ARGUMENTS = tuple(name for name in signature(PilotZone).parameters if name != "extra")


def _listed(package: str | Package | Sequence[str | Package]) -> Sequence[str | Package]:
    alone = isinstance(package, str | Package) or not isinstance(package, Iterable)
    return (package,) if alone else tuple(package)  # type: ignore[return-value,arg-type]


named_rules.guard(__name__)
