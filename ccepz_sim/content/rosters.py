"""The tables of `agents/`, each read when it is first asked for, with the rosters that add rows to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from ccepz_sim.content.reading import tables
from ccepz_sim.content.reading.files import Files
from ccepz_sim.content.reading.finding import Finding, refuse
from ccepz_sim.content.reading.needs import OF_ANOTHER, SQUARE
from ccepz_sim.content.schema.table import Table
from ccepz_sim.text.errors import unknown
from ccepz_sim.text.label import Label


class Rosters:
    """All tables of a content folder; those of this package say which units the rules need."""

    def __init__(self, files: Files, shipped: Callable[[], Rosters | None]) -> None:
        """Hold parsed files, and how to find this package's own tables; `None` for those themselves."""
        self._files = files
        self._shipped = shipped
        self._tables: dict[str, Table] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tables."""
        return tuple(self._found[0])

    def table(self, name: str) -> Table:
        """Return one table.

        Raises:
            ContentError: there is no such table, or it has a mistake.
        """
        if name not in self._tables:
            found, rosters = self._found
            if name not in found:
                raise unknown("unknown_table", name, found)
            path, document = found[name]
            more = rosters.get(name, [])
            findings: list[Finding] = []
            table = tables.read_table(document, path, name, findings, more)
            refuse(findings)
            wanted = {column.refers for column in table.columns.values() if column.refers}
            # While a table that is referred to is not there, its names cannot be compared.
            wanted.add(SQUARE.get(name, name))
            known = {other: self.ids_of(other) or None for other in wanted if other in found}
            tables.check_references(table, path, known, findings, more)
            tables.check_roles(table, path, findings)
            tables.check_square(table, path, findings, known)
            others = {other for own, _, _, other, _ in OF_ANOTHER if own == name and other in found}
            tables.check_others(
                {name: table, **{other: self.table(other) for other in others}}, found, rosters, findings
            )
            shipped = self._shipped()
            if shipped is not None and name in shipped.names:
                tables.check_units(table, path, findings, shipped.table(name))
            refuse(finding for finding in findings if finding.rule != "unknown_table")
            self._tables[name] = self._named(table)
        return self._tables[name]

    def ids_of(self, name: str) -> list[str]:
        """Return the ids of a table alone: a table may refer to itself, and two tables to each other."""
        own, more = self._found
        return tables.all_ids(own[name][1], more.get(name, []))

    @cached_property
    def _found(self) -> tuple[dict[str, tables.Named], dict[str, list[tables.Named]]]:
        """The files of tables, and those that add rows to them."""
        findings: list[Finding] = []
        found = tables.split_rosters(self._files.part("agents", "agents"), findings)
        refuse(findings)
        return found

    def _named(self, table: Table) -> Table:
        # Firms have no names of their own: a firm is called after what it makes.
        column = table.columns.get("product")
        if column is None or column.refers != "products":
            return table
        if any(label.en != name for label, name in zip(table.labels, table.ids, strict=True)):
            return table
        products = self.table("products")
        labels = []
        for name, product in zip(table.ids, table.texts("product"), strict=True):
            made = products.labels[products.index[product]]
            labels.append(Label(f"{made.en} {name}", f"{made.zh} {name}"))
        return replace(table, labels=tuple(labels))
