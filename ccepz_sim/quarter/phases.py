"""The order of a quarter: `PHASES`, each phase with one line of why it stands there.

A model of one's own has another order: `PHASES.replace(...)`, `.insert(...)` and `.remove(...)` give a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np

from ccepz_sim.content.reading.fields import shown
from ccepz_sim.measures import chronicle
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
from ccepz_sim.rules.policy import announce
from ccepz_sim.rules.production import produce
from ccepz_sim.rules.settlement import settle
from ccepz_sim.rules.trends import follow_trends
from ccepz_sim.rules.voice import form_opinions
from ccepz_sim.state.zone import Zone
from ccepz_sim.text.errors import ContentError, unknown
from ccepz_sim.text.label import Label

LAST = "record"
NO_WORDS = Label("", "")
MONEY_TOLERANCE = 1e-9
MATTER_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage of a quarter: what runs, and one line of why it stands there.

    Attributes:
        name: by which it is replaced, removed or left out.
        run: given the state (`takes="zone"`), or the whole model with its agents (`takes="model"`).
    """

    name: str
    run: Callable[[Any], None]
    label: Label = NO_WORDS
    why: Label = NO_WORDS
    takes: Literal["zone", "model"] = "zone"


class Phases(tuple[Phase, ...]):
    """The phases of a quarter in their order; the methods give another order and change nothing.

    Raises:
        ContentError: a name stands twice, something is no phase, or the last one is not the record.
    """

    __slots__ = ()

    def __new__(cls, phases: Any = ()) -> Self:
        """Take phases in an order."""
        found = super().__new__(cls, phases)
        for phase in found:
            if not isinstance(phase, Phase) or phase.takes not in ("zone", "model") or not callable(phase.run):
                raise ContentError("not_a_phase", value=shown(phase))
        for name in found.names:
            if found.names.count(name) > 1:
                raise ContentError("phase_twice", name=name)
        if not found or found[-1].name != LAST:
            raise ContentError("record_not_last", name=LAST)
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The names in their order."""
        return tuple(phase.name for phase in self)

    def replace(self, name: str, run: Callable[[Any], None], takes: Literal["zone", "model"] = "zone") -> Phases:
        """Let something else run where a phase stands.

        Raises:
            ContentError: there is no such phase.
        """
        place = self._place(name)
        return Phases((*self[:place], replace(self[place], run=run, takes=takes), *self[place + 1 :]))

    def insert(self, phase: Phase, *, before: str = "", after: str = "") -> Phases:
        """Put a phase before or after another one.

        Raises:
            ContentError: there is no such phase, or it is not said where, or nothing may stand there.
        """
        if bool(before) == bool(after):
            raise ContentError("phase_nowhere", name=getattr(phase, "name", shown(phase)))
        place = self._place(before) if before else self._place(after) + 1
        return Phases((*self[:place], phase, *self[place:]))

    def remove(self, name: str) -> Phases:
        """Leave a phase out.

        Raises:
            ContentError: there is no such phase, or nothing would be measured without it.
        """
        place = self._place(name)
        if name == LAST:
            raise ContentError("phase_needed", name=name)
        return Phases((*self[:place], *self[place + 1 :]))

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise unknown("unknown_phase", name, self.names)
        return self.names.index(name)


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
    return Phase(name, run, Label(en, zh), Label(why, why_zh))


PHASES = Phases((
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
))  # fmt: skip
