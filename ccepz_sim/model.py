"""The zone as a model: one quarter is the list PHASES, walked by `step`. Read this first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Never, Self

import mesa
import numpy as np
import pandas as pd

import ccepz_sim.numerics.compiling  # noqa: F401 - a first run compiles all rules at once
from ccepz_sim.agents import build_agents
from ccepz_sim.building import arguments as asked
from ccepz_sim.building import history
from ccepz_sim.building.attributes import OnlyKnownAttributes
from ccepz_sim.building.prices import make_path
from ccepz_sim.building.zone import build_zone
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.lever import Package
from ccepz_sim.measures import chronicle
from ccepz_sim.measures.fingerprint import fingerprint
from ccepz_sim.measures.observers import Recorder
from ccepz_sim.numerics.clock import LAST_YEAR, PLAY_YEAR, is_last_of_year, quarter_of, year_of
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.rules.budget import release_budgets
from ccepz_sim.rules.collusion import meet_officials
from ccepz_sim.rules.entry_exit import turn_over
from ccepz_sim.rules.environment import expose
from ccepz_sim.rules.finance import grant_credit
from ccepz_sim.rules.firm_plan import plan_firms
from ccepz_sim.rules.innovation import innovate
from ccepz_sim.rules.inspection import inspect_and_punish
from ccepz_sim.rules.markets.by_products import exchange_and_store
from ccepz_sim.rules.markets.labour import run_labour_market
from ccepz_sim.rules.markets.prices import move_prices
from ccepz_sim.rules.migration import live_and_move
from ccepz_sim.rules.officials import choose_effort, evaluate_officials
from ccepz_sim.rules.opening import open_quarter
from ccepz_sim.rules.policy import announce, announce_again
from ccepz_sim.rules.production import produce
from ccepz_sim.rules.settlement import settle
from ccepz_sim.rules.trends import follow_trends
from ccepz_sim.rules.voice import form_opinions
from ccepz_sim.state.decisions import Decision, check_decisions, decisions_of
from ccepz_sim.state.zone import Zone
from ccepz_sim.text.errors import ContentError
from ccepz_sim.text.label import Label

MONEY_TOLERANCE = 1e-9
MATTER_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage of a quarter: what runs, and one line of why it stands there."""

    name: str
    label: Label
    run: Callable[[Zone], None]
    why: Label


def check_books(zone: Zone) -> None:
    """Money, matter and people must reconcile before anything is recorded."""
    zone.ledger.check(MONEY_TOLERANCE)
    zone.materials.check(MATTER_TOLERANCE)
    if not zone.population.reconciles():
        raise AssertionError("people appeared or vanished")
    if not np.isfinite(_sum_of_books(zone)):
        raise AssertionError("the books of firms hold something that is not a number")
    chronicle.write(zone)


@compiled
def _sum_of_books(zone: Zone) -> float:
    """Add up what firms have and do: a number if every one of them is."""
    total = 0.0
    for firm in range(zone.firms.rows):
        total += zone.firms.capacity[firm] + zone.firms.book_capital[firm] + zone.firms.sales[firm]
        for skill in range(zone.firms.staff.shape[1]):
            total += zone.firms.staff[firm, skill]
    return total


def _phase(name: str, run: Callable[[Zone], None], en: str, zh: str, why: str, why_zh: str) -> Phase:
    return Phase(name, Label(en, zh), run, Label(why, why_zh))


