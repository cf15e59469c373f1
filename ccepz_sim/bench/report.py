"""The report of `ccepz bench`: what is measured, and the gates it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from typing import Any

from ccepz_sim.bench import whole
from ccepz_sim.bench.blocked import BYTES
from ccepz_sim.bench.measure import every_resident, fastest, growth_of, load
from ccepz_sim.bench.workload import start
from ccepz_sim.numerics.clock import QUARTERS

OURS = "blocked"
MAKERS = {
    OURS: "ccepz_sim.bench.blocked:Blocked",
    "mesa": "ccepz_sim.bench.objects:MesaObjects",
    "agentpy": "ccepz_sim.bench.objects:agentpy_objects",
    "uids": "ccepz_sim.bench.uids:Uids",
    "numpy64": "ccepz_sim.bench.textbook:Textbook",
    "numpy32": "ccepz_sim.bench.textbook:textbook_32",
    "floor": "ccepz_sim.bench.floor:Floor",
}
OBJECTS = ("mesa", "agentpy")
PEERS = {"agentpy": "agentpy"}  # implementation -> package it needs
NANO, MICRO, MILLI = 1e-9, 1e-6, 1e-3


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    residents: int  # of the reference workload
    crowd: int  # of its largest run
    weighed: int  # of arrays whose memory is measured; objects: `residents`
    rounds: int
    years: int
    everybody: bool  # whether the zone is run at 1:1


FULL = Size(residents=100_000, crowd=4_000_000, weighed=1_000_000, rounds=5, years=20, everybody=True)
QUICK = Size(residents=20_000, crowd=400_000, weighed=400_000, rounds=3, years=2, everybody=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; None where it cannot be measured here, with the package that would have to be installed."""

    group: str
    name: str
    value: float | None
    unit: str
    install: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure and what it is to reach: at least or at most."""

    name: str
    value: float | None
    least: float | None = None
    most: float | None = None
    unit: str = "x"

    @property
    def reach(self) -> str:
        """The bound, as a text without words."""
        sign, bound = ("≥", self.least) if self.least is not None else ("≤", self.most)
        return f"{sign} {bound:g} {self.unit}"

    @property
    def reached(self) -> bool | None:
        """Whether the bound is kept; None where nothing was measured."""
        if self.value is None:
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def as_dict(self) -> dict[str, Any]:
        """Return what the JSON shows."""
        return {"name": self.name, "value": self.value, "reach": self.reach, "reached": self.reached}


@dataclass(slots=True)
class Report:
    """All rows and gates."""

    rows: list[Row] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {"gates": [gate.as_dict() for gate in self.gates], "rows": [asdict(row) for row in self.rows]}


def bench(size: Size, tell: Callable[[str], None] = lambda _: None) -> Report:
    """Measure everything; `tell` is given the name of each part before it begins."""
    report = Report()
    for name, part in (
        ("kernel", _kernel),
        ("residents", _residents),
        ("memory", _memory),
        ("phases", _phases),
        ("runs", _runs),
        ("everybody", _everybody),
    ):
        tell(name)
        part(report, size)
    return report


def available() -> dict[str, str]:
    """Return the implementations whose packages are installed."""
    return {name: maker for name, maker in MAKERS.items() if name not in PEERS or find_spec(PEERS[name])}


def _kernel(report: Report, size: Size) -> None:
    """All implementations on the same workload, step by step in turn."""
    opening = start(size.residents)
    best = fastest({name: load(maker)(opening).step for name, maker in available().items()}, size.rounds)
    for name in MAKERS:
        spent = best.get(name)
        install = "" if spent is not None else PEERS[name]
        value = None if spent is None else spent / size.residents / NANO
        report.rows.append(Row("kernel", name, value, "ns/resident/step", install))
    ours = best[OURS]
    for name, least in (("mesa", 40.0), ("agentpy", 45.0), ("uids", 6.0), ("numpy32", 3.0)):
        report.gates.append(Gate(f"against-{name}", best[name] / ours if name in best else None, least=least))
    report.gates.append(Gate("against-floor", ours / best["floor"], most=2.0))


def _residents(report: Report, size: Size) -> None:
    """Ours with few and with many residents, in turn."""
    make = load(MAKERS[OURS])
    counts = (size.residents, size.crowd)
    best = fastest({str(count): make(start(count)).step for count in counts}, size.rounds)
    each = [best[str(count)] / count / NANO for count in counts]
    report.rows += [
        Row("residents", str(count), value, "ns/resident/step") for count, value in zip(counts, each, strict=True)
    ]
    report.gates.append(Gate("growth-residents", each[1] / each[0], most=1.1))


def _memory(report: Report, size: Size) -> None:
    """Growth of peak memory for each resident, in processes of their own."""
    there = available()
    for name in (OURS, "mesa", "agentpy", "uids", "numpy64", "numpy32"):
        count = size.residents if name in OBJECTS else size.weighed
        value = growth_of(there[name], count) if name in there else None
        report.rows.append(Row("memory", name, value, "B/resident", "" if name in there else PEERS[name]))
        if name == OURS:
            report.gates.append(Gate("memory", value, most=3.0 * BYTES + 16.0, unit="B"))


def _phases(report: Report, size: Size) -> None:
    """Where the time of a run of the game goes."""
    for name, spent in whole.by_phase(size.years, size.rounds).items():
        report.rows.append(Row("phases", name, spent / (QUARTERS * size.years) / MILLI, "ms/quarter"))


def _runs(report: Report, size: Size) -> None:
    """Runs of the whole model: usual, longer, crowded; one more firm; a copy."""
    for name, spent in whole.runs(size.years, size.rounds).items():
        report.rows.append(Row("runs", name, spent, "s"))
    firm = whole.one_more_firm(size.years, size.rounds) / MICRO
    report.rows.append(Row("runs", "one more firm", firm, "µs/step"))
    report.gates.append(Gate("firm", firm, most=3.0, unit="µs"))
    copy = whole.copying(size.rounds) / MILLI
    report.rows.append(Row("runs", "copy of 100,000 residents", copy, "ms"))
    report.gates.append(Gate("copy", copy, most=20.0, unit="ms"))


def _everybody(report: Report, size: Size) -> None:
    """Every resident, one to one, for the years of the size."""
    if not size.everybody:
        return
    found = every_resident(size.years)
    for name, unit in (("people", "persons"), ("history", "s"), ("run", "s"), ("gigabytes", "GB")):
        report.rows.append(Row("everybody", name, None if found is None else found[name], unit))
    run, memory = (None, None) if found is None else (found["run"], found["gigabytes"])
    report.gates.append(Gate("everybody-time", run, most=120.0, unit="s"))
    report.gates.append(Gate("everybody-memory", memory, most=1.5, unit="GB"))
