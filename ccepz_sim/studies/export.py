"""A game as a study and as a Python script: the same decisions, scenario and seed, for people who want more worlds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.schema.lever import STATUS_QUO
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.numerics.clock import PLAY_YEAR
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.state.decisions import Decision, check_decisions
from ccepz_sim.text.errors import unknown
from ccepz_sim.text.label import Label
from ccepz_sim.text.texts import Texts

SEEDS = 30
INDICATORS = ("gdp_real", "urban_income", "so2", "solid_waste_stock", "colluding_share", "trust", "government_debt")
GAME = Label("My decisions", "我的决策")
EVERY_YEAR = 9999  # known for ever: nothing is left to what officials report


@dataclass(frozen=True, slots=True)
class Chart:
    """An indicator as somebody looks at it: its unit, how much of the content's unit that is, and digits written."""

    indicator: str
    unit: str = ""
    size: float = 1.0
    digits: int = 3


CHARTS = tuple(Chart(indicator) for indicator in INDICATORS)


@dataclass(frozen=True, slots=True)
class Played:
    """What was played: dated decisions, scenario, seed, and the number of years from 2016 on.

    `charts` is what was looked at; up to the year `known` the true figures were shown, later what officials report
    (where they report).
    """

    decisions: Sequence[Decision]
    scenario: str
    seed: int
    years: int
    charts: Sequence[Chart] = CHARTS
    known: int = EVERY_YEAR

    def views(self, indicator: str) -> tuple[str, ...]:
        """Return the views of an indicator that were shown in the years played."""
        veiled = all_indicators()[indicator].reported and self.known < PLAY_YEAR + self.years - 1
        return ("true", "reported") if veiled else ("true",)


def study_toml(
    played: Played,
    *,
    name: str = "my-study",
    label: Label = GAME,
    seeds: int = SEEDS,
    lang: str = "en",
    content: Content | None = None,
) -> str:
    """Return a study file that compares what was played with the status quo over seeds, that of the game among them.

    It keeps the yearly means of what was looked at.

    Args:
        played: the game.
        name: id of the study.
        label: name of the study and of the policy.
        seeds: number of worlds.
        lang: language of the comments.
        content: content the game was played with; None for the project's own.

    Raises:
        ContentError: a lever, a value, a scenario or an indicator is not possible.
    """
    content = content or load_content()
    _check_played(played, content)
    lines = [
        _say("study", lang, version=__version__, name=name),
        *([_say("folder", lang, folder=_text(str(content.own_folder)))] if content.own_folder else []),
        f"id = {_text(name)}",
        f"label = {_label(label)}",
        f"question = {_label(_question(played, content))}",
        'design = "grid"',
        f"seeds = {seeds}",
        f"first_seed = {min(played.seed, LARGEST_SEED + 1 - seeds)}",
        f"expected_runs = {2 * seeds}",
        f"packages = [{_text(STATUS_QUO)}]",
        f"scenarios = [{_text(played.scenario)}]",
        "",
        "[relations]",
        f"from = {PLAY_YEAR}",
        f"years = {played.years}",
        "",
        "[[policy]]",
        'id = "mine"',
        f"label = {_label(label)}",
    ]
    for decision in played.decisions:
        lines += ["", "[[policy.set]]", f"lever = {_text(decision.lever)}"]
        lines += [f"from = {_number(decision.year)}", f"value = {_number(decision.value)}"]
    for parameter, value in content.overrides.items():
        lines += ["", "[[uncertainty]]", f"id = {_text(parameter)}", f"values = [{_number(value)}]"]
    for indicator in dict.fromkeys(chart.indicator for chart in played.charts):
        for view in played.views(indicator):
            lines += ["", "[[outcome]]", f"indicator = {_text(indicator)}", f"view = {_text(view)}"]
    text = "\n".join(lines) + "\n"
    _check(text, name, content)
    return text


