"""The pages of evidence: what is assumed and where it is read, and which parameter each target speaks about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ccepz_sim.commands.figures import exact
from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.evidence import STATUSES
from ccepz_sim.content.schema.parameter import Parameter
from ccepz_sim.content.schema.table import Column
from ccepz_sim.content.schema.target import Target
from ccepz_sim.studies.targets import allowed
from doc_maker.page import Page, range_text
from doc_maker.where_read import readers

ASSUMED = ("assumption", "stylised")
TABLES = ("prices", "products", "places", "materials", "institutes", "bodies", "banks", "media", "rival", "firms",
          "officials")  # fmt: skip


def assumptions(content: Content, lang: str) -> str:
    """Return the ledger of assumptions: every value that stands on a why, not on a source."""
    page = Page("assumptions", lang)
    values = list(content.parameters.values())
    _count(page, content, values)
    files = readers(content.parameters)
    for group in content.parameter_groups.values():
        held = [item for item in values if item.id.startswith(group.id + ".") and item.status in ASSUMED]
        if held:
            page.heading(page.pick(group.label))
            page.table(
                ("id", "name", "value", "unit", "range", "status", "why", "read_in"),
                (_parameter(page, item, files[item.id]) for item in held),
            )
    _others(page, content)
    return page.text()


def _count(page: Page, content: Content, values: list[Parameter]) -> None:
    """Add how many values of each kind stand on what."""
    kinds = {
        "parameters": Counter(item.status for item in values),
        "levers": Counter(item.status for item in content.levers.values()),
        "scenarios": Counter(item.status for item in content.scenarios.values()),
        "columns": Counter(column.status for _, column in _columns(content)),
        "figures": Counter(item.status for item in content.targets.values()),
    }
    rows = [(page.status(one), *(str(count[one]) for count in kinds.values())) for one in STATUSES]
    page.table(("status", *kinds), [*rows, (page.word("sum"), *(str(sum(count.values())) for count in kinds.values()))])
    page.line(page.word("read_in_means"))
    page.line()


def _parameter(page: Page, item: Parameter, files: tuple[str, ...]) -> tuple[str, ...]:
    return (
        f"`{item.id}`",
        page.pick(item.label),
        exact(item.value),
        page.units(item.unit),
        range_text(item.bounds),
        page.status(item.status),
        item.why or item.source,
        ", ".join(f"`{file}`" for file in files),
    )


def _columns(content: Content) -> Iterable[tuple[str, Column]]:
    """Give the columns of numbers of the rosters with the name of their table."""
    for name in TABLES:
        for column in content.table(name).columns.values():
            if column.is_number:
                yield name, column


def _others(page: Page, content: Content) -> None:
    """Add levers, scenarios and columns of rosters that are assumed."""
    page.heading(page.word("levers"))
    levers = [item for item in content.levers.values() if item.status in ASSUMED]
    page.table(
        ("id", "name", "status", "why"),
        ((f"[`{one.id}`](levers.md#{one.id})", page.pick(one.label), page.status(one.status), one.why or one.source)
         for one in levers),
    )  # fmt: skip
    page.heading(page.word("scenarios"))
    scenarios = [item for item in content.scenarios.values() if item.status in ASSUMED]
    page.table(
        ("id", "name", "status", "why"),
        ((f"[`{one.id}`](scenarios.md#{one.id})", page.pick(one.label), page.status(one.status), one.why or one.source)
         for one in scenarios),
    )  # fmt: skip
    page.heading(page.word("columns"))
    columns = [(table, one) for table, one in _columns(content) if one.status in ASSUMED]
    page.table(
        ("id", "name", "unit", "range", "status", "why"),
        ((f"`{table}.{one.id}`", page.pick(one.label), page.units(one.unit), range_text(one.bounds or (0.0, 0.0)),
          page.status(one.status), one.why or one.source) for table, one in columns),
    )  # fmt: skip


def targets(content: Content, lang: str) -> str:
    """Return the page of validation: figures of the history, what each identifies, and the patterns."""
    page = Page("targets", lang)
    page.heading(page.word("figures"))
    rows = (
        (
            f"`{item.id}`",
            page.pick(item.label),
            page.word(item.use),
            _band(page, item),
            _named(item.identifies, page),
            page.status(item.status),
            item.source or item.why,
        )
        for item in content.targets.values()
    )
    page.table(("id", "name", "use", "band", "identifies", "status", "evidence"), rows)
    page.heading(page.word("by_parameter"))
    page.line(page.word("by_parameter_means"))
    page.line()
    by: dict[str, list[Target]] = {}
    for item in content.targets.values():
        for name in item.identifies:
            by.setdefault(name, []).append(item)
    written = (
        (f"`{name}`", *(", ".join(f"`{one.id}`" for one in by[name] if one.use == use) for use in USES))
        for name in sorted(by)
    )
    page.table(("parameter", *USES), written)
    page.heading(page.word("patterns"))
    patterns = (
        (
            item.id.upper(),
            page.pick(item.label),
            "; ".join(
                f"{page.pick(band.label)}{page.colon}{exact(band.low)} – {exact(band.high)} {page.units(band.unit)}"
                for band in item.bands
            ),
            page.word("no" if item.used_for_default else "yes"),
            page.status(item.status),
            item.source or item.why,
        )
        for item in content.patterns.all.values()
    )
    page.table(("number", "name", "band", "counts", "status", "evidence"), patterns)
    return page.text()


USES = ("calibrate", "validate")


def _named(names: Iterable[str], page: Page) -> str:
    return ", ".join(f"`{name}`" for name in names) or page.word("nothing")


def _band(page: Page, item: Target) -> str:
    """Return the band in which the mean over seeds must lie."""
    low, high = allowed(item)
    unit = page.units(item.unit)
    if item.kind in ("ceiling", "floor"):
        return f"{'≤' if item.kind == 'ceiling' else '≥'} {exact(item.value)} {unit}"
    return f"{exact(_round(low))} – {exact(_round(high))} {unit}"


def _round(value: float) -> float:
    """Keep five significant digits: tolerances are no sharper."""
    return float(f"{value:.5g}")
