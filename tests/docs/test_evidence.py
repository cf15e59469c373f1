"""The pages of evidence tell what is: benchmarks have tests, parameters have readers, targets have parameters."""

from __future__ import annotations

from types import ModuleType

import pytest

from ccepz_sim.content.loading import load_content

NUMBERS = [*range(1, 6), *range(7, 13), *range(14, 30), *range(31, 36)]
ROWS = {f"b{number:02d}" for number in NUMBERS} | {"b09b", "b10b", "b11b", "b12b"}


@pytest.fixture
def pages(make_docs: ModuleType) -> ModuleType:
    """The parts of the script."""
    import doc_maker.benchmarks
    import doc_maker.where_read

    return doc_maker


def test_every_benchmark_row_is_told_once(pages: ModuleType) -> None:
    told = [row["id"] for row in pages.benchmarks.rows()]
    assert sorted(told) == sorted(ROWS)


def test_a_row_has_tests_just_where_the_model_has_the_rule(pages: ModuleType) -> None:
    named = pages.benchmarks.tests_of_rows()
    for row in pages.benchmarks.rows():
        assert row["state"] in pages.benchmarks.STATES
        assert bool(named.get(row["id"])) == (row["state"] in ("tested", "adapted")), row["id"]
        assert all(row[part][lang] for part in ("result", "model") for lang in ("en", "zh"))
    assert named.keys() <= ROWS


def test_every_parameter_is_read_somewhere(pages: ModuleType) -> None:
    unread = [name for name, files in pages.where_read.readers(load_content().parameters).items() if not files]
    assert unread == []


def test_a_parameter_nobody_reads_is_noticed(pages: ModuleType) -> None:
    found = pages.where_read.readers(["collusion.peer_weight", "collusion.no_such_name", "nobody.peer_weight"])
    assert found["collusion.peer_weight"] == ("rules/collusion.py",)
    assert found["collusion.no_such_name"] == ()
    assert found["nobody.peer_weight"] == ()


def test_the_ledger_holds_every_assumption_with_its_reason(pages: ModuleType, root) -> None:
    content = load_content()
    for folder in ("docs/reference", "docs/zh/reference"):
        ledger = (root / folder / "assumptions.md").read_text("utf-8")
        for name, item in content.parameters.items():
            listed = f"| `{name}` |" in ledger
            assert listed == (item.status in ("assumption", "stylised")), name
        targets = (root / folder / "targets.md").read_text("utf-8")
        for target in content.targets.values():
            assert f"| `{target.id}` |" in targets
            assert all(f"`{name}`" in targets for name in target.identifies)


ODD_D = {
    "I.i": 2, "I.ii": 5, "I.iii": 1, "II.i": 5, "II.ii": 8, "II.iii": 2, "II.iv": 5, "II.v": 3, "II.vi": 4, "II.vii": 2,
    "II.viii": 2, "II.ix": 1, "II.x": 2, "III.i": 2, "III.ii": 3, "III.iii": 1, "III.iv": 3,
}  # fmt: skip


@pytest.mark.parametrize("page", ["docs/odd-d.md", "docs/zh/odd-d.md"])
def test_every_question_of_odd_d_is_answered_in_order(page: str, root) -> None:
    """The guiding questions of Mueller et al. 2013, table 1, by section and letter."""
    wanted = [f"{section}.{letter}" for section, count in ODD_D.items() for letter in "abcdefgh"[:count]]
    cells = [line.strip("| ").split(" | ") for line in (root / page).read_text("utf-8").splitlines() if " | " in line]
    told = [row for row in cells if row[0].startswith("I")]
    assert [row[0] for row in told] == wanted
    assert all(len(row) == 3 and len(row[2]) > 5 for row in told)
