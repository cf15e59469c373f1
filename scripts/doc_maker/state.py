"""The page of the state: every array and number of the zone with unit, shape and the phases that write it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from ccepz_sim.content.loading import Content
from ccepz_sim.numerics.declare import Declared, Field, layout_of
from ccepz_sim.state.zone import Zone
from doc_maker.page import Page

FIELD = re.compile(r"^    (\w+): [^\n#]+?(?:  # ([^\n]*))?$", re.MULTILINE)
COMMON = re.compile(r"<- ([\w ,]+)\.")
PARAMETERS = "zone.p."  # these have a page of their own
KINDS = {"f": "number", "i": "whole", "u": "whole", "b": "truth"}


def state(_content: Content, lang: str) -> str:
    """Return the page of the state."""
    page = Page("zone_state", lang)
    for path, kind in parts(Zone, "zone"):
        fields = [one for one in layout_of(kind).fields.values() if one.part is None]
        if not fields or path.startswith(PARAMETERS):
            continue
        said = comments(kind)
        page.heading(f"`{path}`")
        page.line((kind.__doc__ or "").strip().splitlines()[0].partition(" <- ")[0].rstrip(".") + page.word("stop"))
        page.line()
        rows = []
        for field in fields:
            meaning, writers = said.get(field.name, ("", ""))
            rows.append((f"`{field.name}`", page.word(f"state_{_kind(field)}"), _shape(field), meaning, writers))
        page.table(("name", "state_kind", "state_shape", "state_meaning", "state_writers"), rows)
    return page.text()


def parts(kind: type[Declared], path: str) -> Iterator[tuple[str, type[Declared]]]:
    """Go through the declared classes that a zone consists of, each with how it is reached."""
    yield path, kind
    for field in layout_of(kind).fields.values():
        if field.part is not None:
            yield from parts(field.part, f"{path}.{field.name}")


def comments(kind: type[Declared]) -> dict[str, tuple[str, str]]:
    """Give what is said beside each field: unit and meaning, and the phases behind the arrow."""
    common = COMMON.search(kind.__doc__ or "")
    found = {}
    for name, comment in FIELD.findall(inspect.getsource(kind)):
        meaning, _, writers = comment.partition("<- ")
        phases = writers.strip() or (common[1] if common else "")
        found[name] = (meaning.strip().rstrip(","), phases)
    return found


def _kind(field: Field) -> str:
    return KINDS[field.dtype.kind] if field.dtype is not None else "number"


def _shape(field: Field) -> str:
    return "" if field.dims is None else f"({', '.join(map(str, field.dims))}{',' if len(field.dims) == 1 else ''})"
