"""Whether a folder can be written: by trying, before anything runs; only the disk knows of rights, names and room."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ccepz_sim.text.errors import UserError

PROGRAM = "ccepz-sim"
SCRATCH = ".ccepz-"  # a short name: where the longest one fits, this one does
MOST_TRIED = 32 * 2**20  # bytes written for a try; beyond it the disk is believed
BLOCK = 2**20


class OutputError(UserError):
    """The output folder cannot be used; nothing was written."""

    texts = "cli"


def is_there(path: Path) -> bool:
    """Whether something lies at a path; a name that no file can have is not there."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def bytes_in(folder: Path) -> int:
    """Return how many bytes the files below a folder have; what vanishes meanwhile does not count."""
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += file.stat().st_size if file.is_file() else 0
    return total


def free_at(target: Path) -> int:
    """Return how many bytes are free where a folder lies or would lie."""
    return shutil.disk_usage(next(part for part in (target, *target.parents) if part.exists())).free


def megabytes(size: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{size / 1e6:,.1f} MB"


def absent(folder: Path) -> list[Path]:
    """Return what is not there of a folder and those it lies in, the inner ones first."""
    return [part for part in (folder, *folder.parents) if not part.exists()]


def try_folder(folder: Path, size: int) -> None:
    """Write some bytes into a folder, which is made for it, and leave no trace.

    Raises:
        OSError: it cannot be made, or not be written.
    """
    missing = absent(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder) as scratch:
            block = os.urandom(BLOCK)  # what repeats might be stored once only
            with Path(scratch, "try").open("wb") as file:
                for first in range(0, min(size, MOST_TRIED), BLOCK):
                    file.write(block[: size - first])
                file.flush()
                os.fsync(file.fileno())
    finally:
        remove_empty(missing)


def try_name(folder: Path) -> None:
    """Make a folder, where it is not there yet, and take it away again.

    Raises:
        OSError: no folder can have its name.
    """
    missing = absent(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    finally:
        remove_empty(missing)


def try_files(files: Iterable[Path]) -> None:
    """Open files for writing, in folders that are there, and leave them as they were.

    Raises:
        OSError: one cannot be written.
    """
    for file in files:
        fresh = not file.exists()
        with file.open("ab"):
            pass
        if fresh:
            file.unlink()


def remove_empty(folders: list[Path]) -> None:
    """Remove folders made for a try, the inner ones first; one that was taken into use meanwhile stays."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def resolved(folder: Path) -> Path:
    """Return where a folder lies: a leading ~ is the home folder, and links are followed.

    Raises:
        OSError: links lead in a circle, there is no home, or no file can have the name.
    """
    try:
        return folder.expanduser().resolve()
    except (RuntimeError, ValueError) as error:
        raise OSError(str(error)) from None


def reason_of(error: Exception) -> str:
    """Return why the disk refuses, in the words of the system."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
