"""Models of one's own: how a subclass of `PilotZone` differs from it, checked, put to work and written down."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.fields import SNAKE, shown
from ccepz_sim.content.reading.needs import CHANNELS, register_channel
from ccepz_sim.measures.indicators import Indicator, all_indicators
from ccepz_sim.numerics import rule_sources
from ccepz_sim.numerics.rule_sources import PACKAGE
from ccepz_sim.quarter.named_rules import check_rules, function_of, with_rules
from ccepz_sim.quarter.phases import LAST, PHASES, Phases
from ccepz_sim.text.errors import ContentError

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone

Run = Callable[[Any], None]
# What a class says of itself; of an instance it would come too late.
OF_CLASS = ("phases", "rules", "own_indicators", "own_channels", "own_observers", "own_stops")
MOST_KEPT = 16
PLACES = ("zone", "towns")
_built: OrderedDict[Hashable, tuple[Run, ...]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Course:
    """What runs in a quarter, each with whether it is given the model or the state, and whether it is recorded."""

    runs: tuple[tuple[Run, bool], ...]
    recorded: bool


def course_of(model: type[PilotZone], without: Collection[str]) -> Course:
    """Give the course of a model's quarter, without some phases.

    Raises:
        ContentError: the model says something of itself that cannot be, or would have no effect.
    """
    phases = model.phases
    runs = tuple(phase.run for phase in phases) if is_plain(model) else _runs(model)
    kept = tuple(
        (run, phase.takes == "model")
        for phase, run in zip(phases, runs, strict=True)
        if phase.name not in without
    )  # fmt: skip
    return Course(kept, LAST not in without)


def is_plain(model: type[PilotZone]) -> bool:
    """Whether a model runs the package's own phases and rules."""
    return model.phases is PHASES and not model.rules


def check(model: type[PilotZone]) -> None:
    """Refuse what a model says of itself and cannot be.

    Raises:
        ContentError: naming the first.
    """
    if not isinstance(model.phases, Phases):
        raise ContentError("phases_of_another_kind", value=shown(model.phases))
    check_rules(model.rules)
    for item in model.own_indicators:
        if not isinstance(item, Indicator) or not callable(item.of):
            raise ContentError("not_an_indicator", value=shown(item))
        if not SNAKE.fullmatch(item.id) or item.id in all_indicators() or item.places not in PLACES:
            raise ContentError("indicator_not_possible", name=item.id)
    for name in model.own_channels:
        if not isinstance(name, str) or not SNAKE.fullmatch(name) or name in CHANNELS:
            raise ContentError("channel_not_possible", name=str(name))
        register_channel(name)
    for make in model.own_observers:
        if not callable(make):
            raise ContentError("observer_not_made", value=shown(make))
    stops: Any = model.own_stops
    for stop in stops if isinstance(stops, tuple | list) else (stops,):
        if not callable(stop) or not isinstance(stops, tuple | list):
            raise ContentError("stop_not_asked", value=shown(stop))


def check_channels(model: type[PilotZone], content: Content) -> None:
    """Refuse content with a lever that this model does not read, and without one that it does.

    Raises:
        ContentError: naming the channel.
    """
    moved = {lever.channel for lever in content.levers.values()}
    for channel in sorted(moved - {*CHANNELS, *model.own_channels}):
        raise ContentError("channel_not_read", name=channel)
    for channel in model.own_channels:
        if channel not in moved:
            raise ContentError("channel_not_moved", name=channel)


def history_key(model: type[PilotZone]) -> tuple[Hashable, ...]:
    """Give what the state depends on of a model's phases, rules and indicators; () for the package's own.

    A function is described with all it takes from around it, as a cell of a notebook may change that; what cannot be
    described stands for itself.
    """
    if is_plain(model) and not model.own_indicators:
        return ()
    parts: list[Hashable] = []
    for phase in model.phases:
        ours = any(phase == one for one in PHASES)
        parts.append(phase.name if ours else (phase.name, phase.takes, _described(phase.run)))
    parts += [(name, _described(rule)) for name, rule in sorted(model.rules.items())]
    parts += [(item.id, item.places, _described(item.of)) for item in model.own_indicators]
    return tuple(parts)


def _described(value: Any) -> Hashable:
    """Describe a function with all it takes from around it; what cannot be described stands for itself."""
    from ccepz_sim.numerics.rule_files import make_of

    try:
        return make_of(function_of(value) or value)
    except LookupError:
        return id(value), value


def mark_of(model: type[PilotZone]) -> str | None:
    """Describe phases, rules, indicators and stops of a model as they are in memory; "" for the package's own.

    None where something in them has no lasting description, such as an object of one's own. Two processes of one
    version of Python give the same for the same.
    """
    key = (*history_key(model), *(("stop", _described(stop)) for stop in model.own_stops))
    if any(isinstance(part, tuple) and not isinstance(part[-1], str) for part in key):
        return None
    return hashlib.sha256(repr(key).encode()).hexdigest() if key else ""


def source_of(model: type[PilotZone]) -> str:
    """Describe a model by the files it is made of, as they lie there now; "" for the package's own."""
    modules = modules_of(model)
    if not modules and is_plain(model) and not (model.own_indicators or model.own_stops):
        return ""
    rule_sources.look_again()
    found = [model.__qualname__, *model.phases.names, *sorted(model.rules), *model.own_channels]
    found += [item.id for item in model.own_indicators]
    found += [getattr(one, "__qualname__", type(one).__name__) for one in (*model.own_observers, *model.own_stops)]
    found += [f"{name} {rule_sources.source_hash(name)}" for name in sorted(modules)]
    if any(rule_sources.source_hash(name) is None for name in modules):
        found.append(mark_of(model) or "")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def modules_of(model: type[PilotZone]) -> set[str]:
    """Name the modules outside the package in which a model and what it runs are written."""
    classes = [kind.__module__ for kind in model.__mro__]
    functions: list[Any] = [*(phase.run for phase in model.phases), *model.rules.values()]
    functions += [*(item.of for item in model.own_indicators), *model.own_observers, *model.own_stops]
    modules = {*classes, *(getattr(one, "__module__", None) or type(one).__module__ for one in functions)}
    return {name for name in modules if name.partition(".")[0] not in (PACKAGE, "mesa", "builtins", "typing")}


def _runs(model: type[PilotZone]) -> tuple[Run, ...]:
    """Build the phases of a model, or give those built for the same before."""
    check(model)
    key = history_key(model)
    if key not in _built:
        runs = tuple(with_rules(phase.run, model.rules) for phase in model.phases)
        for name, rule in model.rules.items():
            if all(with_rules(phase.run, {name: rule}) is phase.run for phase in model.phases):
                raise ContentError("rule_not_reached", name=name)
        _built[key] = runs
        while len(_built) > MOST_KEPT:
            _built.popitem(last=False)
    return _built[key]
