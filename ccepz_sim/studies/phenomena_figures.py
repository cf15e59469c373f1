"""Figures of a phenomenon: its arms over time beside effect, knock-out and null; its sample beside its screening."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.outcomes import outcome_name
from ccepz_sim.content.schema.phenomenon import Claim, Phenomenon
from ccepz_sim.output.look import INK, IRON, LAKE, LINE, MUTED, OCHRE
from ccepz_sim.studies.drawing import Scale, plain_scale
from ccepz_sim.studies.figures import Charts
from ccepz_sim.studies.phenomena import Found, effects, outcome_of, sample, size_of
from ccepz_sim.studies.phenomenon_parts import EFFECT, SHOWN
from ccepz_sim.studies.results import load_study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS_OF_PARTS = (LAKE, OCHRE, MUTED)
MARK, FAINT, NUDGE = 22, 0.55, 0.12  # points of seeds, shaken a little so that equal ones show
PANEL = 2


class PhenomenonCharts(Charts):
    """Makes the figures of one phenomenon in one language."""

    def __init__(
        self, found: Found, folder: Path, lang: str = "en", scale: Scale = plain_scale, content: Content | None = None
    ) -> None:
        """Take what was found, the folder of its parts, and what `Charts` takes."""
        super().__init__(load_study(folder / EFFECT), lang, scale, content)
        self.found = found
        self.folder = folder
        self.phenomenon: Phenomenon = found.phenomenon

    def effect(self) -> Figure:
        """Draw the indicator of the knocked-out claim over time, and its effect with and without the rule."""
        claim = self.phenomenon.claim(self.phenomenon.knock_out.claim)
        outcome = outcome_of(claim, self.study)
        table = self.results.fan(outcome_name(outcome))
        table = table[table["scenario"] == claim.of.scenario]
        factor, unit = self._scale(outcome_name(outcome), float(table["high"].abs().max()))
        with self._figure(PANEL, alike=False) as (figure, (left, right)):
            self._fan_panel(left, table, factor)
            left.axvspan(claim.from_, claim.from_ + claim.years - 1, color=LINE, alpha=0.5, lw=0)
            left.set_ylabel(f"{self.words.outcome(outcome)} {unit}".strip(), color=MUTED)
            self._parts_panel(right, claim)
            handles, labels = left.get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
            self._heading(figure, self.phenomenon.study.label.get(self.lang))
        return figure

    def _parts_panel(self, axes: Axes, claim: Claim) -> None:
        size, unit = size_of(claim)
        place = np.arange(len(SHOWN))[::-1]
        main = self.phenomenon.claims[0]
        for part, at, colour in zip(SHOWN, place, COLOURS_OF_PARTS, strict=True):
            # The null is run for the first claim.
            values = effects(load_study(self.folder / part), claim if part != "null" else main).to_numpy(float) * size
            shake = np.linspace(-NUDGE, NUDGE, len(values))
            axes.scatter(values, at + shake, s=MARK, color=colour, alpha=FAINT, edgecolors="none")
            axes.plot([values.mean()], [at], "|", color=INK, ms=18, mew=2)
        axes.axvline(0.0, color=MUTED, lw=0.8)
        for edge in (-claim.least, claim.least):
            if claim.expected == "none" or (edge > 0.0) == (claim.expected == "up"):
                axes.axvline(edge * size, color=IRON, lw=0.8, ls=":")
        axes.set_yticks(place, [self._word(f"part_{part}") for part in SHOWN])
        axes.set_ylim(-0.6, len(SHOWN) - 0.4)
        axes.set_xlabel(self._word(f"effect_{unit}"))

    def space(self) -> Figure:
        """Draw the effect over the factor that divides best or moves most, and the screening of all factors."""
        space = self.found.space
        assert space is not None
        claim = self.phenomenon.claims[0]
        rows, effect = sample(self.phenomenon, self.folder)
        size, unit = size_of(claim)
        shown = space.turns or space.depends or space.screening[0][0]
        bounds = next(factor.bounds for factor in self.phenomenon.study.factors if factor.id == shown)
        values = effect.to_numpy(float) * size
        with self._figure(PANEL, alike=False) as (figure, (left, right)):
            across = bounds[0] + rows[shown].to_numpy() * (bounds[1] - bounds[0])
            left.scatter(across, values, s=MARK, color=LAKE, edgecolors="none")
            left.axhline(0.0, color=MUTED, lw=0.8)
            left.set_xlabel(self.words.factor(shown))
            left.set_ylabel(self._word(f"effect_{unit}"))
            names = [self.words.factor(name) for name, *_ in space.screening][::-1]
            strength = np.array([star for _, star, _ in space.screening])[::-1] * size
            right.barh(np.arange(len(names)), strength, color=OCHRE, height=0.6)
            right.set_yticks(np.arange(len(names)), names, fontsize=8)
            right.set_xlabel(self._word("mu_star"))
            label = self.phenomenon.study.label.get(self.lang)
            self._heading(figure, self._word("space", label=label, share=f"{space.share:.0%}"))
        return figure
