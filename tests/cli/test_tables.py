"""Tables at any width: no number is cut, no name vanishes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from ccepz_sim.commands import tables
from ccepz_sim.commands.tables import NUMBER, TEXT, WORD, Column, print_table

COLUMNS = [Column("Indicator"), Column("Unit", WORD), Column("2016", NUMBER), Column("2035", NUMBER)]
ROWS = [
    ("GDP at 2010 prices, 柴达木盆地", "billion yuan/yr", "58.5", "1,234,567.8"),
    ("Net migration", "people/yr", "−7,074", "−1,234"),
    ("Urban income", "yuan/person/yr", "28,459", "129,459"),
]


@pytest.fixture
def screen(monkeypatch, capsys):
    """Print a table on a screen of some width and return it."""

    def printed(width, columns=COLUMNS, rows=ROWS, title="Status quo · Slow recovery") -> str:
        from rich.console import Console

        monkeypatch.setattr(tables, "printer", lambda: Console(highlight=False, width=width))
        print_table(columns, rows, title)
        return capsys.readouterr().out

    return printed


def letters(text: str) -> str:
    """Return what is left of a text however it was folded."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 120, 200])
def test_nothing_is_lost_at_any_width(screen, width):
    told = screen(width)
    assert "…" not in told
    for row in ROWS:
        assert set(letters(row[0])) <= set(letters(told))
        for cell in row[1:]:
            assert cell in told, f"{cell} is cut at {width} columns"
    if width >= 40:
        assert max(cell_len(line) for line in told.splitlines()) <= width


@pytest.mark.parametrize("width", [40, 200])
def test_names_are_whole(screen, width):
    told = screen(width)
    for row in ROWS:
        assert letters(row[0]) in letters(told)


def test_a_narrow_screen_gets_one_block_a_row(screen):
    told = screen(40)
    assert "Urban income\n  Unit: yuan/person/yr\n  2016: 28,459\n  2035: 129,459\n" in told


NUMBERS = st.from_regex(r"[−+]?\d{1,3}(,\d{3}){0,3}(\.\d{1,2})?", fullmatch=True)
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=60)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_the_table_every_number_is_whole(data):
    from io import StringIO

    from rich.console import Console

    kinds = [TEXT, *data.draw(st.lists(st.sampled_from([TEXT, WORD, NUMBER]), min_size=1, max_size=5))]
    columns = [Column(f"C{number}", kind) for number, kind in enumerate(kinds)]
    rows = [
        tuple(data.draw(NUMBERS if kind == NUMBER else WORDS) for kind in kinds)
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    width = data.draw(st.integers(20, 200))
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "printer", lambda: Console(highlight=False, width=width, file=out))
        print_table(columns, rows)
    told = out.getvalue()
    for row in rows:
        for kind, cell in zip(kinds, row, strict=True):
            if kind == NUMBER:
                assert cell in told
            else:
                assert set(letters(cell)) <= set(letters(told))


@pytest.mark.parametrize("part", ["levers", "packages", "scenarios", "studies", "indicators", "parameters", "agents"])
def test_forty_columns_hide_no_id(ccepz, monkeypatch, part):
    import json

    ids = [item["id"] for item in json.loads(ccepz("list", part, "--json").out)]
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("ccepz_sim.commands.console.FILE_WIDTH", 40)
    told = ccepz("list", part).out
    assert "…" not in told
    for name in ids:
        assert name in told
