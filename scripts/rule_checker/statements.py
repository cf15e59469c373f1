"""Walks the statements of a function: what a name holds, what is stored in declared fields, what is returned."""

from __future__ import annotations

import ast
from dataclasses import replace

from rule_checker.calls import Calls
from rule_checker.findings import Findings
from rule_checker.program import Function, Program
from rule_checker.units import ANY, ONE, Unit, leading_unit
from rule_checker.values import NOTHING, Value

LEAVES = (ast.Return, ast.Continue, ast.Break, ast.Raise)


class Walk:
    """Walks functions, each once for what it is given."""

    def __init__(self, program: Program, findings: Findings) -> None:
        self.program, self.findings = program, findings
        self._done: dict[tuple[object, ...], Value] = {}

    def run(self, function: Function, given: dict[str, Value], depth: int = 0) -> Value:
        """Walk a function, and give what it returns."""
        env = {}
        for one in function.node.args.args + function.node.args.kwonlyargs:
            told = self.program.told(function).arguments.get(one.arg, NOTHING)
            env[one.arg] = merge(told, given.get(one.arg, NOTHING))
        key = (function.module.name, function.name, *sorted(env.items(), key=lambda item: item[0]))
        if key not in self._done:
            self._done[key] = NOTHING  # for a function that calls itself
            body = Statements(self, function, env, depth)
            body.block(function.node.body)
            self._done[key] = merge(body.returned, function.told.returned) if body.returns else NOTHING
        return self._done[key]


def merge(told: Value, given: Value) -> Value:
    """Give what is known of an argument: what is told, and what it is given where nothing is told."""
    if told.thing or told.items is not None:
        return told
    if not told.known and told.dims is None:
        return replace(given, literal=False)
    dims = told.dims
    if dims is not None and given.dims is not None and len(dims) == len(given.dims):
        dims = tuple(a or b for a, b in zip(dims, given.dims, strict=True))
    row = told.row or ("" if told.unit is not None and told.unit != ONE else given.row)
    if told.row and given.row == told.row:
        return replace(given, dims=dims if dims is not None else given.dims, unit=told.unit, literal=False)
    return Value(
        unit=told.unit if told.unit is not None or told.row else given.unit,
        dims=dims if dims is not None else given.dims,
        row=row,
        counts=told.counts or given.counts,
        sectors=given.sectors,
        first=given.first,
        flows=given.flows,
        items=given.items,
    )


