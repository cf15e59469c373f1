"""Writes the reference pages of docs/ from content, phases, commands and tests; `--check` only compares.

python scripts/make_docs.py            write docs/reference and docs/zh/reference
python scripts/make_docs.py --check    fail where a page is not what would be written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from inspect import signature
from pathlib import Path

from doc_maker.api import api
from doc_maker.benchmarks import benchmarks
from doc_maker.evidence import assumptions, targets
from doc_maker.harms import harms
from doc_maker.numbers import numbers
from doc_maker.page import Page, range_text
from doc_maker.phenomena import phenomena
from doc_maker.placebo import placebo
from doc_maker.sensitivity import sensitivity
from doc_maker.state import state
from doc_maker.verdicts import validation
from doc_maker.where_read import channel_readers

from ccepz_sim.cli import parsers
from ccepz_sim.commands.arguments import Parser
from ccepz_sim.commands.figures import exact, with_unit
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.outcomes import outcome_name
from ccepz_sim.content.schema.lever import Lever
from ccepz_sim.content.schema.study import Factor
from ccepz_sim.measures.indicators import INDICATORS
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.quarter.named_rules import rules_of_phases
from ccepz_sim.quarter.phases import PHASES
from ccepz_sim.text.label import LANGUAGES
from ccepz_sim.text.texts import Texts

MOST_LISTED = 40  # factors of a study in a table
DOCS = Path(__file__).resolve().parent.parent / "docs"


def levers(content: Content, lang: str) -> str:
    """Return the page of levers."""
    page = Page("levers", lang)
    bodies = content.table("bodies")
    readers = channel_readers()
    for group in content.groups.values():
        held = [lever for lever in content.levers.values() if lever.group == group.id]
        page.heading(page.pick(group.label))
        rows = (
            (
                f"[`{lever.id}`](#{lever.id})",
                page.pick(lever.label),
                page.units(lever.unit),
                range_text(lever.bounds),
                exact(lever.status_quo_at(PLAY_YEAR)),
                f"{exact(lever.lag.quarters)} {page.word('quarters')}",
            )
            for lever in held
        )
        page.table(("id", "name", "unit", "range", "status_quo", "lag"), rows)
        for lever in held:
            evidence = page.pick(lever.evidence)
            page.heading(f"`{lever.id}`", 3)
            page.line(f"**{page.pick(lever.label)}** – {page.pick(lever.summary)}")
            page.line()
            page.facts(
                {
                    "assumes": page.pick(lever.assumes),
                    "who": page.pick(lever.who),
                    "channel": f"`{lever.channel}`, "
                    + ", ".join(f"`{file}`" for file in readers.get(lever.channel, ())),
                    "body": page.pick(bodies.labels[bodies.index[lever.body]]),
                    "status_quo": _dated(lever, page),
                    "promise": _promise(lever, page),
                    "status": page.status(lever.status),
                    **page.evidence(*((evidence, "") if lever.source else ("", evidence))),
                    "report": "; ".join(_sections(lever.report, page)),
                }
            )
    return page.text()


def packages(content: Content, lang: str) -> str:
    """Return the page of packages."""
    page = Page("packages", lang)
    for item in content.packages.values():
        page.heading(f"`{item.id}`")
        page.line(f"**{page.pick(item.label)}** – {page.pick(item.summary)}")
        page.line()
        page.facts({"reference": item.reference, "baseline": f"`{item.baseline}`" if item.baseline else ""})
        if item.set:
            rows = (
                (
                    f"[`{entry.lever}`](levers.md#{entry.lever})",
                    page.pick(content.levers[entry.lever].label),
                    _plain(entry.from_),
                    exact(entry.value),
                    page.units(content.levers[entry.lever].unit),
                )
                for entry in item.set
            )
            page.table(("id", "name", "from", "value", "unit"), rows)
    return page.text()


def scenarios(content: Content, lang: str) -> str:
    """Return the page of scenarios."""
    page = Page("scenarios", lang)
    for item in content.scenarios.values():
        page.heading(f"`{item.id}`")
        page.line(f"**{page.pick(item.label)}** – {page.pick(item.summary)}")
        page.line()
        jumps = ", ".join(f"{_plain(jump.at)} `{jump.series}` {jump.log:+g}" for jump in item.jump)
        inspections = ", ".join(_plain(one.at) for one in item.inspection)
        page.facts(
            {
                "closure": page.word("yes" if item.mine_closure else "no"),
                "shocks": jumps,
                "inspections": inspections,
                "status": page.status(item.status),
                **page.evidence(item.source, item.why),
            }
        )
    return page.text()


def indicators(_content: Content, lang: str) -> str:
    """Return the page of indicators."""
    page = Page("indicators", lang)
    rows = (
        (
            f"`{item.id}`",
            page.pick(item.label),
            page.units(item.unit),
            page.word(item.direction),
            page.word("yes" if item.reported else "no"),
            page.pick(item.help),
        )
        for item in INDICATORS.values()
    )
    page.table(("id", "name", "unit", "better", "reported", "meaning"), rows)
    return page.text()


def parameters(content: Content, lang: str) -> str:
    """Return the page of parameters."""
    page = Page("parameters", lang)
    values = content.parameters.values()
    page.line(page.word("statuses"))
    page.line()
    counts = {status: sum(item.status == status for item in values) for status in sorted({v.status for v in values})}
    page.table(("status", "count"), ((page.status(status), str(count)) for status, count in counts.items()))
    for group in content.parameter_groups.values():
        page.heading(page.pick(group.label))
        rows = (
            (
                f"`{item.id}`",
                page.pick(item.label),
                exact(item.value),
                page.units(item.unit),
                range_text(item.bounds),
                page.status(item.status),
                item.source or item.why,
            )
            for item in values
            if item.id.startswith(group.id + ".")
        )
        page.table(("id", "name", "value", "unit", "range", "status", "evidence"), rows)
    return page.text()


def quarter(_content: Content, lang: str) -> str:
    """Return the page of the phases of a quarter."""
    page = Page("quarter", lang)
    rows = (
        (str(number), f"`{phase.name}`", page.pick(phase.label), page.pick(phase.why))
        for number, phase in enumerate(PHASES, 1)
    )
    page.table(("number", "id", "phase", "why_here"), rows)
    return page.text()


def rules(_content: Content, lang: str) -> str:
    """Return the page of rules that a model of one's own can replace by name."""
    page = Page("rules", lang)
    seen: set[str] = set()
    for phase in PHASES:
        called = rules_of_phases()[phase.name]
        rows = []
        for name, rule in called.items():
            taken = ", ".join(signature(rule).parameters)
            first = (rule.__doc__ or "").strip().splitlines()[0].rstrip(".") if name not in seen else page.word("above")
            rows.append((f"`{name}`", f"`{taken}`", first))
            seen.add(name)
        if rows:
            page.heading(f"`{phase.name}`")
            page.table(("rule", "arguments", "what_it_does"), rows)
    return page.text()


