"""Whatever is spoilt in a valid content is reported, and nothing ever ends in a traceback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccepz_sim.content.checks import check_content
from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.files import read_files
from ccepz_sim.text.errors import ContentError

pytestmark = pytest.mark.property

PARAMETERS = "agents/parameters/fixture.toml"
BOUNDED = ("value", "labour", "capacity", "x", "from")
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
).filter(lambda value: value is not None)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Walk over everything that lies in a document, with its path."""
    if path:
        yield path, value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from nodes(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from nodes(item, (*path, number))


def owner(document: Any, path: tuple[Any, ...]) -> Any:
    """Return the table or list that holds what lies at a path."""
    for step in path[:-1]:
        document = document[step]
    return document


def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def own(documents: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documents to spoil: of the parameters, which are those of the model, only our own."""
    shared = {path for path in documents if path.startswith("agents/parameters/")} - {PARAMETERS}
    return {path: item for path, item in documents.items() if path not in shared}


def places(documents: Mapping[str, Any], kind: str) -> list[tuple[str, tuple[Any, ...]]]:
    """Return where a kind of mutation is a mistake."""
    found = []
    for file, document in own(documents).items():
        for path, value in nodes(document):
            last, named = path[-1], isinstance(path[-1], str)
            # A parameter may have any name, so another name or one less is no mistake of the file.
            free = file == PARAMETERS and len(path) == 1 and last not in ("id", "label")
            if (
                (kind == "rename" and named and not free)
                or (kind == "language" and last in ("en", "zh"))
                or (kind == "number" and is_number(value))
                or (kind == "type" and not isinstance(value, (Mapping, list)))
                or (kind == "evidence" and last in ("source", "why") and "status" in owner(document, path))
                or (kind == "bounded" and is_number(value) and last in BOUNDED)
            ):
                found.append((file, path))
    return found


def spoil(holder: Any, key: Any, kind: str, draw: Any) -> None:
    """Make one mistake of a kind."""
    value = holder[key]
    if kind == "rename":
        holder[draw(st.sampled_from([f"{key}x", f"_{key}", str(key).upper() + "-"]))] = holder.pop(key)
    elif kind in ("language", "evidence"):
        del holder[key]
    elif kind == "number":
        holder[key] = draw(st.sampled_from([float("nan"), float("inf"), -float("inf")]))
    elif kind == "type":
        others = [{"a": 1}, [[]]] + ([] if isinstance(value, str) else ["words"])
        holder[key] = draw(st.sampled_from(others + ([] if is_number(value) else [2.5])))
    else:
        holder[key] = draw(st.sampled_from([-0.5, 1e9, -(2**63), 1e300]))


@pytest.mark.parametrize("kind", ["rename", "language", "evidence", "number", "type", "bounded"])
def test_every_mutation_is_reported(small, kind):
    where = places(small.documents(), kind)
    assert where

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def run(data: Any) -> None:
        documents = small.documents()
        file, path = data.draw(st.sampled_from(where))
        spoil(owner(documents[file], path), path[-1], kind, data.draw)
        found = small.check(documents)
        assert any(item.file == file for item in found), f"{kind} of {file} {path} is not reported"
        for item in found:
            for lang in ("en", "zh"):
                assert "\n" not in item.sentence(lang)
            assert item.as_dict()["fatal"] is False

    run()


def test_no_value_whatever_ends_in_a_traceback(small):
    where = [(file, path) for file, document in own(small.documents()).items() for path, _ in nodes(document)]

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def run(data: Any) -> None:
        documents = small.documents()
        file, path = data.draw(st.sampled_from(where))
        owner(documents[file], path)[path[-1]] = data.draw(JUNK)
        with small.written(documents) as folder:
            blocking = [item for item in check_content(folder) if item.blocking]
            refused = _use_everything(folder)
        assert refused == bool(blocking), [item.sentence() for item in blocking]

    run()


def test_no_bytes_whatever_end_in_a_traceback(small):
    with TemporaryDirectory() as name:
        folder = small.write(Path(name))
        originals = {path: path.read_bytes() for path in sorted(folder.rglob("*.toml"))}

        @settings(max_examples=100, deadline=None)
        @given(st.data())
        def run(data: Any) -> None:
            path = data.draw(st.sampled_from(list(originals)))
            whole = originals[path]
            start = data.draw(st.integers(0, len(whole)))
            stop = min(len(whole), start + data.draw(st.integers(0, 40)))
            path.write_bytes(whole[:start] + data.draw(st.binary(max_size=6)) + whole[stop:])
            try:
                for item in check_content(folder):
                    assert item.sentence("en")
                    assert item.sentence("zh")
            finally:
                path.write_bytes(whole)

        run()


def _use_everything(folder: Path) -> bool:
    """Ask a content for everything; whether anything was refused (with one sentence)."""
    files = read_files(folder)
    content = Content(files)
    asks = [
        *(lambda name=name: content.table(name) for name in content.table_names),
        lambda: content.parameters,
        lambda: content.groups,
        lambda: content.levers,
        lambda: content.packages,
        lambda: content.scenarios,
        lambda: content.hash,
    ]
    sentences = []
    for ask in asks:
        try:
            ask()
        except ContentError as error:
            sentences.append(error.sentence("zh"))
    assert not any("\n" in sentence for sentence in sentences)
    return bool(sentences or files.broken)
