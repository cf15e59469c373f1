"""The base-year accounts balance and show the zone of 2010."""

from __future__ import annotations

import numpy as np
import pytest

from ccepz_sim.content.loading import Content

SECTORS = ("industry", "agriculture", "construction", "services")


@pytest.fixture(scope="module")
def matrix(content: Content) -> np.ndarray:
    """Row receives from column, yuan a year."""
    table = content.table("accounts")
    assert table.ids == tuple(table.columns)
    return np.array([table.numbers(name) for name in table.ids]).T


def value_added(content: Content, matrix: np.ndarray) -> dict[str, float]:
    at = content.table("accounts").index
    factors = [at["labour"], at["capital"], at["government"]]
    return {name: float(matrix[factors, at[name]].sum()) for name in SECTORS}


def test_rows_and_columns_balance(matrix: np.ndarray) -> None:
    received, paid = matrix.sum(axis=1), matrix.sum(axis=0)
    assert (np.abs(received - paid) <= 1e-6 * received).all()
    assert (matrix >= 0).all()
    assert (received > 0).all()


def test_product_and_sector_shares_of_2010(content: Content, matrix: np.ndarray) -> None:
    added = value_added(content, matrix)
    product = sum(added.values())
    assert product == pytest.approx(36.55e9, rel=1e-6)
    assert added["agriculture"] / product == pytest.approx(0.028, abs=1e-4)
    assert (added["industry"] + added["construction"]) / product == pytest.approx(0.791, abs=1e-4)
    assert added["services"] / product == pytest.approx(0.181, abs=1e-4)


def test_places_carry_the_same_value_added(content: Content, matrix: np.ndarray) -> None:
    added = value_added(content, matrix)
    places = content.table("places")
    zone = places.numbers("in_zone") > 0
    for sector, tolerance in (("agriculture", 0.01), ("construction", 0.06), ("services", 0.04)):
        total = places.numbers(f"{sector}_va_2010")[zone].sum()
        assert total == pytest.approx(added[sector], rel=tolerance), sector


def test_product_by_spending_equals_product_by_income(content: Content, matrix: np.ndarray) -> None:
    at = content.table("accounts").index
    sellers = [at[name] for name in SECTORS]
    users = [at[name] for name in ("households", "government", "saving", "outside")]
    spent = matrix[np.ix_(sellers, users)].sum() - matrix[at["outside"], sellers].sum()
    assert spent == pytest.approx(sum(value_added(content, matrix).values()), rel=1e-6)
