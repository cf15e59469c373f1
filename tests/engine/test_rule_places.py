"""Rules work wherever a program starts: read-only, homeless, unknown, side by side, killed, on a full disk.

Each test runs one compiled function from a small copy of the tree in a process of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import ccepz_sim

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights and users are of another kind there")
PARTS = (
    "__init__.py", "numerics/__init__.py", "numerics/compiled.py", "numerics/kernel.py", "numerics/rule_store.py",
    "numerics/rule_files.py", "numerics/rule_sources.py", "numerics/declare.py", "numerics/native.py",
    "numerics/hashing.py", "numerics/draws.py", "numerics/rng.py",
)  # fmt: skip
RULE = """
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim import helper

@compiled
def rule(x):
    return helper.LEVEL * x
"""
CALLS = """
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim import helper

@compiled
def inner(x, count):  # calls itself, so that it stays a function of its own
    return inner(x, count - 1) if count > 0 else helper.LEVEL * x

@compiled
def rule(x):
    return inner(x, int(x) + 4)
"""
RUN = "from ccepz_sim.tiny import rule; print(rule(3.0), sum(rule.stats.cache_hits.values()))"
KILLED = """
import os, signal
from pathlib import Path
Path.replace = lambda self, other: os.kill(os.getpid(), signal.SIGKILL)
"""
FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
STRANGER = 54321  # a user no system knows
# Python itself may lie where only root reads: what compiling needs of it is loaded first.
AS_STRANGER = f"""
import os, numba, numba.extending
from ccepz_sim.numerics import rule_files, rule_store
numba.njit(lambda x: 2.0 * x)(1.0)
rule_store._versions()
os.setgroups([]); os.setgid({STRANGER}); os.setuid({STRANGER})
"""
ROOT = os.name != "nt" and os.geteuid() == 0


class Tree:
    """A copy of the few files that compiling needs, with one rule, and a folder to stand in."""

    def __init__(self, folder: Path) -> None:
        """Lay it out in a folder."""
        self.package, self.here = folder / "tree" / "ccepz_sim", folder / "here"
        self.package.mkdir(parents=True)
        self.here.mkdir()
        for part in PARTS:
            (self.package / part).parent.mkdir(exist_ok=True)
            shutil.copy(Path(ccepz_sim.__file__).parent / part, self.package / part)
        (self.package / "helper.py").write_text("LEVEL = 2.0\n")
        (self.package / "tiny.py").write_text(RULE)
        (folder / "home").mkdir()
        (folder / "tmp").mkdir()
        self.home, self.tmp = folder / "home", folder / "tmp"

    def run(self, before: str = "", **env: str | None) -> subprocess.CompletedProcess[str]:
        """Run the rule in a new process; `None` takes a variable away."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("NUMBA_", "XDG_", "CCEPZ_"))}
        clean |= {"PYTHONPATH": str(self.package.parent), "TMPDIR": str(self.tmp), "HOME": str(self.home)}
        clean |= {"PYTHONDONTWRITEBYTECODE": "1"}
        for name, value in env.items():
            clean.pop(name, None)
            if value is not None:
                clean[name] = value
        return subprocess.run(
            [sys.executable, "-c", before + RUN],
            check=False, capture_output=True, text=True, timeout=300, cwd=self.here, env=clean,
        )  # fmt: skip

    def read_only(self) -> None:
        """Let nobody but root write into the tree."""
        for path in (self.package, *self.package.rglob("*")):
            path.chmod(path.stat().st_mode & 0o555)  # what others may not read they still may not

    def kept(self, folder: Path) -> list[Path]:
        """Give the compiled rules under a folder."""
        return sorted(folder.rglob("tiny.rule-*.rule"))


USUAL = "from ccepz_sim import helper\n"
OTHERS = {
    "plain": "import ccepz_sim.helper as helper\n",
    "relative": "from . import helper\n",
    "indented": "try:\n    from ccepz_sim import helper\nexcept ImportError:\n    raise\n",
    "in brackets": "from ccepz_sim import (\n    helper,\n)\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    folder = Path(tempfile.mkdtemp(dir=tmp_path if not ROOT else None))  # where a stranger may enter
    folder.chmod(0o755)
    yield Tree(folder)
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)


def check(done: subprocess.CompletedProcess[str], hits: int, warnings: int = 0, value: float = 6.0) -> None:
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(value), str(hits)], done.stderr
    assert len(done.stderr.splitlines()) == warnings, done.stderr


