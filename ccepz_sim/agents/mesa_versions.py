"""All that differs between versions of Mesa, 3.3 to 3.5, and what is known to come with 4.

| | 3.3 | 3.5 | 4 (alpha) |
|---|---|---|---|
| seed of a model | `seed` or `rng` | `seed` warns | `rng` alone |
| number of an agent | a table of all models, which keeps them alive | counted by the model | counted by the model |
| clock | `steps` | `steps` and `time` | `time` alone |
| `batch_run` | `iterations` | `rng`, given as `seed` where the model takes one | `rng`, scenarios |
| steps | counted around `step` | events of the model's clock | events of the model's clock |
| steps of `batch_run` | `max_steps` and one more | `max_steps` | `max_steps` |
| sets of agents | hold agents weakly | those of a model hold them | those of a model hold them |

Nothing else of the package may ask which version there is, or use a name of Mesa's that begins with an underscore.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

# What a copy takes over of Mesa's own clock, where this version has it.
CLOCK = ("steps", "time", "running")
_plain = mesa.Model(rng=0)
OWN = frozenset(vars(_plain))  # attributes that Mesa makes itself
# From 3.5 on the sets of a model are of another kind, which holds its agents.
AGENT_SETS: tuple[Any, ...] = (mesa.agent.AgentSet, type(_plain.agents))


def begin(model: mesa.Model, seed: int, taken: Mapping[str, Any] | None = None) -> None:
    """Let Mesa set up a model; `rng` and `random` follow from the seed.

    Args:
        taken: clock and generators of the model it goes on from, see `clock_of`. What a user has scheduled on the clock
            of Mesa 3.5 holds functions of one model and is not taken over.
    """
    mesa.Model.__init__(model, rng=seed)
    _end_of_table(model)
    if hasattr(model, "_default_schedule"):
        model.step = _Step(model, model.step)
    if taken is not None:
        for name, value in taken["clock"].items():
            setattr(model, name, value)
        model.rng = taken["rng"]
        model.random = taken["random"]
        mesa.Model.agents.fget(model).random = model.random  # the set of all agents was made with another one
        if taken["next"] is not None and hasattr(model, "_default_schedule"):
            _set_next(model, taken["next"])


class _Step:
    """The step of Mesa 3.5, an event that plans the next one: where a step failed, nothing would ever run again."""

    def __init__(self, model: mesa.Model, step: Callable[[], None]) -> None:
        self._model, self._step = model, step

    def __call__(self) -> None:
        ahead = _next_of(self._model)
        if ahead is None or ahead <= self._model.time:
            _set_next(self._model, self._model.time + 1)
        self._step()


def _next_of(model: mesa.Model) -> float | None:
    """Give when the model steps next; None where steps are no events."""
    schedule = getattr(model, "_default_schedule", None)
    found: float | None = None if schedule is None else schedule.next_scheduled_time
    return found


def _set_next(model: mesa.Model, time: float) -> None:
    schedule = model._default_schedule
    if schedule._current_event is not None:
        schedule._current_event.cancel()
    schedule._schedule_next(time)


def number(model: mesa.Model, agent: mesa.Agent, unique_id: int) -> None:
    """Number an agent that was just registered, in the same way in all versions."""
    agent.unique_id = unique_id
    _end_of_table(model)


def _end_of_table(model: mesa.Model) -> None:
    """Mesa 3.3 keeps every model as a key of a table of agent ids; out of it, a dropped zone can be collected."""
    ids = getattr(mesa.Agent, "_ids", None)
    if ids is not None:
        ids.pop(model, None)


def clock_of(model: mesa.Model) -> dict[str, Any]:
    """Give what a copy takes over: the clock and both generators."""
    held = {name: getattr(model, name) for name in CLOCK if hasattr(model, name)}
    return {"clock": held, "next": _next_of(model), "rng": model.rng, "random": model.random}


def generators_like(model: mesa.Model) -> dict[str, Any]:
    """Give generators that are where the model's are: drawing from them does not move the model's."""
    return {"rng": copy.deepcopy(model.rng), "random": generator_like(model.random)}


def generator_like(generator: random.Random) -> random.Random:
    """Give a generator that is where another one is."""
    twin = random.Random()
    twin.setstate(generator.getstate())
    return twin


def agent_set(agents: Iterable[Any], generator: random.Random) -> mesa.agent.AgentSet:
    """Give a set of agents."""
    return mesa.agent.AgentSet(agents, random=generator)


def collected(names: Sequence[str], values: np.ndarray) -> mesa.DataCollector:
    """Give a collector that holds values of the model, shape (steps, names), as if it had collected at each step."""
    held = mesa.DataCollector(model_reporters={name: partial(_at, number) for number, name in enumerate(names)})
    for step, row in enumerate(values.tolist()):
        held.collect(SimpleNamespace(steps=step, time=float(step), values=row, agents=(), agent_types=()))
    return held


def _at(place: int, model: Any) -> float:
    found: float = model.values[place]
    return found
