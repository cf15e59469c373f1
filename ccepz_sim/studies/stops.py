"""When a run of a study is over before its years are: conditions of the study, and of a model of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccepz_sim.content.schema.study import Study
from ccepz_sim.numerics.clock import FIRST_YEAR, QUARTERS

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


def quarters_of(study: Study) -> int:
    """Return the quarters of a period of which values are kept."""
    return 1 if study.relations.every == "quarter" else QUARTERS


def is_over(study: Study, zone: PilotZone) -> bool:
    """Whether a zone has stopped by itself, or what the study waits for came about in the period that just ended.

    Periods are whole: what is kept of the last one is a mean like that of the others.
    """
    if zone.stopped:
        return True
    year = FIRST_YEAR + (zone.quarter - 1) // QUARTERS
    for stop in study.stops:
        measure = stop.measure
        value = zone.recorder.series(*stop.series)[-quarters_of(study) :].mean()
        beyond = value > measure.value if measure.side == "above" else value < measure.value
        if beyond and year >= measure.from_:
            return True
    return False
