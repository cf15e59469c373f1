"""Writes a file whole or not at all: whoever reads meanwhile finds the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

TEMPORARY = ".part"  # behind the name of a file that is being written


def write_whole(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file under a temporary name, bring it to the disk, then give it its name.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    part = target.with_name(target.name + TEMPORARY)
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_text(target: Path, text: str) -> None:
    """Write a text in the same way, with the same bytes on every system."""
    write_whole(target, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