def test_beside_the_code_and_anew_when_a_helper_changes(tree: Tree) -> None:
    check(tree.run(), 0)
    check(tree.run(), 1)
    assert len(tree.kept(tree.package)) == 1
    (tree.package / "helper.py").write_text("LEVEL = 5.0\n")
    check(tree.run(), 0, value=15.0)
    assert len(tree.kept(tree.package)) == 1, "what was compiled for the old source is gone"
    assert list(tree.here.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("form", OTHERS)
def test_no_rule_is_stale_however_its_helper_is_imported(tree: Tree, form: str) -> None:
    assert USUAL in RULE
    (tree.package / "tiny.py").write_text(RULE.replace(USUAL, OTHERS[form]))
    check(tree.run(), 0)
    check(tree.run(), 1)
    (tree.package / "helper.py").write_text("LEVEL = 5.0\n")
    check(tree.run(), 0, value=15.0)
    check(tree.run(), 1, value=15.0)


def test_two_forms_that_other_processes_compiled_are_told_apart(tree: Tree) -> None:
    """Both are found compiled, by one process, whose second form once called what the first one calls."""
    (tree.package / "tiny.py").write_text(CALLS)
    other = "from ccepz_sim import helper; helper.LEVEL = 5.0\n"
    check(tree.run(), 0)
    check(tree.run(other), 0, value=15.0)
    both = "import importlib; from ccepz_sim import tiny; first = tiny.rule; print(first(3.0))\n"
    done = tree.run(both + other + "importlib.reload(tiny)\n")
    assert done.stdout.split() == ["6.0", "15.0", "1"], done.stderr


def test_several_processes_compile_at_once(tree: Tree) -> None:
    with ThreadPoolExecutor(2) as several:
        for done in several.map(lambda _: tree.run(), range(2)):
            assert done.returncode == 0, done.stderr
            assert done.stdout.split()[0] == "6.0"
            assert done.stderr == ""
    check(tree.run(), 1)
    assert list(tree.package.rglob("*.tmp")) == []


def test_a_process_killed_while_it_writes_hinders_nobody(tree: Tree) -> None:
    assert tree.run(KILLED).returncode == -9
    assert tree.kept(tree.package) == []
    assert len(list(tree.package.rglob("*.tmp"))) == 1
    check(tree.run(), 0)


def test_a_full_disk_costs_a_line_and_half_a_file_is_no_file(tree: Tree) -> None:
    check(tree.run(FULL), 0, warnings=1)
    assert [*tree.package.rglob("*.tmp"), *tree.package.rglob("*.rule")] == []


@pytest.mark.skipif(ROOT, reason="nothing is read-only for root: the next test does it as a stranger")
def test_a_read_only_tree_is_kept_in_the_home(tree: Tree) -> None:
    tree.read_only()
    check(tree.run(), 0)
    assert len(tree.kept(tree.home / ".cache")) == 1
    check(tree.run(), 1)


@pytest.mark.skipif(not ROOT, reason="only root can start a program as somebody else")
class TestStranger:
    """A user without a name or a home, such as a container's."""

    def run(self, tree: Tree, **env: str | None) -> subprocess.CompletedProcess[str]:
        tree.read_only()
        for folder in (tree.here, tree.tmp):
            os.chown(folder, STRANGER, STRANGER)
        return tree.run(AS_STRANGER, **env)

    def test_without_a_home_the_temporary_folder_serves(self, tree: Tree) -> None:
        check(self.run(tree, HOME=None), 0, warnings=1)
        assert len(tree.kept(tree.tmp)) == 1
        check(self.run(tree, HOME=None), 1)
        assert list(tree.here.iterdir()) == []

    def test_in_the_home_of_somebody_else(self, tree: Tree) -> None:
        (tree.home / ".cache" / "ccepz_sim").mkdir(parents=True)
        check(self.run(tree), 0, warnings=1)
        assert tree.kept(tree.home) == []

    def test_where_nothing_can_be_written_at_all(self, tree: Tree) -> None:
        tree.read_only()
        no_folder = "import tempfile; tempfile.gettempdir = lambda: open('/no/folder')\n"
        done = tree.run(no_folder + AS_STRANGER, HOME=None)
        check(done, 0, warnings=1)
        assert "anew at every start" in done.stderr
        assert [path for path in tree.here.parent.rglob("*") if path.name.startswith("~")] == []

    def test_what_root_compiled_beside_a_read_only_tree_is_used(self, tree: Tree) -> None:
        check(tree.run(), 0)
        check(self.run(tree, HOME=None), 1)

    def test_a_file_it_may_not_read_is_compiled_elsewhere(self, tree: Tree) -> None:
        check(tree.run(), 0)
        tree.kept(tree.package)[0].chmod(0o600)
        os.chown(tree.home, STRANGER, STRANGER)
        check(self.run(tree), 0)
        check(self.run(tree), 1)
        assert len(tree.kept(tree.home)) == 1

    def test_a_trap_in_the_temporary_folder_is_not_believed(self, tree: Tree) -> None:
        trap = tree.tmp / f"ccepz_sim-{STRANGER}"
        trap.mkdir()
        trap.chmod(0o777)
        done = self.run(tree, HOME=None)
        check(done, 0, warnings=1)
        assert "somebody else" in done.stderr
        assert list(trap.iterdir()) == []


def test_a_chosen_folder_that_takes_nothing_gives_way(tree: Tree) -> None:
    blocked = tree.here / "file"
    blocked.write_text("no folder")
    check(tree.run(NUMBA_CACHE_DIR=str(blocked)), 0)
    check(tree.run(NUMBA_CACHE_DIR=str(blocked)), 1)
    assert len(tree.kept(tree.package)) == 1


def test_processes_started_later_do_not_say_it_again(tree: Tree) -> None:
    twice = FULL + "import subprocess, sys; from ccepz_sim.tiny import rule; rule(3.0)\n"
    twice += "subprocess.run([sys.executable, '-c', 'from ccepz_sim.tiny import rule; rule(3.0)'])\n"
    check(tree.run(twice), 0, warnings=1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
def test_forms_of_forked_processes_are_told_apart() -> None:
    """A forked process goes on where its parent was: it must not give the numbers that its brother gives."""
    code = (
        "import os, sys\n"
        "from ccepz_sim.numerics import rule_files\n"
        "for _ in range(2):\n"
        "    if os.fork() == 0:\n"
        "        print(next(rule_files.FunctionIdentity._unique_ids), flush=True)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(set(done.stdout.split())) == 2
