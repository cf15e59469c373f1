"""A game as a study and as a Python script: the same decisions, scenario and seed, for people who want more worlds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ccepz_sim import __version__
from ccepz_sim.clock import PLAY_YEAR
from ccepz_sim.content import Content, load_content
from ccepz_sim.policies.schedule import Decision, check_decisions
from ccepz_sim.schema import LARGEST_SEED, STATUS_QUO, Label

SEEDS = 30
INDICATORS = ("gdp_real", "urban_income", "so2", "solid_waste_stock", "colluding_share", "trust", "government_debt")
GAME = Label("My decisions", "我的决策")


@dataclass(frozen=True, slots=True)
class Played:
    """What was played: dated decisions, scenario, seed, and the number of years from 2016 on."""

    decisions: Sequence[Decision]
    scenario: str
    seed: int
    years: int


def study_toml(
    played: Played,
    *,
    name: str = "my-study",
    label: Label = GAME,
    seeds: int = SEEDS,
    indicators: Sequence[str] = INDICATORS,
    content: Content | None = None,
) -> str:
    """Return a study file that compares what was played with the status quo over seeds, that of the game among them.

    Args:
        played: the game.
        name: id of the study.
        label: name of the study and of the policy.
        seeds: number of worlds.
        indicators: what is kept.
        content: content the game was played with; None for the project's own.

    Raises:
        ContentError: a lever, a value, a scenario or an indicator is not possible.
    """
    content = content or load_content()
    check_decisions(content, played.decisions)
    lines = [
        f"# Written by CCEPZ Sim {__version__}: run it with  ccepz study {name}.toml",
        *([f"# It is about the content of {_text(str(content.own_folder))}."] if content.own_folder else []),
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
    for indicator in indicators:
        lines += ["", "[[outcome]]", f"indicator = {_text(indicator)}"]
    text = "\n".join(lines) + "\n"
    _check(text, name, content)
    return text


def python_script(played: Played, *, golden_hash: str = "", content: Content | None = None) -> str:
    """Return a Python script that makes the run that was played, number for number.

    Args:
        played: the game.
        golden_hash: fingerprint of the run that was played, to be printed beside the script's own.
        content: content the game was played with; None for the project's own.

    Raises:
        ContentError: a lever, a value or the scenario is not possible.
    """
    content = content or load_content()
    check_decisions(content, played.decisions)
    content.scenario(played.scenario)
    decisions = [
        f"    Decision({_text(one.lever)}, {_number(one.value)}, {_number(one.year)})," for one in played.decisions
    ]
    lines = [
        f'"""A game of CCEPZ Sim {__version__} as a run; content {content.hash[:16]}."""',
        "",
        "import pandas as pd",
        "",
        "from ccepz_sim import PilotZone, load_content" if content.own_folder else "from ccepz_sim import PilotZone",
        "from ccepz_sim.policies.schedule import Decision",
        "",
        "decisions = [",
        *decisions,
        "]",
        f"world = dict(scenario={_text(played.scenario)}, seed={played.seed}{_content_of(content)})",
        f"mine = PilotZone(**world, decisions=decisions).run(years={played.years})",
        f"without = PilotZone(**world).run(years={played.years})",
        "",
        "tables = {}",
        'for name, zone in {"mine": mine, "without": without}.items():',
        "    year_ends = zone.indicators.query(\"place == 'zone' and view == 'true' and quarter == 4\")",
        '    tables[name] = year_ends.pivot(index="year", columns="indicator", values="value")',
        f"for indicator in {json.dumps(list(INDICATORS))}:",
        "    print(indicator)",
        "    print(pd.DataFrame({name: table[indicator] for name, table in tables.items()}).T.to_string())",
        'print("golden hash", mine.golden_hash())',
    ]
    if golden_hash:
        lines.append(f'print("of the game", {_text(golden_hash)})  # the same, unless content or version differ')
    return "\n".join(lines) + "\n"


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
