"""The key and the last access code of this computer, so that a server that comes back knows its visitors."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from ccepz_sim.web.gate.access import fresh_code, is_code

FILE = "server.json"
SAME_CODE = 12 * 3600  # seconds: a server that is started again on the same day asks for the same code
KEY = 32  # bytes


@dataclass(frozen=True, slots=True)
class Secret:
    """The key that signs cookies, and the code of a server that asks for one."""

    key: bytes
    code: str


def keep(folder: Path | None, *, asks: bool, code: str | None = None) -> Secret:
    """Return the key and the code of this computer, and write them down where that is possible.

    Args:
        folder: where they are kept; None keeps them in memory only.
        asks: whether a code is asked for; the code is "" where none is.
        code: the code that was wished for; None takes the last one, or a fresh one after half a day.
    """
    found = _read(folder / FILE) if folder is not None else {}
    kept: dict[str, object] = {**found, "key": _key(found.get("key")).hex()}
    if asks:
        last, at = found.get("code"), found.get("at")
        recent = isinstance(at, int | float) and 0 <= time.time() - at < SAME_CODE
        code = code or (last if recent and isinstance(last, str) and is_code(last) else fresh_code())
        kept |= {"code": code, "at": time.time()}
    if folder is not None and kept != found:
        _write(folder / FILE, kept)
    return Secret(_key(kept["key"]), code if asks and code else "")


def _key(text: object) -> bytes:
    with contextlib.suppress(ValueError, TypeError):
        key = bytes.fromhex(text)  # type: ignore[arg-type]
        if len(key) == KEY:
            return key
    return secrets.token_bytes(KEY)


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, values: dict[str, object]) -> None:
    """Write for this user alone; a folder that cannot be written only means that a restart forgets its visitors."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file)
        fresh.replace(path)
