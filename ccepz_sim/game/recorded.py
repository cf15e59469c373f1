"""The status quo of the first world as it was recorded: shown while the rules of a new machine are compiled.

`scripts/record_start.py` writes the record, and a test holds it equal to a run. It counts only for the content and the
engine it was made with: figures of anything else would be wrong without a word.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.game.records import Event, Future, Resources
from ccepz_sim.game.world import World
from ccepz_sim.studies.fingerprint import engine_hash

FOLDER = Path(__file__).resolve().parent
FIGURES, FACTS = FOLDER / "status-quo.npz", FOLDER / "status-quo.json"
ARRAYS = ("values", "working", "by_product_flow", "people_flow", "money_flow")
UNREADABLE = (OSError, ValueError, KeyError, TypeError)
logger = logging.getLogger(__name__)


def recorded_future(content: Content) -> Future | None:
    """Return the record, or None where it was made with other content or another engine."""
    try:
        facts = json.loads(FACTS.read_text(encoding="utf-8"))
        if (facts["content_hash"], facts["engine_hash"]) != (content.hash, engine_hash()):
            return None
        return _read(facts)
    except UNREADABLE as error:
        logger.warning("the recorded status quo cannot be read: %s", error)
        return None


def facts_of(content: Content, future: Future) -> dict[str, Any]:
    """Return everything of a future but its arrays, as plain values, with what it was made with."""
    return {
        "content_hash": content.hash,
        "engine_hash": engine_hash(),
        "golden_hash": future.golden_hash,
        "seed": future.world.seed,
        "scenario": future.world.scenario,
        "ids": list(future.ids),
        "places": list(future.places),
        "levers": list(future.levers),
        "resources": [list(year) for year in future.resources],
        "events": [list(event) for event in future.events],
    }


def arrays_of(future: Future) -> dict[str, Any]:
    """Return the arrays of a future in single precision: charts show four digits."""
    return {name: getattr(future, name).astype(np.float32) for name in ARRAYS}


def _read(facts: dict[str, Any]) -> Future:
    with np.load(FIGURES) as held:
        arrays = {name: held[name] for name in ARRAYS}
    return Future(
        world=World(facts["seed"], facts["scenario"]),
        decisions=(),
        ids=tuple(facts["ids"]),
        places=tuple(facts["places"]),
        values=arrays["values"].astype(np.float64),
        resources=tuple(Resources(*year) for year in facts["resources"]),
        working=arrays["working"].astype(np.float64),
        levers=tuple(facts["levers"]),
        events=tuple(Event(*event) for event in facts["events"]),
        by_product_flow=arrays["by_product_flow"],
        people_flow=arrays["people_flow"],
        money_flow=arrays["money_flow"],
    )
