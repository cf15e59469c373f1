"""What the cast adds up to: value added, people, emissions, and firms that can live."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from ccepz_sim.content.loading import Content

Price = Callable[[int], np.ndarray]
POLLUTANTS = {"so2": 39_950, "cod": 25_280, "nh3n": 3_402, "dust": 22_190}
PEOPLE_2013 = 497_000
SOCIAL = 1.3
YEARS_OF_CAPITAL = 15


def standing(firms: SimpleNamespace, year: int) -> np.ndarray:
    """Firms that stand at the start of a year."""
    return firms.start <= year


def value_added(firms: SimpleNamespace, price: Price, year: int) -> np.ndarray:
    return standing(firms, year) * firms.usual * price(year) * firms.value_added_ratio


def with_kept_inputs(firms: SimpleNamespace, price: Price, year: int) -> np.ndarray:
    """Value added where bought inputs keep their price of 2010, but for the part linked to the product."""
    old, new = price(2010), price(year)
    bought = old * (1 - firms.value_added_ratio) * (firms.input_link * new / old + 1 - firms.input_link)
    return standing(firms, year) * firms.usual * (new - bought)


@pytest.mark.parametrize("rule", [value_added, with_kept_inputs])
@pytest.mark.parametrize(("year", "stated"), [(2010, 26.3e9), (2013, 42.67e9)])
def test_industrial_value_added(
    firms: SimpleNamespace, price: Price, rule: Callable[..., np.ndarray], year: int, stated: float
) -> None:
    assert rule(firms, price, year).sum() == pytest.approx(stated, rel=0.10)


def test_the_county_of_the_mine_lives_from_coal(content: Content, firms: SimpleNamespace, price: Price) -> None:
    mine = firms.place == "tianjun"
    added = value_added(firms, price, 2012)
    coal = added[mine & (firms.product == "coal")].sum()
    places = content.table("places")
    at = places.index["tianjun"]
    rest = sum(places.numbers(f"{name}_va_2010")[at] for name in ("agriculture", "services", "construction"))
    assert added[mine].sum() + 1.25 * rest == pytest.approx(7.3e9, rel=0.10)
    assert coal > 0.95 * added[mine].sum()


def test_people_in_industry(firms: SimpleNamespace) -> None:
    need = firms.capacity / 1000 * firms.labour
    staff = need * firms.staffing
    assert 50_000 < need[standing(firms, 2010)].sum() < 65_000
    assert 70_000 < staff[standing(firms, 2013)].sum() < 90_000
    assert 75_000 < staff.sum() < 90_000


@pytest.mark.parametrize(("pollutant", "stated"), POLLUTANTS.items())
def test_emissions_of_2013(content: Content, firms: SimpleNamespace, pollutant: str, stated: float) -> None:
    places = content.table("places")
    zone = places.numbers("in_zone") > 0
    people = np.average(places.numbers(f"household_{pollutant}"), weights=places.numbers("population_2010") * zone)
    ours = (standing(firms, 2013) * firms.usual * getattr(firms, pollutant)).sum() / 1000
    assert ours + people * PEOPLE_2013 / 1000 == pytest.approx(stated, rel=0.08)


def test_energy_of_2013(content: Content, firms: SimpleNamespace) -> None:
    places = content.table("places")
    weights = places.numbers("population_2010") * (places.numbers("in_zone") > 0)
    people = np.average(places.numbers("household_energy"), weights=weights) * PEOPLE_2013
    industry = (standing(firms, 2013) * firms.usual * firms.energy).sum()
    assert industry == pytest.approx(1.1672 * 42.67e9 / 1e4, rel=0.08)
    assert industry + people == pytest.approx(1.3027 * 60.97e9 / 1e4, rel=0.05)


def test_solid_waste_is_mostly_salt(content: Content, firms: SimpleNamespace) -> None:
    products, materials = content.table("products"), content.table("materials")
    total: dict[str, float] = {}
    for kind, amount in (("waste_kind", "waste"), ("waste2_kind", "waste2")):
        kinds = np.array(products.texts(kind))[firms.rows]
        tonnes = standing(firms, 2013) * firms.usual * products.numbers(amount)[firms.rows]
        for name in set(kinds) - {""}:
            if materials.numbers("solid")[materials.index[name]]:
                total[name] = total.get(name, 0.0) + tonnes[kinds == name].sum()
    assert 2e7 < sum(total.values()) < 9e7
    assert total["salt_tailings"] > 0.6 * sum(total.values())


def test_water_fits_the_quotas_with_little_slack_in_three(content: Content, firms: SimpleNamespace) -> None:
    places = content.table("places")
    products = content.table("products")
    water = firms.usual * products.numbers("water")[firms.rows]
    for place in ("golmud", "delingha", "dachaidan", "ulan", "dulan", "tianjun", "mangya"):
        quota = places.numbers("water_quota")[places.index[place]]
        slack = quota / water[firms.place == place].sum() - 1
        assert 0 < slack < (0.12 if place in ("delingha", "dachaidan", "ulan") else 0.4), place


def profit_share(firms: SimpleNamespace, price: Price, year: int, wage: float) -> np.ndarray:
    """Profit over sales with unit input 1 at usual utilisation, after capital over fifteen years."""
    old, new = price(2010), price(year)
    bought = old * (1 - firms.value_added_ratio) * (firms.input_link * new / old + 1 - firms.input_link)
    wages = firms.labour / 1000 * wage * SOCIAL / firms.usual_utilisation
    capital = firms.capital_cost / YEARS_OF_CAPITAL / firms.usual_utilisation
    return (new - bought - wages - capital - new * firms.resource_tax) / new


@pytest.mark.parametrize(("year", "wage"), [(2010, 37_182), (2012, 46_827)])
def test_a_typical_firm_earns_a_modest_profit(firms: SimpleNamespace, price: Price, year: int, wage: float) -> None:
    share = profit_share(firms, price, year, wage)
    assert 0.0 < np.median(share) < 0.25
    assert (share > 0).mean() > 0.7


def test_low_end_chemistry_is_near_its_cost_after_the_price_falls(firms: SimpleNamespace, price: Price) -> None:
    share = profit_share(firms, price, 2015, 55_000)
    soda = share[firms.product == "soda_ash"][0]
    assert -0.15 < soda < 0.05
    kept = ("oil", "gas", "potash", "photovoltaic", "wind", "logistics")
    basic = (firms.chain_level <= 1) & ~np.isin(firms.product, kept)
    assert np.median(share[basic]) < 0.05
    assert share[firms.product == "iron_ore"][0] < 0


def test_report_price_falls_are_in_the_series(content: Content) -> None:
    table = content.table("prices")
    for series, first, last, least in (
        ("crude_oil", 2012, 2016, 0.5),
        ("thermal_coal", 2011, 2015, 0.45),
        ("potassium_chloride", 2008, 2016, 0.4),
        ("soda_ash", 2008, 2013, 0.25),
    ):
        row = table.index[series]
        fall = 1 - table.numbers(f"y{last}")[row] / table.numbers(f"y{first}")[row]
        assert fall > least, series
