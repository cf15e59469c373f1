"""Reads the tables of `agents/*.toml`, in both forms: `[[row]]`, or `order` and `rows`.

A file with `adds_to` adds its rows to the table of another: so a hand-written roster stands beside a drawn one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import SNAKE, Fields, finite, sensible, shown
from ccepz_sim.content.reading.needs import MOST_ROWS, OF_ANOTHER, ROLES, SQUARE, TABLES
from ccepz_sim.content.schema.evidence import Evidence
from ccepz_sim.content.schema.frozen import Frozen
from ccepz_sim.content.schema.table import Column, Table
from ccepz_sim.text.label import Label

TABLE_KEYS = ("id", "label", "what", "columns", "row", "order", "rows", "evidence")
ADDS = "adds_to"
ROSTER_KEYS = (ADDS, "row", "order", "rows", "evidence")
NUMBER_KEYS = ("label", "what", "unit", "bounds", "status", "source", "why", "default")
TEXT_KEYS = ("label", "what", "choices", "refers", "free", "blank", "status", "source", "why", "default")
LABEL_CELLS = ("label_en", "label_zh")
ROW_KEYS = ("id", "label", "evidence")
Cells = dict[str, list[Any]]
Named = tuple[str, Mapping[str, Any]]  # path and document


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one file of a table."""

    fields: Fields
    ids: list[str]
    labels: list[Label]
    cells: Cells
    evidence: dict[tuple[str, str], Evidence]


def split_rosters(
    files: Mapping[str, Named], findings: list[f.Finding]
) -> tuple[dict[str, Named], dict[str, list[Named]]]:
    """Return the files of the tables by name, and by name of a table those that add rows to it."""
    own = {name: named for name, named in files.items() if ADDS not in named[1]}
    more: dict[str, list[Named]] = {}
    for path, document in (named for name, named in files.items() if name not in own):
        fields = Fields(document, path, "", findings)
        table = fields.text(ADDS)
        if table and table not in own:
            fields.note(ADDS, "unknown_table", value=table, options=own, name=table)
        more.setdefault(table, []).append((path, document))
    return own, more


def read_table(
    data: Mapping[str, Any], file: str, stem: str, findings: list[f.Finding], more: Iterable[Named] = ()
) -> Table:
    """Read one table with the rosters that add to it; a cell that is wrong is noted and becomes 0 or ""."""
    fields = Fields(data, file, "", findings)
    fields.only(TABLE_KEYS)
    name = fields.identity(stem, SNAKE)
    label, what = fields.label("label"), fields.label("what")
    section = fields.section("columns")
    columns = {key: _column(section, key) for key in section.data}
    for key in columns:
        if key in (*ROW_KEYS, *LABEL_CELLS):
            section.note(key, "name_reserved", value=key)
    for key in TABLES.get(name, ()):
        if key not in columns:
            section.note(key, "missing_column", options=columns, name=key)
    parts = [_rows(fields, section, columns, name)]
    for path, document in more:
        added = Fields(document, path, "", findings)
        added.only(ROSTER_KEYS)
        parts.append(_rows(added, section, columns, name))
    seen: set[str] = set()
    for part in parts:
        for key in part.ids:
            if key in seen:
                part.fields.note(key, "duplicate", value=key)
            seen.add(key)
    numbers, texts = {}, {}
    for key, column in columns.items():
        if column.is_number:
            read = [number for part in parts for number in _numbers(part.fields, column, part.ids, part.cells[key])]
            array = np.array(read, dtype=np.float64)
            array.setflags(write=False)
            numbers[key] = array
        else:
            texts[key] = tuple(
                text for part in parts for text in _texts(part.fields, column, part.ids, part.cells[key])
            )
    ids = [key for part in parts for key in part.ids]
    return Table(
        name,
        label,
        what,
        tuple(ids),
        tuple(label for part in parts for label in part.labels),
        Frozen(columns),
        Frozen({key: mark for part in parts for key, mark in part.evidence.items()}),
        Frozen({key: number for number, key in enumerate(ids)}),
        Frozen(numbers),
        Frozen(texts),
    )


