"""Declarations say who writes: a zone is run phase by phase, and every field that changed names the phase."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.model import PHASE_NAMES, PHASES
from ccepz_sim.numerics.declare import Declared, layout_of
from ccepz_sim.rules.opening import open_quarter
from ccepz_sim.state.zone import Zone

OPENING = "opening"  # of a quarter, before its first phase
ANY = "whoever pays"


@cache
def writers(cls: type[Declared]) -> dict[str, set[str]]:
    """Read the arrows beside the fields of a class; an arrow in its docstring goes for fields without one."""
    source = inspect.getsource(cls)
    common = re.search(r"<- ([\w ,]+)\.", cls.__doc__ or "")
    told = {}
    for name, comment in re.findall(r"^    (\w+): [^\n#]+(?:  # ([^\n]*))?$", source, re.MULTILINE):
        found = comment.partition("<- ")[2] or (common[1] if common else "")
        told[name] = {one.strip() for one in found.split(",") if one.strip()}
    return told


def fields(state: Declared) -> Iterator[tuple[type[Declared], str, Any]]:
    """Go through the numbers and arrays of a zone and of its parts; arrays are copied."""
    for name, field in layout_of(type(state)).fields.items():
        value = getattr(state, name)
        if field.part is not None:
            yield from fields(value)
        else:
            yield type(state), name, value.copy() if field.dims is not None else value


def changes(before: list[Any], after: list[Any]) -> set[tuple[type[Declared], str]]:
    """Name the fields that differ."""
    return {
        (cls, name)
        for (cls, name, old), (_, _, new) in zip(before, after, strict=True)
        if np.shape(old) != np.shape(new) or not np.array_equal(old, new, equal_nan=np.asarray(old).dtype.kind == "f")
    }


@pytest.mark.parametrize(("start", "years"), [(2010, 2), (2016, 1)])
def test_only_those_write_who_are_named(start: int, years: int):
    model = PilotZone(package="whole-programme", scenario="second-crash", seed=2, start=start)
    wrong = set()
    zone: Zone = model.state
    for _ in range(4 * years):
        before = list(fields(zone))
        for name, run in ((OPENING, open_quarter), *((phase.name, phase.run) for phase in PHASES)):
            run(zone)
            if name == PHASE_NAMES[-1]:
                model._record()
            after = list(fields(zone))
            wrong |= {
                f"{cls.__name__}.{field} <- {name}"
                for cls, field in changes(before, after)
                if not writers(cls).get(field, set()) & {name, ANY}
            }
            before = after
        zone.quarter += 1
    assert wrong == set()


def test_every_arrow_names_a_phase():
    known = {*PHASE_NAMES, OPENING, ANY, "the clock", ""}
    classes = {cls for cls, _, _ in fields(PilotZone(start=2010).state)}
    assert {one for cls in classes for told in writers(cls).values() for one in told} <= known
    assert sum(bool(told) for cls in classes for told in writers(cls).values()) > 200