def commands(_content: Content, lang: str) -> str:
    """Return the page of commands."""
    page = Page("commands", lang)
    for name, parser in parsers(page.say).items():
        page.heading(f"`ccepz {name}`")
        written = page.say(f"{name}.help")
        page.line(written[0].upper() + written[1:] + page.word("stop"))
        page.line()
        page.table(("option", "meaning"), _options(parser))
    return page.text()


def studies(content: Content, lang: str) -> str:
    """Return the page of studies."""
    page = Page("studies", lang)
    for item in content.studies.values():
        page.heading(f"`{item.id}`")
        page.line(f"**{page.pick(item.label)}** – {page.pick(item.question)}")
        page.line()
        packages = ", ".join(f"[`{policy.id}`](packages.md#{policy.id})" for policy in item.policies)
        page.facts(
            {
                "design": f"`{item.design}`",
                "runs": f"{item.runs:,}",
                "years": str(item.relations.years),
                "seeds": str(item.seeds),
                "packages": packages,
                "scenarios": ", ".join(f"[`{name}`](scenarios.md#{name})" for name in item.scenarios),
                "outcomes": ", ".join(f"`{outcome_name(outcome)}`" for outcome in item.outcomes),
            }
        )
        written = item.factors if len(item.factors) <= MOST_LISTED else item.levers
        if written:
            page.table(("id", "name", "range"), (_factor(factor, content, page) for factor in written))
        if written is not item.factors:
            page.line(page.word("every_other").format(count=len(item.factors) - len(written)))
            page.line()
    return page.text()


