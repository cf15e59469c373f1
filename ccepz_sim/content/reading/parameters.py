"""Reads the behavioural parameters of `agents/parameters/GROUP.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.fields import SNAKE, Fields
from ccepz_sim.content.schema.parameter import Parameter, ParameterGroup

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


def check_parameters(
    read: Mapping[str, Parameter], folder: str, findings: list[f.Finding], shipped: Mapping[str, Parameter]
) -> None:
    """Note parameters that the rules need and that are missing, or that have another unit."""
    for key, item in shipped.items():
        group, _, name = key.partition(".")
        file = f"{folder}/{group}.toml"
        if key not in read:
            findings.append(f.make(file, name, "missing_parameter", options=read, name=key))
        elif read[key].unit and read[key].unit != item.unit:
            unit = read[key].unit
            findings.append(f.make(file, f"{name}.unit", "other_unit", value=unit, unit=item.unit))


def _parameter(fields: Fields, key: str) -> Parameter:
    fields.only(KEYS)
    label = fields.label("label")
    unit = fields.text("unit")
    bounds = fields.bounds(fixed=True)
    value = fields.number("value", bounds=bounds)
    evidence = fields.evidence()
    span = bounds or (value, value)
    return Parameter(key, label, value, unit, span, evidence.status, evidence.source, evidence.why)
