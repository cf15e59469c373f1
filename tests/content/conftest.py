"""A small content that is valid in every part, to be spoilt by the tests."""

from __future__ import annotations

import copy
import datetime as dt
import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from ccepz_sim.content.checks import Finding, check_content
from ccepz_sim.content.folder import find_folder
from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading import files
from ccepz_sim.content.reading.designs import indicators
from ccepz_sim.content.reading.needs import CHANNELS, ROLES, SQUARE, TABLES

Documents = dict[str, dict[str, Any]]

ROWS = {
    "places": ["golmud", "delingha"],
    "products": ["potash", "soda_ash"],
    "prices": ["potassium_chloride", "soda"],
    "materials": ["brine", "gangue"],
    "bodies": ["province", "environment"],
    "accounts": ["industry", "saving"],
}
REFERS = {
    ("products", "series"): "prices",
    ("products", "waste_kind"): "materials",
    ("firms", "product"): "products",
    ("firms", "place"): "places",
    ("officials", "body"): "bodies",
    ("officials", "place"): "places",
    ("bodies", "parent"): "bodies",
}
CHOICES = {
    ("products", "industry"): ["salt_lake_chemicals", "coal_mining"],
    ("firms", "mindset"): ["not_established", "training", "long_term"],
}
FREE = {("places", "park"), ("firms", "park"), ("products", "unit_name"), ("officials", "rank"), ("bodies", "kind")}
NAMES = {"tax_air": "pollution-tax-air", "inspectors": "inspection-capacity"}
LINES = ("firms", "officials")


def label(text: str = "A name") -> dict[str, str]:
    """Return a label."""
    return {"en": text, "zh": "名称"}


def toml(value: Any) -> str:
    """Write a value as TOML, tables inline."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, float | dt.date):
        return repr(value) if isinstance(value, float) else value.isoformat()
    return json.dumps(value, ensure_ascii=False)


class SmallContent:
    """Documents by path, and how to write and check them."""

    def __init__(self, folder: Path) -> None:
        """Make the documents once, and write them to a folder of their own; `documents` gives copies."""
        self._documents = _documents()
        self._folder = self.write(folder)

    def documents(self) -> Documents:
        """Return a copy that a test may spoil."""
        return copy.deepcopy(self._documents)

    def document(self, path: str) -> dict[str, Any]:
        """Return a copy of one document."""
        return copy.deepcopy(self._documents[path])

    def write(self, folder: Path, documents: Documents | None = None) -> Path:
        """Write documents to a folder and return it."""
        for path, document in (documents if documents is not None else self._documents).items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            lines = [f"{json.dumps(key)} = {toml(value)}\n" for key, value in document.items()]
            target.write_text("".join(lines), encoding="utf-8")
        return folder

    @contextmanager
    def written(self, documents: Documents) -> Iterator[Path]:
        """Give a folder with these documents as long as the block lasts; only what differs is written."""
        known = self._documents
        changed = {path: item for path, item in documents.items() if repr(item) != repr(known.get(path))}
        lacking = self._documents.keys() - documents.keys()
        self.write(self._folder, changed)
        for path in lacking:
            (self._folder / path).unlink()
        try:
            yield self._folder
        finally:
            for path in changed.keys() - self._documents.keys():
                (self._folder / path).unlink()
            self.write(self._folder, {path: self._documents[path] for path in (*changed, *lacking)})

    def check(self, documents: Documents) -> list[Finding]:
        """Return the findings in documents."""
        with self.written(documents) as folder:
            return check_content(folder)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallContent]:
    """A small content that is valid in every part; what a test leaves as it is is parsed only once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "parse", lru_cache(maxsize=None)(files.parse))
        yield SmallContent(tmp_path_factory.mktemp("small"))


