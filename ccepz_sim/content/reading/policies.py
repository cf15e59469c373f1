"""Reads levers, groups of levers and packages of `policies/`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import TOLERANCE, WORDS, Fields, ascending, shown
from ccepz_sim.content.reading.needs import CHANNELS, MOST_STAGES, channels
from ccepz_sim.content.schema.evidence import DIRECTIONS
from ccepz_sim.content.schema.frozen import Frozen
from ccepz_sim.content.schema.lever import (
    COST_KINDS,
    LEVER_UNITS,
    STATUS_QUO,
    Cost,
    DatedValue,
    Effect,
    Group,
    Lag,
    Lever,
    Package,
    Setting,
)
from ccepz_sim.numerics.clock import FIRST_YEAR, LAST_YEAR, QUARTERS
from ccepz_sim.text.label import Label

LEVER_KEYS = (
    "id", "group", "label", "summary", "assumes", "unit", "bounds", "step", "status_quo", "body", "channel",
    "who", "report", "status", "source", "why", "lag", "cost", "effect",
)  # fmt: skip
GROUP_KEYS = ("id", "label", "what", "colour", "order", "report_group")
EFFECT_KEYS = ("indicator", "direction", "value", "years", "condition")
PACKAGE_KEYS = ("id", "label", "summary", "reference", "baseline", "set")
Bounds = tuple[float, float] | None
YEARS_OF_MODEL = LAST_YEAR - FIRST_YEAR
LONGEST_LAG = float(YEARS_OF_MODEL * QUARTERS)  # what takes longer never works
DATES = (float(FIRST_YEAR), LAST_YEAR - 1 / QUARTERS)


def read_groups(data: Mapping[str, Any], file: str, findings: list[f.Finding]) -> dict[str, Group]:
    """Read `policies/groups.toml`: the groups of levers in their order."""
    fields = Fields(data, file, "", findings)
    fields.only(("group",))
    groups: dict[str, Group] = {}
    orders: set[int] = set()
    for item in fields.sections("group", required=True):
        item.only(GROUP_KEYS)
        name = item.text("id")
        if name in groups:
            item.note("id", "duplicate", value=name)
        order = item.whole("order")
        if order in orders:
            item.note("order", "duplicate", value=order)
        orders.add(order)
        label, what = item.label("label"), item.label("what")
        groups[name] = Group(name, label, what, item.text("colour"), order, item.text("report_group"))
    return dict(sorted(groups.items(), key=lambda pair: (pair[1].order, pair[0])))


def read_lever(data: Mapping[str, Any], file: str, stem: str, findings: list[f.Finding]) -> Lever:
    """Read one lever; names that refer to other files are checked by `check_lever`."""
    fields = Fields(data, file, "", findings)
    fields.only(LEVER_KEYS)
    name = fields.identity(stem, WORDS)
    label, summary, assumes = (fields.label(key) for key in ("label", "summary", "assumes"))
    unit = fields.choice("unit", LEVER_UNITS)
    bounds = fields.bounds()
    step = fields.number("step", above=0.0)
    if bounds and step and not _divides(step, bounds[1] - bounds[0]):
        fields.note("step", "step_not_dividing", value=shown(step))
    evidence = fields.evidence()
    status_quo = _status_quo(fields, bounds, step)
    return Lever(
        id=name,
        group=fields.text("group"),
        label=label,
        summary=summary,
        assumes=assumes,
        unit=unit,
        bounds=bounds or (0.0, 0.0),
        step=step,
        status_quo=status_quo,
        body=fields.text("body"),
        channel=fields.choice("channel", channels()),
        who=fields.label("who"),
        report=fields.text("report", empty=True),
        status=evidence.status,
        source=evidence.source,
        why=evidence.why,
        evidence=Label(evidence.source or evidence.why, evidence.zh or evidence.source or evidence.why),
        lag=_lag(fields),
        cost=_cost(fields, unit),
        effect=_effect(fields, bounds, status_quo),
    )


def check_lever(
    lever: Lever,
    file: str,
    findings: list[f.Finding],
    *,
    levers: Mapping[str, Lever],
    groups: Collection[str] | None,
    bodies: Collection[str] | None,
    indicators: Collection[str] | None = None,
) -> None:
    """Note what a lever says of other files and is not so; `None` skips what is not there to compare with."""
    fields = Fields({}, file, "", findings)
    for key, value, known, target in (
        ("group", lever.group, groups, "policies/groups.toml"),
        ("body", lever.body, bodies, "agents/bodies.toml"),
        ("effect.indicator", lever.effect.indicator, indicators, "text/indicators.toml"),
    ):
        if known is not None and value and value not in known:
            fields.note(key, "unknown_reference", value=value, target=target, options=known, name=value)
    for other, needed in lever.effect.condition.items():
        _check_setting(fields, f"effect.condition.{other}", other, needed, levers)
    twins = [other.id for other in levers.values() if other.channel == lever.channel and other.id < lever.id]
    if lever.channel and twins:
        fields.note("channel", "duplicate", value=f"{lever.channel} ({twins[0]})")


def check_channels(levers: Iterable[Lever], folder: str, findings: list[f.Finding]) -> None:
    """Note every channel of the rules that no lever moves."""
    taken = {lever.channel for lever in levers}
    missing = [channel for channel in CHANNELS if channel not in taken]
    findings += [f.make(folder, "channel", "channel_missing", value=channel) for channel in missing]


def check_units(levers: Iterable[Lever], folder: str, findings: list[f.Finding], shipped: Mapping[str, Lever]) -> None:
    """Note levers whose unit is not the one in which the rules read their channel."""
    units = {lever.channel: lever.unit for lever in shipped.values()}
    for lever in levers:
        unit = units.get(lever.channel, lever.unit)
        if lever.unit in LEVER_UNITS and lever.unit != unit:
            file = f"{folder}/{lever.id}.toml"
            findings.append(f.make(file, "unit", "other_unit", value=lever.unit, unit=unit))


def read_package(data: Mapping[str, Any], file: str, stem: str, findings: list[f.Finding]) -> Package:
    """Read one package."""
    fields = Fields(data, file, "", findings)
    fields.only(PACKAGE_KEYS)
    name = fields.identity(stem, WORDS)
    settings = []
    for item in fields.sections("set"):
        item.only(("lever", "from", "value"))
        settings.append(Setting(item.text("lever"), item.date("from", DATES), item.number("value")))
    return Package(
        id=name,
        label=fields.label("label"),
        summary=fields.label("summary"),
        reference=fields.text("reference", empty=True),
        baseline=fields.text("baseline"),
        set=tuple(settings),
    )


def check_groups(groups: Mapping[str, Group], file: str, findings: list[f.Finding], packages: Collection[str]) -> None:
    """Note groups that belong to a group of measures for which there is no package."""
    fields = Fields({}, file, "", findings)
    for group in groups.values():
        value = group.report_group
        if value and value not in packages:
            key, target = f"{group.id}.report_group", "policies/packages/"
            fields.note(key, "unknown_reference", value=value, target=target, options=packages, name=value)


def check_package(
    package: Package,
    file: str,
    findings: list[f.Finding],
    *,
    levers: Mapping[str, Lever],
    packages: Collection[str],
) -> None:
    """Note settings of levers that do not exist, out of bounds or given twice, and an unknown baseline."""
    fields = Fields({}, file, "", findings)
    known = sorted({STATUS_QUO, *packages})
    if package.baseline and package.baseline not in known:
        target = "policies/packages/"
        value = package.baseline
        fields.note("baseline", "unknown_reference", value=value, target=target, options=known, name=value)
    seen: set[tuple[str, float]] = set()
    for number, setting in enumerate(package.set, 1):
        item = f"set[{number}]"
        if (setting.lever, setting.from_) in seen:
            fields.note(item, "duplicate", value=f"{setting.lever} @ {setting.from_:.10g}")
        seen.add((setting.lever, setting.from_))
        _check_setting(fields, item, setting.lever, setting.value, levers)


def _check_setting(fields: Fields, key: str, name: str, value: float, levers: Mapping[str, Lever]) -> None:
    if not name:
        return
    if name not in levers:
        target = "policies/instruments/"
        fields.note(key, "unknown_reference", value=name, target=target, options=levers, name=name)
        return
    lever = levers[name]
    low, high = lever.bounds
    if low < high and not low <= value <= high:
        words = f.allowed("between", low=shown(low), high=shown(high))
        fields.note(key, "out_of_bounds", allowed=words, value=shown(value))
    elif low < high:
        _check_step(fields, key, value, lever.bounds, lever.step)


def _check_step(fields: Fields, key: str, value: float, bounds: Bounds, step: float) -> None:
    if bounds and step and not _divides(step, value - bounds[0]):
        fields.note(key, "off_step", value=shown(value))


def _divides(step: float, span: float) -> bool:
    steps = span / step
    return abs(steps - round(steps)) <= TOLERANCE


def _status_quo(fields: Fields, bounds: Bounds, step: float) -> tuple[DatedValue, ...]:
    items = fields.sections("status_quo", required=True)
    read = []
    for item in items:
        item.only(("from", "value"))
        before = len(fields.findings)
        value = item.number("value", bounds=bounds)
        if len(fields.findings) == before:
            _check_step(item, "value", value, bounds, step)
        read.append(DatedValue(item.date("from"), value))
    ascending(items, "from", (dated.from_ for dated in read))
    return tuple(read) or (DatedValue(0.0, bounds[0] if bounds else 0.0),)


def _lag(fields: Fields) -> Lag:
    lag = fields.section("lag")
    lag.only(("quarters", "stages"))
    quarters = lag.number("quarters", bounds=(0.0, LONGEST_LAG))
    return Lag(quarters, lag.whole("stages", bounds=(1, MOST_STAGES), default=1))


def _cost(fields: Fields, unit: str) -> Cost:
    cost = fields.section("cost")
    cost.only(("kind", "money", "standing"))
    kind = cost.choice("kind", COST_KINDS)
    if kind == "value" and unit and not unit.startswith("yuan"):
        cost.note("kind", "cost_unit", value=unit)
    return Cost(kind, cost.number("money", low=0.0), cost.number("standing", bounds=(0.0, 100.0)))


def _effect(fields: Fields, bounds: Bounds, status_quo: tuple[DatedValue, ...]) -> Effect:
    effect = fields.section("effect")
    effect.only(EFFECT_KEYS)
    before = len(fields.findings)
    value = effect.number("value", bounds=bounds)
    if len(fields.findings) == before and effect.data and value == status_quo[-1].value:
        effect.note("value", "no_change", value=shown(value))
    condition = effect.section("condition", required=False)
    return Effect(
        indicator=effect.text("indicator"),
        direction=effect.choice("direction", DIRECTIONS),
        value=value,
        years=effect.whole("years", bounds=(1, YEARS_OF_MODEL), default=1),
        condition=Frozen({key: condition.number(key) for key in condition.data}),
    )
