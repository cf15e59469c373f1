"""The patterns of `experiments/patterns.toml` as experiments: each returns its figures for one seed.

The bands, the sizes of treatments and the evidence stand in the content; here stands only what is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ccepz_sim.numerics.clock import FIRST_YEAR, PLAY_YEAR, QUARTERS
from ccepz_sim.state.decisions import Decision
from ccepz_sim.studies.pairs import Arms, Gauge, effect, gini, relative, violating, window

if TYPE_CHECKING:
    from ccepz_sim.content.loading import Content
    from ccepz_sim.model import PilotZone
    from ccepz_sim.state.zone import Zone

Settings: TypeAlias = Mapping[str, float]
Figures: TypeAlias = dict[str, float]
AIR, WATER = ("so2", "dust"), ("cod", "ammonia_nitrogen")
LOADS = ("environment.air_load", "environment.water_load", "environment.ground_load")


def figures(pattern: str, seed: int, content: Content) -> Figures:
    """Run one pattern's experiment with one seed and return its figures by id."""
    return EXPERIMENTS[pattern](Arms(seed, content), content.patterns.all[pattern].settings)


def measured_against_unmeasured(arms: Arms, s: Settings) -> Figures:
    """Green evaluation: reported emissions against the waste that nobody measures."""
    years = s["years"]
    plain, green = arms.run(years), arms.run(years, {"green-evaluation-weight": s["weight"]})
    last = PLAY_YEAR + years - 2.0
    reported = [effect(green, plain, name, last, 2.0, "reported") for name in ("so2", "cod")]
    return {"measured": float(np.mean(reported)), "unmeasured": effect(green, plain, "unsafe_stock", last, 2.0)}


def pollution_against_productivity(arms: Arms, s: Settings) -> Figures:
    """Strict and enforced limits: emissions and productivity of the firms that discharge most."""
    levers = {
        "discharge-standard": s["standard"],
        "inspection-capacity": s["inspectors"],
        "green-evaluation-weight": s["weight"],
    }
    plain, strict = (arms.run(s["years"], chosen).state for chosen in ({}, levers))
    both = plain.firms.alive & strict.firms.alive
    load = plain.firms.emission[:, 2] / np.maximum(plain.firms.sales, 1.0)
    watched = both & (load >= np.quantile(load[both], s["quantile"]))

    def intensity(zone: Zone) -> float:
        return float(zone.firms.emission[watched, 2].sum() / zone.firms.output[watched].sum())

    def productivity(zone: Zone) -> float:
        firms = zone.firms
        made = firms.value_added_real - firms.abatement_cost / zone.prices.general
        return float(made[watched].sum() / firms.staff[watched].sum())

    return {
        "emissions": relative(intensity(strict), intensity(plain)),
        "productivity": relative(productivity(strict), productivity(plain)),
    }


def audit_with_delay(arms: Arms, s: Settings) -> Figures:
    """Audits of officials: little in the first year, an effect later, on air before water."""
    levers = {"audit-share": s["share"], "supervision-control-points": s["points"]}
    plain, audited = arms.run(s["years"]), arms.run(s["years"], levers)

    def change(names: tuple[str, ...], year: float, length: float) -> float:
        return float(np.mean([effect(audited, plain, name, year, length) for name in names]))

    both = AIR + WATER
    second = PLAY_YEAR + 1.0
    return {
        "first_year": change(both, PLAY_YEAR, 1.0),
        "later": change(both, second, s["years"] - 1.0),
        "air_before_water": change(AIR, second, 2.0) - change(WATER, second, 2.0),
    }


def pulse_and_rebound(arms: Arms, s: Settings) -> Figures:
    """Central inspection against the same years without its powers: a fall while on site, then the rebound.

    The rebound is a difference, not a ratio: where a seed shows hardly a fall, a ratio says nothing.
    """
    off = {"inspection.central_reach": 0.0, "officials.pulse_effort": 0.0, "collusion.pulse_fear": 0.0}
    years = s["at"] - PLAY_YEAR + s["quarters"] / QUARTERS + s["after"] + 1.0
    visited, unseen = arms.run(years), arms.run(years, parameters=off)

    def change(first: float, length: float) -> float:
        return float(np.mean([effect(visited, unseen, name, first, length) for name in ("so2", "cod")]))

    length = s["quarters"] / QUARTERS
    # What an inspection finds shows in the plans of the quarter after it.
    during = change(s["at"] + 1.0 / QUARTERS, length)
    after = change(s["at"] + length + s["after"], 1.0)
    return {"during": during, "after_less_part": after - s["part"] * during}


def appeals(arms: Arms, s: Settings) -> Figures:
    """Complaints that are answered in public against those answered in private: firms in violation."""
    private = {"complaint-channels": s["reply"]}
    public = {**private, "information-disclosure": s["disclosure"], "media-supervision": s["media"]}
    shares = []
    for levers in ({}, private, public):
        gauge = Gauge(violating)
        arms.run(s["years"], levers, observers=[gauge])
        shares.append(gauge.mean_of_last(2 * QUARTERS))
    return {"public": relative(shares[2], shares[0]), "private": relative(shares[1], shares[0])}


def audits_of_funds(arms: Arms, s: Settings) -> Figures:
    """Audits of nearly none against all: points of public money misused."""
    low, high = (arms.run(s["years"], {"audit-share": s[name]}) for name in ("low", "high"))
    last = PLAY_YEAR + s["years"] - 2.0
    return {"leakage": window(high, "funds_misused_share", last, 2.0) - window(low, "funds_misused_share", last, 2.0)}