def check_references(
    table: Table,
    file: str,
    known: Mapping[str, Collection[str] | None],
    findings: list[f.Finding],
    more: Iterable[Named] = (),
) -> None:
    """Note every cell that refers to a row which the table referred to does not have.

    `known` holds the ids by table, `None` for a table that could not be read; a table that is not among them
    is noted once, by the column that refers to it.
    """
    fields = Fields({}, file, "", findings)
    added = {row: Fields({}, path, "", findings) for path, document in more for row in row_ids(document)}
    for column in table.columns.values():
        if not column.refers:
            continue
        if column.refers not in known:
            key = f"columns.{column.id}.refers"
            fields.note(key, "unknown_table", value=column.refers, options=known, name=column.refers)
            continue
        ids = known[column.refers]
        if ids is None:
            continue
        known_ids = frozenset(ids)
        for row, value in zip(table.ids, table.texts(column.id), strict=True):
            if value and value not in known_ids:
                target = f"agents/{column.refers}.toml"
                key = f"{row}.{column.id}"
                where = added.get(row, fields)
                where.note(key, "unknown_reference", value=value, target=target, options=ids, name=value)


def check_units(table: Table, file: str, findings: list[f.Finding], shipped: Table) -> None:
    """Note columns whose unit is not the one in which the rules read them."""
    for key in TABLES.get(table.id, ()):
        if key in table.columns and key in shipped.columns:
            unit, expected = table.columns[key].unit, shipped.columns[key].unit
            if unit and expected and unit != expected:
                where = f"columns.{key}.unit"
                findings.append(f.make(file, where, "other_unit", value=unit, unit=expected))


def check_roles(table: Table, file: str, findings: list[f.Finding]) -> None:
    """Note roles that too few or too many rows have, and rows beyond the most; without rows nothing is counted."""
    if len(table.ids) > MOST_ROWS.get(table.id, len(table.ids)):
        findings.append(f.make(file, "row", "too_many_rows", found=len(table.ids), most=MOST_ROWS[table.id]))
    for key, (least, most) in ROLES.get(table.id, {}).items():
        if table.ids and key in table.columns and table.columns[key].is_number:
            marked = int((table.numbers(key) > 0.0).sum())
            if not least <= marked <= most:
                need = str(most) if least == most else f"{least}-{most}"
                findings.append(f.make(file, f"columns.{key}", "role_count", found=marked, need=need))


def check_square(
    table: Table, file: str, findings: list[f.Finding], known: Mapping[str, Collection[str] | None]
) -> None:
    """Note where a table has not a row and a column for each row of another, in its order."""
    ids = known.get(SQUARE.get(table.id, ""))
    if ids is None or not table.ids:
        return
    if list(table.ids) != list(ids):
        findings.append(f.make(file, "row", "other_rows", target=f"agents/{SQUARE[table.id]}.toml"))
    missing = [key for key in ids if key not in table.columns]
    findings += [f.make(file, f"columns.{key}", "missing_column", options=table.columns, name=key) for key in missing]


def check_others(
    read: Mapping[str, Table],
    files: Mapping[str, Named],
    more: Mapping[str, Iterable[Named]],
    findings: list[f.Finding],
) -> None:
    """Note text that is not what the row of another table says, as of a firm in the park of another place."""
    for name, column, by, other, theirs in OF_ANOTHER:
        held = ((name, column), (name, by), (other, theirs))
        if not all(one in read and read[one].holds_text(key) for one, key in held):
            continue
        table, expected = read[name], dict(zip(read[other].ids, read[other].texts(theirs), strict=True))
        added = {row: path for path, document in more.get(name, ()) for row in row_ids(document)}
        for row, value, one in zip(table.ids, table.texts(column), table.texts(by), strict=True):
            if value and value != expected.get(one, value):
                where = Fields({}, added.get(row, files[name][0]), "", findings)
                where.note(f"{row}.{column}", "of_another", value=value, place=one, expected=expected[one] or "–")


