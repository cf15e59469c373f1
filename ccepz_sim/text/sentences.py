"""Sentences with their fields filled; a word that follows a count agrees with it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from string import Formatter
from typing import Any

SIGNS = "+-−"


class _Sentence(Formatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        if "|" not in format_spec:
            return super().format_field(value, format_spec)
        one, many = format_spec.split("|")
        return one if is_one(value) else many


def fill(text: str, /, **fields: object) -> str:
    """Return a text with its `{fields}` filled; `{count:firm|firms}` gives the first word where the count is one.

    Raises:
        KeyError: the text names a field that is not given.
    """
    return _Sentence().vformat(text, (), fields)


def is_one(value: object) -> bool:
    """Return whether a number, or a number as it is written, takes the singular in English: 1 and −1, but not 1.0."""
    return str(value).lstrip(SIGNS) == "1"


def figure(value: float, decimals: int) -> str:
    """Return a number as the page writes it: thousands marks, a half rounded away from zero as browsers do.

    A true minus sign; what rounds to nothing has none. What is no finite number is a dash.
    """
    if not isfinite(value):
        return "–"
    text = f"{Decimal(abs(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    return f"−{text}" if value < 0 and text.strip("0.,") else text
