"""Faults that must not pass: ten kinds, each in three rules. All are planted in one copy of the package."""

from __future__ import annotations

from dataclasses import dataclass

TYPES, RULES = "mypy", "check_rules"  # what finds it


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `right` stands once in the file and becomes `wrong`, on the same line."""

    kind: str
    found_by: str
    file: str
    right: str
    wrong: str


def _kind(kind: str, found_by: str, *places: tuple[str, str, str]) -> tuple[Fault, ...]:
    return tuple(Fault(kind, found_by, *place) for place in places)


FAULTS = (
    *_kind("a misspelt state name", TYPES,
        ("production.py", "output * zone.technology.water[firm]", "output * zone.technology.watter[firm]"),
        ("inspection.py", "zone.count.detection = chances", "zone.count.detektion = chances"),
        ("location_choice.py", "people.moved[row] = zone.quarter", "people.moved[row] = zone.quater")),
    *_kind("a misspelt flow or account", TYPES,
        ("collusion.py", "Flow.BRIBES", "Flow.BRIBE"),
        ("firm_money.py", "pay_tax(zone, Flow.VAT,", "pay_tax(zone, Flow.VATT,"),
        ("funds.py", "ledger.services + firms.place[firm], spent", "ledger.servces + firms.place[firm], spent")),
    *_kind("a misspelt parameter", TYPES,
        ("research.py", "p.thrift", "p.trift"),
        ("waste.py", "p.treat_most, p.treat_slope", "p.treat_mots, p.treat_slope"),
        ("officials.py", "p.waste_duty + unmeasured", "p.waste_dutty + unmeasured")),
    *_kind("a misspelt policy", TYPES,
        ("entry_exit.py", "now.emerging_support / p.emerging_scale", "now.emerging_suport / p.emerging_scale"),
        ("voice.py", "now.education / max", "now.eduction / max"),
        ("firm_money.py", "now.resource_price * sales", "now.resource_prise * sales")),
    *_kind("two arrays swapped", RULES,
        ("inspection.py", "attention(firms.key, firms.alive,", "attention(firms.alive, firms.key,"),
        ("funds.py", "now.upgrade, firms.upgrade_money, luck)", "now.upgrade, luck, firms.upgrade_money)"),
        ("household_money.py", "towns.construction_sales, towns.construction_va,",
         "towns.construction_va, towns.construction_sales,")),
    *_kind("two numbers swapped", RULES,
        ("firm_money.py", "interest, fee = interest_of(zone, firm, benchmark)",
         "interest, fee = interest_of(zone, benchmark, firm)"),
        ("collusion.py", "joint_surplus(saving, chance, fines,", "joint_surplus(saving, fines, chance,"),
        ("production.py", "abatement_cost(abate, plan.start[firm, group],",
         "abatement_cost(plan.start[firm, group], abate,")),
    *_kind("a wrong account", RULES,
        ("firm_money.py", "Flow.WAGES, account, ledger.households +", "Flow.WAGES, account, ledger.services +"),
        ("deposits.py", "ledger.trust, ledger.firms + firm, back", "ledger.trust, ledger.bodies + firm, back"),
        ("budget.py", "Flow.TRANSFERS, ledger.outside, province", "Flow.TRANSFERS, ledger.bank, province")),
    *_kind("a wrong unit", RULES,
        ("production.py", "firms.wage_bill[firm] = bill / QUARTERS", "firms.wage_bill[firm] = bill"),
        ("waste.py", "firms.waste_cost[firm] += cost_firm", "firms.waste_cost[firm] += own_firm"),
        ("firm_plan.py", "(asked - inputs - bills) / max(asked, 1e-9)", "(asked - inputs - bills)")),
    *_kind("a wrong shape", RULES,
        ("environment.py", "load[MEDIUM[pollutant], firms.place[firm]] += ", "load[MEDIUM[pollutant], firm] += "),
        ("inspection.py", "key_firms(load, zone.p", "key_firms(zone.plan.equivalents, zone.p"),
        ("posts.py", "summed[firms.place[firm], skill] += firms.staff[firm, skill]",
         "summed[firms.place[firm], skill] += firms.staff[firm]")),
    *_kind("a wrong random stream", RULES,
        ("location_choice.py", "Stream.MIGRATION", "Stream.DEATHS"),
        ("collusion.py", "Stream.COLLUSION", "Stream.DETECTION"),
        ("matching.py", "Stream.MATCHING", "Stream.SEPARATIONS")),
)  # fmt: skip
