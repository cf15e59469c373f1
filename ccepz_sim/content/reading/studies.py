"""Reads what the model is held against: `experiments/targets.toml` and `experiments/patterns.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import SNAKE, WORDS, Fields, finite, shown
from ccepz_sim.content.schema.frozen import Frozen
from ccepz_sim.content.schema.target import Band, Pattern, Patterns, Target
from ccepz_sim.numerics.clock import FIRST_YEAR, LAST_YEAR
from ccepz_sim.text.label import Label

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
INDICATORS = {"mean": 1, "rest": 1, "ratio": 2}  # how many a measure takes; change and growth take any number
SINCE = ("change", "growth", "ratio")
HISTORY = (FIRST_YEAR, LAST_YEAR - 1)
MOST_ASKED = 1_000_000  # persons or firms of a survey, seeds of a pattern
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
    indicators = _texts(item, "indicators", required=recorded)
    year = item.whole("year", bounds=HISTORY, default=HISTORY[1])
    since = item.whole("since", bounds=HISTORY, required=measure in ("change", "growth"))
    if since and (since > year or (since == year and measure != "ratio")):
        item.note("since", "not_before", value=since, year=year)
    if indicators and len(indicators) != INDICATORS.get(measure, len(indicators)):
        item.note("indicators", "other_number", value=len(indicators), measure=measure, wanted=INDICATORS[measure])
    _for_others(item, kind, measure, recorded)
    return Target(
        id=item.name("id", WORDS),
        label=item.label("label"),
        unit=item.text("unit"),
        kind=kind,
        value=item.number("value", bounds=(0.0, 1.0) if kind == "survey" else None),
        spread=item.number("spread", above=0.0, required=kind in ("level", "range")),
        n=item.whole("n", bounds=(1, MOST_ASKED), required=kind == "survey"),
        use=item.choice("use", USES),
        identifies=_texts(item, "identifies"),
        measure=measure,
        indicators=indicators,
        place=item.text("place", required=recorded),
        year=year,
        since=since,
        threshold=item.number("threshold", required=False),
        status=evidence.status,
        source=evidence.source,
        why=evidence.why,
        missed=_missed(item),
    )


def _for_others(item: Fields, kind: str, measure: str, recorded: bool) -> None:
    """Note keys that this kind of target, or this measure, would ignore."""
    for key, used in (
        ("spread", kind in ("level", "range")),
        ("n", kind == "survey"),
        ("since", measure in SINCE),
        ("indicators", recorded),
        ("place", recorded),
        ("threshold", not recorded),
    ):
        if key in item.data and not used and kind in KINDS and measure in (*RECORDED, *COUNTED):
            item.note(key, "not_for_this", value=f"{kind}, {measure}")


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
        bands = tuple(_band(band) for band in item.sections("band", required=True))
        for band in dict.fromkeys(band.id for band in bands if [one.id for one in bands].count(band.id) > 1):
            item.note("band", "duplicate", value=band)
        pattern = Pattern(
            id=item.name("id", SNAKE),
            label=item.label("label"),
            compares=item.label("compares"),
            used_for_default=item.flag("used_for_default"),
            bands=bands,
            settings=_settings(item.section("settings", required=False)),
            status=evidence.status,
            source=evidence.source,
            why=evidence.why,
            missed=_missed(item),
        )
        _once(item, pattern.id, read)
        read[pattern.id] = pattern
    seeds = fields.whole("seeds", bounds=(1, MOST_ASKED), default=1)
    return Patterns(seeds, Frozen(read))


def check_patterns(patterns: Patterns, file: str, findings: list[f.Finding], shipped: Patterns) -> None:
    """Note patterns, settings and bands that are not those for which there are rules."""
    for number, pattern in enumerate(patterns.all.values(), 1):
        item = Fields({}, file, f"pattern[{number}]", findings)
        if pattern.id not in shipped.all:
            options = shipped.all
            item.note("id", "unknown_reference", value=pattern.id, target=file, options=options, name=pattern.id)
            continue
        own = shipped.all[pattern.id]
        for part, read, known in (
            ("settings", list(pattern.settings), list(own.settings)),
            ("band", [band.id for band in pattern.bands], [band.id for band in own.bands]),
        ):
            for name in read:
                if name not in known:
                    item.note(f"{part}.{name}", "unknown_key", options=known, name=name)
            for name in known:
                if name not in read:
                    item.note(f"{part}.{name}", "missing_key", allowed=f.allowed("number"))


def _band(item: Fields) -> Band:
    item.only(("id", "label", "unit", "bounds"))
    low, high = item.bounds() or (0.0, 0.0)
    return Band(item.name("id", SNAKE), item.label("label"), item.text("unit"), low, high)


def _settings(item: Fields) -> Mapping[str, float]:
    read = {}
    for key, value in item.data.items():
        if finite(value):
            read[key] = float(value)
        else:
            item.note(key, "wrong_type", allowed=f.allowed("number"), value=shown(value))
    return Frozen(read)


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
