"""What a page says while the rules of a new machine are compiled: how far it is, and when the levers answer."""

# ruff: noqa: N802 - components are named like classes

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ccepz_sim.game.preparing import Preparation
from ccepz_sim.game.session import Game
from ccepz_sim.game.state import State
from ccepz_sim.numerics.compiling import Progress
from ccepz_sim.web.framework import component, current_context, solara, template
from ccepz_sim.web.parts import Plain
from ccepz_sim.web.views.words import Part, words

STEP = 5  # seconds: the time left is told in steps, so that it does not flicker
LONG = 120  # seconds from which on minutes are told


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to say.

    Attributes:
        progress: of the compilation; None when it is over.
        recorded: recorded figures are on the page.
        running: the first run has not ended yet.
        decisions: how many decisions wait for it.
    """

    progress: Progress | None
    recorded: bool
    running: bool
    decisions: int

    @staticmethod
    def now(preparation: Preparation | None, game: Game) -> Status:
        """Return it for this moment."""
        state = game.state()
        progress = preparation.progress if preparation is not None else None
        return Status(progress, state.recorded, state.recorded or state.outcome is None, len(state.position.items))


@component
def Preparing(preparation: Preparation | None, game: Game, lang: str) -> None:
    """Follow the compilation and the first run; nothing is drawn on a machine that was ready from the start."""
    was_ready = solara.use_memo(lambda: preparation is None or preparation.is_over, [])
    shut, set_shut = solara.use_state(was_ready)
    status, set_status = solara.use_state(Status.now(preparation, game))

    def follow() -> Callable[[], None]:
        if was_ready or preparation is None:
            return lambda: None
        context = current_context()

        def update() -> None:
            with context:
                set_status(Status.now(preparation, game))

        stops = (preparation.listen(update), game.listen(update))
        update()

        def stop() -> None:
            for each in stops:
                each()

        return stop

    solara.use_effect(follow, [])
    if not shut:
        Bar(event_shut=lambda _: set_shut(True), **bar(status, lang))


@template("preparing.vue")
def Bar(t: Part, text: str, progress: float, over: bool, event_shut: Plain) -> None:
    """How far it is, in words and as a bar."""


def bar(status: Status, lang: str) -> Part:
    """Return what the bar shows."""
    t = words("preparing", lang)
    progress = status.progress
    if progress is None and not status.running:
        return {"t": t, "text": t["ready"], "progress": 1.0, "over": True}
    parts = [t["recorded"]] if status.recorded else []
    if progress is None:
        parts.append(t["first_run"])
    else:
        parts.append(t["compiling"].format(share=f"{progress.share:.0%}", left=_left(progress.left, t)))
    parts.append(t["kept"].format(count=status.decisions) if status.decisions else t["waits"])
    text = ("" if lang == "zh" else " ").join(parts)
    return {"t": t, "text": text, "progress": 1.0 if progress is None else progress.share, "over": False}


def _left(seconds: float, t: dict[str, str]) -> str:
    if seconds > LONG:
        return t["minutes"].format(number=math.ceil(seconds / 60.0))
    return t["seconds"].format(number=STEP * max(1, math.ceil(seconds / STEP)))


def marked(name: str, state: State, lang: str) -> Part:
    """Return the properties of an element that cannot answer before the first run has ended: it says so."""
    if not state.recorded:
        return {"class_": name}
    return {"class_": f"{name} cz-not-yet", "attributes": {"data-note": words("preparing", lang)["note"]}}
