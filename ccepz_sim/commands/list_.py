"""`ccepz list`: what there is to set, to stack, to ask for and to read."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

from ccepz_sim.commands.arguments import Parser
from ccepz_sim.commands.console import Say
from ccepz_sim.commands.figures import exact, unit_words
from ccepz_sim.commands.streams import say_json
from ccepz_sim.commands.tables import NUMBER, TEXT, WORD, Column, print_table
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.numerics.clock import PLAY_YEAR

Cells = tuple[str, ...]
RIGHT = frozenset({"status_quo", "decisions", "rows", "runs", "value"})
WHOLE = frozenset({"id", "range"})  # never folded: they are copied, or are numbers


def declare(parser: Parser, say: Say) -> None:
    """Declare the argument and the option."""
    parser.own_arguments.add_argument("kind", choices=tuple(KINDS), metavar="KIND", help=say("list.kind"))
    parser.own_options.add_argument("--json", action="store_true", help=say("list.json"))


def execute(args: argparse.Namespace, say: Say) -> int:
    """Print one kind of thing as a table, or as JSON with every field."""
    content = load_content(args.content)
    columns, table, rows = KINDS[args.kind]
    if args.json:
        say_json([_plain(row) for row in rows(content)])
        return 0
    kinds = [NUMBER if name in RIGHT else WORD if name in WHOLE else TEXT for name in columns]
    heads = [Column(say(f"column.{name}", year=PLAY_YEAR), kind) for name, kind in zip(columns, kinds, strict=True)]
    print_table(heads, table(content, say))
    return 0


def _levers(content: Content, say: Say) -> Iterable[Cells]:
    for lever in content.levers.values():
        now = exact(lever.status_quo_at(PLAY_YEAR))
        yield lever.id, lever.label.get(say.lang), unit_words(lever.unit, say), _range(lever.bounds), now


def _packages(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.packages.values():
        yield item.id, item.label.get(say.lang), str(len(item.set)), item.summary.get(say.lang)


def _scenarios(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.scenarios.values():
        yield item.id, item.label.get(say.lang), item.summary.get(say.lang)


def _phenomena(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.phenomena.values():
        study = item.study
        yield item.id, study.label.get(say.lang), study.question.get(say.lang)


def _studies(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.studies.values():
        yield item.id, item.label.get(say.lang), item.design, f"{item.runs:,}", item.question.get(say.lang)


def _indicators(_content: Content, say: Say) -> Iterable[Cells]:
    from ccepz_sim.measures.indicators import INDICATORS

    for item in INDICATORS.values():
        yield (
            item.id,
            item.label.get(say.lang),
            unit_words(item.unit, say),
            say(f"direction.{item.direction}"),
        )


def _agents(content: Content, say: Say) -> Iterable[Cells]:
    for name in content.table_names:
        table = content.table(name)
        yield name, table.label.get(say.lang), str(len(table)), table.what.get(say.lang)


def _parameters(content: Content, say: Say) -> Iterable[Cells]:
    for item in content.parameters.values():
        value, range_ = exact(item.value), _range(item.bounds)
        status = say(f"status.{item.status}")
        yield item.id, item.label.get(say.lang), value, unit_words(item.unit, say), range_, status


def _indicator_rows(_content: Content) -> Iterable[object]:
    from ccepz_sim.measures.indicators import INDICATORS

    return INDICATORS.values()


def _agent_rows(content: Content) -> Iterable[object]:
    for name in content.table_names:
        table = content.table(name)
        columns = table.columns.values()
        cells = {item.id: (table.numbers if item.is_number else table.texts)(item.id) for item in columns}
        rows: list[dict[str, object]] = [
            {"id": id_, "label": label} for id_, label in zip(table.ids, table.labels, strict=True)
        ]
        for number, row in enumerate(rows):
            row.update({column: values[number] for column, values in cells.items()})
        yield {"id": name, "label": table.label, "what": table.what, "columns": list(columns), "rows": rows}


def _objects(part: str) -> Callable[[Content], Iterable[object]]:
    def rows(content: Content) -> Iterable[object]:
        found: Mapping[str, object] = getattr(content, part)
        return found.values()

    return rows


def _range(bounds: tuple[float, float]) -> str:
    low, high = bounds
    return f"{exact(low)} – {exact(high)}"


def _plain(value: Any) -> Any:
    # Read-only mappings, arrays and NumPy numbers stop dataclasses.asdict and json.
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value


Kind: TypeAlias = tuple[Cells, Callable[[Content, Say], Iterable[Cells]], Callable[[Content], Iterable[object]]]
KINDS: dict[str, Kind] = {
    "levers": (("id", "name", "unit", "range", "status_quo"), _levers, _objects("levers")),
    "packages": (("id", "name", "decisions", "summary"), _packages, _objects("packages")),
    "scenarios": (("id", "name", "summary"), _scenarios, _objects("scenarios")),
    "phenomena": (("id", "name", "question"), _phenomena, _objects("phenomena")),
    "studies": (("id", "name", "design", "runs", "question"), _studies, _objects("studies")),
    "indicators": (("id", "name", "unit", "direction"), _indicators, _indicator_rows),
    "agents": (("id", "name", "rows", "what"), _agents, _agent_rows),
    "parameters": (("id", "name", "value", "unit", "range", "status"), _parameters, _objects("parameters")),
}
