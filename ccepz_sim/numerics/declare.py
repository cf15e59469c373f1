"""How state is declared: a class lists its fields, and arrays, copies and what compiled rules see follow from that.

A field annotated `float`, `int` or `bool` is a number, one with `Dims` an array, `Size` the length of a side of
arrays, one of another declared class a part;
everything else is plain Python and not seen by compiled rules. Numbers and addresses of arrays lie in one vector of
words, whose address is all that a compiled rule is given (`numerics/native.py`): the same names work in Python and in
compiled rules.
"""

from __future__ import annotations

import copy as copying
import difflib
import typing
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Annotated, Any, ClassVar, Never, Self, TypeVar, dataclass_transform

import numpy as np
import numpy.typing as npt

ALIGNED = 64  # bytes; a line of a processor's cache
WORD = 8  # bytes
LIKE = 0.5  # from 0 to 1: how like a name must be to be told as the one that was meant
Size = Annotated[int, "size"]  # the length of a side of arrays, given when the object is made
NUMBERS = {"float": np.dtype(np.float64), "int": np.dtype(np.int64), "bool": np.dtype(np.bool_)}
ROWS = "rows"  # the size most arrays of a table share
SHARED = "shared"
T = TypeVar("T")
Shared = Annotated[T, SHARED]  # a field that copies have in common


@dataclass(frozen=True, slots=True)
class Dims:
    """Shape of an array: names of sizes that are given when a table is made, and numbers that never change."""

    sizes: tuple[str | int, ...]

    @classmethod
    def of(cls, *sizes: str | int) -> Dims:
        """Give the shape of these sizes."""
        return cls(sizes)


Floats = Annotated[npt.NDArray[np.float64], Dims.of(ROWS)]
Ints = Annotated[npt.NDArray[np.int64], Dims.of(ROWS)]
Bools = Annotated[npt.NDArray[np.bool_], Dims.of(ROWS)]


