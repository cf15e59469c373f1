"""Results on disk: two tidy Parquet tables and a manifest, written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ccepz_sim.errors import UserError

INDICATORS, EVENTS, MANIFEST = "indicators.parquet", "events.parquet", "manifest.json"
FILES = frozenset({INDICATORS, EVENTS, MANIFEST})
PROGRAM = "ccepz-sim"

_WORD = pa.dictionary(pa.int16(), pa.string())
_DATE = [("year", pa.int16()), ("quarter", pa.int8())]
_WHEN = [("run", pa.int32()), ("seed", pa.int64()), *_DATE, ("place", _WORD)]
_TEXTS = [("en", pa.string()), ("zh", pa.string())]
INDICATOR_COLUMNS = pa.schema([*_WHEN, ("indicator", _WORD), ("view", _WORD), ("value", pa.float64())])
EVENT_COLUMNS = pa.schema([*_WHEN, ("kind", _WORD), ("indicator", _WORD), ("weight", pa.float64()), *_TEXTS])


class OutputError(UserError):
    """The output folder cannot be used; nothing was written."""

    texts = "cli"


def refuse_foreign(folder: Path) -> None:
    """Raise where writing would overwrite anything but an earlier output of this program.

    Raises:
        OutputError: the folder is a file, the working directory, holds something else, or cannot be made.
    """
    try:
        _refuse_foreign(folder, _resolved(folder))
    except OSError as error:
        raise _failed(folder, error) from None


def _refuse_foreign(folder: Path, target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise OutputError("error.out_is_file", folder=folder)
    if target == Path.cwd():
        raise OutputError("error.out_here", folder=folder)
    if not target.exists():
        nearest = next(parent for parent in target.parents if parent.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
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
    refuse_foreign(folder)
    target = _resolved(folder)
    scratch: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        fresh = scratch / "new"
        fresh.mkdir()
        _write_table(indicators, INDICATOR_COLUMNS, fresh / INDICATORS)
        _write_table(events, EVENT_COLUMNS, fresh / EVENTS)
        text = json.dumps({"program": PROGRAM, **manifest}, indent=2, ensure_ascii=False)
        (fresh / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _replace(fresh, target, scratch / "old")
    except OSError as error:
        raise _failed(folder, error) from None
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
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd")


def _is_ours(manifest: Path) -> bool:
    try:
        held = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(held, dict) and held.get("program") == PROGRAM


def _resolved(folder: Path) -> Path:
    return folder.expanduser().resolve()


def _failed(folder: Path, error: OSError) -> OutputError:
    return OutputError("error.out_failed", folder=folder, reason=error.strerror or type(error).__name__)