def past_audits(arms: Arms, s: Settings) -> Figures:
    """A wave of audits that has ended: corruption in the years after it."""
    end = PLAY_YEAR + s["wave"]
    years = s["wave"] + s["rest"] + 2.0
    before = arms.content.levers["audit-share"].status_quo_at(PLAY_YEAR)
    wave = (Decision("audit-share", s["share"], PLAY_YEAR), Decision("audit-share", before, end))
    plain, audited = arms.run(years), arms.run(years, decisions=wave)
    return {"later": effect(audited, plain, "colluding_share", end + s["rest"], 2.0)}


def subsidy_misuse(arms: Arms, s: Settings) -> Figures:
    """Weak audits: the share of public money misused."""
    zone = arms.run(s["years"], {"audit-share": s["share"]})
    return {"money": window(zone, "funds_misused_share", PLAY_YEAR + 1.0, s["years"] - 1.0)}


def people_and_pollution(arms: Arms, s: Settings) -> Figures:
    """Dirtier air and water for five years: residents per +10 % pollution, the educated and the rest."""
    usual = {name: arms.content.value(name) for name in LOADS}
    plain = arms.run(s["years"], start=FIRST_YEAR)
    loads = {name: value / s["factor"] for name, value in usual.items()}
    dirty = arms.run(s["years"], start=FIRST_YEAR, parameters=loads)
    half = s["years"] / 2.0
    step = np.log(1.0 + effect(dirty, plain, "pollution", FIRST_YEAR + half, half))

    def per_tenth(skilled: bool | None) -> float:
        """Give the relative change of residents per +10 % pollution, from the elasticity."""
        ratio = _residents(dirty, skilled) / _residents(plain, skilled)
        return float(np.log(ratio) / step * np.log(1.1))

    return {"residents": per_tenth(None), "educated_less_rest": per_tenth(True) - per_tenth(False)}


def _residents(zone: PilotZone, skilled: bool | None) -> float:
    people = zone.state.population
    inside = (people.town >= 0) & (people.town < zone.state.world.zone_count)
    if skilled is not None:
        inside &= (people.skill > 0) == skilled
    return float(people.weight[inside].sum())


def native_regulators(arms: Arms, s: Settings) -> Figures:
    """Officials with ties to every firm against officials with ties to none: firms in violation."""
    shares = []
    for native in (0.0, 1.0):
        gauge = Gauge(violating)
        zone = arms.start(parameters={"officials.native_share": native}, observers=[gauge])
        zone.state.officials.native[:] = bool(native)
        zone.state.firms.tie[:] = native
        zone.run(s["years"])
        shares.append(gauge.mean_of_last(2 * QUARTERS))
    return {"violations": relative(shares[1], shares[0])}


def tax_at_floor(arms: Arms, s: Settings) -> Figures:
    """The statutory floor of the pollution tax against the old fee."""
    fee = {"pollution-tax-air": s["fee_air"], "pollution-tax-water": s["fee_water"]}
    floor = {"pollution-tax-air": s["tax_air"], "pollution-tax-water": s["tax_water"]}
    old, new = arms.run(s["years"], fee), arms.run(s["years"], floor)
    last = PLAY_YEAR + s["years"] - 2.0
    return {"emissions": float(np.mean([effect(new, old, name, last, 2.0) for name in ("so2", "cod")]))}


def crash(arms: Arms, s: Settings) -> Figures:
    """A second fall of prices: who loses, and what guarantees keep alive."""
    until = s["at"] - PLAY_YEAR
    zombies = []
    gap = 0.0
    for guarantees in (0.0, s["guarantees"]):
        zone = arms.run(until, {"credit-guarantees": guarantees}, scenario="second-crash")
        state = zone.state
        firms = state.firms
        there = firms.alive.copy()
        debt = state.ledger.loans[state.ledger.firm_accounts] / np.maximum(firms.book_capital, 1.0)
        levered = there & (debt > np.median(debt[there]))
        zone.run(s["years"])
        failing = ~firms.alive | (firms.losses >= s["loss_quarters"])
        if guarantees == 0.0:
            gap = relative(float(failing[levered].mean()), float(failing[there & ~levered].mean()))
        zombies.append(float((there & firms.alive & (firms.losses >= s["loss_quarters"])).sum() / there.sum()))
    return {"levered_lose": gap, "zombies": zombies[1] - zombies[0]}


def symbiosis(arms: Arms, s: Settings) -> Figures:
    """By-products exchanged: the share that stays in the town of its park."""
    flow = arms.run(s["years"]).recorder.by_product_flow[-round(s["years"] * QUARTERS) :].sum(axis=0)
    return {"inside": float(np.trace(flow) / max(float(flow.sum()), 1.0))}


def skewed_sizes(arms: Arms, s: Settings) -> Figures:
    """Sizes and emissions of firms: mean over median sales, Gini of sulphur dioxide."""
    firms = arms.run(s["years"]).state.firms
    active = firms.alive & (firms.sales > 0.0)
    sales = firms.sales[active]
    return {"mean_to_median": float(sales.mean() / np.median(sales)), "gini": gini(firms.emission[active, 0])}


EXPERIMENTS: Mapping[str, Callable[[Arms, Settings], Figures]] = {
    "p1": measured_against_unmeasured,
    "p2": pollution_against_productivity,
    "p3": audit_with_delay,
    "p4": pulse_and_rebound,
    "p5": appeals,
    "p6": audits_of_funds,
    "p7": past_audits,
    "p8": subsidy_misuse,
    "p9": people_and_pollution,
    "p10": native_regulators,
    "p11": tax_at_floor,
    "p12": crash,
    "p13": symbiosis,
    "p14": skewed_sizes,
}
