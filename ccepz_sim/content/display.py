"""What content and studies show of themselves in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccepz_sim.text.errors import UserError
from ccepz_sim.text.html import notebook_language, table_html
from ccepz_sim.text.texts import Texts

if TYPE_CHECKING:
    from ccepz_sim.content.loading import Content
    from ccepz_sim.content.schema.study import Outcome, Study

PARTS = ("levers", "packages", "scenarios", "parameters", "studies", "phenomena")
FEW, MOST = 4, 12  # names of a part, and of a list of a study


def content_html(content: Content, lang: str = "") -> str:
    """Return the parts of a content with their numbers; a part with a mistake says so."""
    lang = lang or notebook_language()
    texts = Texts.load("display")
    rows = []
    for part in PARTS:
        try:
            held = list(getattr(content, part))
            rows.append((texts[part].get(lang), str(len(held)), listed(held, FEW, lang)))
        except UserError as error:
            rows.append((texts[part].get(lang), "", texts["broken"].format(lang, mistake=error.sentence(lang))))
    head = [texts[key].get(lang) for key in ("part", "count", "examples")]
    changed = len(content.overrides)
    below = texts["content_changed"].format(lang, count=changed) if changed else ""
    title = texts["content"].format(lang, hash=content.hash[:12], folder=content.folder)
    return table_html(title, head, rows, below, numbers=(1,))


def study_html(study: Study, lang: str = "") -> str:
    """Return what a study asks, varies and keeps, and how many runs that makes."""
    lang = lang or notebook_language()
    texts = Texts.load("display")
    relations = study.relations
    made = texts["runs_made_of"].format(
        lang, runs=f"{study.runs:,}", points=study.points, policies=len(study.policies),
        scenarios=len(study.scenarios), seeds=study.seeds,
    )  # fmt: skip
    facts = {
        "design": study.design,
        "runs": made,
        "years": f"{relations.from_}–{relations.from_ + relations.years - 1}",
        "policies": listed([policy.id for policy in study.policies], MOST, lang),
        "study_scenarios": listed(study.scenarios, MOST, lang),
        "factors": listed([factor.id for factor in study.factors], MOST, lang),
        "outcomes": listed([_short(one) for one in study.outcomes], MOST, lang),
    }
    rows = [(texts[key].get(lang), text) for key, text in facts.items() if text]
    return table_html(f"{study.label.get(lang)} ({study.id})", (), rows, study.question.get(lang))


def listed(names: Sequence[str], most: int, lang: str) -> str:
    """Return names in one line, the first ones where they are many."""
    more = len(names) - most
    shown = list(names[:most]) + ([Texts.load("display")["more"].format(lang, count=more)] if more > 0 else [])
    return ("、" if lang == "zh" else ", ").join(shown)


def _short(outcome: Outcome) -> str:
    """Return an outcome as it is asked for, without the years of its measure."""
    place = "" if outcome.place == "zone" else f"@{outcome.place}"
    view = "" if outcome.view == "true" else f":{outcome.view}"
    series = f"{outcome.indicator}{place}{view}"
    return series if outcome.measure.kind == "last" else f"{outcome.measure.kind}({series})"
