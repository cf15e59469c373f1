"""Count what the engine is made of and what a quarter costs, in any checkout: `count_engine.py [FOLDER ...]`.

Printed side by side: kernels and their arguments, lines that only hand things on, calls a quarter, seconds of a
20-year run, and with `--compile` seconds of compiling by kernel (into a store of its own, a minute or more).
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("rules", "markets", "state", "measures", "policies", "agents", "building", "numerics")
FILES = (
    "model", "setup", "history", "ledger", "materials", "observers", "chronicle", "rng", "sampling", "numeric",
    "accounts", "compiled", "rule_store", "clock", "indicators", "money",
)  # fmt: skip
MARKS = {"compiled", "kernel"}  # decorators of a kernel
LONG = 10  # arguments from which a call or a signature is called long


def main() -> None:
    """Count each checkout and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="checkouts; this one if none is given")
    parser.add_argument("--compile", action="store_true", help="compile everything anew and tell the slowest kernels")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    options = parser.parse_args()
    folders = options.folders or [ROOT]
    found = {str(folder): count(folder.resolve(), compiling=options.compile) for folder in folders}
    if options.json:
        print(json.dumps(found, indent=1))
        return
    for name in next(iter(found.values())):
        print(f"{name:44}" + "".join(f"{_shown(one[name]):>22}" for one in found.values()))


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def count(folder: Path, *, compiling: bool) -> dict[str, object]:
    """Give all figures of a checkout by name."""
    return {**in_source(folder), **_measure(folder, "running"), **(_measure(folder, "compiling") if compiling else {})}


def in_source(folder: Path) -> dict[str, object]:
    """Count kernels, arguments, keywords and lines of plumbing in the source."""
    package = folder / "ccepz_sim"
    paths = [package / f"{name}.py" for name in FILES if (package / f"{name}.py").exists()]
    paths += [path for name in FOLDERS for path in sorted((package / name).rglob("*.py"))]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in paths}
    kernels = [node for tree in trees.values() for node in _kernels(tree)]
    names = {node.name for node in kernels}
    lengths = [len(node.args.posonlyargs) + len(node.args.args) for node in kernels]
    calls = [node for tree in trees.values() for node in ast.walk(tree) if _is_call_of(node, names)]
    long = [call for call in calls if len(call.args) + len(call.keywords) >= LONG]
    signatures = sum(node.body[0].lineno - node.lineno for node in kernels)
    called = sum((call.end_lineno or call.lineno) - call.lineno + 1 for call in long)
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in paths)
    return {
        "lines of the engine": lines,
        "kernels": len(kernels),
        "arguments of a kernel, mean": statistics.fmean(lengths),
        "arguments of a kernel, most": max(lengths),
        f"kernels of {LONG} arguments or more": sum(length >= LONG for length in lengths),
        "kernels of more than 12 arguments": sum(length > 12 for length in lengths),
        f"calls with {LONG} arguments or more": len(long),
        "of these with keywords": sum(bool(call.keywords) for call in long),
        "lines of signatures": signatures,
        "lines of long calls": called,
        "signatures and long calls, share of lines": (signatures + called) / lines,
    }


def _kernels(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = {
                getattr(mark, "id", getattr(getattr(mark, "func", None), "id", "")) for mark in node.decorator_list
            }
            if marks & MARKS:
                yield node


def _is_call_of(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _measure(folder: Path, what: str) -> dict[str, object]:
    """Measure in a process of its own that imports the package of the checkout."""
    with tempfile.TemporaryDirectory() as empty:
        store = {"NUMBA_CACHE_DIR": empty} if what == "compiling" else {}
        quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(folder)}
        done = subprocess.run(
            [sys.executable, str(Path(__file__).resolve().with_name("count_calls.py")), what],
            cwd=folder, env={**os.environ, **quiet, **store}, capture_output=True, text=True, check=True,
        )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
