"""The page of Python: every public name with its signature and docstring."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import ccepz_sim
from ccepz_sim.content.loading import Content
from doc_maker.page import Page

# What public functions return or take, and adapters, by the name under which they are imported.
FURTHER = (
    "ccepz_sim.content.loading:Content",
    "ccepz_sim.studies.results:StudyResults",
    "ccepz_sim.studies.runner:Ended",
    "ccepz_sim.studies.engines:LocalPool",
    "ccepz_sim.studies.engines:Cluster",
    "ccepz_sim.studies.ema:ema_model",
    "ccepz_sim.studies.gym_env:ZoneEnv",
)
SECTIONS = ("Args", "Returns", "Raises", "Warns", "Attributes")
HEAD = re.compile(rf"({'|'.join(SECTIONS)}):")
ENTRY = re.compile(r"(\w[\w, ]*|\*+\w+): (.*)")
ANYTHING = "(*args, **kwargs)"  # what a class without arguments of its own says
DEEPER = 4  # spaces
LONGEST = 40  # letters of a default; more says nothing


def api(_content: Content, lang: str) -> str:
    """Return the page of Python."""
    page = Page("api", lang)
    for name in sorted(ccepz_sim.__all__, key=str.lower):
        if name != "__version__":
            _item(page, "ccepz_sim", name, getattr(ccepz_sim, name))
    page.heading(page.word("api_further"), 2)
    for where in FURTHER:
        module, _, name = where.partition(":")
        _item(page, module, name, getattr(import_module(module), name), level=3)
    return page.text()


def _item(page: Page, module: str, name: str, found: Any, level: int = 2) -> None:
    page.heading(f"`{name}`", level)
    if not callable(found):  # a value says what it is by its kind
        page.line(f"`from {module} import {name}`{page.colon}{_first(type(found).__doc__)}")
        page.line()
        return
    page.line(f"`from {module} import {name}`")
    page.line()
    if (written := signature(found)) != ANYTHING:
        page.line(f"```\n{name}{written}\n```")
        page.line()
    for line in described(found.__doc__ or "", page):
        page.line(line)
    if inspect.isclass(found):
        if found.__init__.__doc__ and "Args:" in found.__init__.__doc__:
            for line in described(found.__init__.__doc__, page):
                page.line(line)
        for method, one in members(found):
            page.heading(f"`{name}.{method}`", level + 1)
            if not isinstance(one, property):
                page.line(f"```\n{method}{signature(one, method=True)}\n```")
                page.line()
            for line in described((one.fget if isinstance(one, property) else one).__doc__ or "", page):
                page.line(line)


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Go through the public methods and properties that a class and its bases in the package have, by name."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.partition(".")[0] == "ccepz_sim":
            for name, one in vars(base).items():
                plain = property(one.func) if type(one).__name__ == "cached_property" else one
                if not name.startswith("_") and isinstance(plain, property) | inspect.isfunction(plain):
                    found[name] = plain
    yield from sorted(found.items())


def signature(of: Callable[..., Any], *, method: bool = False) -> str:
    """Write the arguments of a function with their kinds, and what it returns; the same on every Python."""
    found = inspect.signature(of.__init__ if inspect.isclass(of) else of)
    given = list(found.parameters.values())
    given = given[1:] if method or inspect.isclass(of) else given
    parts: list[str] = []
    starred = False
    for one in given:
        if one.kind is one.VAR_POSITIONAL:
            starred = True
        elif one.kind is one.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        kind = "" if one.annotation is one.empty else f": {_plain(one.annotation)}"
        default = "" if one.default is one.empty else f" = {_default(one.default)}"
        parts.append(f"{stars}{one.name}{kind}{default}")
    returned = found.return_annotation
    back = "" if inspect.isclass(of) or returned is found.empty else f" -> {_plain(returned)}"
    whole = f"({', '.join(parts)}){back}"
    if len(whole) <= 100:
        return whole
    lines = "".join(f"    {part},\n" for part in parts)
    return f"(\n{lines}){back}"


def _plain(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _default(value: Any) -> str:
    if callable(value):
        return "…"
    return value if len(value := repr(value)) <= LONGEST else "…"


def described(text: str, page: Page) -> Iterator[str]:
    """Turn a docstring into Markdown: its sections become lists."""
    lines = inspect.cleandoc(text).splitlines()
    entries: list[str] = []
    section = ""
    for line in [*lines, "end"]:
        if section and line.strip() and not line.startswith(" "):
            yield from entries
            yield ""
            entries, section = [], ""
            if line == "end":
                return
        if (head := HEAD.fullmatch(line)) is not None:
            section = head[1]
            yield f"**{page.word(f'api_{section.lower()}')}**"
            yield ""
        elif section:
            body = line.strip()
            entry = ENTRY.fullmatch(body) if len(line) - len(line.lstrip()) == DEEPER else None
            if entry is not None:
                entries.append(f"- `{entry[1]}`{page.colon}{entry[2]}")
            elif body:
                entries = [*entries[:-1], f"{entries[-1]} {body}"] if entries else [body]
        elif line.startswith(" ") and (entry := ENTRY.fullmatch(line.strip())) is not None:
            section = "a list in the text"
            entries.append(f"- `{entry[1]}`{page.colon}{entry[2]}")
        elif line != "end":
            yield line
    yield ""


def _first(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]
