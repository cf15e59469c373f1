"""Balances the social accounting matrix of 2010: a row receives what its columns pay."""

from __future__ import annotations

from cast_maker.tables import Cast, Row, fill
from cast_maker.works import BEFORE

NAMES = {
    "industry": ("Industry", "工业"),
    "agriculture": ("Agriculture", "农业"),
    "construction": ("Construction", "建筑业"),
    "services": ("Services", "服务业"),
    "labour": ("Labour", "劳动"),
    "capital": ("Capital", "资本"),
    "households": ("Households", "居民"),
    "firms": ("Firms", "企业"),
    "government": ("Government", "政府"),
    "saving": ("Saving and investment", "储蓄与投资"),
    "outside": ("Outside world", "外部世界"),
}
SUPPLIERS = ("industry", "agriculture", "services")
SERVICE_INDUSTRY = "logistics_information"
Matrix = dict[str, dict[str, float]]


def text(cast: Cast, firms: list[Row]) -> str:
    """Return the text of `accounts.toml` in whole yuan, which leaves a few yuan between the sums."""
    matrix = base_year(cast, firms)
    rows = []
    for name, cells in matrix.items():
        amounts = [round(cells[column]) for column in NAMES]
        if min(amounts) < 0:
            raise ValueError(f"{name} would receive less than nothing")
        rows.append([name, *NAMES[name], *amounts])
    return fill("accounts", rows)


def base_year(cast: Cast, firms: list[Row]) -> Matrix:
    """Return the matrix of 2010 in yuan a year.

    What closes it: each sector sells outside what the zone does not use; households, firms and government
    save what they do not spend; the outside world lends what is invested above that.
    """
    product = cast.fact("gdp_2010")
    output, added, wages = _industry(cast, firms)
    agriculture = product * cast.fact("share_primary_2010")
    services = product * cast.fact("share_tertiary_2010")
    value_added = {
        "industry": added,
        "agriculture": agriculture,
        "construction": product - agriculture - services - added,
        "services": services,
    }
    gross = {key: value_added[key] * row["output_per_value_added"] for key, row in cast.sectors.items()}
    gross["industry"] = output
    m: Matrix = {row: dict.fromkeys(NAMES, 0.0) for row in NAMES}
    for sector, row in cast.sectors.items():
        bought = gross[sector] - value_added[sector]
        for supplier in SUPPLIERS:
            m[supplier][sector] = bought * row[f"from_{supplier}"]
        m["outside"][sector] = bought - sum(m[supplier][sector] for supplier in SUPPLIERS)
        labour = wages if sector == "industry" else value_added[sector] * row["labour_share"]
        m["government"][sector] = value_added[sector] * _tax_rate(cast, sector)
        m["labour"][sector] = labour
        m["capital"][sector] = value_added[sector] - labour - m["government"][sector]
    _incomes(cast, m)
    _uses(cast, m, gross)
    return m


def _tax_rate(cast: Cast, sector: str) -> float:
    if sector == "agriculture":
        return 0.0
    return cast.fact("tax_industry" if sector == "industry" else "tax_other")


def _industry(cast: Cast, firms: list[Row]) -> tuple[float, float, float]:
    """Return output, value added and labour cost of the industrial firms that stood at the start of 2010."""
    output = added = wages = 0.0
    for row in firms:
        product = cast.products[row["product"]]
        if row["start"] > BEFORE or product["industry"] == SERVICE_INDUSTRY:
            continue
        sales = row["capacity"] * product["usual_utilisation"] * cast.price(row["product"], 2010)
        output += sales
        added += sales * product["value_added_ratio"]
        people = row["capacity"] / 1000.0 * product["labour"] * row["staffing"]
        wages += people * cast.places[row["place"]]["wage_2010"] * (1.0 + cast.fact("social_charge"))
    return output, added, wages


def _incomes(cast: Cast, m: Matrix) -> None:
    """Pass factor incomes on to households, firms, government and owners outside."""
    owned = {sector: row["capital_to_households"] for sector, row in cast.sectors.items()}
    m["households"]["labour"] = sum(m["labour"].values())
    m["households"]["capital"] = sum(m["capital"][sector] * share for sector, share in owned.items())
    profit = sum(m["capital"].values()) - m["households"]["capital"]
    m["firms"]["capital"] = profit
    m["government"]["firms"] = profit * cast.fact("profit_tax")
    m["outside"]["firms"] = profit * cast.fact("profit_outside")
    m["saving"]["firms"] = profit - m["government"]["firms"] - m["outside"]["firms"]
    earned = m["households"]["labour"] + m["households"]["capital"]
    m["government"]["households"] = cast.fact("household_tax") * earned
    taxes = sum(m["government"].values())
    m["government"]["outside"] = cast.fact("transfers_2010")
    m["outside"]["government"] = cast.fact("tax_to_centre") * taxes
    left = sum(m["government"].values()) - m["outside"]["government"]
    m["services"]["government"] = left * cast.fact("public_services")
    m["households"]["government"] = left * cast.fact("public_transfers")
    m["saving"]["government"] = left - m["services"]["government"] - m["households"]["government"]


def _uses(cast: Cast, m: Matrix, gross: dict[str, float]) -> None:
    """Spend incomes; trade and lending with the outside world close the balance."""
    income = sum(m["households"].values())
    spending = income * cast.fact("spent_of_income")
    for sector, row in cast.sectors.items():
        m[sector]["households"] = spending * row["consumed"]
    m["outside"]["households"] = spending * cast.fact("consumed_outside")
    m["saving"]["households"] = income - spending - m["government"]["households"]
    investment = cast.fact("investment_2010")
    m["construction"]["saving"] = investment * cast.fact("built_share")
    m["outside"]["saving"] = investment - m["construction"]["saving"]
    m["saving"]["outside"] = investment - sum(m["saving"].values())
    for sector, whole in gross.items():
        m[sector]["outside"] = whole - sum(m[sector].values())
