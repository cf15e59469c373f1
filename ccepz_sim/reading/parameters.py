"""Reads the behavioural parameters of `agents/parameters/GROUP.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccepz_sim.reading import finding as f
from ccepz_sim.reading.fields import SNAKE, Fields
from ccepz_sim.schema import Parameter, ParameterGroup

FILE_KEYS = ("id", "label", "what")
KEYS = ("label", "what", "value", "unit", "bounds", "status", "source", "why")


def read_parameters(
    data: Mapping[str, Any], file: str, stem: str, findings: list[f.Finding]
) -> tuple[ParameterGroup, dict[str, Parameter]]:
    """Read one group of parameters; their ids are `GROUP.name`."""
    fields = Fields(data, file, "", findings)
    group = fields.identity(stem, SNAKE)
    label, what = fields.label("label"), fields.label("what", required=False)
    read = {}
    for name in data:
        if name in FILE_KEYS:
            continue
        if not isinstance(data[name], Mapping):
            fields.note(name, "unknown_key", options=FILE_KEYS, name=name)
            continue
        if not SNAKE.fullmatch(name):
            fields.note(name, "bad_id", value=name, allowed=f.allowed("snake"))
        key = f"{group}.{name}"
        read[key] = _parameter(fields.section(name), key)
    return ParameterGroup(group, label, what), read


def _parameter(fields: Fields, key: str) -> Parameter:
    fields.only(KEYS)
    label = fields.label("label")
    unit = fields.text("unit")
    bounds = fields.bounds()
    value = fields.number("value", bounds=bounds)
    evidence = fields.evidence()
    span = bounds or (value, value)
    return Parameter(key, label, value, unit, span, evidence.status, evidence.source, evidence.why)
