"""The types a rule is called with, as plain values: written once, made into types again on any machine."""

from __future__ import annotations

import importlib
import re
from typing import Any

import numpy as np

Plain = Any  # what JSON holds

# An array that can be written to, in short: "float64 2d C".
ARRAY = re.compile(r"(?P<dimensions>\d+)d (?P<layout>[CFA])")
# By the names of `numba.types`; what a type calls itself differs between versions.
SCALARS = (
    *("boolean", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"),
    *("none", "unicode_type"),
)


class UnknownTypeError(ValueError):
    """A type that has no plain form here; a rule called with it is compiled at its first call."""


def plain_of(type_: Any) -> Plain:
    """Return a Numba type as plain values.

    Raises:
        UnknownTypeError: there is no form for it.
    """
    from numba import types
    from numba.np.numpy_support import as_dtype

    from ccepz_sim.numerics.native import DeclaredType

    if isinstance(type_, types.Literal) and isinstance(type_.literal_value, (bool, int, str)):
        return {"literal": type_.literal_value}
    for name in SCALARS:
        if type_ == getattr(types, name):
            return name
    if isinstance(type_, DeclaredType):
        return {"declared": f"{type_.module}:{type_.named}"}
    if isinstance(type_, types.Record):
        return {"record": _plain_dtype(as_dtype(type_))}
    if isinstance(type_, types.Array):
        inner = plain_of(type_.dtype)
        if isinstance(inner, str) and type_.mutable and type_.aligned:
            return f"{inner} {type_.ndim}d {type_.layout}"
        return {
            "array": inner,
            "dimensions": type_.ndim,
            "layout": type_.layout,
            "mutable": bool(type_.mutable),
            "aligned": bool(type_.aligned),
        }
    if isinstance(type_, types.IntEnumMember):
        made = type_.instance_class
        return {"member": f"{made.__module__}:{made.__qualname__}", "of": plain_of(type_.dtype)}
    if isinstance(type_, types.BaseNamedTuple):
        made = type_.instance_class
        return {"named": f"{made.__module__}:{made.__qualname__}", "items": [plain_of(item) for item in type_]}
    if isinstance(type_, types.BaseTuple):
        return {"tuple": [plain_of(item) for item in type_]}
    if isinstance(type_, types.Optional):
        return {"optional": plain_of(type_.type)}
    if isinstance(type_, types.Omitted) and isinstance(type_.value, (bool, int, float, str, type(None))):
        return {"omitted": type_.value}
    raise UnknownTypeError(str(type_))


def type_of(plain: Plain) -> Any:
    """Return the Numba type of plain values.

    Raises:
        UnknownTypeError: the values describe no type.
    """
    from numba import types

    if isinstance(plain, str):
        name, _, array = plain.partition(" ")
        if name in SCALARS and not array:
            return getattr(types, name)
        if name in SCALARS and (found := ARRAY.fullmatch(array)):
            return types.Array(getattr(types, name), int(found["dimensions"]), found["layout"])
    if isinstance(plain, dict):
        if "array" in plain:
            return types.Array(
                type_of(plain["array"]),
                plain["dimensions"],
                plain["layout"],
                readonly=not plain["mutable"],
                aligned=plain["aligned"],
            )
        if "record" in plain:
            from numba.np.numpy_support import from_struct_dtype

            return from_struct_dtype(_dtype_of(plain["record"]))
        if "declared" in plain:
            from ccepz_sim.numerics.native import type_of as declared_type

            return declared_type(_found(plain["declared"]))
        if "named" in plain:
            return _named(plain["named"], [type_of(item) for item in plain["items"]])
        if "member" in plain:
            return types.IntEnumMember(_found(plain["member"]), type_of(plain["of"]))
        if "tuple" in plain:
            return types.Tuple(tuple(type_of(item) for item in plain["tuple"]))
        if "optional" in plain:
            return types.Optional(type_of(plain["optional"]))
        if "literal" in plain:
            return types.literal(plain["literal"])
        if "omitted" in plain:
            return types.Omitted(plain["omitted"])
    raise UnknownTypeError(str(plain))


def _found(where: str) -> Any:
    module, _, name = where.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        raise UnknownTypeError(where) from None
    return found


def _named(where: str, items: list[Any]) -> Any:
    from numba import types

    made = _found(where)
    if len(set(items)) == 1:
        return types.NamedUniTuple(items[0], len(items), made)
    return types.NamedTuple(items, made)


def _plain_dtype(dtype: np.dtype[Any]) -> Plain:
    """Return a NumPy dtype as plain values; offsets are kept, since an aligned record has gaps."""
    if dtype.names is not None:
        fields = [dtype.fields[name] for name in dtype.names]  # type: ignore[index]
        return {
            "names": list(dtype.names),
            "formats": [_plain_dtype(field[0]) for field in fields],
            "offsets": [int(field[1]) for field in fields],
            "itemsize": dtype.itemsize,
            "aligned": dtype.isalignedstruct,
        }
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return [_plain_dtype(base), list(shape)]
    return dtype.str


def _dtype_of(plain: Plain) -> Any:
    if isinstance(plain, dict):
        form: Any = {**plain, "formats": [_dtype_of(item) for item in plain["formats"]]}
        return np.dtype(form, align=form.pop("aligned"))
    if isinstance(plain, list):
        return np.dtype((_dtype_of(plain[0]), tuple(plain[1])))
    return np.dtype(plain)