PHASES: tuple[Phase, ...] = (
    _phase("prices", move_prices, "Prices and shocks", "价格与冲击",
           "the world moves first; nobody in the zone sets its prices", "外部世界先动，区内无人能定价"),
    _phase("announcements", announce, "Announcements pass their lags", "政策经时滞生效",
           "what was decided works only after its lag", "决定要经过时滞才起作用"),
    _phase("budgets", release_budgets, "Budgets released", "预算拨付",
           "bodies can only do what they are paid for", "部门只能做有钱做的事"),
    _phase("officials", choose_effort, "Officials choose effort", "干部分配精力",
           "firms will meet the enforcement that evaluation rewards", "考核奖励什么，执法就偏向什么"),
    _phase("plans", plan_firms, "Firms plan", "企业计划",
           "output, posts and the way with the rules follow prices and enforcement",
           "产量、岗位与守法方式取决于价格与执法"),
    _phase("collusion", meet_officials, "Offers meet officials", "企业与干部接触",
           "a deal needs what complying costs, so it comes after the plan", "先知守法成本，才谈得上合谋"),
    _phase("labour", run_labour_market, "Labour market", "劳动力市场",
           "posts are known, people can be found", "岗位已定，开始招人"),
    _phase("credit", grant_credit, "Credit and guarantees", "信贷与担保",
           "working capital must be there before production", "生产之前先备流动资金"),
    _phase("production", produce, "Production", "生产",
           "output, emissions and waste arise together", "产出、排放与废物同时产生"),
    _phase("exchange", exchange_and_store, "By-product exchange and storage", "副产品交换与贮存",
           "what one firm leaves another may use", "一家的废物可成为另一家的原料"),
    _phase("settlement", settle, "Sales, wages, taxes", "销售、工资、税费",
           "everything the quarter owes is paid", "结清本季一切款项"),
    _phase("environment", expose, "Environment", "环境",
           "stocks take up what was emitted and leaked", "排放与渗漏进入存量"),
    _phase("inspection", inspect_and_punish, "Inspections and audits", "检查与审计",
           "only what has happened can be found", "已发生的才能被查到"),
    _phase("innovation", innovate, "Innovation", "创新",
           "research paid this quarter may succeed", "本季研发投入可能见效"),
    _phase("opinions", form_opinions, "Beliefs, awareness, trust", "信念、意识与信任",
           "people learn from what was found and felt", "人们从所见所感中学习"),
    _phase("migration", live_and_move, "Migration and resettlement", "迁移与安置",
           "people move on what they now know", "人们据所知决定去留"),
    _phase("turnover", turn_over, "Entry, exit, upgrading", "进入、退出、升级",
           "failure shows only after accounts are settled", "结账之后才见存亡"),
    _phase("evaluation", evaluate_officials, "Evaluation and rotation", "考核与轮岗",
           "the year's figures decide careers", "全年数字决定仕途"),
    _phase("trends", follow_trends, "Trends", "趋势",
           "next quarter's posts and prices follow what this one sold", "下季岗位与产值随本季销售而变"),
    _phase("record", check_books, "Checks and indicators", "核对与指标",
           "nothing is shown before it reconciles", "先对账，再公布"),
)  # fmt: skip

PHASE_NAMES = tuple(phase.name for phase in PHASES)


