"""Tables that observers of a model of one's own make of each run, kept beside the outcomes of a study."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.output.whole_files import write_whole
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.text.errors import hint

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "panels"
Tables = tuple[tuple[str, bytes], ...]  # Parquet by name of the observer's class


def tables_of(observers: Iterable[Any]) -> Tables:
    """Give the tables of those observers that have `table()`, as they travel from a worker.

    Raises:
        StudyError: one gives something else than a DataFrame, or two have one name.
    """
    found: dict[str, bytes] = {}
    for observer in observers:
        make = getattr(observer, "table", None)
        if callable(make):
            name = type(observer).__name__
            if name in found:
                raise StudyError("panel_twice", name=name)
            found[name] = _packed(name, make())
    return tuple(found.items())


def _packed(name: str, table: Any) -> bytes:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not isinstance(table, pd.DataFrame):
        raise StudyError("panel_no_table", name=name)
    packed = io.BytesIO()
    plain = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(plain, packed, compression="zstd")
    return packed.getvalue()


def write_tables(folder: Path, run: int, tables: Tables) -> None:
    """Write the tables of a run into the folder of its study, each whole or not at all."""
    for name, data in tables:
        place = folder / FOLDER / name
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / f"{run:06}.parquet", partial(_write, data))


def _write(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def names(folder: Path) -> tuple[str, ...]:
    """Name the tables that a study has of its runs."""
    place = folder / FOLDER
    return tuple(sorted(path.name for path in place.iterdir() if path.is_dir())) if place.is_dir() else ()


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Return the tables of all runs as one, with the number of the run in the first column.

    Raises:
        StudyError: the study has no such table, or a file of it is damaged.
    """
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = names(folder)
    if name not in known:
        raise StudyError("panel_unknown", name=name, hint=hint(name, known))
    parts = []
    for path in sorted((folder / FOLDER / name).glob("*.parquet")):
        try:
            table = pq.read_table(io.BytesIO(path.read_bytes())).to_pandas()
        except (pa.ArrowInvalid, OSError):
            raise StudyError("shard_damaged", folder=folder) from None
        table.insert(0, "run", int(path.stem))
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
