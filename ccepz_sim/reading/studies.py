"""Reads what the model is held against: `experiments/targets.toml` and `experiments/patterns.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from ccepz_sim.reading import finding as f
from ccepz_sim.reading.fields import SNAKE, WORDS, Fields, finite, shown
from ccepz_sim.schema import YEARS, Band, Label, Pattern, Patterns, Target

KINDS = ("level", "survey", "range", "ceiling", "floor")
USES = ("calibrate", "validate")
# Figures taken from the recorded indicators, and figures taken from the state at the end of a year.
RECORDED = ("mean", "rest", "change", "growth", "ratio")
COUNTED = (
    "recruitment_difficult",
    "operatives_scarce",
    "low_chain",
    "mindset_not_established",
    "grantees_misusing",
    "growth_first_officials",
    "open_skilled_posts",
)
KEYS = (
    "id", "label", "unit", "kind", "value", "spread", "n", "use", "identifies", "measure", "indicators", "place",
    "year", "since", "threshold", "status", "source", "why", "missed",
)  # fmt: skip
PATTERN_KEYS = ("id", "label", "compares", "used_for_default", "band", "settings", "status", "source", "why", "missed")


def read_targets(data: Mapping[str, Any], file: str, findings: list[f.Finding]) -> dict[str, Target]:
    """Read all targets by id; names of parameters, indicators and places are checked by `check_targets`."""
    fields = Fields(data, file, "", findings)
    fields.only(("target",))
    read: dict[str, Target] = {}
    for item in fields.sections("target", required=True):
        target = _target(item)
        _once(item, target.id, read)
        read[target.id] = target
    return read


def _target(item: Fields) -> Target:
    item.only(KEYS)
    kind = item.choice("kind", KINDS)
    evidence = item.evidence()
    measure = item.choice("measure", (*RECORDED, *COUNTED))
    recorded = measure in RECORDED
    return Target(
        id=_name(item, WORDS),
        label=item.label("label"),
        unit=item.text("unit"),
        kind=kind,
        value=item.number("value"),
        spread=item.number("spread", above=0.0, required=kind in ("level", "range")),
        n=int(item.number("n", low=1, integer=True, required=kind == "survey")),
        use=item.choice("use", USES),
        identifies=_texts(item, "identifies"),
        measure=measure,
        indicators=_texts(item, "indicators", required=recorded),
        place=item.text("place", required=recorded),
        year=int(item.number("year", bounds=YEARS, integer=True)),
        since=int(
            item.number("since", bounds=YEARS, integer=True, required=measure in ("change", "growth"), default=0)
        ),
        threshold=item.number("threshold", required=False),
        status=evidence.status,
        source=evidence.source,
        why=evidence.why,
        missed=_missed(item),
    )


def _missed(item: Fields) -> Label | None:
    """Give the reason why a figure is not reached, where one is given."""
    return item.label("missed") if "missed" in item.data else None


def check_targets(
    targets: Mapping[str, Target],
    file: str,
    findings: list[f.Finding],
    *,
    parameters: Collection[str] = (),
    indicators: Collection[str] = (),
    places: Collection[str] = (),
) -> None:
    """Note parameters, indicators and places that do not exist; an empty list of known names is not compared."""
    for number, target in enumerate(targets.values(), 1):
        item = Fields({}, file, f"target[{number}]", findings)
        for key, names, known, home in (
            ("identifies", target.identifies, parameters, "agents/parameters"),
            ("indicators", target.indicators, indicators, "text/indicators.toml"),
            ("place", (target.place,) if target.place else (), places, "agents/places.toml"),
        ):
            for name in names:
                if known and name not in known:
                    item.note(key, "unknown_reference", value=name, target=home, options=known, name=name)


def read_patterns(data: Mapping[str, Any], file: str, findings: list[f.Finding]) -> Patterns:
    """Read all patterns."""
    fields = Fields(data, file, "", findings)
    fields.only(("seeds", "pattern"))
    read: dict[str, Pattern] = {}
    for item in fields.sections("pattern", required=True):
        item.only(PATTERN_KEYS)
        evidence = item.evidence()
        pattern = Pattern(
            id=_name(item, SNAKE),
            label=item.label("label"),
            compares=item.label("compares"),
            used_for_default=item.flag("used_for_default"),
            bands=tuple(_band(band) for band in item.sections("band", required=True)),
            settings=_settings(item.section("settings", required=False)),
            status=evidence.status,
            source=evidence.source,
            why=evidence.why,
            missed=_missed(item),
        )
        _once(item, pattern.id, read)
        read[pattern.id] = pattern
    seeds = int(fields.number("seeds", low=1, integer=True, default=1.0))
    return Patterns(seeds, MappingProxyType(read))


def _band(item: Fields) -> Band:
    item.only(("id", "label", "unit", "bounds"))
    low, high = item.bounds() or (0.0, 0.0)
    return Band(_name(item, SNAKE), item.label("label"), item.text("unit"), low, high)


def _settings(item: Fields) -> Mapping[str, float]:
    read = {}
    for key, value in item.data.items():
        if finite(value):
            read[key] = float(value)
        else:
            item.note(key, "wrong_type", allowed=f.allowed("number"), value=shown(value))
    return MappingProxyType(read)


def _name(item: Fields, pattern: Any) -> str:
    value = item.text("id")
    if value and not pattern.fullmatch(value):
        words = f.allowed("words" if pattern is WORDS else "snake")
        item.note("id", "bad_id", value=value, allowed=words)
    return value


def _once(item: Fields, name: str, seen: Collection[str]) -> None:
    if name in seen:
        item.note("id", "duplicate", value=name)


def _texts(item: Fields, key: str, *, required: bool = False) -> tuple[str, ...]:
    words = f.allowed("list")
    if not item.has(key, words, required=required):
        return ()
    value = item.data[key]
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        item.wrong(key, words)
        return ()
    return tuple(value)
