"""Finds and parses the TOML files of a content folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading import toml
from ccepz_sim.content.reading.toml import BrokenTextError, parse
from ccepz_sim.text.errors import ContentError

More = tuple[tuple[str, str], ...]  # TOML by path
PARTS = ("agents", "policies", "experiments")
ENDING = ".toml"


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
                found[name[: -len(ENDING)]] = (path, document)
        return found

    def part(self, part: str, folder: str) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the files directly in a folder of one part.

        Raises:
            ContentError: the part is missing.
        """
        if not (self.folder / part).is_dir():
            raise ContentError("part_missing", folder=self.folder, part=part)
        return self.under(folder)


def read_files(folder: Path) -> Files:
    """Parse every TOML file of the content folders, in a fixed order; no mistake in a file is raised."""
    documents: dict[str, dict[str, Any]] = {}
    broken: list[f.Finding] = []
    seen: set[str] = set()
    for part in PARTS:
        for path in sorted(_found(folder, part, broken)):
            name = path.relative_to(folder).as_posix()
            document = read_file(path, name)
            if isinstance(document, f.Finding):
                broken.append(document)
            elif name.lower() in seen:
                broken.append(f.make(name, "", "same_name"))
            else:
                documents[name] = document
            seen.add(name.lower())
    return Files(folder, documents, tuple(broken))


def stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return names, times and sizes of the files of a content folder: another stamp means that one has changed."""
    found = []
    for part in PARTS:
        for path in _found(folder, part, []):
            try:
                state = path.stat()
                found.append((os.fspath(path), state.st_mtime_ns, state.st_size))
            except OSError:  # reading it says why
                found.append((os.fspath(path), 0, 0))
    return tuple(found)


def read_file(path: Path, name: str) -> dict[str, Any] | f.Finding:
    """Parse one TOML file, or say why it cannot be read; `name` is what a mistake is reported of."""
    try:
        with path.open("rb") as file:
            data = file.read(toml.LARGEST + 1)
        return parse(data)
    except BrokenTextError as error:
        fields: dict[str, Any] = {"at_line": error.line, "column": error.column, **error.fields}
        return f.make(name, "", error.rule, line=error.line, **fields)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return f.make(name, "", "unreadable", detail=getattr(error, "strerror", None) or type(error).__name__)


def read_one(path: Path) -> dict[str, Any]:
    """Parse a TOML file of its own.

    Raises:
        ContentError: it cannot be read.
    """
    document = read_file(path, path.name)
    if isinstance(document, f.Finding):
        raise f.refusal(document)
    return document


def with_more(files: Files, more: More) -> Files:
    """Return files with further ones, or others in the place of some.

    Raises:
        ContentError: a path does not lie in a content folder, or a file cannot be read.
    """
    documents = dict(files.documents)
    for path, text in more:
        parts = path.split("/") if isinstance(path, str) and isinstance(text, str) else [""]
        if parts[0] not in PARTS or not path.endswith(ENDING) or {"", ".", ".."} & set(parts):
            raise ContentError("files_by_path", value=str(path))
        try:
            documents[path] = parse(text.encode())
        except BrokenTextError as error:
            fields: dict[str, Any] = {"at_line": error.line, "column": error.column, **error.fields}
            raise f.refusal(f.make(path, "", error.rule, line=error.line, **fields)) from None
    return Files(files.folder, documents, files.broken)


def _found(folder: Path, part: str, broken: list[f.Finding]) -> Iterator[Path]:
    """Find the TOML files of one part; hidden ones are notes of editors and systems, which nobody wrote."""

    def unreadable(error: OSError) -> None:
        name = os.path.relpath(error.filename or part, folder).replace(os.sep, "/")
        # A part that is missing altogether is told by whoever needs it.
        if not isinstance(error, FileNotFoundError) or name != part:
            broken.append(f.make(name, "", "unreadable", detail=error.strerror or type(error).__name__))

    seen: set[str] = set()
    for home, inner, names in os.walk(folder / part, onerror=unreadable, followlinks=True):
        real = os.path.realpath(home)
        inner[:] = [] if real in seen else sorted(name for name in inner if not name.startswith("."))
        if real in seen:  # a link that leads back into the folder
            continue
        seen.add(real)
        for name in names:
            if name.lower().endswith(ENDING) and not name.startswith("."):
                yield Path(home, name)