@dataclass(frozen=True, slots=True)
class Field:
    """One field that compiled rules see: a number, an array or a part; `word` is its place in the vector of words."""

    name: str
    word: int
    dtype: np.dtype[Any] | None = None  # of a number or an array
    dims: tuple[str | int, ...] | None = None  # of an array
    part: type[Declared] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What a declared class consists of.

    Attributes:
        fields: by name, in the order of the declaration; sizes: names of sizes, which are words as well.
        plain: fields that only Python sees; shared: those of them that copies have in common.
        words: number of words; mark: the first word, by which a compiled rule knows what it was given.
    """

    fields: dict[str, Field]
    sizes: dict[str, int]
    plain: tuple[str, ...]
    shared: frozenset[str]
    words: int
    mark: int


class _Meta(type):
    """Makes a slot for each field; numbers that may change lie in the words instead, see `_settle`."""

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any], shared: bool = False) -> _Meta:
        shared = shared or any(getattr(base, "_shared", False) for base in bases)
        declared = {field: str(kind) for field, kind in space.get("__annotations__", {}).items()}
        mine = [field for field, kind in declared.items() if "ClassVar" not in kind]
        taken = [field for field in mine if bases and hasattr(bases[0], field)]
        if taken:
            raise TypeError(f"{name} cannot call a field {taken[0]}")
        # annotations cannot be looked up yet: what may change as a number is known by its three words
        slots = [field for field in mine if shared or declared[field] not in NUMBERS]
        space["__slots__"] = (*space.get("__slots__", ()), *slots)
        made = super().__new__(cls, name, bases, space)
        made._shared = shared  # type: ignore[attr-defined]
        for field in mine:
            if field not in slots:
                setattr(made, field, _unsettled(field))
        return made


def _unsettled(name: str) -> property:
    """Give the attribute of a number until the class is laid out, see `_settle`."""

    def get(this: Declared) -> Any:
        layout_of(type(this))
        return getattr(this, name)

    return property(get)


class Declared(metaclass=_Meta):
    """Base of all declared state; use `Table` or `Record`.

    Attributes:
        address: of the vector of words; the object must live as long as a compiled rule works on it.
    """

    __slots__ = ("_buffer_", "_floats_", "_ints_", "_plan_", "_vector_", "address")
    _shared: ClassVar[bool]
    _fields: ClassVar[dict[str, Field]] = {}

    if not typing.TYPE_CHECKING:  # with these a type checker would take every name for one there is

        def __setattr__(self, name: str, value: Any) -> None:
            """Set a number or a plain field; arrays and parts are bound once, sizes and what is shared never change."""
            field = self._fields.get(name)
            if field is None:
                try:
                    object.__setattr__(self, name, value)
                except AttributeError:
                    raise _not_declared(type(self), name) from None
            elif field.part is not None:
                self._hold(field, value)
            elif field.dims is None and field.dtype is not None and not self._shared:
                self._put(field, value)
            elif field.dims is None or value is not getattr(self, name):  # `x += y` binds what it changed
                raise AttributeError(f"{type(self).__name__}.{name} is bound once: an array takes values by [:] = ...")

        def __getattr__(self, name: str) -> Never:
            """Refuse a name that nobody declared; reached only where nothing else is found."""
            raise _not_declared(type(self), name)

    @classmethod
    def make(cls, **sizes: int) -> Self:
        """Give an object with these sizes: numbers and arrays are zero, parts and plain fields still to be set.

        Raises:
            TypeError: a size is missing or not one of the class.
        """
        layout = layout_of(cls)
        if set(sizes) != set(layout.sizes):
            raise TypeError(f"{cls.__name__} has the sizes {sorted(layout.sizes)}, not {sorted(sizes)}")
        made = cls.__new__(cls)
        made._take_words(np.zeros(layout.words, dtype=np.int64))
        made._take_sizes(sizes)
        if cls._shared:
            made._note_numbers()
        made._lay_out()
        return made

    def _take_words(self, vector: npt.NDArray[np.int64]) -> None:
        self._vector_ = vector
        self._ints_ = vector.data.cast("B").cast("q")  # an item of these is a Python number
        self._floats_ = vector.data.cast("B").cast("d")
        self._ints_[0] = layout_of(type(self)).mark
        self.address = _address(vector)

    def _take_sizes(self, sizes: Mapping[str, int]) -> None:
        """Note sizes, and say where each array lies in the buffer that all of them share."""
        layout, plan, total = layout_of(type(self)), [], 0
        for name, size in sizes.items():
            self._ints_[layout.sizes[name]] = size
            object.__setattr__(self, name, size)
        for field in layout.fields.values():
            if field.dims is not None and field.dtype is not None:
                shape = tuple(size if isinstance(size, int) else self._ints_[layout.sizes[size]] for size in field.dims)
                plan.append((field.name, shape, field.dtype, total, field.word))
                total += -(-field.dtype.itemsize * prod(shape) // ALIGNED) * ALIGNED
        self._plan_ = (tuple(plan), total)

    def _lay_out(self, source: npt.NDArray[np.uint8] | None = None) -> None:
        """Make all arrays as views on one buffer, zero or with the bytes of a source, and note their addresses."""
        plan, total = self._plan_
        whole = np.empty(total + ALIGNED, dtype=np.uint8)
        first = -_address(whole) % ALIGNED
        self._buffer_ = buffer = whole[first : first + total]
        buffer[:] = 0 if source is None else source
        base, ints = _address(buffer), self._ints_
        for slot, shape, dtype, start, word in plan:
            object.__setattr__(self, slot, np.ndarray(shape, dtype, buffer, start))
            ints[word] = base + start

    def fill(self, **fields: object) -> Self:
        """Set numbers, parts and plain fields by name, also those that nobody may change later."""
        layout = layout_of(type(self))
        for name, value in fields.items():
            field = layout.fields.get(name)
            if field is None:
                if name not in layout.plain:
                    raise _not_declared(type(self), name)
                object.__setattr__(self, name, value)
            elif field.part is not None:
                self._hold(field, typing.cast("Declared", value))
            elif field.dims is not None:
                getattr(self, name)[...] = value
            else:
                self._put(field, typing.cast("float", value))
        if self._shared:
            self._note_numbers()
        return self

    def _put(self, field: Field, value: float) -> None:
        """Set a number."""
        if field.dtype == NUMBERS["float"]:
            self._floats_[field.word] = value
        else:
            self._ints_[field.word] = int(value)

    def _note_numbers(self) -> None:
        """Read the numbers that never change out of the words once and for all."""
        for name, field in layout_of(type(self)).fields.items():
            if field.dims is None and field.dtype is not None:
                found = (self._floats_ if field.dtype == NUMBERS["float"] else self._ints_)[field.word]
                object.__setattr__(self, name, bool(found) if field.dtype == NUMBERS["bool"] else found)

    def _hold(self, field: Field, part: Declared) -> None:
        """Keep a part; once it is there it stays."""
        held = getattr(self, field.name, None)
        if held is not None and held is not part:
            raise AttributeError(f"{type(self).__name__}.{field.name} is bound once")
        if not isinstance(part, typing.cast("type[Declared]", field.part)):
            raise TypeError(f"{type(self).__name__}.{field.name} cannot be a {type(part).__name__}")
        object.__setattr__(self, field.name, part)
        self._ints_[field.word] = part.address

    def exchange(self, **parts: Declared) -> None:
        """Put other parts in the place of those that are held; for setting a zone up, never for rules."""
        for name, part in parts.items():
            field = layout_of(type(self)).fields[name]
            object.__setattr__(self, name, None)
            self._hold(field, part)

    def copy(self) -> Self:
        """Return an independent object: arrays, numbers, parts, lists and tables are copied, what is shared is not."""
        if self._shared:
            return self
        layout = layout_of(type(self))
        parts = {name: getattr(self, name).copy() for name, field in layout.fields.items() if field.part is not None}
        plain = {name: getattr(self, name) for name in layout.plain if hasattr(self, name)}
        plain = {name: value if name in layout.shared else _copied(value) for name, value in plain.items()}
        return self._made_of(self._vector_.copy(), self._buffer_, parts, plain)

    def __copy__(self) -> Self:
        """Return an independent object; half a copy would change with its original."""
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return an independent object; what copies have in common stays so."""
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as words, bytes and what is not of either; addresses are noted anew where it arrives."""
        layout = layout_of(type(self))
        parts = {name: getattr(self, name) for name, field in layout.fields.items() if field.part is not None}
        plain = {name: getattr(self, name) for name in layout.plain if hasattr(self, name)}
        return type(self)._made_of, (self._vector_.copy(), self._buffer_.copy(), parts, plain)

    @classmethod
    def _made_of(
        cls,
        words: npt.NDArray[np.int64],
        buffer: npt.NDArray[np.uint8],
        parts: Mapping[str, Declared],
        plain: Mapping[str, object],
    ) -> Self:
        """Give an object with these words, bytes of arrays, parts and plain fields."""
        layout, made = layout_of(cls), cls.__new__(cls)
        made._take_words(words)
        made._take_sizes({name: made._ints_[word] for name, word in layout.sizes.items()})
        made._lay_out(buffer)
        if cls._shared:
            made._note_numbers()
            made.freeze()
        for name, part in parts.items():
            made._hold(layout.fields[name], part)
        for name, value in plain.items():
            object.__setattr__(made, name, value)
        return made

    def resize(self, **sizes: int) -> None:
        """Give the arrays other sizes; values stay where they were, new places are zero."""
        layout = layout_of(type(self))
        before = {name: getattr(self, name) for name, field in layout.fields.items() if field.dims is not None}
        self._take_sizes(sizes)
        self._lay_out()
        for name, old in before.items():
            new = getattr(self, name)
            kept = tuple(slice(min(one, other)) for one, other in zip(old.shape, new.shape, strict=True))
            new[kept] = old[kept]

    def freeze(self) -> Self:
        """Refuse writing into the arrays from now on; for what never changes."""
        for name, _ in self.arrays():
            getattr(self, name).flags.writeable = False
        return self

    def arrays(self) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        """Go through the arrays by name."""
        for name, field in layout_of(type(self)).fields.items():
            if field.dims is not None:
                yield name, getattr(self, name)


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Table(Declared):
    """Arrays, and little else: a type checker refuses to bind any field anew."""


@dataclass_transform(kw_only_default=True)
class Record(Declared):
    """Numbers that change, and whatever belongs to them; arrays and parts are annotated `Final[...]`, bound once."""


def put_number(record: Record, word: int, value: float) -> None:
    """Set a number of a record by its word, in compiled rules too; for tables of names, where a loop goes over them."""
    record._floats_[word] = value


def _not_declared(cls: type[Declared], name: str) -> AttributeError:
    """Give the error for a name that a declared class does not have, with the nearest that it has."""
    if name.startswith("_"):
        return AttributeError(name)  # asked for by Python, Numba and NumPy, to find out what an object can do
    layout = layout_of(cls)
    known = [*layout.fields, *layout.sizes, *layout.plain]
    if name in known:
        return AttributeError(f"{cls.__name__}.{name} is not set yet")
    near = difflib.get_close_matches(name, known, n=1, cutoff=LIKE)
    return AttributeError(f"{cls.__name__} has no field {name}{f'; did you mean {near[0]}?' if near else ''}")


def _address(array: np.ndarray[Any, Any]) -> int:
    return int(array.__array_interface__["data"][0])


def _copied(value: Any) -> Any:
    """Copy a plain field: by its own method where it has one; numbers, texts and tuples never change."""
    if value is None or isinstance(value, str | int | float | tuple | frozenset):
        return value
    return value.copy() if hasattr(value, "copy") else copying.copy(value)


@cache
def layout_of(cls: type[Declared]) -> Layout:
    """Lay out a declared class; its annotations are looked up here, when all modules are loaded."""
    hints = typing.get_type_hints(cls, include_extras=True)
    hints = {name: kind for name, kind in hints.items() if typing.get_origin(kind) is not ClassVar}
    hints.pop("_shared", None)
    found: list[tuple[str, Any, tuple[str | int, ...] | None, type[Declared] | None]] = []
    plain, shared, declared = [], set(), []
    for name, annotated in hints.items():
        kind = typing.get_args(annotated)[0] if typing.get_origin(annotated) is typing.Final else annotated
        extra = typing.get_args(kind)[1:] if typing.get_origin(kind) is Annotated else ()
        dims = next((one for one in extra if isinstance(one, Dims)), None)
        if "size" in extra:
            declared.append(name)
        elif kind in (float, int, bool):
            found.append((name, NUMBERS[kind.__name__], None, None))
        elif dims is not None:
            found.append((name, _item(typing.get_args(kind)[0]), dims.sizes, None))
        elif isinstance(kind, type) and issubclass(kind, Declared):
            found.append((name, None, None, kind))
        else:
            plain.append(name)
            shared |= {name} if SHARED in extra else set()
    names = dict.fromkeys(size for _, _, dims, _ in found for size in dims or () if isinstance(size, str))
    if set(names) != set(declared):
        raise TypeError(f"{cls.__name__} declares the sizes {declared}, its arrays have {list(names)}")
    sizes = {name: number for number, name in enumerate(names, 1)}
    fields = {
        name: Field(name, number, dtype, dims, part)
        for number, (name, dtype, dims, part) in enumerate(found, 1 + len(sizes))
    }
    layout = Layout(
        fields, sizes, tuple(plain), frozenset(shared), 1 + len(sizes) + len(fields), _mark(cls, sizes, fields)
    )
    _settle(cls, layout)
    return layout


def _item(array: Any) -> np.dtype[Any]:
    """Give the type of the items of `NDArray[...]`, which is an alias of its own from NumPy 2.5 on."""
    last = typing.get_args(array)[-1]
    return np.dtype((*typing.get_args(last), last)[0])


def _mark(cls: type, sizes: dict[str, int], fields: dict[str, Field]) -> int:
    """Give a number that stands for the class and everything a compiled rule knows of it."""
    parts = [cls.__module__, cls.__qualname__, *sizes]
    for field in fields.values():
        inner = layout_of(field.part).mark if field.part is not None else 0
        parts.append(f"{field.word} {field.name} {field.dtype} {field.dims} {inner}")
    return zlib.crc32("\n".join(parts).encode())


def _settle(cls: type[Declared], layout: Layout) -> None:
    """Give numbers that may change their attributes, now that their words are known."""
    cls._fields = dict(layout.fields) | {name: Field(name, word) for name, word in layout.sizes.items()}
    if not cls._shared:
        for name, field in layout.fields.items():
            if field.dims is None and field.dtype is not None:
                setattr(cls, name, _word(field.word, field.dtype.kind))


def _word(word: int, kind: str) -> property:
    if kind == "f":
        return property(lambda this: this._floats_[word])
    if kind == "b":
        return property(lambda this: this._ints_[word] != 0)
    return property(lambda this: this._ints_[word])
