"""The bench: all implementations of the reference workload do the same, and the report says what it should."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ccepz_sim.bench import report as reports
from ccepz_sim.bench import whole
from ccepz_sim.bench.measure import load
from ccepz_sim.bench.report import MAKERS, OURS, Gate, Size, available, bench
from ccepz_sim.bench.workload import FIRMS, TOWNS, start
from ccepz_sim.cli import main
from ccepz_sim.commands.bench import text_key
from ccepz_sim.content.loading import load_content
from ccepz_sim.text.texts import Texts

RESIDENTS, STEPS, SEEDS = 2000, 12, tuple(range(1, 13))
TINY = Size(residents=500, crowd=1000, weighed=1000, rounds=1, years=1, everybody=False)
GATES = {
    "against-mesa", "against-agentpy", "against-uids", "against-numpy32", "against-floor", "growth-residents",
    "memory", "firm", "copy", "everybody-time", "everybody-memory",
}  # fmt: skip


def after(maker: str, seed: int) -> np.ndarray:
    """Heads by town, mean awareness by town, employed, and employed at the larger half of the firms."""
    made = load(maker)(start(RESIDENTS, seed))
    for _ in range(STEPS):
        made.step()
    assert made.heads.shape == made.mean.shape == (TOWNS,)
    assert made.staff.shape == (FIRMS,)
    assert made.heads.sum() == RESIDENTS
    staff = (made.staff.sum() / RESIDENTS, made.staff[FIRMS // 2 :].sum() / RESIDENTS)
    return np.concatenate([made.heads / RESIDENTS, made.mean, staff])


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in (OURS, "floor")])
def test_same_distribution(name: str) -> None:
    """Outcomes of twelve seeds differ from ours by no more than chance: 14 means, five standard errors."""
    if name not in available():
        pytest.skip(f"pip install {reports.PEERS[name]}")
    ours, theirs = (np.array([after(MAKERS[which], seed) for seed in SEEDS]) for which in (OURS, name))
    error = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / len(SEEDS))
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 5.0 * error).all()
    # the test is sharp: five errors are a small part of what is compared
    assert (5.0 * error < 0.15 * ours.mean(axis=0)).all()


def test_our_counts_are_those_of_the_rows() -> None:
    """Counts kept up from changes stay equal to counts taken anew; one block or several."""
    from ccepz_sim.bench.blocked import Blocked

    made = Blocked(start(70_000))
    for _ in range(3):
        made.step()
    assert np.array_equal(made.heads, np.bincount(made.town, minlength=TOWNS))
    assert np.array_equal(made.staff, np.bincount(made.firm[made.firm >= 0], minlength=FIRMS))


def test_doubled_roster() -> None:
    content = load_content()
    twice = whole.doubled(content)
    firms, more = content.table("firms"), twice.table("firms")
    assert len(more) == 2 * len(firms)
    assert more.numbers("capacity").sum() == pytest.approx(firms.numbers("capacity").sum())
    assert len(load_content().table("firms")) == len(firms)


def test_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every gate, every row and every part of a full report has its text, and no text is left over."""
    everybody = dict.fromkeys(("people", "history", "run", "gigabytes"), 1.0)
    monkeypatch.setattr(reports, "every_resident", lambda _: everybody)
    told: list[str] = []
    report = bench(replace(TINY, everybody=True), told.append)
    found = report.as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {gate["name"] for gate in found["gates"]} == GATES
    assert all(set(gate) == {"name", "value", "reach", "reached"} for gate in found["gates"])
    missing = set(MAKERS) - set(available())
    for row in found["rows"]:
        assert (row["value"] is None) == (row["name"] in missing), row
        assert row["value"] is None or row["value"] >= 0.0 or row["name"] == "one more firm"
    texts = {key.removeprefix("bench.") for key in Texts.load("cli") if key.startswith("bench.")}
    used = {f"part_{name}" for name in told} | {f"way_{name}" for name in MAKERS}
    used |= {f"gate_{text_key(gate.name)}" for gate in report.gates}
    used |= {f"row_{text_key(row.name)}" for row in report.rows if row.group in ("runs", "everybody")}
    assert {key for key in texts if key.startswith(("part_", "way_", "gate_", "row_"))} == used
    assert told == ["kernel", "residents", "memory", "phases", "runs", "everybody"]


@pytest.mark.parametrize(
    ("gate", "reached"),
    [
        (Gate("a", 3.0, least=2.0), True),
        (Gate("a", 1.9, least=2.0), False),
        (Gate("a", 3.0, most=2.0), False),
        (Gate("a", 2.0, most=2.0), True),
        (Gate("a", None, most=2.0), None),
    ],
)
def test_gates(gate: Gate, reached: bool | None) -> None:
    assert gate.reached is reached


@pytest.mark.parametrize(("lang", "words"), [("en", ("reached", "plain Mesa")), ("zh", ("达到", "普通 Mesa"))])
def test_command(
    lang: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reports, "QUICK", TINY)
    monkeypatch.setattr(reports, "find_spec", lambda _: None)
    assert main(["bench", "--quick"], {"LANG": f"{lang}_XX.UTF-8"}) == 0
    told = capsys.readouterr().out
    for word in (*words, "pip install agentpy"):
        assert word in told


@pytest.fixture(autouse=True)
def _few_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller crowd to copy: building a hundred thousand residents is not what is tested here."""
    monkeypatch.setattr(whole, "CROWD", 20_000)


def test_a_missing_peer_is_named_and_nothing_else_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[str], object] = reports.find_spec
    monkeypatch.setattr(reports, "find_spec", lambda name: None if name == "agentpy" else real(name))
    assert set(MAKERS) - set(available()) == {"agentpy"}
