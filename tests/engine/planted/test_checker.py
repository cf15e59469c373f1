"""The rule checker itself: what it makes of units, and what it finds in a small package."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest
from rule_checker.check import check
from rule_checker.told import told_value
from rule_checker.units import ANY, ONE, told_unit

STATE = '''
"""State."""
Floats = Annotated[npt.NDArray[np.float64], Dims.of(ROWS)]
Ints = Annotated[npt.NDArray[np.int64], Dims.of(ROWS)]
Accounts = Annotated[npt.NDArray[np.float64], Dims.of("accounts")]
Bools = Annotated[npt.NDArray[np.bool_], Dims.of(ROWS)]
BySkill = Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(SKILLS))]
SKILLS = ("low", "high")
LOW, HIGH = range(len(SKILLS))
QUARTERS = 4  # quarters a year


class Firms(Table):
    rows: Size  # firms
    place: Ints  # index of the place
    alive: Bools
    sales: Floats  # yuan <- settlement
    waste: Floats  # tonnes
    share: Floats  # share of sales
    staff: BySkill  # persons


class Towns(Table):
    rows: Size  # places
    wage: BySkill  # yuan/person/year
    bill: Floats  # yuan


class Flow(IntEnum):
    WAGES = 0  # firms -> households


class Sector(IntEnum):
    FIRMS = 0  # of a firm
    HOUSEHOLDS = 1  # of a place
    OUTSIDE = 2


class Stream(StrEnum):
    LUCK = "luck"  # rule.draw


class Ledger(Record):
    accounts: Size  # accounts
    firms: int
    households: int
    outside: int
    deposits: Accounts  # yuan


class Zone(Record):
    quarter: int  # quarter since 2010
    interest: float  # share/year
    firms: Final[Firms]
    towns: Final[Towns]
    ledger: Final[Ledger]
    streams: Streams
'''
LEDGER = '''
def pay(ledger: Ledger, kind: Flow, payer: int, payee: int, amount: float) -> None:
    """Pay.

    Args:
        payer, payee: accounts; amount: yuan.
    """
'''
RULE = '''
from small.state import HIGH, LOW, QUARTERS, SKILLS, Firms, Ledger, Towns, Zone, Flow, Stream
from small.ledger import pay


def draw(zone: Zone) -> None:
    """Draw."""
    zone.firms.share[:] = zone.streams.at(Stream.LUCK, zone.quarter).random(zone.firms.rows)


def wages(zone: Zone, firm: int) -> float:
    """Give what a firm pays its people in a quarter, yuan."""
    bill = 0.0
    for skill in range(len(SKILLS)):
        bill += zone.firms.staff[firm, skill] * zone.towns.wage[zone.firms.place[firm], skill]
    return bill / QUARTERS


def split(amount: float, part: float) -> float:
    """Give a part of an amount.

    Args:
        amount: yuan; part: 0-1.
    """
    return amount * part


def rule(zone: Zone) -> None:
    """Pay wages."""
    firms, towns, ledger = zone.firms, zone.towns, zone.ledger
    for firm in range(firms.rows):
        account, town = ledger.firms + firm, firms.place[firm]
        paid = split(wages(zone, firm), firms.share[firm])
        pay(ledger, Flow.WAGES, account, ledger.households + town, paid)
BODY
'''


def lines(folder: Path, body: str = "") -> list[str]:
    """Check a small package whose rule does something more, and give what is found without the places."""
    package = folder / "small"
    (package / "rules").mkdir(parents=True)
    (package / "state.py").write_text(STATE, "utf-8")
    (package / "ledger.py").write_text(LEDGER, "utf-8")
    (package / "rules" / "rule.py").write_text(RULE.replace("BODY", indent(dedent(body), " " * 8)), "utf-8")
    return [line.partition(": ")[2] for line in check(package).lines(folder)]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("yuan", "yuan"), ("yuan/year", "yuan/year"), ("cash kept, yuan", "yuan"), ("persons hired", "person"),
        ("yuan a quarter", "yuan"), ("tonnes a person and quarter", "t/person"), ("m3/unit", "m3/unit"),
        ("persons per 1000 units/year", "person·year/unit"), ("share of the price", "1"), ("0 or 1: a mark", "1"),
        ("1/sqrt(year)", "1/year^1/2"), ("share/year", "1/year"), ("in reference burdens", None),
        ("unit cost, 1 is typical", "1"), ("of the last evaluation", None), ("in yuan: a year at once", "yuan"),
    ],
)  # fmt: skip
def test_words_are_read_as_units(text: str, unit: str | None):
    found = told_unit(text)
    assert (str(found) if found is not None else None) == unit


def test_units_are_multiplied():
    wage, people, quarters = (told_unit(text) for text in ("yuan/person/year", "persons", "quarters a year"))
    assert wage * people / quarters == told_unit("yuan")
    assert people / people == ONE
    assert people * ANY == ANY
    assert told_unit("1/year").rate
    assert not told_unit("yuan/year").rate


def test_rows_are_read():
    assert told_value("index of the material, -1 for none", "int").row == "material"
    assert told_value("rows of firms", "int").row == "firm"
    assert told_value("place where they live", "int").row == "place"
    assert told_value("number of places", "int").counts == "place"
    assert told_value("quarters in a row", "int").unit == ONE


def test_a_right_rule_is_right(tmp_path):
    assert lines(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        # units
        ("firms.sales[firm] = firms.waste[firm]", "firms.sales[firm] expects yuan, found t"),
        ("x = firms.sales[firm] + firms.waste[firm]", "a sum expects yuan, found t"),
        ("firms.share[firm] = wages(zone, firm)", "firms.share[firm] expects 1, found yuan"),
        ("if firms.sales[firm] > firms.waste[firm]:\n    pass", "a comparison expects yuan, found t"),
        ("x = min(firms.sales[firm], firms.waste[firm])", "min() expects yuan, found t"),
        ("x = firms.sales[firm] if firms.alive[firm] else firms.waste[firm]",
         "one way and the other expects yuan, found t"),
        ("towns.bill[town] += towns.wage[town, LOW] * firms.staff[firm, LOW]", "a sum expects yuan, found yuan/year"),
        ("x = np.exp(firms.sales[firm])", "exp() expects 1, found yuan"),
        ("x = 1.0 + zone.interest", "a sum expects 1, found 1/year"),
        ("x = (1.0 + zone.interest) ** zone.quarter", "an exponent expects year, found 1"),
        ("x = split(firms.waste[firm], 0.5)", "split(amount) expects yuan, found t"),
        # rows and shapes
        ("x = towns.bill[firm]", "rows are place, found row of firm"),
        ("x = firms.staff[LOW, firm]", "rows are firm, found row of skill"),
        ("x = firms.sales[firm, LOW]", "2 places for an array by firm"),
        ("firms.sales[:] = firms.staff", "firms.sales[:] expects an array by firm, found an array by firm and skill"),
        ("firms.sales[firm] = firms.sales", "firms.sales[firm] expects a number, found an array"),
        ("x = firms.sales * towns.bill", "an array by firm with an array by place"),
        ("x = wages(zone, town)", "wages(firm) expects row of firm, found row of place"),
        # names
        ("amount, part = 0.5, firms.sales[firm]\nx = split(part, amount)", "`part` is given as split(amount)"),
        # accounts
        ("x = ledger.households + firm", "account of HOUSEHOLDS expects a row of place, found row of firm"),
        ("x = ledger.deposits[firm]", "rows are account, found row of firm"),
        ("pay(ledger, Flow.WAGES, account, ledger.outside, paid)", "WAGES is not paid by firms to outside"),
        ("pay(ledger, Flow.WAGES, ledger.households + town, account, paid)",
         "WAGES is not paid by households to firms"),
        ("pay(ledger, Flow.WAGES, account, ledger.households, paid)", "the payee is the first account of HOUSEHOLDS"),
        ("pay(ledger, Flow.WAGES, account, ledger.households + town, firms.waste[firm])",
         "pay(amount) expects yuan, found t"),
        # streams
        ("x = zone.streams.at(Stream.LUCK)", "the stream LUCK is that of rule.draw, found in rule.rule"),
        ("x = zone.streams.at(Stream.LUK)", "there is no stream LUK"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_found(tmp_path, body: str, sentence: str):
    found = lines(tmp_path, body)
    assert any(line.startswith(sentence) for line in found), found


@pytest.mark.parametrize(
    "body",
    [
        "x = max(firms.sales[firm], 1.0) / 2.0",
        "x = firms.sales[firm] * 0.5 if firms.alive[firm] else 0.0",
        "x = (1.0 + zone.interest) ** (zone.quarter / QUARTERS)",
        "x = firms.sales[firm] + firms.waste[firm]  # in yuan: a tonne is worth one",
        "owed = np.zeros(towns.rows)\nowed[town] += paid",
        "towns.bill[town] += np.sqrt(paid * paid)",
    ],
)
def test_a_right_line_is_left_alone(tmp_path, body: str):
    assert lines(tmp_path, body) == []


def test_what_nobody_pays_or_draws_is_found(tmp_path):
    package = tmp_path / "small"
    lines(tmp_path)
    rule = package / "rules" / "rule.py"
    source = rule.read_text("utf-8")
    rule.write_text(source.replace("pay(ledger, Flow", "print(ledger, Flow").replace("Stream.LUCK", "0"), "utf-8")
    found = [line.partition(": ")[2] for line in check(package).lines(tmp_path)]
    assert found == ["nobody pays WAGES from firms to households", "nobody draws from the stream LUCK of rule.draw"]


def test_the_command_gives_a_line_for_each_fault(tmp_path, capsys):
    from check_rules import main

    lines(tmp_path, "firms.sales[firm] = firms.waste[firm]")
    assert main([str(tmp_path / "small"), "--unknown"]) == 1
    told = capsys.readouterr().out.splitlines()
    where = Path("small/rules/rule.py")
    assert told[-2] == f"{where}:35: firms.sales[firm] expects yuan, found t: firms.sales[firm] = firms.waste[firm]"
    assert told[-1].endswith("1 fault")
    assert sys.modules["check_rules"].__doc__
