"""`ccepz list`: what there is to set, to stack, to ask for and to read."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, TypeAlias

from rich import box
from rich.table import Table

from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.commands.arguments import Parser
from ccepz_sim.commands.figures import exact
from ccepz_sim.commands.speech import Say, printer
from ccepz_sim.content import Content, load_content

Row = dict[str, Any]
Cells = tuple[str, ...]
RIGHT = frozenset({"status_quo", "decisions", "rows", "value"})


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the option."""
    told = say("list.kind", kinds=", ".join(KINDS))
    parser.own_arguments.add_argument("kind", choices=tuple(KINDS), metavar="KIND", help=told)
    parser.own_options.add_argument("--json", action="store_true", help=say("list.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Print one kind of thing as a table, or as JSON with every field."""
    content = load_content()
    columns, table, rows = KINDS[args.kind]
    if args.json:
        print(json.dumps(list(rows(content)), ensure_ascii=False, indent=2, default=_plain))
        return 0
    shown = Table(box=box.SIMPLE)
    for name in columns:
        shown.add_column(say(f"column.{name}", year=PLAY_YEAR), no_wrap=name == "id", overflow="fold")
        shown.columns[-1].justify = "right" if name in RIGHT else "left"
    for cells in table(content, say):
        shown.add_row(*cells)
    printer().print(shown)
    return 0


def _levers(content: Content, say: Say) -> Iterable[Cells]:
    for lever in content.levers.values():
        now = exact(lever.status_quo_at(PLAY_YEAR), say)
        yield lever.id, lever.label.get(say.lang), say.unit(lever.unit), _range(lever.bounds, say), now


def _packages(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.packages.values():
        yield item.id, item.label.get(say.lang), str(len(item.set)), item.summary.get(say.lang)


def _scenarios(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.scenarios.values():
        yield item.id, item.label.get(say.lang), item.summary.get(say.lang)


def _indicators(_content: Content, say: Say) -> Iterable[Cells]:
    from ccepz_sim.indicators import INDICATORS

    for item in INDICATORS.values():
        yield item.id, item.label.get(say.lang), say.unit(item.unit), say(f"direction.{item.direction}")


def _agents(content: Content, say: Say) -> Iterable[Cells]:
    for name in content.table_names:
        table = content.table(name)
        yield name, table.label.get(say.lang), str(len(table)), table.what.get(say.lang)


def _parameters(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.parameters.values():
        value, range_ = exact(item.value, say), _range(item.bounds, say)
        status = say(f"status.{item.status}")
        yield item.id, item.label.get(say.lang), value, say.unit(item.unit), range_, status


def _indicator_rows(_content: Content) -> Iterable[Row]:
    from ccepz_sim.indicators import INDICATORS

    return map(asdict, INDICATORS.values())


def _agent_rows(content: Content) -> Iterable[Row]:
    for name in content.table_names:
        table = content.table(name)
        columns = table.columns.values()
        cells = {item.id: (table.numbers if item.is_number else table.texts)(item.id) for item in columns}
        rows: list[Row] = [
            {"id": id_, "label": asdict(label)} for id_, label in zip(table.ids, table.labels, strict=True)
        ]
        for number, row in enumerate(rows):
            row.update({column: values[number] for column, values in cells.items()})
        head = {"id": name, "label": asdict(table.label), "what": asdict(table.what)}
        yield {**head, "columns": [asdict(item) for item in columns], "rows": rows}


def _objects(part: str) -> Callable[[Content], Iterable[Row]]:
    return lambda content: map(asdict, getattr(content, part).values())


def _range(bounds: tuple[float, float], say: Say) -> str:
    low, high = bounds
    return f"{exact(low, say)} – {exact(high, say)}"


def _plain(value: Any) -> Any:
    # NumPy numbers and read-only mappings.
    return value.item() if hasattr(value, "item") else dict(value)


Kind: TypeAlias = tuple[Cells, Callable[[Content, Say], Iterable[Cells]], Callable[[Content], Iterable[Row]]]
KINDS: dict[str, Kind] = {
    "levers": (("id", "name", "unit", "range", "status_quo"), _levers, _objects("levers")),
    "packages": (("id", "name", "decisions", "summary"), _packages, _objects("packages")),
    "scenarios": (("id", "name", "summary"), _scenarios, _objects("scenarios")),
    "indicators": (("id", "name", "unit", "direction"), _indicators, _indicator_rows),
    "agents": (("id", "name", "rows", "what"), _agents, _agent_rows),
    "parameters": (("id", "name", "value", "unit", "range", "status"), _parameters, _objects("parameters")),
}