def all_ids(data: Mapping[str, Any], more: Iterable[Named] = ()) -> list[str]:
    """Return the ids of a table with the rosters that add to it; none where one of them has rows without."""
    found = [row_ids(document) for document in (data, *(document for _, document in more))]
    return [name for ids in found for name in ids] if all(found) else []


def row_ids(data: Mapping[str, Any]) -> list[str]:
    """Return the ids of the rows of a parsed table; none where not every row has one, for then one would be missed."""
    rows = data.get("row")
    if isinstance(rows, list):
        ids = [row.get("id") if isinstance(row, Mapping) else None for row in rows]
    else:
        order, lines = data.get("order"), data.get("rows")
        if not isinstance(order, list) or not isinstance(lines, list) or "id" not in order:
            return []
        place = order.index("id")
        ids = [line[place] if isinstance(line, list) and len(line) > place else None for line in lines]
    read = [name for name in ids if isinstance(name, str) and name.strip()]
    return read if len(read) == len(ids) else []


def _rows(fields: Fields, section: Fields, columns: Mapping[str, Column], name: str) -> _Rows:
    data = fields.data
    if "order" in data or "rows" in data:
        if "row" in data:
            fields.note("row", "two_forms")
        ids, labels, cells = _from_lines(fields, section, columns)
        marks = fields.section("evidence", required=False)
        rows = {key: marks.section(key) for key in marks.data}
        for key in rows.keys() - set(ids):
            marks.note(key, "unknown_reference", value=key, target=name, options=ids, name=key)
        evidence = _evidence(rows, columns)
    else:
        ids, labels, cells, evidence = _from_sections(fields, section, columns)
    if not ids:
        fields.note("row", "no_rows")
    return _Rows(fields, ids, labels, cells, evidence)


def _column(section: Fields, key: str) -> Column:
    fields = section.section(key)
    label = fields.label("label")
    is_number = "unit" in fields.data or "bounds" in fields.data
    is_text = any(kind in fields.data for kind in ("choices", "refers", "free"))
    if is_number == is_text and isinstance(section.data[key], Mapping):
        fields.note("", "column_kind", allowed=f.allowed("column"))
    fields.only(TEXT_KEYS if is_text and not is_number else NUMBER_KEYS)
    if is_text and not is_number:
        choices = _choices(fields)
        free = fields.flag("free") if "free" in fields.data else False
        blank = fields.flag("blank") if "blank" in fields.data else False
        refers = fields.text("refers", required=False)
        origin = fields.evidence(required=False)
        return Column(key, label, "", None, origin.status, origin.source, origin.why, choices, refers, free, blank)
    unit, bounds, origin = fields.text("unit"), fields.bounds(), fields.evidence()
    if bounds is None:
        bounds = (-np.inf, np.inf)
    return Column(key, label, unit, bounds, origin.status, origin.source, origin.why, (), "", False, False)


def _choices(fields: Fields) -> tuple[str, ...]:
    if "choices" not in fields.data:
        return ()
    value = fields.data["choices"]
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        fields.wrong("choices", f.allowed("list"))
        return ()
    return tuple(value)


def _from_sections(
    fields: Fields, section: Fields, columns: Mapping[str, Column]
) -> tuple[list[str], list[Label], Cells, dict[tuple[str, str], Evidence]]:
    ids: list[str] = []
    labels: list[Label] = []
    cells: Cells = {key: [] for key in columns}
    marks: dict[str, Fields] = {}
    known = (*ROW_KEYS, *columns)
    for row in fields.sections("row", required=True):
        row.only(known)
        name = row.text("id")
        ids.append(name or row.path)
        labels.append(row.label("label", required=False) if "label" in row.data else Label(name, name))
        if "evidence" in row.data:
            marks[ids[-1]] = row.section("evidence")
        for key in columns:
            cells[key].append(_cell(row.data, key, section))
    return ids, labels, cells, _evidence(marks, columns)


