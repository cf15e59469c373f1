"""Tables on the screen: at any width no number is cut and no name vanishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ccepz_sim.commands.console import printer
from ccepz_sim.commands.streams import is_unicode, shows, spelled

TEXT, WORD, NUMBER = "text", "word", "number"  # may be folded; may not; may not, and stands at the right
LEAST_TEXT = 14  # columns on the screen below which a folded text cannot be read
PLAIN = box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)  # of consoles that draw no lines


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and what it holds."""

    name: str
    kind: str = TEXT


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table, or where the screen is too narrow for it one block of lines for each row."""
    console = printer()
    cells = [tuple(_shown(cell) for cell in row) for row in rows]
    heads = [Column(_shown(column.name), column.kind) for column in columns]
    widths = _widths(heads, cells, console.width)
    if widths is None:
        _print_blocks(console, heads, cells, _shown(title))
        return
    lines = box.SIMPLE if is_unicode() else PLAIN
    table = Table(title=_shown(title) or None, title_justify="left", box=lines, padding=(0, 1, 0, 0))
    for column, width in zip(heads, widths, strict=True):
        side: JustifyMethod = "right" if column.kind == NUMBER else "left"
        table.add_column(Text(column.name), justify=side, width=width, overflow="fold", no_wrap=column.kind != TEXT)
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def _shown(text: str) -> str:
    """Spell out what the console cannot show before anything is laid out."""
    return text if shows(text) else "".join(sign if shows(sign) else spelled(sign) for sign in text)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], most: int) -> list[int] | None:
    """Give the width of each column, or None where even folded texts leave too little."""
    wide = [max(map(cell_len, (column.name, *(row[number] for row in rows)))) for number, column in enumerate(columns)]
    least = [
        min(width, LEAST_TEXT) if column.kind == TEXT else width for column, width in zip(columns, wide, strict=True)
    ]
    left = most - (2 * len(columns) + 1) - sum(least)  # of a table, a space before and behind each column
    if left < 0:
        return None
    wishes = [want - have for want, have in zip(wide, least, strict=True)]
    share = min(1.0, left / sum(wishes)) if any(wishes) else 0.0
    return [have + int(share * wish) for have, wish in zip(least, wishes, strict=True)]


def _print_blocks(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[str]], title: str) -> None:
    """Print each row as its first cell with the others below it, one a line."""
    indent = "  "
    if title:
        console.print(Text(title), overflow="fold")
    for row in rows:
        console.print()
        console.print(Text(row[0]), overflow="fold")
        for column, cell in zip(columns[1:], row[1:], strict=True):
            line = f"{indent}{column.name}: {cell}" if column.name else indent + cell
            if cell_len(line) <= console.width:
                console.print(Text(line))
                continue
            console.print(Text(f"{indent}{column.name}:"), overflow="fold")
            if column.kind == TEXT:
                console.print(Padding(Text(cell), (0, 0, 0, 2 * len(indent))), overflow="fold")
            else:
                # A number is never broken by us: where this line is still too short for it, the terminal goes on below.
                fits = cell_len(cell) + 2 * len(indent) <= console.width
                console.out(2 * indent + cell if fits else cell, highlight=False)
    console.print()
