"""The whole model: time by phase, with ten times the residents, one more firm, more years, a copy."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from ccepz_sim.bench.measure import fastest
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.model import PHASES, PilotZone
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.rules.opening import open_quarter

TENFOLD = 10
CROWD = 100_000  # residents of the zone that is copied
FIRMS_FILE = "agents/firms.toml"


def by_phase(years: int, rounds: int, scale: float | None = None) -> dict[str, float]:
    """Return the CPU time of a run by phase, seconds: of each quarter and phase the least of several runs."""
    opening = PilotZone(scale=scale)
    least: np.ndarray | None = None
    for _ in range(rounds):
        zone = opening.copy()
        spent = np.zeros((years * QUARTERS, len(PHASES)))
        for quarter in spent:
            open_quarter(zone.state)
            for number, phase in enumerate(PHASES):
                began = time.process_time()
                phase.run(zone.state)
                if phase is PHASES[-1]:
                    zone._record()
                quarter[number] = time.process_time() - began
            zone.state.quarter += 1
        least = spent if least is None else np.minimum(least, spent)
    assert least is not None
    return dict(zip((phase.name for phase in PHASES), least.sum(axis=0).tolist(), strict=True))


def runs(years: int, rounds: int) -> dict[str, float]:
    """Return the CPU time of a run in seconds: as usual, for twice the years, with ten times the residents."""
    usual = PilotZone()
    crowded = PilotZone(scale=min(1.0, usual.scale * TENFOLD))
    return fastest(
        {
            "usual": lambda: usual.copy().run(years),
            "twice the years": lambda: usual.copy().run(2 * years),
            "ten times the residents": lambda: crowded.copy().run(years),
        },
        rounds,
    )


def one_more_firm(years: int, rounds: int) -> float:
    """Return the CPU time one more firm costs in a quarter, seconds: twice the roster against the roster."""
    content = load_content()
    usual, twice = PilotZone(content=content), PilotZone(content=doubled(content))
    best = fastest({"usual": lambda: usual.copy().run(years), "twice": lambda: twice.copy().run(years)}, rounds)
    more = twice.state.firms.rows - usual.state.firms.rows
    return (best["twice"] - best["usual"]) / (more * years * QUARTERS)


def doubled(content: Content) -> Content:
    """Return content with every firm split into two of half the capacity."""
    roster = content._files.documents[FIRMS_FILE]
    name, capacity = roster["order"].index("id"), roster["order"].index("capacity")
    rows = []
    for suffix in ("", "b"):
        for row in roster["rows"]:
            half = list(row)
            half[name], half[capacity] = f"{row[name]}{suffix}", row[capacity] / 2
            rows.append(half)
    documents = {**content._files.documents, FIRMS_FILE: {**roster, "rows": rows}}
    return Content(replace(content._files, documents=documents))


def copying(rounds: int) -> float:
    """Return the CPU time of a copy of a running zone with a hundred thousand residents, seconds."""
    persons = PilotZone(start=2010).state.population.persons.sum()
    zone = PilotZone(scale=CROWD / float(persons), start=2010).run(1)
    return fastest({"copy": zone.copy}, rounds)["copy"]
