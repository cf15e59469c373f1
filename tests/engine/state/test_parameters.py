"""Parameters and levers by declared names: a difference between declaration and content is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim import PilotZone
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading.needs import CHANNELS
from ccepz_sim.numerics.declare import layout_of
from ccepz_sim.state import parameters as package
from ccepz_sim.state import policy
from ccepz_sim.state.parameters import Parameters, read_parameters, register_group
from ccepz_sim.state.parameters.group import Group
from ccepz_sim.text.errors import ContentError

UNIT = re.compile(r"^    (\w+): float  # (.+?)(?: <- .+)?$", re.MULTILINE)
FOLDER = Path(package.__file__).parent


def with_document(path: str, change: Any) -> Content:
    """The project's content with one file changed, a file more, or one less."""
    from dataclasses import replace

    content = load_content()
    documents = {**content._files.documents}
    documents[path] = change(documents.get(path))
    return Content(replace(content._files, documents=documents))


def one_more(name: str) -> Any:
    """Add a parameter to a group."""
    return lambda group: {**group, name: {**next(value for value in group.values() if "value" in value)}}


def without(name: str) -> Any:
    """Take a parameter out of a group."""
    return lambda group: {key: value for key, value in group.items() if key != name}


def test_every_parameter_of_the_content_is_declared_and_read():
    content = load_content()
    p = read_parameters(content)
    for name, item in content.parameters.items():
        group, _, own = name.partition(".")
        assert getattr(getattr(p, group), own) == item.value


def test_units_beside_the_declarations_are_those_of_the_content():
    content = load_content()
    told: dict[str, str] = {}
    for path in FOLDER.glob("*.py"):
        for part in re.split(r"(?=^class )", path.read_text("utf-8"), flags=re.MULTILINE):
            group = re.match(r"class (\w+)Parameters\(Group\)", part)
            if group:
                told |= {f"{group[1].lower()}.{name}": unit for name, unit in UNIT.findall(part)}
    assert told == {name: item.unit for name, item in content.parameters.items()}
    channels = dict(UNIT.findall(Path(policy.__file__).read_text("utf-8").partition("class Policy")[0]))
    assert channels == {lever.channel: lever.unit for lever in content.levers.values()}
    assert set(channels) == set(CHANNELS)


@pytest.mark.parametrize(
    ("path", "change", "key", "word"),
    [
        ("agents/parameters/inspection.toml", one_more("fine_flor"), "parameter_not_read", "inspection.fine_flor"),
        ("agents/parameters/inspection.toml", without("fine_lag"), "unknown_parameter", "inspection.fine_lag"),
        ("agents/parameters/tourism.toml", lambda _: {"id": "tourism", "label": {"en": "Tourism", "zh": "旅游"}},
         "parameter_group_not_read", "tourism"),
    ],
)  # fmt: skip
def test_a_difference_to_the_declaration_is_refused(path: str, change: Any, key: str, word: str):
    with pytest.raises(ContentError) as caught:
        read_parameters(with_document(path, change))
    assert caught.value.key == key
    for lang in ("en", "zh"):
        assert word in caught.value.sentence(lang)
    assert caught.value.sentence("zh") != caught.value.sentence("en")


@pytest.mark.parametrize("key", ["channel_not_read", "channel_not_moved"])
def test_a_channel_nobody_declared_is_refused(key: str):
    channels = tuple(layout_of(policy.Working).fields)
    wrong = (*channels, "tourism") if key == "channel_not_read" else channels[1:]
    with pytest.raises(ContentError) as caught:
        policy.check_channels(wrong)
    assert caught.value.key == key
    assert caught.value.sentence("zh") != caught.value.sentence("en")


class TourismParameters(Group):
    """A group from outside the package."""

    guests: float  # persons/year


def test_a_group_from_outside_is_read_once_it_is_registered(monkeypatch):
    monkeypatch.setattr(package, "_registered", {})
    entry = {"label": {"en": "Guests", "zh": "游客"}, "value": 5.0, "unit": "persons/year", "bounds": [0, 10],
             "status": "assumption", "why": "For a test."}  # fmt: skip
    content = with_document(
        "agents/parameters/tourism.toml",
        lambda _: {"id": "tourism", "label": {"en": "Tourism", "zh": "旅游"}, "guests": entry},
    )
    register_group("tourism", TourismParameters)
    assert read_parameters(content).of(TourismParameters).guests == 5.0
    with pytest.raises(ContentError, match="tourism"):
        read_parameters(load_content()).of(TourismParameters)
    with pytest.raises(ValueError, match="one of the package"):
        register_group("firms", TourismParameters)


def test_a_misspelt_parameter_fails_where_it_is_read():
    p = PilotZone(start=2010).state.p
    assert isinstance(p, Parameters)
    with pytest.raises(AttributeError, match="fine_flor"):
        _ = p.inspection.fine_flor  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        p.inspection.fine_lag = 1.0  # type: ignore[misc]
