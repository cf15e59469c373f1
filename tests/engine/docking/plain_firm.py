"""Slow, plain twin of firms' way with the rules: one object a firm, one number at a time, written from docs/model.md.

It shares no function with the model, so that a slip of an axis, a broadcast or a sign in the fast rules shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p
from types import SimpleNamespace

AIR, WATER = 0, 1
LONG_TERM = 2


@dataclass
class Rules:
    """What all firms face: parameters by group, working levers, price level, whether the law of 2018 holds."""

    p: SimpleNamespace
    now: SimpleNamespace
    general: float
    law: bool
    kilograms: tuple[float, float, float, float]
    cap: float | None
    permit_price: float = 0.0


@dataclass
class PlainFirm:
    """One firm. Emissions are tonnes of SO2, dust, COD and ammonia nitrogen per unit of output."""

    place: int
    official: int
    emission: tuple[float, float, float, float]
    usual_cost: float
    capacity: float
    utilisation: float
    clean: float
    concentration: float
    skill: float
    sees: float
    support: float
    last_burden: float
    moral: float
    mindset: int
    tie: bool
    colluding: bool
    profit: float
    cash: float

    def equivalents(self, rules: Rules, medium: int) -> float:
        """Pollution equivalents of a quarter before abatement."""
        output = self.capacity / 4.0 * self.utilisation
        first = 2 * medium
        return sum(
            self.emission[number] * output * self.clean * rules.kilograms[number] for number in (first, first + 1)
        )

    def curve(self, rules: Rules, medium: int) -> tuple[float, float]:
        """Start and slope of marginal cost."""
        a = rules.p.abatement
        relative = self.support / max(self.last_burden * 4.0, 1.0)
        cheaper = (1.0 - a.support_effect * (1.0 - exp(-relative))) * (
            1.0 - a.communication_effect * rules.now.communication
        )
        scale = max(self.usual_cost, a.cost_least) * self.skill * cheaper * rules.general
        start, slope = (a.air_start, a.air_slope) if medium == AIR else (a.water_start, a.water_slope)
        return start * scale, slope * scale

    def tax(self, rules: Rules, medium: int) -> float:
        """Tax per equivalent with the notches of the law."""
        a = rules.p.abatement
        rate: float = rules.now.tax_air if medium == AIR else rules.now.tax_water
        if not rules.law:
            return rate
        left = 1.0 - optimum(rate, *self.curve(rules, medium))
        reached = self.concentration * self.clean * left / rules.now.standard
        if reached <= a.notch_two:
            return rate * a.notch_two_factor
        if reached <= a.notch_one:
            return rate * a.notch_one_factor
        return rate

    def faced(self, rules: Rules, medium: int) -> float:
        """Tax and, for air, the price of a permit."""
        return self.tax(rules, medium) + (rules.permit_price if medium == AIR else 0.0)

    def to_standard(self, rules: Rules) -> float:
        """Share that must go for the discharge to meet the standard."""
        dirty = self.concentration * self.clean
        return min(max(1.0 - rules.now.standard / max(dirty, 1e-12), 0.0), rules.p.abatement.most_abatement)

    def honest(self, rules: Rules, medium: int) -> tuple[float, float]:
        """Share abated when complying, and what that costs an equivalent."""
        start, slope = self.curve(rules, medium)
        price = self.faced(rules, medium)
        share = max(optimum(price, start, slope), self.to_standard(rules))
        return share, spent(share, start, slope) + price * (1.0 - share)

    def alone(self, rules: Rules, medium: int) -> tuple[float, float, float]:
        """Shares abated and hidden when hiding alone, and what that costs an equivalent."""
        a = rules.p.abatement
        start, slope = self.curve(rules, medium)
        price = self.faced(rules, medium)
        chance = self.sees * rules.p.collusion.own_detection
        share = optimum(price, start, slope)
        hidden = min(max((price / max(chance, 1e-9) - a.report_fine) / a.report_steepness, 0.0), 1.0)
        expected = chance * (a.report_fine * hidden + a.report_steepness * hidden**2 / 2.0)
        cost = spent(share, start, slope) + (1.0 - share) * (price * (1.0 - hidden) + expected)
        if self.to_standard(rules) > share:
            cost += a.breach_fine * chance
        return share, hidden, cost

    def costs(self, rules: Rules) -> tuple[float, float, float]:
        """Yuan of the quarter when complying, hiding alone, colluding."""
        left = 1.0 - rules.p.collusion.hidden_share
        comply = alone = together = 0.0
        for medium in (AIR, WATER):
            load = self.equivalents(rules, medium)
            comply += self.honest(rules, medium)[1] * load
            alone += self.alone(rules, medium)[2] * load
            together += self.faced(rules, medium) * left * load
        return comply, alone, together

    def burden(self, rules: Rules) -> float:
        """Reference burden: what savings, fines and conscience are counted in."""
        load = self.equivalents(rules, AIR) + self.equivalents(rules, WATER)
        return rules.p.abatement.reference_burden * rules.general * load

    def saving(self, rules: Rules) -> float:
        """What colluding saves against the better of the other ways, in reference burdens."""
        comply, alone, together = self.costs(rules)
        return max(0.0, min(comply, alone) - together) / max(self.burden(rules), 1e-9)

    def surplus(self, rules: Rules, peers: float, integrity: float, official_sees: float) -> float:
        """Joint gain of a deal with an official, in reference burdens."""
        c = rules.p.collusion
        loss = c.firm_fine + self.official_fine(rules)
        conscience = self.moral + (c.long_term_moral if self.mindset == LONG_TERM else 0.0)
        conscience += c.official_moral * integrity
        chance = self.chance(rules, official_sees)
        search = 0.0 if self.tie else c.search_cost
        return self.saving(rules) - chance * loss - conscience * (1.0 - c.peer_weight * peers) - search

    def chance(self, rules: Rules, official_sees: float) -> float:
        """Chance of detection both reckon with."""
        return max(self.sees, official_sees * float(rules.p.collusion.official_view))

    def official_fine(self, rules: Rules) -> float:
        """What an official who is found loses."""
        c = rules.p.collusion
        loss: float = c.official_fine * (1.0 + c.accountability_weight * rules.now.accountability)
        return loss

    def deal(self, rules: Rules, peers: float, integrity: float, official_sees: float, luck: float) -> bool:
        """Whether there is a deal this quarter: it must gain, and be running already or be met by chance."""
        gains = self.surplus(rules, peers, integrity, official_sees) > 0.0 and self.burden(rules) > 0.0
        return gains and (self.colluding or luck < rules.p.collusion.meeting_chance)

    def bribe(
        self, rules: Rules, peers: float, integrity: float, official_sees: float, luck: tuple[float, float]
    ) -> float:
        """Yuan paid this quarter: the official's part of a deal, or what delay is worth to a firm held up."""
        c = rules.p.collusion
        if self.deal(rules, peers, integrity, official_sees, luck[0]):
            gain = max(0.0, self.surplus(rules, peers, integrity, official_sees))
            loss = self.chance(rules, official_sees) * self.official_fine(rules) + c.official_moral * integrity
            return min((loss + c.official_power * gain) * self.burden(rules), max(0.0, self.cash))
        slow = rules.now.approval_time / c.approval_reference
        if luck[1] < c.extortion_rate * slow * max(0.0, c.extortion_integrity - integrity) and not self.tie:
            return min(float(c.delay_cost) * max(0.0, self.profit) * slow, max(0.0, self.cash))
        return 0.0


def optimum(price: float, start: float, slope: float) -> float:
    """Share at which marginal cost start + slope a / (1 - a) is the price."""
    excess = max(0.0, (price - start) / slope)
    return excess / (1.0 + excess)


def spent(share: float, start: float, slope: float) -> float:
    """Cost of abating a share."""
    return start * share + slope * (-log1p(-share) - share)


def clear_permits(firms: Sequence[PlainFirm], rules: Rules) -> float:
    """Price at which air emissions fit the cap, by halving as often as the market does."""
    if rules.cap is None:
        return 0.0
    most = rules.p.abatement.permit_price_most

    def over(price: float) -> bool:
        left = 0.0
        for firm in firms:
            start, slope = firm.curve(rules, AIR)
            left += firm.equivalents(rules, AIR) * (1.0 - optimum(firm.tax(rules, AIR) + price, start, slope))
        return left > rules.cap if rules.cap is not None else False

    if not over(0.0):
        return 0.0
    if over(most):
        return float(most)
    low, high = 0.0, float(most)
    while high - low > most / 2**28:
        middle = (low + high) / 2.0
        low, high = (middle, high) if over(middle) else (low, middle)
    return high
