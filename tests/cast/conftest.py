"""The drawn cast of this checkout, without rosters that somebody wrote by hand, and the firms as columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.tables import ADDS

ROOT = Path(__file__).resolve().parents[2]
PRODUCT_COLUMNS = (
    "price_factor",
    "price_response",
    "value_added_ratio",
    "labour",
    "energy",
    "so2",
    "cod",
    "nh3n",
    "dust",
    "water",
    "capital_cost",
    "usual_utilisation",
    "resource_tax",
    "input_link",
)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def content() -> Content:
    """The content of the checkout as it was drawn: what is added by hand keeps no totals."""
    files = load_content(ROOT)._files
    drawn = {path: document for path, document in files.documents.items() if ADDS not in document}
    return Content(replace(files, documents=drawn))


@pytest.fixture(scope="session")
def facts(content: Content) -> dict[str, float]:
    """The facts the cast is drawn from."""
    table = content.table("facts")
    return dict(zip(table.ids, table.numbers("value").tolist(), strict=True))


@pytest.fixture(scope="session")
def firms(content: Content) -> SimpleNamespace:
    """Columns of the firms, and those of their products by firm, as arrays."""
    table, products = content.table("firms"), content.table("products")
    rows = np.array([products.index[name] for name in table.texts("product")])
    made = {name: products.numbers(name)[rows] for name in PRODUCT_COLUMNS}
    words = {name: np.array(table.texts(name)) for name in ("product", "place", "park", "mindset")}
    numbers = {name: table.numbers(name) for name, column in table.columns.items() if column.is_number}
    series = np.array([content.table("prices").index[name] for name in products.texts("series")])[rows]
    industry = np.array(products.texts("industry"))[rows]
    usual = numbers["capacity"] * made["usual_utilisation"]
    return SimpleNamespace(**made, **words, **numbers, series=series, industry=industry, usual=usual, rows=rows)


@pytest.fixture(scope="session")
def price(content: Content, firms: SimpleNamespace) -> object:
    """Give the price at the gate by firm in a year, yuan per unit."""
    table = content.table("prices")

    def at(year: int) -> np.ndarray:
        base, market = (table.numbers(f"y{number}")[firms.series] for number in (2010, year))
        return firms.price_factor * (base + firms.price_response * (market - base))

    return at