PAGES = {
    "levers": levers,
    "packages": packages,
    "scenarios": scenarios,
    "studies": studies,
    "phenomena": phenomena,
    "sensitivity": sensitivity,
    "placebo": placebo,
    "harms": harms,
    "indicators": indicators,
    "parameters": parameters,
    "assumptions": assumptions,
    "targets": targets,
    "validation": validation,
    "benchmarks": benchmarks,
    "numbers": numbers,
    "quarter": quarter,
    "rules": rules,
    "state": state,
    "api": api,
    "commands": commands,
}


def pages(content: Content) -> dict[Path, str]:
    """Return every reference page by its path."""
    folders = {"en": DOCS / "reference", "zh": DOCS / "zh" / "reference"}
    return {folders[lang] / f"{name}.md": build(content, lang) for lang in LANGUAGES for name, build in PAGES.items()}


def stale(content: Content) -> list[Path]:
    """Return the pages that are missing or not what would be written."""
    return [
        path for path, text in pages(content).items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the pages, or compare them."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--check", action="store_true", help="compare only; exit code 1 where a page is out of date")
    content = load_content()
    if reader.parse_args().check:
        old = stale(content)
        for path in old:
            print(f"out of date: {path.relative_to(DOCS.parent)} (run python scripts/make_docs.py)")
        return 1 if old else 0
    for path, text in pages(content).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


def _options(parser: Parser) -> Iterable[tuple[str, str]]:
    for action in parser._actions:
        names = ", ".join(action.option_strings)
        form = " ".join(action.metavar) if isinstance(action.metavar, tuple) else action.metavar or ""
        value = "|".join(action.choices) if names and action.choices else form
        takes_value = not names or action.nargs != 0
        yield f"`{names} {value}`".replace("` ", "`") if takes_value else f"`{names}`", str(action.help)


def _factor(factor: Factor, content: Content, page: Page) -> tuple[str, str, str]:
    if factor.is_lever:
        label, link = content.levers[factor.id].label, f"levers.md#{factor.id}"
    else:
        label, link = content.parameters[factor.id].label, "parameters.md"
    taken = ", ".join(exact(value) for value in factor.values) or range_text(factor.bounds)
    return f"[`{factor.id}`]({link})", page.pick(label), taken


def _promise(lever: Lever, page: Page) -> str:
    effect = lever.effect
    written = page.word("promise_is").format(
        value=with_unit(effect.value, lever.unit, page.say),
        year=PLAY_YEAR,
        indicator=effect.indicator,
        direction=page.word(effect.direction),
        years=effect.years,
    )
    if not effect.condition:
        return written
    condition = ", ".join(f"`{name}` = {exact(value)}" for name, value in effect.condition.items())
    return written + page.word("where").format(condition=condition)


def _sections(cited: str, page: Page) -> Iterator[str]:
    """Name sections of the source report with their headings."""
    headings = Texts.load("report")
    for section in filter(None, cited.split(", ")):
        yield f"{section} {page.pick(headings[section])}" if section in headings else section


def _dated(lever: Lever, page: Page) -> str:
    return "; ".join(
        f"{page.word('from')} {_plain(one.from_)}{page.colon}{with_unit(one.value, lever.unit, page.say)}"
        for one in lever.status_quo
    )


def _plain(year: float) -> str:
    return f"{year:g}"


if __name__ == "__main__":
    sys.exit(main())
