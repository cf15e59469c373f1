"""Reads what comments and docstrings tell of values: `yuan/tonne`, `index of the material`, `shape (rows, wastes)`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from rule_checker.units import ANY, ONE, leading_unit, told_unit
from rule_checker.values import NOTHING, Value, singular

ROW = re.compile(r"^(?:the |its )?(?:index|indices|row|rows|number|numbers) of (?:the |a )?(\w+)")
COUNT = re.compile(r"^number of (\w+)")
FIRST = re.compile(r"^(?:the |its )?(\w+)\b")
SHAPE = re.compile(r"shape \(([^)]*)\)")
ACCOUNT = re.compile(r"^(?:the |its )?(?:number of (?:an|the) )?accounts?\b")
# what a whole number may be called after: what it is the row of
CALLED = {
    "firm": "firm", "town": "place", "place": "place", "body": "body", "official": "official", "skill": "skill",
    "institute": "institute", "employer": "employer", "lever": "lever", "product": "product", "taker": "firm",
    "giver": "firm", "cell": "cell", "home": "place", "series": "series", "material": "material",
    "industry": "industry", "quarter": "quarter", "account": "account", "goal": "place", "here": "place",
    "medium": "medium", "key": "key",
}  # fmt: skip
NUMBERING = ("quarter",)  # rows that are also numbers to reckon with


@dataclass(frozen=True, slots=True)
class Told:
    """What a docstring tells of each argument, and of what is returned."""

    arguments: dict[str, Value]
    returned: Value


def told_value(text: str, sort: str) -> Value:
    """Give what a comment tells of a field or an argument.

    Args:
        sort: "float", "int" or "bool".
    """
    if sort == "bool":
        return Value(unit=ONE)
    if sort == "int":
        row = row_of(text)
        if row:
            return Value(row=row, unit=ONE if row in NUMBERING else None)
        count = COUNT.match(text)
        if count:
            return Value(counts=singular(count[1]), unit=ONE)
    return Value(unit=told_unit(text))


def row_of(text: str) -> str:
    """Give what a text says that a whole number is the row of; "" where it does not."""
    if ACCOUNT.match(text):
        return "account"
    found = ROW.match(text)
    if found and not (COUNT.match(text) and singular(found[1]) != found[1]):
        return singular(found[1])
    called = FIRST.match(text)
    return CALLED.get(called[1], "") if called else ""


def read_docstring(node: ast.FunctionDef) -> Told:
    """Read the units, rows and shapes that a docstring tells."""
    text = ast.get_docstring(node) or ""
    kinds = {one.arg: ast.unparse(one.annotation) if one.annotation else "" for one in node.args.args}
    found = {name: _undocumented(name, kind) for name, kind in kinds.items()}
    name_list = "|".join(re.escape(name) for name in kinds)
    if name_list:
        entry = re.compile(rf"(?<![\w.])((?:{name_list})(?:, (?:{name_list}))*): ")
        marks = list(entry.finditer(text))
        for place, mark in enumerate(marks):
            end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
            piece = re.split(r";|\.\s|\n\s*\n", text[mark.end() : end] + "\n\n")[0]
            for name in mark[1].split(", "):
                found[name] = _argument(name, kinds[name], " ".join(piece.split()).rstrip("."))
    return Told(found, _returned(text))


def _undocumented(name: str, kind: str) -> Value:
    if kind == "bool":
        return Value(unit=ONE, dims=())
    if kind in ("int", "Any"):
        row = CALLED.get(name, "")
        return Value(row=row, dims=() if kind == "int" else None, unit=ONE if row in NUMBERING else None)
    if kind == "Flow":
        return Value(row="flow", dims=())
    return Value(dims=() if kind == "float" else None)


def _argument(name: str, kind: str, text: str) -> Value:
    value = _undocumented(name, kind)
    if kind == "Flow":
        return value
    shape = SHAPE.search(text)
    if shape and kind not in ("float", "int"):
        axes = [one.strip() for one in shape[1].split(",") if one.strip()]
        value = replace(value, dims=tuple(_axis(one) for one in axes))
    row = row_of(text) if "float" not in kind else ""
    if row and (kind == "int" or ROW.match(text) or text.startswith("rows")):
        return replace(value, row=row, unit=None)
    unit = told_unit(text)
    if unit is not None:
        return replace(value, unit=unit, row="")
    return value


def _axis(word: str) -> str:
    return "" if word.isdigit() or word in ("rows", "count", "n", "chosen") or "+" in word else singular(word)


def _returned(text: str) -> Value:
    """Give the unit told of what is returned: under `Returns`, else at the end of the first line."""
    after = re.split(r"Returns:\s", text)
    line = after[1].strip() if len(after) > 1 else text.strip().partition("\n")[0]
    if len(after) == 1 and not re.match(r"(Give|Count|Add up|Return)\b", line):
        return NOTHING
    pieces = [piece.strip().rstrip(".") for piece in re.split(r"[,;]\s|\n", line)]
    for piece in pieces[1:] if len(after) == 1 else pieces[:1] + pieces[1:]:
        unit = leading_unit(piece.lower() if piece[:1].isupper() else piece)
        if unit is not None and unit != ANY:
            return Value(unit=unit)
    return NOTHING
