"""Balances the social accounting matrix of 2010: a row receives what its columns pay."""

from __future__ import annotations

from cast_maker.firms import BEFORE
from cast_maker.tables import Cast, Row, label, number, write

NAMES = {
    "industry": ("Industry", "工业"), "agriculture": ("Agriculture", "农业"), "construction": ("Construction", "建筑业"),
    "services": ("Services", "服务业"), "labour": ("Labour", "劳动"), "capital": ("Capital", "资本"),
    "households": ("Households", "居民"), "firms": ("Firms", "企业"), "government": ("Government", "政府"),
    "saving": ("Saving and investment", "储蓄与投资"), "outside": ("Outside world", "外部世界"),
}  # fmt: skip
SERVICE_PRODUCTS = "logistics_information"
# Bought inputs by supplier, of all bought inputs; the rest comes from outside.
INPUTS = {
    "industry": {"industry": 0.26, "agriculture": 0.005, "services": 0.14},
    "agriculture": {"industry": 0.22, "agriculture": 0.25, "services": 0.15},
    "construction": {"industry": 0.18, "agriculture": 0.0, "services": 0.12},
    "services": {"industry": 0.14, "agriculture": 0.04, "services": 0.20},
}
OUTPUT_PER_VALUE_ADDED = {"agriculture": 1.7, "construction": 3.6, "services": 1.9}
OWN_LABOUR = {"agriculture": 0.80, "construction": 0.45, "services": 0.50}
CONSUMED = {"industry": 0.06, "agriculture": 0.09, "services": 0.42, "outside": 0.43}
SPENT_OF_INCOME = 0.76
HOUSEHOLD_TAX = 0.03
CAPITAL_TO_HOUSEHOLDS = {"agriculture": 1.0, "construction": 0.2, "services": 0.45, "industry": 0.02}
PROFIT_OUT = 0.42
PUBLIC_SERVICES = 0.62
PUBLIC_TRANSFERS = 0.14
TAX_TO_CENTRE = 0.55
BUILT_SHARE = 0.46
Matrix = dict[str, dict[str, float]]


def base_year(cast: Cast, firms: list[Row]) -> Matrix:
    """Return the matrix of 2010 in yuan a year; the cells named in `why` below close the balance."""
    product = cast.fact("gdp_2010")
    output, added, wages = _industry(cast, firms)
    agriculture = product * cast.fact("share_primary_2010")
    services = product * cast.fact("share_tertiary_2010")
    construction = product - agriculture - services - added
    value_added = {
        "industry": added, "agriculture": agriculture, "construction": construction, "services": services,
    }  # fmt: skip
    gross = {"industry": output, **{key: value_added[key] * factor for key, factor in OUTPUT_PER_VALUE_ADDED.items()}}
    m: Matrix = {row: dict.fromkeys(NAMES, 0.0) for row in NAMES}
    for sector, whole in gross.items():
        bought = whole - value_added[sector]
        for supplier, share in INPUTS[sector].items():
            m[supplier][sector] = bought * share
        m["outside"][sector] = bought * (1.0 - sum(INPUTS[sector].values()))
        rate = cast.fact("tax_industry" if sector == "industry" else "tax_other")
        tax = 0.0 if sector == "agriculture" else value_added[sector] * rate
        labour = wages if sector == "industry" else value_added[sector] * OWN_LABOUR[sector]
        m["government"][sector] = tax
        m["labour"][sector] = labour
        m["capital"][sector] = value_added[sector] - tax - labour
    _incomes(cast, m)
    _uses(cast, m, gross)
    return m


def _industry(cast: Cast, firms: list[Row]) -> tuple[float, float, float]:
    """Return output, value added and labour cost of the industrial firms that stood at the start of 2010."""
    output = added = wages = 0.0
    for row in firms:
        product = cast.products[row["product"]]
        if row["start"] > BEFORE or product["industry"] == SERVICE_PRODUCTS:
            continue
        sales = row["capacity"] * product["usual_utilisation"] * cast.price(row["product"], 2010)
        output += sales
        added += sales * product["value_added_ratio"]
        people = row["capacity"] / 1000.0 * product["labour"] * row["staffing"]
        wage = cast.places[row["place"]]["wage_2010"] * (1.0 + cast.fact("social_charge"))
        wages += people * wage
    return output, added, wages


def _incomes(cast: Cast, m: Matrix) -> None:
    """Pass factor incomes on to households, firms, government and owners outside."""
    m["households"]["labour"] = sum(m["labour"].values())
    m["households"]["capital"] = sum(m["capital"][key] * share for key, share in CAPITAL_TO_HOUSEHOLDS.items())
    m["firms"]["capital"] = sum(m["capital"].values()) - m["households"]["capital"]
    profit = m["firms"]["capital"]
    m["government"]["firms"] = profit * cast.fact("profit_tax")
    m["outside"]["firms"] = profit * PROFIT_OUT
    m["saving"]["firms"] = profit - m["government"]["firms"] - m["outside"]["firms"]
    m["government"]["outside"] = cast.fact("transfers_2010")
    m["government"]["households"] = HOUSEHOLD_TAX * (m["households"]["labour"] + m["households"]["capital"])
    held = sum(m["government"].values())
    m["outside"]["government"] = TAX_TO_CENTRE * (held - m["government"]["outside"])
    left = held - m["outside"]["government"]
    m["services"]["government"] = left * PUBLIC_SERVICES
    m["households"]["government"] = left * PUBLIC_TRANSFERS
    m["saving"]["government"] = left - m["services"]["government"] - m["households"]["government"]


def _uses(cast: Cast, m: Matrix, gross: dict[str, float]) -> None:
    """Spend incomes; what the zone does not use is sold outside, what it lacks in saving comes from outside."""
    income = sum(m["households"].values())
    spending = income * SPENT_OF_INCOME
    for seller, share in CONSUMED.items():
        m[seller]["households"] = spending * share
    m["saving"]["households"] = income - spending - m["government"]["households"]
    investment = cast.fact("investment_2010")
    m["construction"]["saving"] = investment * BUILT_SHARE
    m["outside"]["saving"] = investment - m["construction"]["saving"]
    m["saving"]["outside"] = investment - sum(m["saving"].values())
    for sector, whole in gross.items():
        m[sector]["outside"] = whole - sum(m[sector].values())


def text(cast: Cast, firms: list[Row]) -> str:
    """Return the text of `accounts.toml`, whole yuan, which leaves a few yuan between row and column sums."""
    m = base_year(cast, firms)
    whole = {row: {column: round(amount) for column, amount in cells.items()} for row, cells in m.items()}
    for row, cells in whole.items():
        for column, amount in cells.items():
            if amount < 0:
                raise ValueError(f"{row} would receive {amount} from {column}")
    why = (
        "Built from the roster of 2010, the sector shares of facts.toml and input shares set by the project. Closing "
        "cells: sales to outside of each sector, saving of households, firms and government, saving from outside"
    )
    columns = {
        name: number(f"Paid by {english.lower()}", f"{chinese}支付", "yuan/year", (0, 1e12), "estimated", source=why)
        for name, (english, chinese) in NAMES.items()
    }
    titles = {
        "label": label("Base-year accounts", "基年账户"),
        "what": label(
            "Social accounting matrix of 2010: what the account of the row receives from the account of the column.",
            "2010年社会核算矩阵:行账户从列账户所得。",
        ),
    }
    rows = [[name, *NAMES[name], *(whole[name][column] for column in NAMES)] for name in NAMES]
    return write("accounts", titles, columns, ["id", "label_en", "label_zh", *NAMES], rows)
