"""Towns, government bodies, officials and institutes in the base year."""

from __future__ import annotations

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.declare import layout_of
from ccepz_sim.state.bodies import RANKS, Bodies, BodyNumbers, Institutes, Officials
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.records import BaseYear
from ccepz_sim.state.towns import Towns
from ccepz_sim.state.world import EMPLOYERS, KILOGRAMS, POLLUTANTS, World
from ccepz_sim.text.errors import unknown

SAVES_FOR_AWARDS = ("science", "environment", "committee", "finance")


def make_bodies(content: Content, world: World) -> Bodies:
    """Set up the bodies; who is paid by the prefecture and where their staff live."""
    table = content.table("bodies")
    place = np.array([world.place_index.get(name, -1) for name in table.texts("place")])
    bodies = Bodies.make(rows=len(table)).fill(
        ids=table.ids,
        index=table.index,
        kind=table.texts("kind"),
        place=place,
        staff_home=np.where(place >= 0, place, world.seat),
        staff_cost=table.numbers("staff_cost"),
        debt_ceiling=table.numbers("debt_ceiling"),
        coordination=table.numbers("coordination"),
        saves_for_awards=[name in SAVES_FOR_AWARDS for name in table.ids],
        local=[name != "province" for name in table.ids],
        released=1.0,
    )
    towns = set(governing_bodies(bodies, world).tolist())
    bodies.fill(
        asks_for_money=[
            name not in ("prefecture", "province") and row not in towns for row, name in enumerate(bodies.ids)
        ]
    )
    return bodies


def make_body_numbers(bodies: Bodies) -> BodyNumbers:
    """Give the numbers of the bodies that rules call by name.

    Raises:
        ContentError: the content lacks one of them.
    """
    names = tuple(layout_of(BodyNumbers).fields)
    for name in names:
        if name not in bodies.index:
            raise unknown("unknown_body", name, bodies.ids)
    return BodyNumbers.make().fill(**{name: bodies.index[name] for name in names})


def governing_bodies(bodies: Bodies, world: World) -> np.ndarray:
    """Give the body that governs each place; the sending areas answer to the province."""
    found = np.full(world.place_count, bodies.index["province"])
    for row, (kind, place) in enumerate(zip(bodies.kind, bodies.place, strict=True)):
        if kind == "town" and place >= 0:
            found[place] = row
    for row, (name, place) in enumerate(zip(bodies.ids, bodies.place, strict=True)):
        if name.endswith("-committee") and place >= 0:
            found[place] = row
    return found


def make_officials(content: Content, world: World, bodies: Bodies, p: Parameters) -> Officials:
    """Put the officials of the base year into their posts."""
    table = content.table("officials")
    return Officials.make(rows=len(table)).fill(
        ids=table.ids,
        who=np.arange(len(table)),
        body=[bodies.index[name] for name in table.texts("body")],
        place=[world.place_index.get(name, -1) for name in table.texts("place")],
        rank=[RANKS.index(name) for name in table.texts("rank")],
        growth_first=table.numbers("growth_first") > 0,
        brand_view=table.numbers("brand_view") > 0,
        native=table.numbers("native") > 0,
        integrity=table.numbers("integrity"),
        tenure=table.numbers("tenure_quarters").astype(int),
        honesty=1.0,
        waste_view=1.0,
        sees=p.collusion.belief_start,
    )


def make_institutes(content: Content, world: World, p: Parameters) -> Institutes:
    """Set up the institutes with the scientists they have."""
    table = content.table("institutes")
    posts, names = table.numbers("posts"), world.industry_names
    people = posts * table.numbers("filled")
    return Institutes.make(rows=len(table)).fill(
        ids=table.ids,
        place=[world.place_index[name] for name in table.texts("place")],
        field=[names.index(name) if name in names else -1 for name in table.texts("field")],
        posts=posts,
        people=people,
        base_funding=table.numbers("funding"),
        funding=table.numbers("funding") / QUARTERS,
        remoteness=table.numbers("remoteness"),
        pull=1.0,
        was_empty=people / posts < p.institutes.empty_share,
    )


def make_towns(content: Content, world: World, p: Parameters, bodies: Bodies, base_year: BaseYear) -> Towns:
    """Set up environment, wages, opinions and sectors of the places; posts and jobs follow."""
    place, labour, e = world.place, p.labour, p.environment
    premium = np.array([1.0, labour.skilled_premium, labour.professional_premium])
    wage = place.wage_2010[:, None] / labour.wage_mix * premium
    elsewhere = np.where(world.in_zone, 0.0, e.pollution_elsewhere)  # in the zone the first quarter sets them
    homes = np.column_stack([getattr(place, f"household_{name}") for name in POLLUTANTS])
    return Towns.make(rows=world.place_count).fill(
        has_park=[bool(park) for park in content.table("places").texts("park")],
        body=governing_bodies(bodies, world),
        birth_rate=np.where(world.in_zone, p.population.birth_zone, p.population.birth_east),
        household_rate=homes / KILOGRAMS / QUARTERS,
        air=elsewhere,
        water=elsewhere,
        ground=elsewhere,
        pollution=elsewhere,
        ecology=e.ecology_start,
        amenity=place.amenity,
        infrastructure=1.0,
        water_share=1.0,
        reply_rate=p.voice.reply_start,
        voice=p.voice.strength_start,
        wage=wage,
        base_wage=wage,
        unemployment=labour.natural_rate,
        vacancy_pull=np.ones((len(EMPLOYERS), 1)),
        scientist_leave=p.institutes.turnover,
        agriculture_sales=place.agriculture_va_2010 / QUARTERS / base_year.agriculture_ratio,
        services_ratio=base_year.services_ratio,
        construction_ratio=base_year.construction_ratio,
        services_index=1.0,
        construction_index=1.0,
        base_gap=np.nan,
    )
