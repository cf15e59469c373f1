"""A figure that a notebook shows by itself: one of matplotlib is a line of text where pyplot was never imported."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from ccepz_sim.output.look import Style, own_look


class NotebookFigure(Figure):
    """A figure of matplotlib that is not known to pyplot, and is shown all the same."""

    def _repr_png_(self) -> bytes:
        """Draw it, for notebooks; where the inline backend is at work it draws instead."""
        drawn = io.BytesIO()
        with own_look(Style()):
            self.savefig(drawn, format="png")
        return drawn.getvalue()
