"""The report at the end: what worked, what only looked so, what luck did; made by rule, ready to print."""

from __future__ import annotations

from ccepz_sim.content.loading import Content
from ccepz_sim.game.bands import Band
from ccepz_sim.game.placebo import too_small
from ccepz_sim.game.records import Event, Future
from ccepz_sim.game.state import Outcome, State
from ccepz_sim.game.world import LAST_YEAR
from ccepz_sim.measures.indicators import Indicator, all_indicators
from ccepz_sim.numerics.clock import FIRST_YEAR, PLAY_YEAR
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.web.views.branches import SCORES
from ccepz_sim.web.views.charts import colour_of, gap_text, shows, tone_of
from ccepz_sim.web.views.story import decisions
from ccepz_sim.web.views.words import Part, words

SURE, UNSURE = 0.75, 0.5  # share of worlds from which a gain counts as policy, and below which as a loss
LEAST = 0.005  # half a point or half a per cent: less is no result
LISTED = 7
TURNS = 8
FULL = 99.9  # points of a score; below a hundred, so that tenths are written as in the charts


def report(content: Content, state: State, outcome: Outcome, band: Band | None, lang: str) -> Part:
    """Make the report of a branch."""
    t = words("report", lang)
    fits = band if band is not None and band.decisions == outcome.own.decisions and band.decisions else None
    scenario = content.scenarios[state.world.scenario].label.get(lang)
    rows = _rows(outcome, fits, lang)
    treasury, standing, _, _ = outcome.own.resources[-1]
    return {
        "intro": fill(
            t["intro"],
            first=PLAY_YEAR,
            last=LAST_YEAR,
            scenario=scenario,
            seed=state.world.seed,
            count=len(state.position.items),
        ),
        "means": fill(
            t["means"],
            year=LAST_YEAR,
            treasury=numbers.scale_of("yuan", abs(treasury), lang).write(treasury, lang),
            standing=numbers.standing_text(standing),
        ),
        "worlds": fill(t["worlds"], worlds=fits.worlds) if fits is not None else t["no_worlds"],
        "decisions": decisions(content, state.position.items, lang),
        "scores": [_score(outcome, name, lang) for name in SCORES],
        "worked": [row for row in rows if row["kind"] == "worked"][:LISTED],
        "luck": [row for row in rows if row["kind"] == "luck"][:LISTED],
        "failed": [row for row in rows if row["kind"] == "failed"][:LISTED],
        "looked": _looked(outcome.own, lang),
        "turns": _turns(outcome.own, lang),
    }


def _rows(outcome: Outcome, band: Band | None, lang: str) -> list[Part]:
    """Sort indicators by how far the decisions moved them; luck is what other worlds do not confirm."""
    t = words("report", lang)
    found: list[tuple[float, Part]] = []
    for indicator in all_indicators().values():
        if indicator.direction not in ("up", "down") or indicator.group == "score":
            continue
        own, without = _end(outcome.own, indicator.id), _end(outcome.without, indicator.id)
        moved = abs(own - without) / (1.0 if indicator.unit in ("1", "share") else max(abs(own), abs(without), 1e-12))
        if moved < LEAST or too_small(indicator.id, own - without):
            continue
        better = band.better(indicator.id, LAST_YEAR) if band is not None else None
        tone = tone_of(indicator, own - without)
        found.append((moved, {**_line(indicator, own, without, tone, lang), "kind": _kind(tone, better)}))
        if better is not None and band is not None:
            found[-1][1]["odds"] = fill(t["odds"], share=f"{100 * better:.0f}%", worlds=band.worlds)
    return [row for _, row in sorted(found, key=lambda pair: -pair[0])]


def _kind(tone: str, better: float | None) -> str:
    if better is None:
        return "worked" if tone == "good" else "failed"
    if tone == "good":
        return "worked" if better >= SURE else "luck"
    return "failed" if better <= 1.0 - SURE else "luck"


def _line(indicator: Indicator, own: float, without: float, tone: str, lang: str) -> Part:
    scale = numbers.scale_of(indicator.unit, max(abs(own), abs(without)), lang)
    return {
        "label": indicator.label.get(lang),
        "colour": colour_of(indicator.id),
        "own": scale.write(own, lang),
        "without": scale.write(without, lang),
        "gap": gap_text(indicator, own, without, scale, lang),
        "tone": tone,
        "odds": "",
    }


def _score(outcome: Outcome, name: str, lang: str) -> Part:
    indicator = all_indicators()[name]
    own, without = _end(outcome.own, name), _end(outcome.without, name)
    scale = numbers.scale_of(indicator.unit, FULL, lang)
    gap = scale.write(own - without, lang, sign=True)
    told = shows(gap) and not too_small(name, own - without)
    return {
        "label": indicator.label.get(lang),
        "own": numbers.number_text(own, scale.decimals),
        "share": round(own / 100.0, 3),
        "quo": round(without / 100.0, 3),
        "gap": gap if told or not shows(gap) else words("charts", lang)["too_small_to_tell"],
        "tone": tone_of(indicator, own - without) if told else "",
    }


def _looked(own: Future, lang: str) -> list[str]:
    """Say where the figures officials report are better than the truth."""
    t = words("report", lang)
    found: list[tuple[float, str]] = []
    for indicator in all_indicators().values():
        if not indicator.reported or indicator.direction not in ("up", "down"):
            continue
        true, said = _end(own, indicator.id), float(own.by_year(indicator.id, view="reported")[-1])
        size = 1.0 if indicator.unit in ("1", "share") else max(abs(true), 1e-12)
        if tone_of(indicator, said - true) == "good" and abs(said - true) / size >= 2 * LEAST:
            scale = numbers.scale_of(indicator.unit, max(abs(true), abs(said)), lang)
            sentence = fill(
                t["looked_row"],
                name=indicator.label.get(lang),
                said=scale.write(said, lang),
                true=scale.write(true, lang),
            )
            found.append((abs(said - true) / size, sentence))
    return [sentence for _, sentence in sorted(found, reverse=True)][:LISTED]


def _turns(own: Future, lang: str) -> list[Part]:
    """Return the weightiest event of each kind, in the order of their dates."""
    best: dict[str, Event] = {}
    for event in own.events:
        if event.year >= PLAY_YEAR and (event.kind not in best or event.weight > best[event.kind].weight):
            best[event.kind] = event
    chosen = sorted(best.values(), key=lambda event: (event.year, event.quarter))[:TURNS]
    return [{"year": event.year, "text": event.zh if lang == "zh" else event.en} for event in chosen]


def _end(future: Future, indicator: str) -> float:
    return float(future.by_year(indicator)[LAST_YEAR - FIRST_YEAR])
