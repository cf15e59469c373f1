"""The policy web: what acts on what, from the levers' declared effects and the arrows of the model."""

from __future__ import annotations

from ccepz_sim.content.loading import Content
from ccepz_sim.game.explain import relative
from ccepz_sim.game.links import all_links
from ccepz_sim.game.state import Outcome, State
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import FIRST_YEAR
from ccepz_sim.web.views.charts import colour_of
from ccepz_sim.web.views.levers import lever_values
from ccepz_sim.web.views.words import Part

DEPTH = 3  # columns of indicators to the right of the levers
MOVED = 0.005  # half a point, or half a per cent: below, an arrow is drawn as at rest


def picture(content: Content, state: State, outcome: Outcome, focus: str, lang: str) -> Part:
    """Describe the web that starts at the levers of one group (or at what leads to one indicator).

    Args:
        content: levers and groups; state: what is decided; outcome: how far everything moved in the year on the table.
        focus: id of a group of levers, or of an indicator.
    """
    row = state.year - FIRST_YEAR
    moved = relative(outcome.own.ids, outcome.without.brief.yearly[row, :, 0], outcome.own.brief.yearly[row, :, 0])
    now = lever_values(content, state)
    levers = [lever for lever in content.levers.values() if lever.group == focus]
    if levers:
        starts = list(dict.fromkeys(lever.effect.indicator for lever in levers))
        column = _spread(starts)
    else:
        column = _lead_to(focus)
        starts = list(column)
        levers = [lever for lever in content.levers.values() if lever.effect.indicator in column]
    nodes = [
        {
            "id": f"lever:{lever.id}",
            "label": lever.label.get(lang),
            "help": lever.summary.get(lang),
            "column": 0,
            "colour": content.groups[lever.group].colour,
            "on": abs(now["values"][lever.id] - now["quo"][lever.id]) > 1e-9,
            "lever": True,
        }
        for lever in levers
    ]
    for name, place in column.items():
        indicator = all_indicators()[name]
        nodes.append(
            {
                "id": name,
                "label": indicator.label.get(lang),
                "help": indicator.help.get(lang),
                "column": place,
                "colour": colour_of(name),
                "on": abs(moved[name]) > MOVED,
                "way": 0 if abs(moved[name]) <= MOVED else 1 if moved[name] > 0 else -1,
                "lever": False,
            }
        )
    edges = [
        {
            "from": f"lever:{lever.id}",
            "to": lever.effect.indicator,
            "sign": 0,
            "why": lever.assumes.get(lang),
            "on": abs(now["values"][lever.id] - now["quo"][lever.id]) > 1e-9,
        }
        for lever in levers
        if lever.effect.indicator in column
    ]
    for link in all_links():
        if link.origin in column and link.target in column and column[link.target] > column[link.origin]:
            lively = moved[link.origin] * moved[link.target] * link.sign > 0
            on = lively and min(abs(moved[link.origin]), abs(moved[link.target])) > MOVED
            edges.append(
                {"from": link.origin, "to": link.target, "sign": link.sign, "why": link.why.get(lang), "on": on}
            )
    return {"nodes": nodes, "edges": edges, "columns": 1 + max(column.values(), default=0)}


def _spread(starts: list[str]) -> dict[str, int]:
    """Place indicators by how many arrows they are from where the levers enter."""
    column = dict.fromkeys(starts, 1)
    for depth in range(1, DEPTH):
        for link in all_links():
            if column.get(link.origin) == depth and link.target not in column:
                column[link.target] = depth + 1
    return column


def _lead_to(target: str) -> dict[str, int]:
    """Place the indicators that lead to one, itself last."""
    distance = {target: 0}
    for depth in range(DEPTH - 1):
        for link in all_links():
            if distance.get(link.target) == depth and link.origin not in distance:
                distance[link.origin] = depth + 1
    last = max(distance.values())
    return {name: last - steps + 1 for name, steps in distance.items()}
