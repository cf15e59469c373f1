"""Why something could not be written to disk or read from it, as one sentence."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

from ccepz_sim.game.problems import GameError

LITTLE = 1 << 20  # bytes: with less than this left, a write that failed without a reason failed for lack of room
OF_SQLITE = {
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_BUSY: "disk_locked",
    sqlite3.SQLITE_LOCKED: "disk_locked",
    sqlite3.SQLITE_READONLY: "disk_read_only",
    sqlite3.SQLITE_PERM: "disk_read_only",
    sqlite3.SQLITE_AUTH: "disk_read_only",
    sqlite3.SQLITE_CANTOPEN: "disk_missing",
    sqlite3.SQLITE_CORRUPT: "disk_damaged",
    sqlite3.SQLITE_NOTADB: "disk_damaged",
}
OF_SYSTEM = {
    errno.ENOSPC: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EACCES: "disk_read_only",
    errno.EPERM: "disk_read_only",
    errno.EROFS: "disk_read_only",
    errno.ENOENT: "disk_missing",
    errno.ENOTDIR: "disk_missing",
    errno.EEXIST: "disk_missing",
}


def fault_of(error: Exception, path: Path) -> GameError:
    """Return the sentence for an error of the system or of SQLite; a `GameError` is its own."""
    if isinstance(error, GameError):
        return error
    key = OF_SYSTEM.get(error.errno or 0) if isinstance(error, OSError) else OF_SQLITE.get(_code(error))
    if key is None:
        key = "disk_full" if _little_left(path) else "disk_failed"
    return GameError(key, path=path)


def is_damage(error: Exception) -> bool:
    """Whether SQLite cannot make sense of the file."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _code(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says where, not what


def _little_left(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < LITTLE
    except OSError:
        return False