def _documents() -> Documents:
    documents = {
        f"agents/{name}.toml": _table(name, columns or tuple(ROWS[SQUARE[name]])) for name, columns in TABLES.items()
    }
    for path in sorted((find_folder() / "agents/parameters").glob("*.toml")):
        documents[f"agents/parameters/{path.name}"] = tomllib.loads(path.read_text("utf-8"))
    documents["agents/parameters/fixture.toml"] = {
        "id": "fixture",
        "label": label(),
        "peer_weight": _number() | {"value": 0.6},
    }
    documents["policies/groups.toml"] = {
        "group": [
            {"id": name, "label": label(), "what": label(), "colour": "slate", "order": order,
             "report_group": "tax-only"}
            for order, name in enumerate(["regulation", "governance"])
        ]
    }  # fmt: skip
    for channel in CHANNELS:
        name = NAMES.get(channel, channel.replace("_", "-"))
        documents[f"policies/instruments/{name}.toml"] = _lever(name, channel)
    effect = documents["policies/instruments/pollution-tax-air.toml"]["effect"]
    effect["condition"] = {"inspection-capacity": 4}
    settings = [{"lever": "pollution-tax-air", "from": 2016, "value": 6}]
    for name, chosen in (("status-quo", []), ("tax-only", settings)):
        documents[f"policies/packages/{name}.toml"] = {
            "id": name, "label": label(), "summary": label(), "reference": "", "baseline": "status-quo",
            "set": chosen,
        }  # fmt: skip
    documents["experiments/scenarios/calm.toml"] = _scenario()
    return documents


def _number() -> dict[str, Any]:
    return {
        "label": label(), "unit": "1", "bounds": [0, 10.5], "status": "assumption", "why": "For a test.",
    }  # fmt: skip


def _table(name: str, columns: tuple[str, ...]) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    cells: dict[str, Any] = {}
    for column in columns:
        key = (name, column)
        if key in REFERS:
            meta[column] = {"label": label(), "refers": REFERS[key]}
            cells[column] = ROWS[REFERS[key]][0]
        elif key in CHOICES:
            meta[column] = {"label": label(), "choices": CHOICES[key]}
            cells[column] = CHOICES[key][0]
        elif key in FREE:
            meta[column] = {"label": label(), "free": True}
            cells[column] = "words"
        else:
            meta[column] = _number() | {"unit": _unit(name, column)}
            cells[column] = 1.25
    head = {"id": name, "label": label(), "what": label(), "columns": meta}
    ids = ROWS.get(SQUARE.get(name, name), ["one", "two"])
    if name in LINES:
        return head | {"order": ["id", *columns], "rows": [[row, *cells.values()] for row in ids]}
    rows = [{"id": row, "label": label(), **cells} for row in ids]
    for column, (_, most) in ROLES.get(name, {}).items():
        for number, row in enumerate(rows):
            row[column] = 1.0 if number < most else 0.0
    first = next(column for column in columns if (name, column) not in REFERS)
    rows[0]["evidence"] = {first: {"status": "official", "source": "A law, article 1."}}
    return head | {"row": rows}


def _unit(table: str, column: str) -> str:
    """Return the unit in which the rules read a column."""
    content = load_content()
    known = content.table(table).columns if table in content.table_names else {}
    return known[column].unit if column in known and known[column].is_number else "1"


def _lever(name: str, channel: str) -> dict[str, Any]:
    return {
        "id": name,
        "group": "regulation",
        "label": label(),
        "summary": label(),
        "assumes": label(),
        "unit": {lever.channel: lever.unit for lever in load_content().levers.values()}[channel],
        "bounds": [0, 12],
        "step": 0.5,
        "status_quo": [{"from": 2010, "value": 0.5}, {"from": 2015.5, "value": 1}],
        "body": "environment",
        "channel": channel,
        "who": label(),
        "report": "IV.I.2",
        "status": "official",
        "source": "A law, article 2.",
        "lag": {"quarters": 2, "stages": 2},
        "cost": {"kind": "none", "money": 0, "standing": 1.5},
        "effect": {
            "indicator": next(iter(indicators())),
            "direction": "down",
            "value": 6,
            "years": 8,
        },
    }


def _scenario() -> dict[str, Any]:
    return {
        "id": "calm",
        "label": label(),
        "summary": label(),
        "status": "stylised",
        "why": "For a test.",
        "mine_closure": True,
        "price": [
            {"series": "soda", "points": [[2016, 0.95], [2020, 1.1]]},
            {"series": "*", "points": [[2016, 1]]},
        ],
        "jump": [{"series": "*", "at": 2019, "log": -0.7}],
        "inspection": [{"at": 2017.5, "quarters": 2, "strength": 1}],
        "demand": [{"at": 2016, "factor": 1}, {"at": 2020, "factor": 1.2}],
        "water": [{"at": 2016, "factor": 1}],
    }
