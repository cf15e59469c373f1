"""What objects show of themselves in a notebook: a heading, a table, a line below it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from html import escape

from ccepz_sim.text.texts import system_language

LEFT, RIGHT = "left", "right"


def notebook_language() -> str:
    """Return the language that notebooks are answered in: that of the system."""
    return system_language(os.environ)


def table_html(
    heading: str, head: Sequence[str], rows: Iterable[Sequence[str]], below: str = "", numbers: Iterable[int] = ()
) -> str:
    """Return a heading and a table as HTML; everything is escaped.

    Args:
        heading: what it is.
        head: names of the columns; none for a table of names and values.
        rows: their cells.
        below: a line under the table.
        numbers: columns that are set to the right.
    """
    right = frozenset(numbers)

    def row(cells: Sequence[str], tag: str) -> str:
        made = (
            f'<{tag} style="text-align:{RIGHT if number in right else LEFT}">{escape(text)}</{tag}>'
            for number, text in enumerate(cells)
        )
        return f"<tr>{''.join(made)}</tr>"

    first = f"<thead>{row(head, 'th')}</thead>" if head else ""
    body = "".join(row(cells, "td") for cells in rows)
    last = f"<p>{escape(below)}</p>" if below else ""
    return f"<p><b>{escape(heading)}</b></p><table>{first}<tbody>{body}</tbody></table>{last}"
