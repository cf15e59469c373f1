"""How figures of studies look: size, fonts, formats; the user's matplotlibrc where it can be followed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccepz_sim.text.extras import StudyError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, MUTED, LINE, LAKE, OCHRE, IRON = "#1d2b33", "#5b6a73", "#dfe5e2", "#0e6f74", "#c4873b", "#b5482f"
COLOURS = (LAKE, OCHRE, "#7a5ea8", "#5b8a4b", IRON, "#3f5f86", "#35b3a6", "#8a6d3b", "#a23e6b", "#4d4d4d", "#9a9a2e")
# Latin first; the next that has a glyph draws it.
FONTS = (
    "Inter", "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Heiti SC", "SimHei", "Noto Sans CJK JP", "Noto Serif CJK SC",
)  # fmt: skip
WIDTH, HEIGHT, DOTS, POINTS = 7.2, 4.2, 160, 10.0  # inches, inches, dots an inch, points
MM = 25.4  # an inch
TOO_SMALL = "constrained_layout not applied"  # what matplotlib says of it
FORMATS = ("png", "svg", "pdf")
# What a matplotlibrc cannot decide here: LaTeX has no Chinese, and what is laid out once must stay as it is, so that
# the same figure is the same bytes.
OURS = (
    "backend", "interactive", "toolbar", "keymap.", "webagg.", "tk.", "macosx.", "text.usetex", "text.latex", "pgf.",
    "ps.", "svg.hashsalt", "savefig.bbox", "savefig.pad_inches", "savefig.format", "savefig.directory",
    "savefig.orientation", "figure.autolayout", "figure.constrained_layout", "figure.subplot", "figure.hooks",
    "figure.raise_window", "figure.max_open_warning", "date.", "docstring.", "font.family", "figure.figsize",
    "figure.dpi", "savefig.dpi",
)  # fmt: skip
# Of these the first is drawn with ours behind it, for the letters it does not have.
FAMILIES = ("serif", "sans-serif", "monospace", "cursive", "fantasy")


@dataclass(frozen=True, slots=True)
class Style:
    """What the user asks of a figure; 0 or nothing is ours, or that of the matplotlibrc.

    `width` and `height` are millimetres, `dpi` dots an inch of PNG, `size` points of the text.
    """

    width: float = 0.0
    height: float = 0.0
    dpi: int = 0
    font: str = ""
    size: float = 0.0
    formats: tuple[str, ...] = FORMATS[:2]


def inches(style: Style, width: float, height: float) -> tuple[float, float]:
    """Return the size of a figure: as asked, else that of a matplotlibrc, else the one given."""
    own = changed().get("figure.figsize")
    if own is not None:
        width, height = own
    return style.width / MM or width, style.height / MM or height


def save(figure: Figure, stem: Path, style: Style | None = None) -> list[Path]:
    """Write a figure in each format asked for; the same figure gives the same bytes.

    Raises:
        OSError: a file cannot be written.
        StudyError: the figure is too small for its words.
    """
    style = style or Style()
    stem.parent.mkdir(parents=True, exist_ok=True)
    files = [stem.with_name(f"{stem.name}.{ending}") for ending in style.formats]
    own = changed()
    dots = style.dpi or _dots(own.get("savefig.dpi")) or _dots(own.get("figure.dpi")) or DOTS
    with own_look(style):
        # Laid out once: each further layout would move things by a hair.
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=TOO_SMALL)
            try:
                figure.draw_without_rendering()
            except UserWarning:
                raise StudyError("figure_small") from None
        figure.set_layout_engine("none")
        for file in files:
            figure.savefig(file, dpi=dots, metadata=_NO_DATE[file.suffix[1:]])
    return files


# What would differ between two drawings of the same.
_NO_DATE: Mapping[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def _dots(value: Any) -> int:
    return round(value) if isinstance(value, int | float) else 0


@contextmanager
def own_look(style: Style) -> Iterator[None]:
    """Draw in our look with what the user's matplotlibrc changes; it is back afterwards.

    Raises:
        StudyError: a font that was asked for is not on this machine.
    """
    import matplotlib as mpl

    own = changed()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_look())
        followed: Any = {key: value for key, value in own.items() if not key.startswith(OURS)}
        mpl.rcParams.update(followed)
        mpl.rcParams["font.family"] = _families(style, own)
        if style.size:
            mpl.rcParams["font.size"] = style.size
        yield


def changed() -> dict[str, Any]:
    """Return the settings of matplotlib that a matplotlibrc or the calling program has changed."""
    import matplotlib as mpl

    # Read past the class: asking for the backend by name would start one.
    usual: dict[Any, Any] = dict(dict.items(mpl.rcParamsDefault))
    own: dict[Any, Any] = dict(dict.items(mpl.rcParams))
    return {key: value for key, value in own.items() if key in usual and value != usual[key]}


def _families(style: Style, own: Mapping[str, Any]) -> list[str]:
    if style.font:
        if style.font not in _here():
            raise StudyError("no_font", name=style.font)
        return [style.font, *_fonts()]
    asked: list[str] = []
    for family in own.get("font.family", ["sans-serif"]):
        asked += own.get(f"font.{family}", []) if family in FAMILIES else [family]
    return [*(name for name in asked if name in _here()), *_fonts()]


@cache
def _here() -> frozenset[str]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font_names())


@cache
def _fonts() -> tuple[str, ...]:
    """Return those of our fonts that are here; one that is not would be complained of for every letter."""
    return tuple(name for name in FONTS if name in _here())


def colours() -> tuple[str, ...]:
    """Return the colours of lines: those of a matplotlibrc, else ours; to be asked for inside `own_look`."""
    import matplotlib as mpl

    usual, cycle = (params["axes.prop_cycle"] for params in (mpl.rcParamsDefault, mpl.rcParams))
    return COLOURS if cycle == usual else tuple(cycle.by_key().get("color", COLOURS))


def _look() -> Any:
    """Return the settings of a drawing (matplotlib types their keys one by one)."""
    return {
        "font.size": POINTS,
        "axes.edgecolor": LINE,
        "axes.labelcolor": MUTED,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
        "xtick.color": MUTED,
        "ytick.color": INK,
        "svg.hashsalt": "ccepz-sim",
        "pdf.fonttype": 42,  # letters stay letters
        "figure.facecolor": "#ffffff",
    }
