"""Numbers as people read them in each language."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim.content.loading import load_content
from ccepz_sim.measures.indicators import all_indicators
from ccepz_sim.text import numbers
from ccepz_sim.text.sentences import figure


@pytest.mark.parametrize(
    ("unit", "value", "english", "chinese"),
    [
        ("yuan", 1_260_000_000.0, "1.26 billion yuan", "12.6亿元"),
        ("yuan/year", 71_400_000_000.0, "71.4 billion yuan/yr", "714亿元/年"),
        ("yuan", 45_000.0, "45,000 yuan", "4.50万元"),
        ("persons", 489_338.0, "489,338 people", "48.9万人"),
        ("t", 38_000_000.0, "38.0 million t", "3,800万吨"),
        ("1", 0.213, "21.3%", "21.3%"),
        ("1", -0.05, "−5.0%", "−5.0%"),
        ("firms", 1.0, "1 firm", "1家"),
        ("persons/year", -1.0, "−1 person/yr", "−1人/年"),
        ("persons", 1_000_000.0, "1.00 million people", "100万人"),
        ("posts", 0.4, "0 posts", "0个岗位"),
    ],
)
def test_values_in_words(unit: str, value: float, english: str, chinese: str) -> None:
    for lang, text in (("en", english), ("zh", chinese)):
        assert numbers.scale_of(unit, abs(value), lang).write(value, lang) == text


def test_a_rounded_zero_has_no_sign() -> None:
    assert numbers.number_text(-0.0001, 2, sign=True) == "0.00"
    assert numbers.number_text(0.5, 1, sign=True) == "+0.5"


@given(st.floats(-1e12, 1e12), st.floats(0, 1e12))
def test_an_axis_holds_its_series(low: float, span: float) -> None:
    high = low + span
    bottom, top = numbers.nice_range(low, high)
    slack = 1e-6 * max(abs(low), abs(high), 1.0)
    assert bottom <= low + slack
    assert top >= high - slack
    assert bottom < top


@given(st.floats(-1e9, 1e9), st.integers(0, 2))
def test_the_browser_writes_the_digits_of_the_whole_value(value: float, decimals: int) -> None:
    (sent,) = numbers.drawn(np.array([value]), decimals)
    assert figure(sent, decimals) == figure(value, decimals)


def test_little_travels_and_no_digit_is_lost() -> None:
    assert numbers.drawn(np.array([84.412345678, 489_338.0, 12.25]), 1) == [84.4123, 489_338.0, 12.25]


def test_every_unit_of_the_content_has_words() -> None:
    units = {lever.unit for lever in load_content().levers.values()}
    units |= {indicator.unit for indicator in all_indicators().values()}
    for unit in units - {"1"}:
        assert numbers.unit_text(unit, "zh") != unit or unit == "index", f"{unit} has no Chinese"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_lever_shows_every_step_it_can_take(lang: str) -> None:
    for lever in load_content().levers.values():
        scale = numbers.lever_scale(lever.unit, lever.bounds, lever.step, lang)
        first, second = (
            numbers.number_text(value / scale.factor, scale.decimals)
            for value in (lever.bounds[0], lever.bounds[0] + lever.step)
        )
        assert first != second, lever.id
