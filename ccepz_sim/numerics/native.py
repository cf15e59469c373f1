"""How compiled rules see declared state: by the same names, at the price of one number.

A declared object enters a compiled rule as the address of its words (`numerics/declare.py`); its type there carries the
mark of the layout, so that what was compiled for another layout is never used. Written with the low-level part of
`numba.extending`, as an attribute that is compiled by itself would cost a tenth of a second each.
"""

from __future__ import annotations

import importlib
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, intrinsic, overload, register_model, typeof_impl, unbox
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

from ccepz_sim.numerics.declare import Declared, Field, Layout, layout_of, put_number

WORD = ir.IntType(64)
THIS_FILE = zlib.crc32(Path(__file__).read_bytes())  # what another version of it compiled is not used
NUMBER = {"f": types.float64, "i": types.int64, "b": types.boolean}


class DeclaredType(types.Type):
    """The type of objects of one declared class with one layout."""

    def __init__(self, cls: type[Declared]) -> None:
        self.module, self.named = cls.__module__, cls.__qualname__
        self.layout_mark = layout_of(cls).mark
        super().__init__(name=f"{self.named}.{self.layout_mark:08x}.{THIS_FILE:08x}")

    @property
    def key(self) -> str:
        """What makes two types equal: the same class with the same layout."""
        return f"{self.module}.{self.name}"

    @cached_property
    def declared(self) -> type[Declared]:
        """The class, looked up when a rule that was compiled earlier is loaded."""
        found: Any = importlib.import_module(self.module)
        for name in self.named.split("."):
            found = getattr(found, name)
        return found

    @property
    def layout(self) -> Layout:
        """What the class consists of."""
        return layout_of(self.declared)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the class itself out of what is kept with a compiled rule."""
        return {name: value for name, value in self.__dict__.items() if name != "declared"}


def type_of(cls: type[Declared]) -> DeclaredType:
    """Give the type of a declared class, made once."""
    found = cls.__dict__.get("_numba_type_")
    if found is None:
        found = DeclaredType(cls)
        cls._numba_type_ = found  # type: ignore[attr-defined]
    return found


def field_type(cls: type[Declared], field: Field) -> types.Type:
    """Give the type that a field has in compiled rules."""
    if field.part is not None:
        return type_of(field.part)
    if field.dims is not None:
        item: Any = from_dtype(cast("Any", field.dtype))
        return types.Array(item, len(field.dims), "C", readonly=cls._shared)
    assert field.dtype is not None
    return NUMBER[field.dtype.kind]


register_model(DeclaredType)(models.OpaqueModel)


@typeof_impl.register(Declared)
def _typeof(value: Declared, _: Any) -> DeclaredType:
    return type_of(type(value))


@unbox(DeclaredType)
def _unbox(typ: DeclaredType, value: Any, c: Any) -> NativeValue:
    """Take the address and refuse an object whose words bear another mark."""
    builder = c.builder
    held = c.pyapi.object_getattr_string(value, "address")
    address = cgutils.alloca_once_value(builder, WORD(0))
    with builder.if_then(cgutils.is_not_null(builder, held), likely=True):
        number = c.pyapi.long_as_ulonglong(held)
        c.pyapi.decref(held)
        found = builder.load(builder.inttoptr(number, WORD.as_pointer()))
        right = builder.icmp_signed("==", found, WORD(typ.layout_mark))
        with builder.if_else(right, likely=True) as (same, other):
            with same:
                builder.store(number, address)
            with other:
                c.pyapi.err_set_string("PyExc_TypeError", f"a compiled rule was not given the {typ.named} it expects")
    pointer = builder.inttoptr(builder.load(address), c.context.get_value_type(typ))
    return NativeValue(pointer, is_error=c.pyapi.c_api_error())


@infer_getattr
class _Attributes(AttributeTemplate):
    key = DeclaredType

    def generic_resolve(self, typ: Any, name: str) -> Any:
        """Give the type of an attribute: a field or a size."""
        layout = typ.layout
        if name in layout.sizes:
            return types.int64
        field = layout.fields.get(name)
        return field_type(typ.declared, field) if field else None


def _load(builder: Any, words: Any, number: int, changes: bool = False) -> Any:
    """Load a word; what no rule changes may be loaded once for a whole loop."""
    word = builder.load(builder.gep(words, [WORD(number)]))
    if not changes:
        word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


@lower_getattr_generic(DeclaredType)
def _get(context: Any, builder: Any, typ: DeclaredType, value: Any, name: str) -> Any:
    layout = typ.layout
    words = builder.bitcast(value, WORD.as_pointer())
    if name in layout.sizes:
        return _load(builder, words, layout.sizes[name])
    field = layout.fields[name]
    if field.dims is not None:
        return _array(context, builder, typ, words, field)
    if field.part is not None:
        return builder.inttoptr(_load(builder, words, field.word), context.get_value_type(type_of(field.part)))
    assert field.dtype is not None
    word = _load(builder, words, field.word, changes=not typ.declared._shared)
    if field.dtype.kind == "f":
        return builder.bitcast(word, ir.DoubleType())
    return builder.icmp_signed("!=", word, WORD(0)) if field.dtype.kind == "b" else word


def _array(context: Any, builder: Any, typ: DeclaredType, words: Any, field: Field) -> Any:
    """Make the view of an array: its sizes are words or numbers, its rows lie one behind the other."""
    kind: Any = field_type(typ.declared, field)
    made = make_array(kind)(context, builder)
    item = context.get_data_type(kind.dtype)
    size = WORD(context.get_abi_sizeof(item))
    assert field.dims is not None
    shape = [WORD(one) if isinstance(one, int) else _load(builder, words, typ.layout.sizes[one]) for one in field.dims]
    strides = [size]
    for one in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], one))
    populate_array(
        made,
        data=builder.inttoptr(_load(builder, words, field.word), item.as_pointer()),
        shape=shape,
        strides=strides,
        itemsize=size,
        meminfo=None,
    )
    return made._getvalue()


@lower_setattr_generic(DeclaredType)
def _set(_: Any, builder: Any, signature: Any, values: Any, name: str) -> None:
    typ = signature.args[0]
    field = typ.layout.fields.get(name)
    if field is None or field.dtype is None or field.dims is not None or typ.declared._shared:
        raise NotImplementedError(f"{typ.named}.{name} cannot be set in a compiled rule")
    words = builder.bitcast(values[0], WORD.as_pointer())
    value = values[1]
    if field.dtype.kind == "f":
        value = builder.bitcast(value, WORD)
    elif field.dtype.kind == "b":
        value = builder.zext(value, WORD)
    builder.store(value, builder.gep(words, [WORD(field.word)]))


@intrinsic
def _put_number(_: Any, record: Any, word: Any, value: Any) -> Any:
    def make(__: Any, builder: Any, ___: Any, values: Any) -> Any:
        words = builder.bitcast(values[0], WORD.as_pointer())
        builder.store(builder.bitcast(values[2], WORD), builder.gep(words, [values[1]]))
        return values[1]

    return types.int64(record, word, value), make


@overload(put_number)
def _put(record: Any, word: Any, value: Any) -> Any:  # noqa: ARG001
    def put(record: Any, word: Any, value: Any) -> None:
        _put_number(record, word, value)

    return put
