"""Reads the keys of one TOML table and notes every mistake on the way, with a harmless value in its place."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, TypeGuard

from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.schema.evidence import STATUSES, YEARS, Evidence
from ccepz_sim.text.label import LANGUAGES, Label

QUARTERS = 4
TOLERANCE = 1e-6
MOST = 1e18  # beyond it a number is a slip of the keyboard: in yuan, a thousand times what the world earns
EXACT = 2**53  # up to here every whole number is a float of its own
LONGEST = 21  # digits up to which a whole number is shown as it was written
WORDS = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def shown(value: object) -> str:
    """Return a value as a person would write it, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**LONGEST else f"{Decimal(value):.4e}"
    if isinstance(value, float):
        return f"{value:,.10g}"
    try:
        text = str(value)
    except ValueError:  # a list with a number of more digits than Python writes
        text = type(value).__name__
    return (text if len(text) <= 60 else text[:59] + "…") or '""'


def finite(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number that a float can hold (a flag is not a number)."""
    if not is_number(value):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number, of Python or of NumPy, be it finite or not (a flag is none)."""
    return isinstance(value, Real) and not isinstance(value, bool)


def as_whole(value: object) -> int | None:
    """Return a whole number exactly, also where it is written as 5.0; None where it is none."""
    if not is_number(value):
        return None
    number: Any = value
    if isinstance(number, Integral):
        return int(number)
    return int(number) if math.isfinite(number) and float(number).is_integer() and abs(number) <= EXACT else None


def sensible(value: float) -> bool:
    """Whether a finite number is of a size that can be meant, and not a slip of the keyboard."""
    return abs(value) <= MOST and (value == 0 or abs(value) >= 1.0 / MOST)


class Fields:
    """The keys of one table of one file; `path` is where the table lies in the file."""

    def __init__(self, data: Mapping[str, Any], file: str, path: str, findings: list[f.Finding]) -> None:
        """Hold a table; mistakes are appended to `findings`."""
        self.data = data
        self.file = file
        self.path = path
        self.findings = findings

    def at(self, key: str) -> str:
        """Return the full key of a key of this table."""
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def note(self, key: str, rule: str, **more: Any) -> None:
        """Note a mistake at a key of this table."""
        self.findings.append(f.make(self.file, self.at(key), rule, **more))

    def only(self, keys: Collection[str]) -> None:
        """Note every key that is not one of `keys`."""
        for key in self.data:
            if key not in keys:
                self.note(key, "unknown_key", options=keys, name=key)

    def has(self, key: str, allowed: Label, *, required: bool = True) -> bool:
        """Whether a key is there; note it where it is required and missing."""
        if key in self.data:
            return True
        if required:
            self.note(key, "missing_key", allowed=allowed)
        return False

    def wrong(self, key: str, allowed: Label, value: object = None) -> None:
        """Note a value of the wrong type."""
        found = self.data.get(key) if value is None else value
        self.note(key, "wrong_type", allowed=allowed, value=shown(found))

    def no_number(self, key: str, value: object, allowed: Label) -> None:
        """Note a value that is no number, or none that can be meant."""
        whole = isinstance(value, Integral)  # of any number of digits
        if not is_number(value) or (finite(value) and sensible(value)):
            self.note(key, "wrong_type", allowed=allowed, value=shown(value))
        elif whole or finite(value):
            self.note(key, "beyond_sense", value=shown(value), most=shown(MOST))
        else:
            self.note(key, "not_finite", allowed=allowed, value=shown(value))

    def text(self, key: str, *, required: bool = True, empty: bool = False) -> str:
        """Read a text; `empty` texts may be allowed."""
        words = f.allowed("any_text" if empty else "text")
        if not self.has(key, words, required=required):
            return ""
        value = self.data[key]
        if not isinstance(value, str) or not (empty or value.strip()):
            self.wrong(key, words)
            return ""
        return value

    def label(self, key: str, *, required: bool = True) -> Label:
        """Read a text in both languages; a language that is missing takes the words of the other."""
        words = f.allowed("label")
        if not self.has(key, words, required=required):
            return f.NO_TEXT
        value = self.data[key]
        if not isinstance(value, Mapping):
            self.wrong(key, words)
            return f.NO_TEXT
        inner = Fields(value, self.file, self.at(key), self.findings)
        inner.only(LANGUAGES)
        read: dict[str, str] = {}
        for lang in LANGUAGES:
            text = value.get(lang)
            if isinstance(text, str) and text.strip():
                read[lang] = text
            elif text is None or isinstance(text, str):
                inner.note(lang, "missing_language", lang=lang, allowed=words)
            else:
                inner.wrong(lang, f.allowed("text"))
        other = next(iter(read.values()), "")
        return Label(read.get("en", other), read.get("zh", other))

    def number(
        self,
        key: str,
        *,
        bounds: tuple[float, float] | None = None,
        low: float | None = None,
        above: float | None = None,
        required: bool = True,
        default: float = 0.0,
    ) -> float:
        """Read a finite number of a size that can be meant; `bounds` and `low` include their ends, `above` does not."""
        if bounds is not None:
            words = f.allowed("between", low=shown(bounds[0]), high=shown(bounds[1]))
        elif low is not None:
            words = f.allowed("at_least", low=shown(low))
        else:
            words = f.allowed("positive" if above is not None else "number")
        if not self.has(key, words, required=required):
            return default
        value = self.data[key]
        if not finite(value):
            self.no_number(key, value, words)
            return default
        outside = (
            (bounds is not None and not bounds[0] <= value <= bounds[1])
            or (low is not None and value < low)
            or (above is not None and value <= above)
        )
        if outside:
            self.note(key, "out_of_bounds", allowed=words, value=shown(value))
            return default
        if not sensible(value):
            self.no_number(key, value, words)
            return default
        return float(value)

    def whole(self, key: str, *, bounds: tuple[int, int] | None = None, required: bool = True, default: int = 0) -> int:
        """Read a whole number exactly; `bounds` include their ends."""
        if bounds is None:
            words = f.allowed("integer")
        else:
            words = f.allowed("whole_between", low=shown(bounds[0]), high=shown(bounds[1]))
        if not self.has(key, words, required=required):
            return default
        value = self.data[key]
        read = as_whole(value)
        if read is None:
            self.no_number(key, value, words)
            return default
        low, high = bounds or (-EXACT, EXACT)
        if not low <= read <= high:
            self.note(key, "out_of_bounds", allowed=words, value=shown(value))
            return default
        return read

    def bounds(self, key: str = "bounds", *, fixed: bool = False) -> tuple[float, float] | None:
        """Read two finite numbers, the lower first; a `fixed` value may have two equal ones."""
        words = f.allowed("pair")
        if not self.has(key, words):
            return None
        value = self.data[key]
        if not isinstance(value, list) or len(value) != 2 or not all(finite(end) for end in value):
            self.wrong(key, words)
            return None
        if not all(sensible(end) for end in value):
            self.no_number(key, next(end for end in value if not sensible(end)), words)
            return None
        if value[0] > value[1] or (value[0] == value[1] and not fixed):
            self.note(key, "bad_bounds", allowed=words, value=shown(value))
            return None
        return float(value[0]), float(value[1])

    def choice(self, key: str, options: Collection[str], rule: str = "not_a_choice", *, required: bool = True) -> str:
        """Read one of a few words."""
        value = self.text(key, required=required)
        if value and value not in options:
            self.note(key, rule, options=options, name=value, value=value)
        return value

    def flag(self, key: str) -> bool:
        """Read true or false."""
        words = f.allowed("flag")
        if not self.has(key, words):
            return False
        if not isinstance(self.data[key], bool):
            self.wrong(key, words)
        return bool(self.data[key])

    def date(self, key: str, bounds: tuple[float, float] = YEARS) -> float:
        """Read a date as a year and the fraction of its quarter; what is none is not a number and precedes nothing."""
        value = self.number(key, bounds=bounds, default=math.nan)
        if not math.isnan(value):
            self.check_quarter(key, value)
        return value

    def check_quarter(self, key: str, value: float) -> None:
        """Note a date that is not the start of a quarter."""
        if abs(value * QUARTERS - round(value * QUARTERS)) > TOLERANCE:
            self.note(key, "not_a_quarter", allowed=f.allowed("quarter"), value=f"{value:.10g}")

    def evidence(self, *, required: bool = True) -> Evidence:
        """Read status and source or why; each a text, or one in each language."""
        status = self.choice("status", STATUSES, "bad_status", required=required)
        source, why = self.told("source"), self.told("why")
        if required and not source.en.strip() and not why.en.strip():
            self.note("source", "missing_evidence", allowed=f.allowed("evidence"))
        return Evidence(status, source.en, why.en, source.zh or why.zh)

    def told(self, key: str) -> Label:
        """Read a text that may be there in both languages; one in a single language has no Chinese."""
        if isinstance(self.data.get(key), Mapping):
            return self.label(key)
        return Label(self.text(key, required=False, empty=True), "")

    def section(self, key: str, *, required: bool = True) -> Fields:
        """Read a table inside this table; an empty one where it is missing or of the wrong type."""
        words = f.allowed("table")
        if self.has(key, words, required=required):
            if isinstance(self.data[key], Mapping):
                return Fields(self.data[key], self.file, self.at(key), self.findings)
            self.wrong(key, words)
        # One mistake is enough: what the missing table lacks is not listed.
        return Fields({}, self.file, self.at(key), [])

    def sections(self, key: str, *, required: bool = False) -> list[Fields]:
        """Read a list of tables; keys of the n-th are reported as `key[n]`, counted from 1."""
        words = f.allowed("tables")
        if not self.has(key, words, required=required):
            return []
        value = self.data[key]
        if not isinstance(value, list) or (required and not value):
            self.wrong(key, words)
            return []
        read = []
        for number, item in enumerate(value, 1):
            name = f"{key}[{number}]"
            if isinstance(item, Mapping):
                read.append(Fields(item, self.file, self.at(name), self.findings))
            else:
                self.wrong(name, words, item)
        return read

    def identity(self, stem: str, pattern: re.Pattern[str]) -> str:
        """Read the id of a file, which must be the name of the file."""
        value = self.name("id", pattern)
        if value and value != stem:
            self.note("id", "file_name", value=value, options=[stem], name=value)
        elif not value and not pattern.fullmatch(stem):
            self.note("id", "bad_id", value=stem, allowed=f.allowed("words" if pattern is WORDS else "snake"))
        return stem

    def name(self, key: str, pattern: re.Pattern[str]) -> str:
        """Read an id."""
        value = self.text(key)
        if value and not pattern.fullmatch(value):
            self.note(key, "bad_id", value=value, allowed=f.allowed("words" if pattern is WORDS else "snake"))
        return value


def ascending(fields: Iterable[Fields], key: str, dates: Iterable[float]) -> None:
    """Note every date that does not follow the one before it."""
    before = -math.inf
    for item, date in zip(fields, dates, strict=True):
        if date <= before:
            item.note(key, "not_ascending", value=f"{date:.10g}")
        before = date