class Statements(Calls):
    """The body of one function called with certain values."""

    def __init__(self, walk: Walk, function: Function, env: dict[str, Value], depth: int) -> None:
        super().__init__(walk.program, walk.findings, function, env)
        self.walk, self.depth = walk, depth
        self.returned, self.returns = NOTHING, False
        self.told: Unit | None = None

    def run(self, function: Function, given: dict[str, Value], depth: int) -> Value:
        """Walk a function that is called."""
        return self.walk.run(function, given, depth)

    def block(self, body: list[ast.stmt]) -> None:
        """Walk statements in turn."""
        for statement in body:
            method = getattr(self, "_do_" + type(statement).__name__.lower(), None)
            if method:
                self.told = self._told(statement)
                method(statement)
                self.told = None

    def _told(self, node: ast.stmt) -> Unit | None:
        """Give the unit that a comment tells where the parts of what is assigned do not: `# in yuan: ...`."""
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return):
            return None
        comment = self.module.comments.get(node.end_lineno or 0, "")
        unit = leading_unit(comment.partition(":")[0]) if comment.startswith("in ") else None
        if unit is not None:
            self.findings.told.add(self.place(node))
        return unit

    def _do_expr(self, node: ast.Expr) -> None:
        self.value(node.value)

    def _do_return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        value = self._known_by(self.value(node.value))
        told = self.function.told.returned
        if told.unit is not None and value.items is None:
            self.agree(node, f"what {self.function.name} gives", told, value, guard=True)
        self.returned = _meet(self.returned, value) if self.returns else value
        self.returns = True

    def _do_assign(self, node: ast.Assign) -> None:
        value = self._known_by(self.value(node.value))
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for one, part in zip(target.elts, value.items or (), strict=False):
                    self._store(node, one, part)
            else:
                self._store(node, target, value)

    def _known_by(self, value: Value) -> Value:
        """Give a value with the unit that a comment tells of it."""
        if self.told is None:
            return value
        if value.items is not None:
            return replace(value, items=tuple(one if one.unit == ANY else self._known_by(one) for one in value.items))
        return replace(value, unit=self.told, literal=False)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._store(node, node.target, self._known_by(self.value(node.value)))

    def _do_augassign(self, node: ast.AugAssign) -> None:
        now, value = self.value(node.target), self._known_by(self.value(node.value))
        self._fits(node, now, value)
        if isinstance(node.op, ast.Add | ast.Sub) and now.unit == ANY:  # counted up from nothing
            self._store(node, node.target, replace(value, dims=now.dims if now.dims is not None else value.dims))
            return
        found = self.combine(node, node.op, now, value)
        if isinstance(node.op, ast.Mult | ast.Div) and not isinstance(node.target, ast.Name):
            self._store(node, node.target, found)
        elif isinstance(node.target, ast.Name):
            self.env[node.target.id] = found

    def _fits(self, node: ast.AugAssign, now: Value, value: Value) -> None:
        """Refuse an array where a number stands, or one by other rows."""
        if isinstance(node.target, ast.Name):
            return
        what = ast.unparse(node.target)
        if now.dims == () and value.dims:
            self.fault(node, f"{what} expects a number, found an array")
        elif now.dims:
            self.rows_agree(node, what, now, value)

    def _store(self, node: ast.stmt, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self.env[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for place, one in enumerate(target.elts):
                self._store(node, one, _part(value, place))
        elif isinstance(target, ast.Attribute):
            expected = self.value(target)
            if expected.known:
                self.agree(node, ast.unparse(target), expected, value, guard=False)
        elif isinstance(target, ast.Subscript):
            self._store_row(node, target, value)

    def _store_row(self, node: ast.stmt, target: ast.Subscript, value: Value) -> None:
        expected = self.value(target)
        held = target.value
        fresh = expected.unit is not None and expected.unit.anything
        if isinstance(held, ast.Name) and (fresh or self.told is not None):
            if (value.unit is not None and not value.unit.anything) or value.row:
                kept = self.env[held.id]
                self.env[held.id] = replace(kept, unit=value.unit, row=value.row, sectors=value.sectors)
        elif expected.known:
            self.agree(node, ast.unparse(target), expected, value, guard=False)
        self.rows_agree(node, ast.unparse(target), expected, value)
        if expected.dims == () and value.dims:
            self.fault(node, f"{ast.unparse(target)} expects a number, found an array")

    def _do_if(self, node: ast.If) -> None:
        self.value(node.test)
        before = dict(self.env)
        self.block(node.body)
        after, self.env = self.env, before
        self.block(node.orelse)
        if node.body and isinstance(node.body[-1], LEAVES):
            return
        if node.orelse and isinstance(node.orelse[-1], LEAVES):
            self.env = after
            return
        for name, value in after.items():
            other = self.env.get(name)
            self.env[name] = value if other is None else _meet(value, other)

    def _do_for(self, node: ast.For) -> None:
        walked = self.value(node.iter)
        one = _part(walked, 0)
        for place in range(1, len(walked.items or ())):
            one = _meet(one, _part(walked, place))
        self._store(node, node.target, replace(one, literal=False))
        self.block(node.body)
        self.block(node.orelse)

    def _do_while(self, node: ast.While) -> None:
        self.value(node.test)
        self.block(node.body)

    def _do_with(self, node: ast.With) -> None:
        self.block(node.body)

    _do_try = _do_with


def _part(value: Value, place: int) -> Value:
    """Give one of what is taken apart."""
    if value.items is not None:
        return value.items[place] if place < len(value.items) else NOTHING
    return replace(value, dims=value.dims[1:]) if value.dims else replace(value, dims=None)


def _meet(one: Value, other: Value) -> Value:
    """Give what is known of a name that holds one or the other."""
    if one == other:
        return one
    if one.row == other.row == "account":
        return replace(one, sectors=one.sectors | other.sectors)
    if one.unit is not None and one.unit.anything:
        return other if other.known else one
    if other.unit is not None and other.unit.anything:
        return one if one.known else other
    if one.unit == other.unit and one.row == other.row and one.dims == other.dims:
        sectors = one.sectors | other.sectors
        return replace(one, counts="", literal=False, flows=one.flows | other.flows, sectors=sectors)
    if one.items is not None or other.items is not None:
        both = zip(one.items or (), other.items or (), strict=False)
        return Value(items=tuple(_meet(a, b) for a, b in both))
    if one.literal or not one.known:
        return other
    return one if other.literal or not other.known else NOTHING
