"""The column of levers: what they are, where they stand, and what else can be chosen."""

from __future__ import annotations

from functools import lru_cache

from ccepz_sim.content.loading import Content
from ccepz_sim.content.schema.lever import STATUS_QUO, Lever
from ccepz_sim.game.log import ChoosePackage
from ccepz_sim.game.position import values_at
from ccepz_sim.game.state import State
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import fill
from ccepz_sim.text.texts import Texts
from ccepz_sim.web.views.words import Part, words

WHOLE = 0.995  # a share paid that counts as all of it


@lru_cache(maxsize=8)
def lever_groups(content: Content, lang: str) -> list[Part]:
    """Describe all levers by group: what never changes during a game."""
    bodies = content.table("bodies")
    body_names = {name: label.get(lang) for name, label in zip(bodies.ids, bodies.labels, strict=True)}
    groups = sorted(content.groups.values(), key=lambda group: group.order)
    return [
        {
            "id": group.id,
            "label": group.label.get(lang),
            "colour": group.colour,
            "levers": [_lever(lever, body_names, lang) for lever in content.levers.values() if lever.group == group.id],
        }
        for group in groups
    ]


def _lever(lever: Lever, bodies: dict[str, str], lang: str) -> Part:
    scale = numbers.lever_scale(lever.unit, lever.bounds, lever.step, lang)
    status = Texts.load("web")[f"status.{lever.status}"].get(lang)
    parts = [status, lever.evidence.get(lang), *cited(lever.report, lang)]
    space = "" if lang == "zh" or scale.unit in ("", "%") else "\u00a0"
    return {
        "id": lever.id,
        "label": lever.label.get(lang),
        "summary": lever.summary.get(lang),
        "assumes": lever.assumes.get(lang),
        "who": lever.who.get(lang),
        "body": bodies.get(lever.body, lever.body),
        "evidence": " · ".join(parts),
        "low": lever.bounds[0],
        "high": lever.bounds[1],
        "step": lever.step,
        "factor": scale.factor,
        "suffix": space + scale.unit if scale.unit else "",
        "suffix_single": space + scale.single if scale.unit else "",
        "decimals": scale.decimals,
        "lag": lever.lag.quarters,
        "cost": lever.cost.kind,
        "money": lever.cost.money,
        "standing": lever.cost.standing,
        "whole_cost": _whole_cost(lever, lang),
        "enters": all_indicators()[lever.effect.indicator].label.get(lang),
    }


def cited(sections: str, lang: str) -> list[str]:
    """Name sections of the source report with their headings, where they are known."""
    headings, t = Texts.load("report"), words("levers", lang)
    return [
        fill(t["section"], section=section, heading=headings[section].get(lang))
        if section in headings
        else fill(t["chapter"], section=section)
        for section in sections.split(", ")
        if section
    ]


def _whole_cost(lever: Lever, lang: str) -> str:
    """Say what a move over the whole range of a lever costs."""
    t, span = words("levers", lang), lever.bounds[1] - lever.bounds[0]
    yuan = span if lever.cost.kind == "value" else lever.cost.money * span
    money = numbers.scale_of("yuan", yuan, lang).write(yuan, lang)
    key = "cost_points" if lever.cost.kind == "none" else "cost_full"
    return fill(t[key], points=f"{lever.cost.standing:g}", money=money)


@lru_cache(maxsize=8)
def choices(content: Content, lang: str) -> Part:
    """Return packages, scenarios and indicators to choose from."""
    return {
        "packages": [
            {"id": item.id, "label": item.label.get(lang), "summary": item.summary.get(lang)}
            for item in sorted(content.packages.values(), key=lambda item: len(item.set))
        ],
        "scenarios": [
            {"id": item.id, "label": item.label.get(lang), "summary": item.summary.get(lang)}
            for item in content.scenarios.values()
        ],
        "indicators": [
            {"id": item.id, "label": item.label.get(lang), "help": item.help.get(lang)}
            for item in all_indicators().values()
        ],
    }


def means_now(content: Content, state: State, lang: str) -> Part:
    """Say what there is to govern with, and what it will not reach."""
    t = words("levers", lang)
    means, left = state.means, state.means.left
    standing, share = t["means_unknown"], "0%"
    warnings: list[str] = []
    if means.standing is not None and left is not None:
        have, rest = numbers.standing_text(means.standing), numbers.standing_text(max(0.0, left))
        standing = fill(t["means_spent"], left=rest, have=have, year=state.year)
        share = f"{min(100.0, max(0.0, left)):.0f}%"
        needed, floor = content.value("policy.standing_needed"), content.value("policy.dilution_floor")
        if left < needed:
            warnings.append(fill(t["means_weak"], share=f"{100 * max(floor, min(1.0, left / needed)):.0f}%"))
    scale = numbers.scale_of("yuan", abs(means.money), lang)
    paid = ""
    if means.paid is not None and means.money > 0:
        percent = f"{100 * means.paid:.0f}%"
        paid = fill(t["means_paid"], share=percent)
        if means.paid < WHOLE:
            warnings.append(fill(t["means_short"], share=percent))
    end = ""
    if state.outcome is not None:  # the very figure of the page's head
        points = state.outcome.own.resources[state.year - PLAY_YEAR].standing
        end = fill(t["means_end"], end=numbers.standing_text(points))
    return {
        "standing": standing,
        "end": end,
        "left_share": share,
        "money": fill(t["means_need"], money=scale.write(means.money, lang)) if means.money else t["means_none"],
        "paid": paid,
        "warnings": warnings,
    }


def working_now(content: Content, state: State) -> Part:
    """Return what is at work at the end of the year on the table, for levers that were decided."""
    own = state.outcome.own if state.outcome is not None else None
    decided = {decision.lever for decision in state.position.decisions if decision.year <= state.year}
    if own is None or own.decisions != state.position.decisions:
        return {}
    column = {name: number for number, name in enumerate(own.levers)}
    row = own.working[state.year - PLAY_YEAR]
    return {name: float(f"{row[column[name]]:.4g}") for name in content.levers if name in decided}


def lever_values(content: Content, state: State) -> Part:
    """Return what is announced for the year on the table, the status quo, and the package in force."""
    package = STATUS_QUO if not state.position.items else ""
    for item in state.position.items:
        if item.action.year <= state.year:
            package = item.action.package if isinstance(item.action, ChoosePackage) else ""
    since: dict[str, int] = {}
    for decision in state.position.decisions:  # in the order of their dates
        if decision.year <= state.year:
            since[decision.lever] = int(decision.year)
    return {
        "since": since,
        "values": values_at(content, state.position.decisions, state.year),
        "quo": {name: lever.status_quo_at(state.year) for name, lever in content.levers.items()},
        "chosen": package,
    }
