"""What a zone may be asked for: everything else is refused in one sentence, before anything runs."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import Any

from ccepz_sim.content.reading.fields import as_whole, finite, shown
from ccepz_sim.numerics.clock import FIRST_YEAR, LAST_YEAR, PLAY_YEAR, QUARTERS, year_of
from ccepz_sim.numerics.rng import LARGEST_SEED
from ccepz_sim.text.errors import ContentError, unknown

NEEDED = "record"  # the phase without which nothing is measured
CLOSE = 1e-9  # to a whole number of quarters


def seed_of(seed: object) -> int:
    """Return a seed as a whole number from 0 to `LARGEST_SEED`; draw one for None.

    Raises:
        ContentError: it is no such number.
    """
    found = secrets.randbelow(LARGEST_SEED + 1) if seed is None else as_whole(seed)
    if found is None or not 0 <= found <= LARGEST_SEED:
        raise ContentError("seed_not_possible", value=shown(seed), high=shown(LARGEST_SEED))
    return found


def scale_of(scale: object, usual: float) -> float:
    """Return the share of residents to sample, the usual one where none is given.

    Raises:
        ContentError: it is not above 0 and at most 1.
    """
    if scale is None:
        return usual
    if finite(scale) and 0.0 < scale <= 1.0:
        return float(scale)
    raise ContentError("scale_out_of_bounds", value=shown(scale))


def start_of(start: object) -> int:
    """Return the first year of a run.

    Raises:
        ContentError: it is neither the first of the model nor the first of the play.
    """
    found = as_whole(start)
    if found not in (FIRST_YEAR, PLAY_YEAR):
        raise ContentError("start_not_possible", value=shown(start).replace(",", ""), first=FIRST_YEAR, play=PLAY_YEAR)
    return found


def phases_of(without: object, known: Collection[str]) -> frozenset[str]:
    """Return the phases to leave out; one name may stand alone.

    Raises:
        ContentError: a quarter has no such phase, or nothing would be measured.
    """
    alone = isinstance(without, str) or not isinstance(without, Iterable)
    names: list[Any] = [without] if alone else list(without)  # type: ignore[call-overload]
    for name in names:
        if name not in known:
            raise unknown("unknown_phase", name, known)
        if name == NEEDED:
            raise ContentError("phase_needed", name=name)
    return frozenset(names)


def quarters_of(years: object, reached: int) -> int:
    """Return a number of years, in whole quarters, as quarters; `reached` is the quarter that a zone has come to.

    Raises:
        ContentError: it is less than a quarter, no whole number of them, or leads beyond the end of the model.
    """
    left = LAST_YEAR - year_of(reached)
    quarters = float(years) * QUARTERS if finite(years) else 0.0
    if not 1.0 - CLOSE <= quarters <= left * QUARTERS + CLOSE or abs(quarters - round(quarters)) > CLOSE:
        raise ContentError("years_not_possible", value=shown(years), most=shown(left), end=LAST_YEAR)
    return round(quarters)


def refuse_extra(names: Collection[str], known: Iterable[str]) -> None:
    """Refuse arguments that a zone does not take.

    Raises:
        ContentError: naming the first and the nearest that it does take.
    """
    for name in names:
        if name == "years":
            raise ContentError("years_belong_to_run", name=name)
        raise unknown("unknown_argument", name, known)
