"""Results on disk: two tidy Parquet tables and a manifest, written whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ccepz_sim.output.disk import (
    PROGRAM,
    SCRATCH,
    OutputError,
    free_at,
    megabytes,
    reason_of,
    resolved,
    try_folder,
    try_name,
)

INDICATORS, EVENTS, MANIFEST = "indicators.parquet", "events.parquet", "manifest.json"
FILES = frozenset({INDICATORS, EVENTS, MANIFEST})
BYTES_A_YEAR, BYTES_OF_RUN = 30_000, 50_000  # of a run on disk, measured over 1 to 44 years

_WORD = pa.dictionary(pa.int16(), pa.string())
_DATE = [("year", pa.int16()), ("quarter", pa.int8())]
_WHEN = [("run", pa.int32()), ("seed", pa.int64()), *_DATE, ("place", _WORD)]
_TEXTS = [("en", pa.string()), ("zh", pa.string())]
INDICATOR_COLUMNS = pa.schema([*_WHEN, ("indicator", _WORD), ("view", _WORD), ("value", pa.float64())])
EVENT_COLUMNS = pa.schema([*_WHEN, ("kind", _WORD), ("indicator", _WORD), ("weight", pa.float64()), *_TEXTS])


def size_of_run(years: int) -> int:
    """Return about how many bytes a run takes."""
    return BYTES_OF_RUN + years * BYTES_A_YEAR


def refuse_unfit(folder: Path, size: int) -> None:
    """Raise where the output of a run could not be written afterwards.

    Args:
        folder: may be new, empty, or an earlier output.
        size: bytes that the output will take.

    Raises:
        OutputError: the folder is a file, the working directory, holds something else, cannot be made, or is too full.
    """
    try:
        target = resolved(folder)
        _refuse_foreign(folder, target)
        try_folder(target.parent, size)
        try_name(target)
        free = free_at(target)
    except (OSError, ValueError) as error:
        raise OutputError("error.out_unfit", folder=folder, reason=reason_of(error)) from None
    if free < size:
        raise OutputError("error.out_space", folder=folder, free=megabytes(free), need=megabytes(size))


def _refuse_foreign(folder: Path, target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise OutputError("error.out_is_file", folder=folder)
    if target == Path.cwd() or target in Path.cwd().parents:
        raise OutputError("error.out_here", folder=folder)
    if not target.exists():
        return
    held = sorted(path.name for path in target.iterdir())
    foreign = [name for name in held if name not in FILES]
    if not foreign and held and not _is_ours(target / MANIFEST):
        foreign = held
    if foreign:
        raise OutputError("error.out_foreign", folder=folder, name=foreign[0])


def write_run(folder: Path, indicators: pd.DataFrame, events: pd.DataFrame, manifest: Mapping[str, Any]) -> None:
    """Write one run into a folder: everything goes to a temporary folder beside it, which is then renamed.

    Args:
        folder: may be new, empty, or an earlier output, which is replaced.
        indicators: tidy, columns run, seed, year, quarter, place, indicator, view, value.
        events: columns run, seed, year, quarter, place, kind, indicator, weight, en, zh.
        manifest: what `ccepz run` was asked and by what it was answered.

    Raises:
        OutputError: the folder holds something else, or it cannot be written.
    """
    scratch: Path | None = None
    try:
        target = resolved(folder)
        _refuse_foreign(folder, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=target.parent))
        fresh = scratch / "new"
        fresh.mkdir()
        _write_table(indicators, INDICATOR_COLUMNS, fresh / INDICATORS)
        _write_table(events, EVENT_COLUMNS, fresh / EVENTS)
        text = json.dumps({"program": PROGRAM, **manifest}, indent=2, ensure_ascii=False)
        (fresh / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _replace(fresh, target, scratch / "old")
    except (OSError, ValueError) as error:
        raise OutputError("error.out_failed", folder=folder, reason=reason_of(error)) from None
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def _replace(fresh: Path, target: Path, aside: Path) -> None:
    if target.exists():
        target.rename(aside)
    try:
        fresh.rename(target)
    except BaseException:
        if aside.exists():
            aside.rename(target)
        raise


def _write_table(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    table = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
    with path.open("wb") as file:  # Arrow takes a name with a colon for an address
        pq.write_table(table.replace_schema_metadata(None), file, compression="zstd")


def _is_ours(manifest: Path) -> bool:
    try:
        held = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and held.get("program") == PROGRAM
