"""Finds and parses the TOML files of a content folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccepz_sim.reading import finding as f

PARTS = ("agents", "policies", "experiments")
POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class Files:
    """The parsed files of a content folder by their path in it, and those that could not be read."""

    folder: Path
    documents: Mapping[str, dict[str, Any]]
    broken: tuple[f.Finding, ...]

    def under(self, folder: str) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return (path, document) by file name without ending, for the files directly in one folder."""
        found = {}
        for path, document in self.documents.items():
            head, _, name = path.rpartition("/")
            if head == folder:
                found[name.removesuffix(".toml")] = (path, document)
        return found


def read_files(folder: Path) -> Files:
    """Parse every TOML file of the content folders, in a fixed order; no mistake in a file is raised."""
    documents: dict[str, dict[str, Any]] = {}
    broken: list[f.Finding] = []
    for part in PARTS:
        for path in sorted((folder / part).rglob("*.toml")):
            name = path.relative_to(folder).as_posix()
            try:
                documents[name] = parse(path.read_bytes())
            except UnicodeDecodeError:
                broken.append(f.make(name, "", "not_utf8"))
            except OSError as error:
                broken.append(f.make(name, "", "unreadable", detail=error.strerror or type(error).__name__))
            except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
                broken.append(_broken(name, path, error))
    return Files(folder, documents, tuple(broken))


def parse(data: bytes) -> dict[str, Any]:
    """Parse the bytes of one TOML file."""
    return tomllib.loads(data.decode("utf-8"))


def _broken(name: str, path: Path, error: Exception) -> f.Finding:
    text = str(error)
    position = POSITION.search(text)
    if position:
        line, column = int(position[1]), int(position[2])
    else:
        # The reader gives no position for a mistake at the very end.
        lines = path.read_text("utf-8", errors="replace").splitlines() or [""]
        line, column = len(lines), len(lines[-1]) + 1
    detail = re.sub(r"\s*\(at [^)]*\)$", "", text) or type(error).__name__
    return f.make(name, "", "broken_toml", line=line, at_line=line, column=column, detail=detail)