def python_script(played: Played, *, golden_hash: str = "", lang: str = "en", content: Content | None = None) -> str:
    """Return a Python script that makes the run that was played and prints what was looked at, digit for digit.

    Args:
        played: the game.
        golden_hash: fingerprint of the run that was played, to be printed beside the script's own.
        lang: language of the comments.
        content: content the game was played with; None for the project's own.

    Raises:
        ContentError: a lever, a value, the scenario or an indicator is not possible.
    """
    content = content or load_content()
    _check_played(played, content)
    decisions = [
        f"    Decision({_text(one.lever)}, {_number(one.value)}, {_number(one.year)})," for one in played.decisions
    ]
    charts = [
        f"    ({_text(one.indicator)}, {_text(one.unit)}, {_number(one.size)}, {one.digits}),"
        for one in dict.fromkeys(played.charts)
    ]
    lines = [
        f'"""{_say("script", lang, version=__version__, hash=content.hash[:16])}"""',
        "",
        "import pandas as pd",
        "",
        "from ccepz_sim import PilotZone, load_content" if content.own_folder else "from ccepz_sim import PilotZone",
        "from ccepz_sim.state.decisions import Decision",
        "from ccepz_sim.text.sentences import figure",
        "",
        "decisions = [",
        *decisions,
        "]",
        _say("charts", lang),
        "charts = [",
        *charts,
        "]",
        _say("known", lang),
        f"known = {played.known}",
        "",
        f"world = dict(scenario={_text(played.scenario)}, seed={played.seed}{_content_of(content)})",
        f"mine = PilotZone(**world, decisions=decisions).run(years={played.years})",
        f"without = PilotZone(**world).run(years={played.years})",
        "",
        "",
        "def by_year(zone, indicator):",
        f'    """{_say("by_year", lang)}"""',
        "    rows = zone.indicators.query(\"place == 'zone' and indicator == @indicator\")",
        '    views = rows.groupby("view", observed=True)',
        '    means = {view: part.groupby("year")["value"].mean() for view, part in views}',
        '    later = means.get("reported", means["true"])',
        '    return means["true"].where(means["true"].index <= known, later)',
        "",
        "",
        "for indicator, unit, size, digits in charts:",
        '    print(f"{indicator} ({unit})" if unit else indicator)',
        "    table = {}",
        '    for name, zone in {"mine": mine, "without": without}.items():',
        "        table[name] = (by_year(zone, indicator) / size).map(lambda value: figure(value, digits))",
        "    print(pd.DataFrame(table).T.to_string())",
        'print("golden hash", mine.golden_hash())',
    ]
    if golden_hash:
        lines.append(f'print("of the game", {_text(golden_hash)})  {_say("same", lang)}')
    return "\n".join(lines) + "\n"


def _check_played(played: Played, content: Content) -> None:
    """Refuse what cannot have been played.

    Raises:
        ContentError: a lever, a value, the scenario or an indicator is not possible.
    """
    check_decisions(content, played.decisions)
    content.scenario(played.scenario)
    for chart in played.charts:
        if chart.indicator not in all_indicators():
            raise unknown("unknown_indicator", chart.indicator, all_indicators())


def _say(key: str, lang: str, **fields: object) -> str:
    return Texts.load("studies")[f"export.{key}"].format(lang, **fields)


def _question(played: Played, content: Content) -> Label:
    scenario = content.scenario(played.scenario).label
    return Label(
        f"Do these decisions do better than the status quo, and in how many worlds? Scenario: {scenario.en}.",
        f"这些决策是否优于现状？在多少个世界中如此？情景：{scenario.zh}。",
    )


def _check(text: str, name: str, content: Content) -> None:
    import tomllib

    content.read_study(tomllib.loads(text), f"{name}.toml")


def _content_of(content: Content) -> str:
    """Return the arguments that give a zone the content of a game, where it is not the project's own."""
    told = f", content=load_content({_text(str(content.own_folder))})" if content.own_folder else ""
    return told + (f", parameters={dict(content.overrides)}" if content.overrides else "")


def _text(value: str) -> str:
    # The same in TOML and Python, but that TOML takes no delete sign.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _label(label: Label) -> str:
    return f"{{ en = {_text(label.en)}, zh = {_text(label.zh)} }}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