def _from_lines(fields: Fields, section: Fields, columns: Mapping[str, Column]) -> tuple[list[str], list[Label], Cells]:
    ids: list[str] = []
    labels: list[Label] = []
    cells: Cells = {key: [] for key in columns}
    order, rows = fields.data.get("order"), fields.data.get("rows")
    for key, value in (("order", order), ("rows", rows)):
        if key not in fields.data:
            fields.note(key, "missing_key", allowed=f.allowed("list"))
        elif not isinstance(value, list):
            fields.wrong(key, f.allowed("list"))
    if not isinstance(order, list) or not isinstance(rows, list):
        return ids, labels, cells
    known = ("id", *LABEL_CELLS, *columns)
    for key in order:
        if key not in known:
            fields.note(f"order.{key}", "unknown_key", options=known, name=str(key))
    for key in {str(key) for key in order if order.count(key) > 1}:
        fields.note(f"order.{key}", "duplicate", value=key)
    if "id" not in order:
        fields.note("order.id", "missing_key", allowed=f.allowed("text"))
        return ids, labels, cells
    for number, line in enumerate(rows, 1):
        path = f"rows[{number}]"
        if not isinstance(line, list):
            fields.wrong(path, f.allowed("list"), line)
            continue
        if len(line) != len(order):
            fields.note(path, "row_length", found=len(line), expected=len(order))
            continue
        row = {str(key): value for key, value in zip(order, line, strict=True)}
        name = row["id"]
        if not isinstance(name, str) or not name.strip():
            fields.wrong(f"{path}.id", f.allowed("text"), name)
            name = path
        ids.append(name)
        labels.append(_label_cells(fields, name, row))
        for key in columns:
            cells[key].append(_cell(row, key, section))
    return ids, labels, cells


def _label_cells(fields: Fields, name: str, row: Mapping[str, Any]) -> Label:
    if not any(key in row for key in LABEL_CELLS):
        return Label(name, name)
    read = Fields(row, fields.file, name, fields.findings)
    english, chinese = (read.text(key) for key in LABEL_CELLS)
    return Label(english or name, chinese or name)


def _cell(row: Mapping[str, Any], key: str, section: Fields) -> Any:
    if key in row:
        return row[key]
    meta = section.data[key]
    return meta.get("default") if isinstance(meta, Mapping) else None


def _evidence(rows: Mapping[str, Fields], columns: Mapping[str, Column]) -> dict[tuple[str, str], Evidence]:
    read = {}
    for name, marks in rows.items():
        marks.only(tuple(columns))
        for key in marks.data:
            if key in columns:
                inner = marks.section(key)
                inner.only(("status", "source", "why"))
                read[name, key] = inner.evidence()
    return read


def _numbers(fields: Fields, column: Column, ids: list[str], cells: list[Any]) -> list[float]:
    low, high = column.bounds if column.bounds is not None else (-np.inf, np.inf)
    words = f.allowed("between", low=shown(low), high=shown(high))
    read = []
    for row, value in zip(ids, cells, strict=True):
        good = 0.0
        key = f"{row}.{column.id}"
        if value is None:
            fields.note(key, "missing_key", allowed=words)
        elif not finite(value) or not sensible(value):
            fields.no_number(key, value, words)
        elif not low <= value <= high:
            fields.note(key, "out_of_bounds", allowed=words, value=shown(value))
        else:
            good = float(value)
        read.append(good)
    return read


def _texts(fields: Fields, column: Column, ids: list[str], cells: list[Any]) -> list[str]:
    words = f.allowed("text")
    read = []
    for row, value in zip(ids, cells, strict=True):
        good = ""
        key = f"{row}.{column.id}"
        if value is None:
            fields.note(key, "missing_key", allowed=words)
        elif not isinstance(value, str):
            fields.note(key, "wrong_type", allowed=words, value=shown(value))
        elif column.choices and value not in column.choices:
            if value or not column.blank:
                fields.note(key, "not_a_choice", value=value, options=column.choices, name=value)
        elif column.refers and not value and not column.blank:
            fields.note(key, "blank_cell", allowed=words)
        else:
            good = value
        read.append(good)
    return read
