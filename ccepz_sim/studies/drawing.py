"""What every figure of a study has: names, size, heading, and below it of how many runs, worlds and years it is."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ccepz_sim.content.loading import Content
from ccepz_sim.output.look import HEIGHT, INK, MUTED, WIDTH, Style, inches, own_look
from ccepz_sim.studies.extras import need
from ccepz_sim.studies.outcomes import unit_of
from ccepz_sim.studies.results import StudyResults
from ccepz_sim.studies.tables import POOLED
from ccepz_sim.studies.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Scale = Callable[[str, float, str], tuple[float, str]]
"""From a unit, the largest value and the language to a factor to divide by and the words of the unit."""

MOST_SIDE_BY_SIDE = 3
SMALL, SMALLER, LARGER = 0.9, 0.75, 1.1  # of the size of the text
SPACING, POINTS_OF_INCH = 1.35, 72.0
LETTER = {"en": 0.52, "zh": 1.0}  # width of a letter, in sizes of the text


def plain_scale(unit: str, _largest: float, _lang: str) -> tuple[float, str]:
    """Leave numbers as they are."""
    return 1.0, "" if unit == "1" else unit


class Drawing:
    """A figure of one study in one language; `caption` is that of the last one drawn."""

    def __init__(
        self,
        results: StudyResults,
        lang: str = "en",
        scale: Scale = plain_scale,
        content: Content | None = None,
        style: Style | None = None,
    ) -> None:
        """Take results, language, the way numbers are scaled, the content that gives names, and size and fonts."""
        self.results = results
        self.study = results.study
        self.lang = lang
        self.scale = scale
        self.words = Words(results, lang, content)
        self.style = style or Style()
        self.caption = ""
        need("matplotlib", "study")

    # words
    def _word(self, key: str, **fields: object) -> str:
        return self.words.word(key, **fields)

    def _outcome(self, name: str) -> str:
        return self.words.outcome(self.results.outcome(name))

    def _of_year(self, key: str, name: str, year: int | None) -> str:
        """Give a heading; an outcome that says itself which years it looks at needs no year behind it."""
        outcome = self.results.outcome(name)
        if outcome.measure.kind == "last":
            return self._word(key, indicator=self._outcome(name), year=self.results.year(year))
        return self._word(f"{key}_whole", indicator=self._outcome(name))

    def _pooled(self, pool: bool) -> str:
        if not pool:
            return ""
        return self._word("pooled_over", names=self.words.listed(map(self.words.scenario, self.study.scenarios)))

    def _scale(self, name: str, largest: float) -> tuple[float, str]:
        return self._scale_unit(unit_of(self.results.outcome(name), self.results.catalogue), largest)

    def _scale_unit(self, unit: str, largest: float) -> tuple[float, str]:
        return self.scale(unit, largest, self.lang)

    def _size_of(self, share: float) -> float:
        import matplotlib as mpl

        return share * float(mpl.rcParams["font.size"])

    def _panel_title(self, axes: Axes, text: str) -> None:
        axes.set_title(text, fontsize=self._size_of(SMALL), color=MUTED)

    def _legend(self, figure: Figure, columns: int, handles: Any, labels: Any) -> None:
        figure.legend(
            handles, labels, loc="outside upper right", ncols=columns, frameon=False, fontsize=self._size_of(SMALL)
        )

    def _heading(self, figure: Figure, text: str) -> None:
        wide = self._letters(figure, LARGER)
        figure.suptitle(textwrap.fill(text, wide), fontsize=self._size_of(LARGER), color=INK, x=0.02, ha="left")

    def _note(
        self,
        figure: Figure,
        heading: str,
        told: Sequence[str],
        counts: Any,
        *,
        scenarios: Sequence[str],
        policies: Sequence[str] = (),
        year: int | str | None = None,
        key: str = "runs",
    ) -> None:
        """Write below a figure what it is of, and keep the caption.

        Args:
            told: what the marks mean.
            counts: runs, pairs or seeds behind each mark.
            scenarios: those drawn; one empty text for all of them together.
            policies: those drawn; none for all of the study.
            year: the year drawn, None for the last, an empty text for all of them.
            key: what `counts` counts.
        """
        study, words = self.study, self.words
        every = [policy.id for policy in study.policies]
        least, most = int(min(counts)), int(max(counts))
        first, last = self.results.years
        drawn = study.scenarios if POOLED in scenarios else scenarios
        facts = [
            self._word(f"of_{key}", count=f"{least:,}" if least == most else f"{least:,}–{most:,}"),
            self._word("of_seeds_span", first=study.first_seed, last=study.last_seed),
            self._word("of_scenario", names=words.listed(map(words.scenario, drawn))),
            self._word("of_policy", names=words.listed(map(words.policy, policies or every))),
            self._word("of_years", first=first, last=last),
        ]
        if year != "":
            facts.append(self._word("of_year", year=self.results.year(year if isinstance(year, int) else None)))
        gap = "" if self.lang == "zh" else " "
        if self.results.stopped:
            told = [*told, self._word("told_stopped", count=self.results.stopped, runs=study.runs)]
        text = gap.join([*told, self._word("facts", facts=self._word("and").join(facts))])
        note = textwrap.fill(text, self._letters(figure, SMALLER))
        if not self.style.height:  # the note takes nothing from what is drawn
            wide, high = figure.get_size_inches()
            lines = note.count("\n") + 1
            figure.set_size_inches(wide, high + lines * SPACING * self._size_of(SMALLER) / POINTS_OF_INCH)
        figure.supxlabel(
            note, fontsize=self._size_of(SMALLER), color=MUTED, x=0.02,
            ha="left", linespacing=SPACING,
        )  # fmt: skip
        made = self._word(
            "made", study=study.label.get(self.lang), version=self.results.manifest["version"],
            engine=self.results.manifest["engine_hash"][:12], content=self.results.manifest["content_hash"][:12],
        )  # fmt: skip
        self.caption = gap.join([heading + self._word("stop"), text, study.question.get(self.lang), made])

    def _letters(self, figure: Figure, share: float) -> int:
        """Give how many letters of a size fit in a line of a figure."""
        points = figure.get_size_inches()[0] * POINTS_OF_INCH
        return max(20, int(0.95 * points / (self._size_of(share) * LETTER[self.lang])))

    @contextmanager
    def _panels(
        self, count: int, height: float = HEIGHT, *, alike: bool = True, rows_of: int = 0
    ) -> Iterator[tuple[Figure, list[Axes]]]:
        """Give a figure with so many panels; `rows_of` puts them all side by side."""
        columns = count if rows_of else min(count, MOST_SIDE_BY_SIDE)
        rows = -(-count // columns)
        with self._figure(columns, rows, height, alike=alike) as (figure, panels):
            for axes in panels[count:]:
                axes.set_visible(False)
            yield figure, panels[:count]

    @contextmanager
    def _figure(
        self, columns: int = 1, rows: int = 1, height: float = HEIGHT, *, alike: bool = True
    ) -> Iterator[tuple[Figure, list[Axes]]]:
        from ccepz_sim.output.notebook_figure import NotebookFigure

        width = WIDTH if columns == 1 else 4.4 * columns
        size = inches(self.style, width, height if rows == 1 else max(height, 3.2) * rows)
        with own_look(self.style):
            figure = NotebookFigure(figsize=size, layout="constrained")
            panels = figure.subplots(rows, columns, squeeze=False, sharey=alike and rows * columns > 1)
            yield figure, list(panels.ravel())
