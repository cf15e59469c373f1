"""Types have a plain form that JSON carries from one machine to another."""

from __future__ import annotations

import json
from collections import namedtuple
from typing import Any

import numba
import numpy as np
import pytest

from ccepz_sim.numerics.compiling.signatures import UnknownTypeError, plain_of, type_of
from ccepz_sim.state.ledger import Flow

Pair = namedtuple("Pair", "low high")
PLAIN = np.dtype([("rate", "f8"), ("count", "i8"), ("by_place", "f8", (3,)), ("on", "?")])
GAPS = np.dtype([("on", "?"), ("rate", "f8")], align=True)
NESTED = np.dtype([("firm", [("rate", "f8"), ("rows", "i4", (2, 2))])])


def read_only() -> np.ndarray:
    held = np.zeros(3)
    held.flags.writeable = False
    return held


VALUES = {
    "int": 1, "float": 2.0, "bool": True, "none": None, "text": "word", "float32": np.float32(1), "int8": np.int8(1),
    "line": np.zeros(3), "Fortran": np.zeros((3, 2)).T, "any": np.zeros((4, 4))[::2], "bools": np.zeros(2, bool),
    "read only": read_only(), "pair": (1, 2), "mixed": (1, 2.0, np.zeros(2)), "empty": (),
    "record": np.zeros(1, PLAIN)[0], "records": np.zeros((2, 2), PLAIN), "gaps": np.zeros(1, GAPS)[0],
    "nested": np.zeros(1, NESTED)[0], "member": Flow.BUDGET,
    "named": Pair(1.0, 2.0), "named mixed": Pair(1, np.zeros(2)),
}  # fmt: skip
TYPES = {
    "optional": numba.types.Optional(numba.types.float64),
    "omitted": numba.types.Omitted(0.5),
    "literal": numba.types.literal(3),
}


@pytest.mark.parametrize("name", VALUES)
def test_the_type_of_a_value_comes_back(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, Pair.__module__, __import__("types").SimpleNamespace(Pair=Pair))
    type_ = numba.typeof(VALUES[name])
    assert type_of(json.loads(json.dumps(plain_of(type_)))) == type_


@pytest.mark.parametrize("name", TYPES)
def test_other_types_come_back(name: str) -> None:
    assert type_of(json.loads(json.dumps(plain_of(TYPES[name])))) == TYPES[name]


def test_usual_arrays_are_short() -> None:
    assert plain_of(numba.typeof(np.zeros((2, 3)))) == "float64 2d C"


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(UnknownTypeError):
        plain_of(numba.typeof([1.0]))


@pytest.mark.parametrize("plain", ["money", "float64 2d X", {"named": "nowhere:Pair", "items": []}, {"what": 1}, 7])
def test_what_describes_no_type_is_refused(plain: Any) -> None:
    with pytest.raises(UnknownTypeError):
        type_of(plain)
