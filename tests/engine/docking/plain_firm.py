"""Slow, plain twin of firms' way with the rules: one object a firm, one number at a time, written from docs/model.md.

It shares no function with the model, so that a slip of an axis, a broadcast or a sign in the fast rules shows.
"""

from __future__ import annotations

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
    permit_price: float
    key_share: float


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
    cleaner: tuple[float, float]
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
    key: float
    native: float

    def equivalents(self, rules: Rules, medium: int) -> float:
        """Pollution equivalents of a quarter before abatement."""
        output = self.capacity / 4.0 * self.utilisation
        first = 2 * medium
        dirty = output * self.clean * (1.0 - self.cleaner[medium])
        return sum(self.emission[number] * dirty * rules.kilograms[number] for number in (first, first + 1))

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

    def price(self, rules: Rules, medium: int) -> float:
        """Price of a permit: air only."""
        return rules.permit_price if medium == AIR else 0.0

    def to_standard(self, rules: Rules) -> float:
        """Share that must go for the discharge to keep a margin below the standard, wider where checks are feared."""
        a = rules.p.abatement
        limit = 1.0 - a.overcompliance * self.sees
        reached = self.concentration * self.clean / rules.now.standard
        return min(max(1.0 - limit / max(reached, 1e-12), 0.0), a.most_abatement)

    def cheapest(self, rules: Rules, medium: int, least: float) -> tuple[float, float, float]:
        """Share abated, at least `least`, the tax then due and the cost of abatement, an equivalent.

        From 2018 on three bands of the tax are tried; in each the best share is where marginal cost is the tax of the
        band, or just reaches the band.
        """
        a = rules.p.abatement
        start, slope = self.curve(rules, medium)
        rate = rules.now.tax_air if medium == AIR else rules.now.tax_water
        more = self.price(rules, medium)
        reached = self.concentration * self.clean / rules.now.standard
        bands = [(1.0, 0.0)]
        if rules.law:
            bands += [
                (a.notch_one_factor, 1.0 - a.notch_one / reached),
                (a.notch_two_factor, 1.0 - a.notch_two / reached),
            ]
        best: tuple[float, float, float, float] | None = None
        for factor, edge in bands:
            due = factor * rate
            share = max(optimum(due + more, start, slope), edge, least)
            cost = spent(share, start, slope)
            total = cost + (due + more) * (1.0 - share)
            if best is None or total < best[0]:
                best = total, share, due, cost
        assert best is not None
        return best[1:]

    def honest(self, rules: Rules, medium: int) -> tuple[float, float, float]:
        """Share abated when complying, tax due, and what that costs an equivalent."""
        share, due, cost = self.cheapest(rules, medium, self.to_standard(rules))
        return share, due, cost + (due + self.price(rules, medium)) * (1.0 - share)

    def alone(self, rules: Rules, medium: int) -> tuple[float, float, float, float]:
        """Shares abated and hidden when hiding alone, tax due, and what that costs an equivalent."""
        a = rules.p.abatement
        share, due, cost = self.cheapest(rules, medium, 0.0)
        price = due + self.price(rules, medium)
        chance = self.sees * rules.p.collusion.own_detection
        fine = a.report_fine + a.report_permits * self.price(rules, medium)
        hidden = min(max((price / max(chance, 1e-9) - fine) / a.report_steepness, 0.0), 1.0)
        expected = chance * (fine * hidden + a.report_steepness * hidden**2 / 2.0)
        cost += (1.0 - share) * (price * (1.0 - hidden) + expected)
        if self.to_standard(rules) > share:
            cost += a.breach_fine * chance
        return share, hidden, due, cost

    def costs(self, rules: Rules) -> tuple[float, float, float]:
        """Yuan of the quarter when complying, hiding alone, colluding."""
        left = 1.0 - rules.p.collusion.hidden_share
        comply = alone = together = 0.0
        for medium in (AIR, WATER):
            load = self.equivalents(rules, medium)
            _, due, cost = self.honest(rules, medium)
            comply += cost * load
            alone += self.alone(rules, medium)[3] * load
            together += (due + self.price(rules, medium)) * left * load
        return comply, alone, together

    def deal_fine(self, rules: Rules) -> float:
        """Yuan that a found deal costs: a multiple of the burden, the tax and the permits it hides."""
        comply, alone, _ = self.costs(rules)
        hidden = rules.p.collusion.hidden_share
        owed: float = rules.p.collusion.firm_fine * self.burden(rules)
        for medium in (AIR, WATER):
            due = self.alone(rules, medium)[2] if alone < comply else self.honest(rules, medium)[1]
            permits = self.price(rules, medium) * (1.0 + rules.p.abatement.report_permits)
            owed += (due + permits) * hidden * self.equivalents(rules, medium)
        return owed

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
        loss = self.deal_fine(rules) / self.burden(rules) + self.official_fine(rules)
        conscience = self.moral + (c.long_term_moral if self.mindset == LONG_TERM else 0.0)
        conscience += c.official_moral * integrity
        chance = self.chance(rules, official_sees)
        search = 0.0 if self.tie else c.search_cost * (1.0 - c.native_ease * self.native)
        return self.saving(rules) - chance * loss - conscience * (1.0 - c.peer_weight * peers) - search

    def chance(self, rules: Rules, official_sees: float) -> float:
        """Chance of detection both reckon with: key firms are watched more than others."""
        more = rules.p.inspection.key_attention
        attention = (1.0 + more * self.key) / (1.0 + more * rules.key_share)
        return min(1.0, max(self.sees, official_sees * float(rules.p.collusion.official_view)) * attention)

    def official_fine(self, rules: Rules) -> float:
        """What an official who is found loses."""
        c = rules.p.collusion
        loss: float = c.official_fine * (1.0 + c.accountability_weight * rules.now.accountability)
        return loss

    def deal(self, rules: Rules, peers: float, integrity: float, official_sees: float, luck: float) -> bool:
        """Whether there is a deal this quarter: it must gain, and be running already or be met by chance."""
        gains = self.burden(rules) > 0.0 and self.surplus(rules, peers, integrity, official_sees) > 0.0
        return gains and (self.colluding or luck < rules.p.collusion.meeting_chance)

    def bribe(
        self, rules: Rules, peers: float, integrity: float, official_sees: float, luck: tuple[float, float]
    ) -> float:
        """Yuan paid this quarter: the official's part of a deal, or what delay is worth to a firm held up."""
        c = rules.p.collusion
        if self.deal(rules, peers, integrity, official_sees, luck[0]):
            gain = max(0.0, self.surplus(rules, peers, integrity, official_sees))
            loss = self.chance(rules, official_sees) * self.official_fine(rules)
            loss += c.official_moral * integrity * (1.0 - c.peer_weight * peers)
            return min((loss + c.official_power * gain) * self.burden(rules), max(0.0, self.cash))
        slow = rules.now.approval_time / c.approval_reference
        if luck[1] < c.extortion_rate * slow * max(0.0, c.extortion_integrity - integrity) and not self.tie:
            return min(float(c.extortion_take * c.delay_cost) * max(0.0, self.profit) * slow, max(0.0, self.cash))
        return 0.0


def optimum(price: float, start: float, slope: float) -> float:
    """Share at which marginal cost start + slope a / (1 - a) is the price."""
    excess = max(0.0, (price - start) / slope)
    return excess / (1.0 + excess)


def spent(share: float, start: float, slope: float) -> float:
    """Cost of abating a share."""
    return start * share + slope * (-log1p(-share) - share)
