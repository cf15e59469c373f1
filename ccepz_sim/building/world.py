"""Geography and technology, gathered from the content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.table import Table as ContentTable
from ccepz_sim.numerics.declare import Table, layout_of
from ccepz_sim.state.world import MaterialFacts, PlaceFacts, ProductFacts, World

T = TypeVar("T", bound=Table)


def make_world(content: Content) -> World:
    """Gather places, products and materials.

    Raises:
        ContentError: a table lacks a column that the rules read.
    """
    places, products, materials = (content.table(name) for name in ("places", "products", "materials"))
    prices = content.table("prices")
    in_zone = places.numbers("in_zone") > 0
    road = np.array([content.table("distances").numbers(name) for name in places.ids])
    industries = products.texts("industry")
    names = tuple(dict.fromkeys(industries))
    product = _facts(ProductFacts, products).fill(
        industry=[names.index(name) for name in industries],
        series=[prices.index[name] for name in products.texts("series")],
        waste_kind=_lookup(products.texts("waste_kind"), materials.index),
        waste2_kind=_lookup(products.texts("waste2_kind"), materials.index),
        need_kind=_lookup(products.texts("need_kind"), materials.index),
    )
    parks = places.texts("park")
    world = World.make(place_count=len(places)).fill(
        zone_count=int(in_zone.sum()),
        in_zone=in_zone,
        road=(road + road.T) / 2.0,
        place=_facts(PlaceFacts, places).freeze(),
        product=product.freeze(),
        material=_facts(MaterialFacts, materials).freeze(),
        places=places.ids,
        place_index=places.index,
        parks=tuple(park for park in parks if park),
        seat=_marked(places, "seat")[0],
        rival_place=_marked(places, "rival")[0],
        sending_place=_marked(places, "sends")[0],
        receiving_places=_marked(places, "receives"),
        mine_place=next(iter(_marked(places, "mine_closed")), -1),
        park_place={park: number for number, park in enumerate(parks) if park},
        products=products.ids,
        product_index=products.index,
        industry_names=names,
        materials=materials.ids,
        series=prices.ids,
    )
    return world.freeze()


def _facts(kind: type[T], table: ContentTable) -> T:
    """Gather the number columns of a table that a class declares."""
    layout = layout_of(kind)
    names = [name for name, field in layout.fields.items() if field.dtype == np.float64]
    return kind.make(rows=len(table)).fill(**{name: table.numbers(name) for name in names})


def _marked(table: ContentTable, column: str) -> tuple[int, ...]:
    """Give the rows that have a role."""
    return tuple(int(row) for row in np.flatnonzero(table.numbers(column) > 0.0))


def _lookup(names: tuple[str, ...], index: Mapping[str, int]) -> list[int]:
    return [index.get(name, -1) for name in names]
