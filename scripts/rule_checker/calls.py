"""Calls: of the package's functions with what they are given, of NumPy's, and of arrays' own."""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction

from rule_checker.expressions import TRUTH, Expressions
from rule_checker.program import Function
from rule_checker.streams import numbers_of_streams
from rule_checker.units import ANY, ONE
from rule_checker.values import NOTHING, PURE, Value

SAME = {"abs", "fabs", "floor", "ceil", "rint", "round", "negative", "cumsum", "sort", "ascontiguousarray", "asarray",
        "float", "int", "float32", "float64", "int64", "intp", "cast"}  # fmt: skip
JOINED = {"max", "min", "maximum", "minimum"}
FRESH = {"zeros": ANY, "empty": ANY, "ones": ONE, "full": None}
LIKE = {"zeros_like": ANY, "empty_like": ANY, "ones_like": ONE}
LOGS = {"log", "log1p", "exp", "expm1"}
SAMPLED = {"random", "standard_normal", "normal", "lognormal", "uniform", "poisson"}
REDUCED = {"sum", "max", "min", "mean", "std"}
KEPT = {"copy", "astype", "cumsum", "tolist", "reshape", "ravel", "round"}
DEEPEST = 14  # calls within calls


class Calls(Expressions):
    """Evaluates calls."""

    def run(self, function: Function, given: dict[str, Value], depth: int) -> Value:
        """Give what a function returns for what it is given."""
        raise NotImplementedError

    depth = 0

    def _call(self, node: ast.Call) -> Value:
        spread = next((place for place, one in enumerate(node.args) if isinstance(one, ast.Starred)), len(node.args))
        values = [self.value(one) for one in node.args[:spread]]
        named = {one.arg: self.value(one.value) for one in node.keywords if one.arg}
        if isinstance(node.func, ast.Name):
            place = self.program.place_of(self.module.name, node.func.id)
            if node.func.id not in self.env and place and place[1] in place[0].functions:
                return self._own(node, place[0].functions[place[1]], values, named)
            return self._known(node, node.func.id, values)
        if isinstance(node.func, ast.Attribute):
            base = self.value(node.func.value)
            if ast.unparse(node.func.value) in ("np", "math"):
                return self._known(node, node.func.attr, values)
            if base.thing == "Ledger" and node.func.attr == "account" and node.args:
                sector = ast.unparse(node.args[0]).removeprefix("Sector.")
                account = Value(row="account", sectors=frozenset({sector}), first=True, dims=())
                return replace(self._account(node, account, values[1]), dims=values[1].dims)
            if base.thing == "Ledger" and node.func.attr == "pay":
                self._route(node, *(values + [NOTHING] * 3)[:3])
            return self._method(node, node.func.attr, base, values)
        return NOTHING

    # the package's own

    def _own(self, node: ast.Call, function: Function, values: list[Value], named: dict[str, Value]) -> Value:
        names = [one.arg for one in function.arguments]
        given = dict(zip(names, values, strict=False)) | named
        sources = {name: one for name, one, _ in zip(names, node.args, values, strict=False)}
        sources |= {one.arg: one.value for one in node.keywords if one.arg}
        for name, value in given.items():
            expected = self.program.told(function).arguments.get(name, NOTHING)
            what = f"{function.name}({name})"
            if expected.known:
                self.agree(sources[name], what, expected, value, guard=True)
            self.rows_agree(sources[name], what, expected, value)
        self._names(function, sources, given)
        if "stream" in sources:
            self._stream(sources["stream"])
        if function.name == "pay" and function.module.name.endswith(".ledger"):
            self._route(node, *(given.get(name, NOTHING) for name in ("kind", "payer", "payee")))
        if function.name in ("pay", "lend", "write_off") and function.module.name.endswith(".ledger"):
            return NOTHING
        if self.depth >= DEEPEST or not self.program.followed(function):
            return NOTHING
        return self.run(function, given, self.depth + 1)

    def _stream(self, given: ast.expr) -> None:
        """Refuse what is no number of a stream, nor the argument of a rule that hands one on."""
        known = isinstance(given, ast.Name) and (given.id == "stream" or given.id in numbers_of_streams(self.module))
        if not known:
            self.fault(given, "the stream is not given as its number, a constant `NUMBERS[Stream.NAME]`")

    def _names(self, function: Function, sources: dict[str, ast.expr], given: dict[str, Value]) -> None:
        """Refuse what bears the name of another argument: most likely two were swapped."""
        called = {name: _last_name(source) for name, source in sources.items()}
        for name, own in called.items():
            if _alike(own, name):
                continue
            for other in called:
                one, two = given[name], given[other]
                same = own == other or (one.unit, one.row, one.literal) == (two.unit, two.row, two.literal)
                if same and _alike(own, other) and not _alike(called[other], other):
                    self.fault(sources[name], f"`{own}` is given as {function.name}({name}), and not as `{other}`")

    def _route(self, node: ast.Call, kind: Value, payer: Value, payee: Value) -> None:
        """Hold payer and payee against those that the kind of payment is declared for."""
        known = bool(kind.flows and payer.sectors and payee.sectors)
        self.findings.compare(self.place(node), "a payment", known)
        for who, value in (("payer", payer), ("payee", payee)):
            if value.first:
                self.fault(node, f"the {who} is the first {value}, no row is added")
        for flow in sorted(kind.flows):
            if flow not in self.program.routes:
                continue
            for one in sorted(payer.sectors):
                for other in sorted(payee.sectors):
                    self.findings.paid.add((flow, one, other))
                    if (one, other) not in self.program.routes[flow]:
                        self.fault(node, f"{flow} is not paid by {one.lower()} to {other.lower()}")

    # NumPy's and Python's own

    def _known(self, node: ast.Call, name: str, values: list[Value]) -> Value:
        first = values[0] if values else NOTHING
        if name in JOINED and values:
            found = first
            for one in values[1:]:
                found = self.either(node, f"{name}()", found, one)
            return replace(found, dims=()) if len(values) == 1 else found
        if name in SAME:
            return replace(first, literal=False)
        if name in FRESH:
            unit = FRESH[name] if name != "full" or len(values) < 2 else values[1].unit
            return Value(unit=unit, dims=_dims(first))
        if name in LIKE:
            return Value(unit=LIKE[name], dims=first.dims)
        return self._worked(node, name, first, values)

    def _worked(self, node: ast.Call, name: str, first: Value, values: list[Value]) -> Value:
        if name in LOGS:
            if name in ("exp", "expm1", "log1p"):
                self.agree(node, f"{name}()", PURE, first)
            return Value(unit=ONE, dims=first.dims)
        if name == "sqrt":
            return Value(unit=first.unit ** Fraction(1, 2) if first.unit is not None else None, dims=first.dims)
        if name in ("sign", "isnan", "isfinite", "bool", "bool_"):
            return Value(unit=ONE, dims=first.dims)
        if name == "len":
            return Value(unit=ONE, dims=(), counts=first.dims[0] if first.dims else "")
        if name == "range":
            ends = [one.counts for one in values[:2] if one.counts]
            return Value(row=ends[-1] if ends else "", dims=("",))
        if name in ("flatnonzero", "argsort"):
            return Value(row=first.dims[0] if first.dims else "", dims=("",))
        if name == "where" and len(values) == 3:
            return replace(self.either(node, "where()", values[1], values[2]), dims=first.dims)
        if name == "arange":
            return Value(unit=ONE, dims=("",), row=first.counts)
        if name == "sum" and values:
            return replace(first, dims=())
        return NOTHING

    def _method(self, node: ast.Call, name: str, base: Value, values: list[Value]) -> Value:
        if name in SAMPLED:
            unit = ONE
            shape = values[-1] if values else NOTHING
            return Value(unit=unit, dims=_dims(shape) if values else ())
        if base.thing or (base.dims is None and base.unit is None and not base.row):
            return NOTHING
        if name in REDUCED:
            return replace(base, dims=_reduced(base.dims, node), literal=False)
        if name in KEPT:
            return replace(base, dims=base.dims if name not in ("reshape", "ravel") else None)
        if name in ("any", "all"):
            return TRUTH
        if name == "argmax":
            return Value(row=base.dims[0] if base.dims else "", dims=())
        return NOTHING


def _last_name(node: ast.expr) -> str:
    """Give the name a value goes by: `zone.firms.alive[firm]` -> alive."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _alike(own: str, name: str) -> bool:
    """Say whether a value bears the name of an argument: `services_sales` that of `sales`."""
    return own == name or own.endswith("_" + name) or own == name + "s"


def _reduced(dims: tuple[str, ...] | None, node: ast.Call) -> tuple[str, ...] | None:
    """Give what is left of the axes of an array that is summed up: none, or all but one that is named."""
    if not node.keywords and not node.args:
        return ()
    named = [one.value for one in node.keywords if one.arg == "axis"]
    if dims is not None and len(named) == 1 and isinstance(named[0], ast.Constant) and isinstance(named[0].value, int):
        return dims[: named[0].value] + dims[named[0].value + 1 :]
    return None


def _dims(shape: Value) -> tuple[str, ...] | None:
    """Give the axes of what is made with a shape."""
    if shape.items is not None:
        return tuple(one.counts for one in shape.items)
    return (shape.counts,) if shape.dims == () else None
