"""Reads the package without importing it: declared classes, constants, functions and what their texts tell."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from rule_checker.told import Told, read_docstring, row_of, told_value
from rule_checker.units import ANY, ONE, told_unit
from rule_checker.values import NOTHING, PURE, Value, singular

DECLARED = ("Declared", "Table", "Record", "Group")
NUMBERS = ("float", "int", "bool")
TRUE_OR_FALSE = ("bool_",)
WHOLE = re.compile(r"u?int\d+")
ROOMS = {"rules"}
FOLLOWED = ("ledger", "sampling", "arrays", "population", "cells", "materials", "lags")  # what rules call elsewhere
NUMBERED = re.compile(r"range\(len\((\w+)\)\)")


@dataclass(frozen=True, slots=True)
class Function:
    """A function and what is told of its arguments."""

    module: Module
    node: ast.FunctionDef
    told: Told

    @property
    def name(self) -> str:
        """As it is called."""
        return self.node.name

    @property
    def arguments(self) -> list[ast.arg]:
        """Those that can be given by place."""
        return self.node.args.args


@dataclass(slots=True)
class Module:
    """One file."""

    name: str
    path: Path
    tree: ast.Module
    comments: dict[int, str]
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    assigned: dict[str, ast.Assign | ast.AnnAssign] = field(default_factory=dict)


class Program:
    """All files of a package; names are looked up as Python would.

    Args:
        folder: of the package.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules: dict[str, Module] = {}
        for path in sorted(folder.rglob("*.py")):
            self._read(path)
        self._constants: dict[tuple[str, str], Value] = {}
        self._fields: dict[str, dict[str, Value]] = {}
        self._told: dict[tuple[str, str], Told] = {}

    def _read(self, path: Path) -> None:
        source = path.read_text("utf-8")
        name = ".".join([self.folder.name, *path.relative_to(self.folder).with_suffix("").parts])
        module = Module(name.removesuffix(".__init__"), path, ast.parse(source), _comments(source))
        self.modules[module.name] = module
        statements = list(module.tree.body)
        for statement in statements:
            if isinstance(statement, ast.If):  # TYPE_CHECKING
                statements += statement.body
        for statement in statements:
            if isinstance(statement, ast.ImportFrom) and statement.module:
                for alias in statement.names:
                    module.imported[alias.asname or alias.name] = statement.module, alias.name
            elif isinstance(statement, ast.FunctionDef):
                module.functions[statement.name] = Function(module, statement, read_docstring(statement))
            elif isinstance(statement, ast.ClassDef):
                module.classes[statement.name] = statement
            elif isinstance(statement, ast.Assign):
                for target in statement.targets:
                    for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                        if isinstance(one, ast.Name):
                            module.assigned[one.id] = statement
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                module.assigned[statement.target.id] = statement

    def place_of(self, module: str, name: str) -> tuple[Module, str] | None:
        """Give the module in which a name is defined that another module uses."""
        for _ in range(5):
            found = self.modules.get(module)
            if found is None:
                return None
            if name in found.functions or name in found.classes or name in found.assigned:
                return found, name
            if name not in found.imported:
                return None
            module, name = found.imported[name]
        return None

    @cached_property
    def classes(self) -> dict[str, tuple[Module, ast.ClassDef]]:
        """The declared classes, by name; they are few and their names differ."""
        found: dict[str, tuple[Module, ast.ClassDef]] = {}
        for module in self.modules.values():
            for name, node in module.classes.items():
                if any(isinstance(base, ast.Name) and base.id in DECLARED for base in node.bases):
                    found[name] = module, node
        return found

    @property
    def rules(self) -> list[Function]:
        """All functions of the rooms where rules stand."""
        return [
            function
            for module in self.modules.values()
            if ROOMS & set(module.path.relative_to(self.folder).parts)
            for function in module.functions.values()
        ]

    def followed(self, function: Function) -> bool:
        """Say whether a function that is called is walked as well."""
        path = function.module.path
        return bool(ROOMS & set(path.relative_to(self.folder).parts)) or path.stem in FOLLOWED

    @cached_property
    def sectors(self) -> dict[str, str]:
        """The sectors, and what each account is of: `HOUSEHOLDS = 2  # of a place`; "" where the accounts are named."""
        found = {name: re.match(r"of an? (\w+)", told) for name, told in self._enum("Sector")}
        return {name: match[1] if match else "" for name, match in found.items()}

    @cached_property
    def routes(self) -> dict[str, set[tuple[str, str]]]:
        """Who may pay whom, by kind of payment: `WAGES = 2  # firms, bodies -> households`."""
        found = {}
        for name, told in self._enum("Flow"):
            pairs: set[tuple[str, str]] = set()
            for way in told.split(";"):
                payers, _, payees = way.partition("->")
                pairs |= {(a.strip().upper(), b.strip().upper()) for a in payers.split(",") for b in payees.split(",")}
            found[name] = pairs
        return found

    def _enum(self, name: str) -> list[tuple[str, str]]:
        return [(member, comment) for member, _, comment in self.members(name)[1]]

    def members(self, name: str) -> tuple[Module, list[tuple[str, int, str]]]:
        """Give the module of an enumeration, and its members with their lines and comments.

        Raises:
            LookupError: no module has it.
        """
        module = next((one for one in self.modules.values() if name in one.classes), None)
        if module is None:
            raise LookupError(f"no class {name} in {self.folder}")
        return module, [
            (line.targets[0].id, line.lineno, module.comments.get(line.lineno, ""))
            for line in module.classes[name].body
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
        ]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """All that rows may be."""
        found = {axis for name in self.classes for value in self.fields(name).values() for axis in value.dims or ()}
        found |= {value.counts for name in self.classes for value in self.fields(name).values()}
        for module in self.modules.values():
            for node in module.assigned.values():
                numbered = NUMBERED.fullmatch(ast.unparse(node.value)) if node.value is not None else None
                found |= {singular(numbered[1])} if numbered else set()
        return frozenset(found - {""}) | {"account", "flow", "sector", "key"}

    def told(self, function: Function) -> Told:
        """Give what is told of arguments and result; rows of what nobody declared say nothing."""
        key = function.module.name, function.name
        if key not in self._told:
            named = {name: self._clean(value) for name, value in function.told.arguments.items()}
            for one in function.node.args.args:
                text = ast.unparse(one.annotation) if one.annotation else ""
                if text in self.classes:
                    named[one.arg] = Value(thing=text)
            self._told[key] = Told(named, function.told.returned)
        return self._told[key]

    def _clean(self, value: Value) -> Value:
        dims = tuple(axis if axis in self.kinds else "" for axis in value.dims) if value.dims is not None else None
        return replace(value, row=value.row if value.row in self.kinds else "", dims=dims)

    def fields(self, name: str) -> dict[str, Value]:
        """Give what is told of each field of a declared class."""
        if name not in self._fields:
            module, node = self.classes[name]
            lines = {
                line.target.id: line
                for line in node.body
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
            }
            sizes = {}
            for own, line in lines.items():
                if _plain(line.annotation) == "Size":
                    told = re.split(r"[,;<]", module.comments.get(line.lineno, own))[0]
                    sizes[own] = singular(told.removeprefix("number of ").split()[0])
            self._fields[name] = {own: self._field(name, module, line, sizes) for own, line in lines.items()}
        return self._fields[name]

    def _field(self, owner: str, module: Module, line: ast.AnnAssign, sizes: dict[str, str]) -> Value:
        assert isinstance(line.target, ast.Name)
        name, plain = line.target.id, _plain(line.annotation)
        comment = module.comments.get(line.lineno, "").partition("<-")[0].strip()
        if name in sizes:
            return Value(unit=ONE, dims=(), counts=sizes[name])
        if owner == "Ledger" and plain == "int" and name.upper() in self.sectors:
            sector = name.upper()
            return Value(row="account", dims=(), sectors=frozenset({sector}), first=bool(self.sectors[sector]))
        if plain in self.classes:
            return Value(thing=plain)
        if plain in NUMBERS:
            return self._number(comment, plain)
        array = self._array(module, plain)
        if array is None:
            return NOTHING
        item, dims = array
        kinds = tuple(sizes.get(size, singular(size)) for size in dims)
        sort = "bool" if item in TRUE_OR_FALSE else "int" if WHOLE.fullmatch(item) else "float"
        return replace(told_value(comment, sort), dims=kinds)

    def _number(self, comment: str, sort: str) -> Value:
        told = replace(told_value(comment, sort), dims=())
        named = set(re.findall(r"\b[A-Z]+\b", comment))
        return replace(told, sectors=frozenset(named & set(self.sectors))) if told.row == "account" else told

    def _array(self, module: Module, alias: str) -> tuple[str, list[str]] | None:
        """Give items and sizes of `Annotated[npt.NDArray[np.float64], Dims.of(ROWS, len(SKILLS))]`."""
        place = self.place_of(module.name, alias)
        node = place[0].assigned.get(place[1]) if place else None
        if node is None or node.value is None or not isinstance(node.value, ast.Subscript):
            return None
        parts = node.value.slice.elts if isinstance(node.value.slice, ast.Tuple) else []
        if len(parts) != 2 or not isinstance(parts[1], ast.Call) or ast.unparse(parts[1].func) != "Dims.of":
            return None
        item = ast.unparse(parts[0]).partition("np.")[2].rpartition("np.")[2].rstrip("]")
        return item, [_size(one) for one in parts[1].args]

    def constant(self, module: str, name: str) -> Value:
        """Give what is known of a constant of a module."""
        key = module, name
        if key not in self._constants:
            self._constants[key] = NOTHING
            self._constants[key] = self._constant(module, name)
        return self._constants[key]

    def _constant(self, module: str, name: str) -> Value:
        place = self.place_of(module, name)
        node = place[0].assigned.get(place[1]) if place else None
        if place is None or node is None or node.value is None:
            return NOTHING
        owner, own = place
        comment = owner.comments.get(node.lineno, "")
        value: ast.expr = node.value
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            text = ast.unparse(value)
            numbered = NUMBERED.fullmatch(text)
            if numbered:
                return Value(row=singular(numbered[1]), dims=())
            names = [one.id if isinstance(one, ast.Name) else "" for one in node.targets[0].elts]
            if isinstance(value, ast.Tuple):
                value = value.elts[names.index(own)]
        if isinstance(value, ast.Tuple):
            return Value(unit=ONE, dims=(singular(own),), counts="")
        if ast.unparse(value).startswith("np.array("):
            by = re.search(r"by (\w+)", comment)
            return replace(told_value(comment, "int"), dims=(singular(by[1]),) if by else ("",))
        if row_of(comment):
            return Value(row=row_of(comment), dims=())
        if isinstance(value, ast.Constant) and type(value.value) in (int, float):
            told = told_unit(comment)
            if singular(own) in self.kinds and told is None:
                return Value(unit=ONE, dims=(), counts=singular(own))
            return Value(unit=(ONE if told is None else told) if value.value else ANY, dims=(), literal=not value.value)
        if isinstance(value, ast.UnaryOp):
            return replace(PURE, literal=True)
        return Value(unit=told_unit(comment), dims=()) if told_unit(comment) is not None else NOTHING


def _comments(source: str) -> dict[int, str]:
    """Give the comment at the end of each line that has one."""
    found = {}
    for number, line in enumerate(source.splitlines(), 1):
        code, mark, comment = line.rpartition("  # ")
        if mark and code.strip():
            found[number] = comment.strip()
    return found


def _plain(annotation: ast.expr) -> str:
    """Give the name in an annotation: `Final[Floats]` -> Floats."""
    while isinstance(annotation, ast.Subscript) and _plain(annotation.value) in ("Final", "Shared"):
        annotation = annotation.slice
    return annotation.id if isinstance(annotation, ast.Name) else ast.unparse(annotation)


def _size(node: ast.expr) -> str:
    """Give the name of a size: `"cells"`, `ROWS`, `len(SKILLS)`, `MEDIA`."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call):
        return _size(node.args[0])
    name = ast.unparse(node)
    return "rows" if name == "ROWS" else name
