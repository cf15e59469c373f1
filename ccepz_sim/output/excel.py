"""Tables as CSV that Excel opens with a double click: with a byte order mark, and the marks of the reader's region."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ccepz_sim.output.whole_files import write_whole

if TYPE_CHECKING:
    import pandas as pd

MARKS = {"point": (",", "."), "comma": (";", ",")}  # between cells, and in numbers
MOST_ROWS = 1_048_575  # that Excel shows below the head of a sheet


def write_csv(table: pd.DataFrame, target: Path, decimal: str = "point") -> None:
    """Write a table, whole or not at all.

    Args:
        table: without its index.
        target: file to write.
        decimal: "point" (commas between cells) or "comma" (semicolons), as the region of the reader's system has it.

    Raises:
        OSError: it cannot be written.
    """
    between, mark = MARKS[decimal]
    text = table.to_csv(index=False, sep=between, decimal=mark, lineterminator="\r\n")
    write_whole(target, partial(_write, text))


def _write(text: str, path: Path) -> None:
    path.write_bytes(text.encode("utf-8-sig"))
