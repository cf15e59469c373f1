"""Declared state: the same names in Python and in compiled rules, bound once, copied whole, refused when mistaken."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pytest

from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import Bools, Dims, Floats, Ints, Record, Shared, Size, Table, layout_of
from ccepz_sim.numerics.kernel import Kernel

BySkill = Annotated[npt.NDArray[np.float64], Dims.of("rows", 3)]
Flow = Annotated[npt.NDArray[np.float64], Dims.of("places", "places")]


class Works(Table):
    """A table."""

    rows: Size
    capacity: Floats
    alive: Bools
    place: Ints
    staff: BySkill
    codes: list[str]


class Rates(Table, shared=True):
    """Numbers nobody changes."""

    fine: float
    floor: float


class Counts(Record):
    """Numbers that change."""

    places: Size
    paid: float
    closed: int
    halted: bool
    flow: Flow


class World(Record):
    """Parts, a number, and what compiled rules do not see."""

    quarter: int
    works: Works
    rates: Rates
    counts: Counts
    notes: list[str]
    content: Shared[list[int]]


def make_world(rows: int = 4) -> World:
    works = Works.make(rows=rows).fill(codes=["a"] * rows, capacity=np.arange(rows), staff=1.0)
    world = World.make().fill(works=works, rates=Rates.make().fill(fine=2.5, floor=1.0))
    world.fill(counts=Counts.make(places=3), notes=["first"], content=[1])
    return world


@compiled
def punish(world: World, least: float) -> float:
    """Touch a number, a switch, and arrays of one and two dimensions."""
    works, counts = world.works, world.counts
    for row in range(works.rows):
        if works.capacity[row] > least:
            works.alive[row] = True
            works.staff[row, 2] += world.rates.fine
            counts.closed += 1
    counts.paid += world.rates.floor
    counts.halted = True
    counts.flow[1, 2] = 7.0
    world.quarter += 1
    return works.staff.sum()


def test_compiled_rules_see_what_python_sees():
    world = make_world()
    assert punish(world, 1.5) == 12 + 2 * 2.5
    assert world.works.alive.tolist() == [False, False, True, True]
    assert (world.quarter, world.counts.closed, world.counts.paid, world.counts.halted) == (1, 2, 1.0, True)
    assert world.counts.flow[1, 2] == world.counts.flow.sum() == 7.0
    again = make_world()
    assert getattr(punish, "py_func", punish)(again, 1.5) == 17.0
    assert again.works.staff.tolist() == world.works.staff.tolist()


def test_a_copy_is_independent_but_for_what_is_shared():
    world = make_world()
    twin = world.copy()
    punish(twin, -1.0)
    twin.notes.append("second")
    twin.works.codes[0] = "b"
    assert (world.quarter, world.counts.closed, world.notes, world.works.codes[0]) == (0, 0, ["first"], "a")
    assert world.works.staff.sum() == 12.0
    assert twin.counts.closed == 4
    assert twin.rates is world.rates
    assert twin.content is world.content


def test_arrays_and_parts_are_bound_once():
    world = make_world()
    with pytest.raises(AttributeError, match="capacity is bound once"):
        world.works.capacity = np.zeros(4)  # type: ignore[misc]
    with pytest.raises(AttributeError, match="bound once"):
        world.works = world.works.copy()
    with pytest.raises(TypeError, match="cannot be a Counts"):
        World.make().works = Counts.make(places=1)  # type: ignore[assignment]
    works = world.works
    works.capacity += 1.0  # type: ignore[misc]  # the same array
    assert works.capacity.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_names_that_do_not_exist_are_refused():
    world = make_world()
    with pytest.raises(AttributeError):
        world.quarters = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        world.counts.fill(payed=1.0)
    with pytest.raises(TypeError, match="rows"):
        Works.make(places=2)
    with pytest.raises(AttributeError):
        world.rates.fine = 3.0  # type: ignore[misc]


@pytest.mark.skipif(not isinstance(punish, Kernel), reason="rules are not compiled")
def test_machine_code_refuses_other_state():
    assert isinstance(punish, Kernel)
    punish(make_world(), 0.0)
    assert punish._call not in (punish.dispatcher, punish._first)
    with pytest.raises(TypeError, match="not given the World"):
        punish(make_world().works, 0.0)
    with pytest.raises(AttributeError):
        punish(object(), 0.0)


def test_a_table_that_grows_keeps_its_values():
    world = make_world()
    works = world.works
    works.alive[1] = True
    works.resize(rows=6)
    assert works.rows == 6
    assert works.capacity.tolist() == [0.0, 1.0, 2.0, 3.0, 0.0, 0.0]
    assert works.alive.tolist() == [False, True, False, False, False, False]
    assert punish(world, -1.0) == 12 + 6 * 2.5


def test_a_field_more_gives_another_mark():
    first = layout_of(Rates).mark
    other = type("Rates", (Table,), {"__annotations__": {"fine": "float", "floor": "float", "more": "float"},
                                     "__module__": __name__, "__qualname__": "Rates"})  # fmt: skip
    assert layout_of(other).mark != first


@pytest.mark.slow
def test_a_compiled_rule_is_found_again_by_another_process(tmp_path):
    """Machine code is kept for a layout and used by the next process."""
    code = (
        "from numba.core import event\nfrom tests.engine.state import kept_rule as kept\n"
        "with event.install_recorder('numba:compile') as seen:\n    print(kept.total(kept.made()), len(seen.buffer))"
    )
    asked = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": "."}
    asked.pop("NUMBA_DISABLE_JIT", None)
    told = [
        subprocess.run(
            [sys.executable, "-c", code], env=asked, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert [value for value, _ in told] == ["6.0", "6.0"]
    assert told[0][1] != "0"
    assert told[1][1] == "0"