class PilotZone(OnlyKnownAttributes, mesa.Model):
    """The pilot zone with all its agents: the clock around a `Zone`, and what people ask of it.

    Attributes:
        state: the zone itself, a function of content, seed and decisions.
        recorder: what was taken down of every quarter.

    Args:
        package: package id, list of ids (stacked in order) or Package objects.
        scenario: id of a scenario.
        seed: whole number from 0 to 2,147,483,647; the same seed gives the same luck to every policy.
        scale: sampled residents per resident, 0 < scale <= 1; None for the game's default.
        start: first year to run: 2010 (with the history) or 2016 (the history is run first and cached).
        decisions: dated decisions on top of the packages.
        parameters: other values for parameters, by id, within their bounds.
        content: content to use; None for the project's own.
        observers: callables that are given the zone at the end of each quarter and must only look.
        without: names of phases switched off (for ablation studies).
        frozen: no price shocks, moves, births, deaths or entries (for steady-state tests).

    Raises:
        ContentError: for an unknown id, argument or phase, or a value out of bounds.
    """

    def __init__(
        self,
        package: str | Package | Sequence[str | Package] = "status-quo",
        scenario: str = "slow-recovery",
        seed: int = 1,
        scale: float | None = None,
        start: int = PLAY_YEAR,
        decisions: Sequence[Decision] = (),
        parameters: Mapping[str, float] | None = None,
        content: Content | None = None,
        observers: Iterable[Callable[[PilotZone], None]] = (),
        without: Iterable[str] = (),
        frozen: bool = False,
        **extra: Never,
    ) -> None:
        asked.refuse_extra(extra, ARGUMENTS)
        super().__init__(rng=np.random.default_rng(0))
        content = content or load_content()
        if parameters:
            content = content.with_parameters(parameters)
        self.content = content
        self.packages = tuple(item if isinstance(item, Package) else content.package(item) for item in _listed(package))
        self.decisions = (*decisions_of(self.packages), *decisions)
        check_decisions(content, self.decisions)
        self.scenario_used = content.scenario(scenario)
        self.seed_used = asked.seed_of(seed)
        self.scale = asked.scale_of(scale, content.value("population.default_scale"))
        start = asked.start_of(start)
        self.without = asked.phases_of(without, [phase.name for phase in PHASES])
        self.frozen = frozen
        self.first_quarter = quarter_of(start)
        self.observers: tuple[Callable[[PilotZone], None], ...] = ()
        if start == PLAY_YEAR and not self.without and not frozen:
            self._take_up_history()
        else:
            self._build(self.decisions)
            self._run_until(self.first_quarter)
        self.observers = tuple(observers)
        build_agents(self)

    def _build(self, decisions: tuple[Decision, ...]) -> None:
        """Put the zone into the base year."""
        quarters = quarter_of(LAST_YEAR)
        self.state = build_zone(self.content, self.scenario_used, self.seed_used, self.scale, decisions, quarters)
        self.state.frozen = self.frozen
        self.recorder = Recorder(self.state)

    def _take_up_history(self) -> None:
        """Go on from the end of 2015: from memory where the same history was run before."""
        # decisions dated before the play begins belong to the history
        early = tuple(item for item in self.decisions if item.year < PLAY_YEAR)
        key = (self.content.hash, self.seed_used, self.scale, self.scenario_used.mine_closure, early)

        def run() -> history.Past:
            self._build(early)
            self._run_until(self.first_quarter)
            return self.state, self.recorder

        self.state, self.recorder = history.past(key, run)
        zone = self.state
        zone.exchange(path=make_path(self.scenario_used, zone.world, zone.quarters))
        announce_again(zone.policy, self.content, self.decisions)
        zone.governance.standing = zone.p.officials.standing_start

    def step(self) -> None:
        """Advance one quarter through all phases.

        Raises:
            ContentError: the model has come to its end.
        """
        if self.quarter >= self.state.quarters:
            raise ContentError("model_ended", end=LAST_YEAR)
        open_quarter(self.state)
        for phase in PHASES:
            if phase.name not in self.without:
                phase.run(self.state)
        if PHASES[-1].name not in self.without:
            self._record()
        self.state.quarter += 1

    def _record(self) -> None:
        """Take the quarter down, show it to the observers, and tell officials by what they will be judged."""
        self.recorder.record(self.state)
        for observer in self.observers:
            observer(self)
        if is_last_of_year(self.quarter + 1):
            growth, so2, cod = self.recorder.reported_changes("gdp", "so2", "cod")
            self.state.governance.reported_growth = growth
            self.state.governance.reported_fall = -(so2 + cod) / 2.0

    def run(self, years: float = 20) -> Self:
        """Advance by a number of years, in whole quarters, and return the zone.

        Raises:
            ContentError: it is less than a quarter, or more than the model has left.
        """
        self._run_until(self.quarter + asked.quarters_of(years, self.quarter))
        return self

    def _run_until(self, quarter: int) -> None:
        while self.quarter < quarter:
            self.step()

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

    def golden_hash(self) -> str:
        """Fingerprint of all recorded indicators since the first quarter of this run.

        Values count to nine significant digits: NumPy versions and processors differ in the sixteenth.
        """
        return fingerprint(self.recorder.values[self.first_quarter : self.quarter])

    def __getstate__(self) -> dict[str, Any]:
        """Give everything but what Mesa makes itself."""
        return {name: value for name, value in self.__dict__.items() if name not in MESA_OWN}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Build the agents around a state that was stored or sent."""
        mesa.Model.__init__(self, rng=np.random.default_rng(0))
        self.__dict__.update(state)
        build_agents(self)

    def __copy__(self) -> Self:
        """Return an independent zone in the same state; half a copy would change with its original."""
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return an independent zone in the same state; observers, who only look, are shared."""
        return self.copy()

    def copy(self) -> Self:
        """Return an independent zone in the same state, for undo, what-if and branches."""
        twin = object.__new__(type(self))
        mesa.Model.__init__(twin, rng=np.random.default_rng(0))
        for name, value in self.__dict__.items():
            if name not in MESA_OWN:
                setattr(twin, name, value.copy() if isinstance(value, Zone | Recorder | list | dict) else value)
        build_agents(twin)
        return twin

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Replace the dated decisions; quarters already run keep what worked then."""
        check_decisions(self.content, decisions)
        self.decisions = tuple(decisions)
        announce_again(self.state.policy, self.content, self.decisions)


ARGUMENTS = tuple(name for name in signature(PilotZone).parameters if name != "extra")
MESA_OWN = set(mesa.Model(rng=np.random.default_rng(0)).__dict__)


def _listed(package: str | Package | Sequence[str | Package]) -> Sequence[str | Package]:
    alone = isinstance(package, str | Package) or not isinstance(package, Iterable)
    return (package,) if alone else tuple(package)  # type: ignore[return-value,arg-type]
