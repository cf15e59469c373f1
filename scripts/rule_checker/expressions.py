"""What is known of an expression, from what is known of its parts; sums and comparisons must agree."""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction

from rule_checker.findings import Findings, Place
from rule_checker.program import Function, Module, Program
from rule_checker.told import NUMBERING
from rule_checker.units import ANY, ONE, Unit
from rule_checker.values import NOTHING, PURE, ZERO, Value

TRUTH = Value(unit=ONE, dims=())
YEAR = Unit((("year", Fraction(1)),))


class Expressions:
    """Evaluates expressions of one function called with certain values."""

    def __init__(self, program: Program, findings: Findings, function: Function, env: dict[str, Value]) -> None:
        self.program, self.findings, self.function, self.env = program, findings, function, env
        self.module: Module = function.module

    told: Unit | None = None  # by a comment, of what the statement assigns

    # what is noted

    def place(self, node: ast.AST) -> Place:
        """Give the place of a node."""
        return Place(self.module.path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))

    def fault(self, node: ast.AST, sentence: str) -> None:
        """Note a fault, with the source it was found in."""
        source = ast.unparse(node).partition("\n")[0]
        self.findings.fault(self.place(node), f"{sentence}: {source if len(source) < 90 else source[:87] + '...'}")

    def agree(self, node: ast.AST, what: str, expected: Value, found: Value, guard: bool = False) -> None:
        """Hold the unit and the rows of a value against those that are expected.

        Args:
            guard: numbers that are written out go with every unit, as in `max(debt, 1.0)`.
        """
        if expected.thing or found.thing:
            if expected.thing != found.thing and expected.known and found.known:
                self.fault(node, f"{what} expects {expected}, found {found}")
            return
        if (expected.row in NUMBERING and not found.row) or (found.row in NUMBERING and not expected.row):
            expected, found = replace(expected, row=""), replace(found, row="")
        if expected.row and found.row:
            if expected.row != found.row:
                self.fault(node, f"{what} expects {expected}, found {found}")
            self.findings.compare(self.place(node), what, True)
            return
        if expected.row and found.unit not in (None, ONE, ANY):
            self.fault(node, f"{what} expects {expected}, found {found}")
            return
        if found.row and expected.unit not in (None, ONE, ANY):
            self.fault(node, f"{what} expects {expected}, found {found}")
            return
        if expected.row or found.row:
            return
        if self.told is not None:
            return
        one, other = expected.unit, found.unit
        if (one is not None and one.anything) or (other is not None and other.anything):
            return
        if guard and (expected.literal or found.literal):
            return
        self.findings.compare(self.place(node), what, one is not None and other is not None)
        if one is not None and other is not None and one != other:
            self.fault(node, f"{what} expects {one}, found {other}")

    def rows_agree(self, node: ast.AST, what: str, expected: Value, found: Value) -> None:
        """Hold the shape of a value against one that is expected; a number goes with every shape."""
        if expected.dims is None or found.dims is None or expected.thing or found.thing or not found.dims:
            return
        if len(found.dims) != len(expected.dims):
            self.fault(node, f"{what} expects {_shape(expected)}, found {_shape(found)}")
            return
        if any(a and b and a != b for a, b in zip(expected.dims, found.dims, strict=True)):
            self.fault(node, f"{what} expects {_shape(expected)}, found {_shape(found)}")

    # what is known

    def value(self, node: ast.expr | None) -> Value:
        """Give what is known of an expression."""
        if node is None:
            return NOTHING
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        return method(node) if method else NOTHING

    def _constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, bool):
            return TRUTH
        if isinstance(node.value, int | float):
            return ZERO if node.value == 0 else replace(PURE, literal=True)
        return NOTHING

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.env:
            return self.env[node.id]
        return self.program.constant(self.module.name, node.id)

    def _tuple(self, node: ast.Tuple) -> Value:
        return Value(items=tuple(self.value(one) for one in node.elts))

    _list = _tuple

    def _attribute(self, node: ast.Attribute) -> Value:
        text = ast.unparse(node)
        if text in ("np.inf", "np.nan", "np.pi"):
            return ZERO
        if text.startswith("Flow."):
            return Value(row="flow", dims=(), flows=frozenset({node.attr}))
        base = self.value(node.value)
        if base.thing == "Ledger" and node.attr == "firm_accounts":
            return Value(row="account", sectors=frozenset({"FIRMS"}), dims=("firm",))
        if base.thing:
            return self.program.fields(base.thing).get(node.attr, NOTHING)
        if base.dims is not None:
            if node.attr == "shape":
                return Value(items=tuple(Value(unit=ONE, dims=(), counts=axis) for axis in base.dims))
            if node.attr == "size":
                return Value(unit=ONE, dims=(), counts=base.dims[0] if len(base.dims) == 1 else "")
            if node.attr == "T":
                return replace(base, dims=base.dims[::-1])
        return replace(PURE) if node.attr in ("size", "ndim") else NOTHING

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        index = node.slice
        if base.items is not None:
            if isinstance(index, ast.Constant) and isinstance(index.value, int) and index.value < len(base.items):
                return base.items[index.value]
            self.value(index)
            return NOTHING
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        told = [NOTHING if isinstance(one, ast.Slice) else self.value(one) for one in parts]
        if len(told) == 1 and told[0].items is not None:  # a place that was named before
            parts, told = [parts[0]] * len(told[0].items), list(told[0].items)
        if base.thing or base.dims is None:
            return replace(base, dims=None) if not base.thing else NOTHING
        if len(parts) > len(base.dims):
            self.fault(node, f"{len(parts)} places for {_shape(base)}")
            return replace(base, dims=None)
        dims: list[str] = []
        for axis, part, one in zip(base.dims, parts, told, strict=False):
            left = self._chosen(node, axis, part, one)
            if left is None:
                return replace(base, dims=None, literal=False)
            dims += left
        return replace(base, dims=(*dims, *base.dims[len(parts) :]), literal=False)

    def _chosen(self, node: ast.Subscript, axis: str, part: ast.expr, index: Value) -> list[str] | None:
        """Give what is left of an axis after one place of a subscript; None where it cannot be said."""
        if isinstance(part, ast.Slice):
            whole = part.lower is None and part.upper is None and part.step is None
            return [axis if whole else ""]
        amount = not index.row and index.unit not in (None, ONE, ANY)
        if axis and (amount or (index.row and index.row != axis)):
            self.fault(node, f"rows are {axis}, found {index}")
        elif axis and not index.literal:
            mask = index.dims == (axis,) and index.unit == ONE
            self.findings.compare(self.place(node), f"place on {axis}", bool(index.row or mask))
        if index.dims is None:
            return None
        if not index.dims:
            return []
        return list(index.dims) if index.row else [""]

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        inner = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return TRUTH
        if isinstance(node.op, ast.USub) and inner.row:
            return NOTHING
        return inner

    def _binop(self, node: ast.BinOp) -> Value:
        if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.BinOp):
            parts = self.value(node.left.left), self.value(node.left.right)
            if _growth(*parts):  # a factor of a year to the power of years
                exponent = self.value(node.right)
                self.agree(node, "an exponent", Value(unit=YEAR, dims=()), exponent)
                return Value(unit=ONE, dims=self._spread(node, parts[0], parts[1]))
        return self.combine(node, node.op, self.value(node.left), self.value(node.right))

    def combine(self, node: ast.AST, how: ast.operator, left: Value, right: Value) -> Value:
        """Give what is known of a sum, product or power."""
        dims = self._spread(node, left, right)
        if isinstance(how, ast.Add | ast.Sub):
            return replace(self._sum(node, how, left, right), dims=dims)
        if isinstance(how, ast.Mult | ast.Div):
            return Value(unit=self._product(node, how, left, right), dims=dims, literal=left.literal and right.literal)
        if isinstance(how, ast.Pow):
            return Value(unit=_power(left, node), dims=dims)
        if isinstance(how, ast.BitAnd | ast.BitOr | ast.BitXor):
            return Value(unit=ONE, dims=dims)
        return Value(unit=ONE if left.unit == right.unit == ONE else None, dims=dims)

    def _sum(self, node: ast.AST, how: ast.operator, left: Value, right: Value) -> Value:
        for one, other in ((left, right), (right, left)):
            if one.row == "account" and isinstance(how, ast.Add):
                return self._account(node, one, other)
        if left.row and right.row and left.row not in NUMBERING:
            return NOTHING  # a distance, or rows of a block
        for one, other in ((left, right), (right, left)):
            if one.row and one.row not in NUMBERING:
                self.agree(node, "a row number", one, other, guard=True)
                return NOTHING
            if one.counts and (other.literal or other.counts == one.counts):
                return replace(one, literal=False)
        self.agree(node, "a sum", left, right)
        known = left if left.unit is not None and not left.unit.anything else right
        return Value(unit=known.unit, literal=left.literal and right.literal)

    def _account(self, node: ast.AST, account: Value, row: Value) -> Value:
        """Give the account of a row: `ledger.households + town`."""
        if row.thing or row.unit not in (None, ONE, ANY):
            self.fault(node, f"an account expects a row, found {row}")
        kinds = {self.program.sectors.get(sector, "") for sector in account.sectors}
        if account.first and row.row and kinds != {row.row}:
            self.fault(node, f"{account} expects a row of {' or '.join(sorted(kinds))}, found {row}")
        if not account.first and account.sectors:
            self.fault(node, f"{account} has its row already, found {row}")
        self.findings.compare(self.place(node), "an account", bool(row.row and account.sectors))
        return replace(account, first=False)

    def _product(self, node: ast.AST, how: ast.operator, left: Value, right: Value) -> Unit | None:
        for one, other in ((left, right), (right, left)):
            if one.row and one.row not in NUMBERING:
                if other.unit not in (None, ONE, ANY):
                    self.fault(node, f"{one} is not an amount")
                return None
        if left.unit is None or right.unit is None:
            return None
        if right.unit.anything and isinstance(how, ast.Div):
            return left.unit
        return left.unit * right.unit if isinstance(how, ast.Mult) else left.unit / right.unit

    def _spread(self, node: ast.AST, left: Value, right: Value) -> tuple[str, ...] | None:
        """Give the shape of two values together."""
        if left.dims is None or right.dims is None:
            return None if not (left.dims or right.dims) else (left.dims or right.dims)
        longer, shorter = (left.dims, right.dims) if len(left.dims) >= len(right.dims) else (right.dims, left.dims)
        if not shorter:
            return longer
        both = zip(longer[len(longer) - len(shorter) :], shorter, strict=True)
        if any(a and b and a != b for a, b in both):
            self.fault(node, f"{_shape(left)} with {_shape(right)}")
        return tuple(a or b for a, b in zip(longer, ("",) * (len(longer) - len(shorter)) + shorter, strict=True))

    def _compare(self, node: ast.Compare) -> Value:
        left = self.value(node.left)
        dims: tuple[str, ...] | None = left.dims
        for how, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part)
            if not isinstance(how, ast.In | ast.NotIn | ast.Is | ast.IsNot):
                one, other = (Value(row=v.counts) if v.counts else v for v in (left, right))
                bare = left.literal or right.literal
                if not bare and not (left.counts and not right.row) and not (right.counts and not left.row):
                    self.agree(node, "a comparison", one, other, guard=True)
                dims = self._spread(node, left, right)
            left = right
        return Value(unit=ONE, dims=dims)

    def _boolop(self, node: ast.BoolOp) -> Value:
        for one in node.values:
            self.value(one)
        return TRUTH

    def _ifexp(self, node: ast.IfExp) -> Value:
        self.value(node.test)
        return self.either(node, "one way and the other", self.value(node.body), self.value(node.orelse))

    def either(self, node: ast.AST, what: str, one: Value, other: Value, guard: bool = True) -> Value:
        """Give what is known of a value that is one or the other; they must agree."""
        if one == other:
            return one
        if one.items is not None and other.items is not None and len(one.items) == len(other.items):
            both = zip(one.items, other.items, strict=True)
            return Value(items=tuple(self.either(node, what, a, b, guard) for a, b in both))
        if one.items is not None or other.items is not None or one.thing or other.thing:
            return NOTHING
        if one.row == other.row == "account":
            return replace(one, sectors=one.sectors | other.sectors, dims=())
        if one.row != other.row or one.counts != other.counts:
            if one.row and other.row:
                self.agree(node, what, one, other)
            if one.literal or other.literal:
                kept = other if one.literal else one
                return replace(kept, dims=self._spread(node, one, other))
            return Value(dims=self._spread(node, one, other))
        self.agree(node, what, one, other, guard)
        plain = [v for v in (one, other) if v.unit is not None and not v.unit.anything and not v.literal]
        unit = plain[0].unit if plain else ONE if one.unit == other.unit == ONE else None
        if not plain and one.unit is not None and other.unit is not None:
            unit = one.unit if other.unit.anything else other.unit
        return Value(
            unit=unit,
            row=one.row,
            dims=self._spread(node, one, other),
            flows=one.flows | other.flows,
            literal=one.literal and other.literal,
        )


def _growth(left: Value, right: Value) -> bool:
    """Say whether this is the factor of a year: one and a rate."""
    return left.literal and right.unit is not None and right.unit.rate


def _power(base: Value, node: ast.AST) -> Unit | None:
    written = node.right if isinstance(node, ast.BinOp) else None
    if base.unit is None or base.unit.anything or base.unit == ONE:
        return base.unit
    if isinstance(written, ast.Constant) and isinstance(written.value, int | float):
        return base.unit ** Fraction(written.value)
    return None


def _shape(value: Value) -> str:
    if not value.dims:
        return "a number"
    return "an array by " + " and ".join(axis or "?" for axis in value.dims)
