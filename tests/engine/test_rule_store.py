"""Compiled rules are kept where they can be, and whatever is wrong with a file, the rule works."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ccepz_sim.numerics import rule_files, rule_sources, rule_store
from ccepz_sim.numerics.rule_store import MAGIC, SUFFIX, Store

SOURCE = """
from ccepz_sim.numerics.compiled import compiled

LEVEL = 2.0

@compiled
def inner(x):
    return x + 1.0

@compiled
def rule(x):
    return LEVEL * inner(x)
"""
MODULE = "a_module_with_a_rule"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], ModuleType]]:
    """Load a module with one rule, as a process does that starts."""
    monkeypatch.setattr(rule_store, "stores", lambda: (Store(tmp_path / "kept"), Store(tmp_path / "next")))
    file = tmp_path / f"{MODULE}.py"
    file.write_text(SOURCE)
    rule_sources.look_again()  # the module of the test before had the same name

    def fresh() -> ModuleType:
        spec = importlib.util.spec_from_file_location(MODULE, file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[MODULE] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield fresh
    sys.modules.pop(MODULE, None)
    rule_sources.look_again()


def answer(module: ModuleType) -> tuple[float, int]:
    """Give what the rule returns for 3, and how often it was found compiled."""
    found = module.rule(3.0)
    return found, sum(module.rule.stats.cache_hits.values())


def kept(tmp_path: Path) -> Path:
    (file,) = (tmp_path / "kept").rglob(f"*.rule-*{SUFFIX}")
    return file


def flipped(data: bytes) -> bytes:
    return data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]


def sealed(payload: bytes) -> bytes:
    import hashlib

    return MAGIC + hashlib.sha256(payload).digest() + payload


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "only its beginning": lambda data: data[:20],
    "half of it": lambda data: data[: len(data) // 2],
    "without its end": lambda data: data[:-1],
    "with more at its end": lambda data: data + b"\0",
    "a bit of the machine code turned": flipped,
    "zeros": lambda data: bytes(len(data)),
    "a file of Numba's own": lambda data: b"\x80\x05\x95\x04\x00\x00\x00\x00\x00\x00\x00\x8c\x060.61.0\x94.",
    "whole, but no pickle": lambda data: sealed(b"something else"),
    "whole, but of another rule": lambda data: sealed(b"\x80\x05K\x01K\x02\x86\x94."),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_dropped_and_compiled_again(
    load: Callable[[], ModuleType], tmp_path: Path, damage: str
) -> None:
    assert answer(load()) == (8.0, 0)
    file = kept(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(DAMAGE[damage](whole))
    assert answer(load()) == (8.0, 0)
    assert kept(tmp_path) == file
    assert answer(load()) == (8.0, 1), "it is whole again"


def test_a_folder_in_the_place_of_a_file_hinders_nobody(load: Callable[[], ModuleType], tmp_path: Path) -> None:
    answer(load())
    file = kept(tmp_path)
    file.unlink()
    file.mkdir()
    assert answer(load()) == (8.0, 0)
    assert answer(load()) == (8.0, 1), "the next place took it"


def test_a_rule_whose_surroundings_were_replaced_is_kept_apart(load: Callable[[], ModuleType]) -> None:
    """A notebook that tries another constant or helper must not leave its rules to the next run."""
    assert answer(load()) == (8.0, 0)
    module = load()
    module.LEVEL = 3.0
    assert answer(module) == (12.0, 0)
    module = load()

    def other(x: float) -> float:
        return x + 2.0

    from ccepz_sim.numerics.compiled import compiled

    module.inner = compiled(other)
    assert answer(module) == (10.0, 0)
    assert answer(load()) == (8.0, 1)


def test_what_has_no_lasting_name_is_not_kept(load: Callable[[], ModuleType], tmp_path: Path) -> None:
    module = load()
    module.LEVEL = object()
    with pytest.raises(LookupError):
        rule_files.make_of(module.rule.py_func)


def test_every_rule_of_the_zone_has_a_lasting_name() -> None:
    """A name that changed with the process would compile the rule at every start."""
    import subprocess

    told = (
        "import sys, ccepz_sim.model\n"
        "from ccepz_sim.numerics.kernel import Kernel\n"
        "from ccepz_sim.numerics.rule_files import make_of\n"
        "rules = {f'{n}.{k}': r for n, m in sorted(sys.modules.items()) if n.startswith('ccepz_sim')\n"
        "         for k, r in vars(m).items() if isinstance(r, Kernel)}\n"
        "print(len(rules), [(name, make_of(rule.py_func)) for name, rule in sorted(rules.items())])\n"
    )
    clean = {key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"}
    said = [
        subprocess.run(
            [sys.executable, "-c", told],
            capture_output=True, text=True, check=True, timeout=300, env=clean | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert int(said[0].split()[0]) > 100
    assert said[0] == said[1]


def test_a_half_written_file_is_cleared_once_it_is_old(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folder = tmp_path / "module-0123"
    folder.mkdir()
    old, new = folder / "a.rule.01.tmp", folder / "a.rule.02.tmp"
    for half in (old, new):
        half.write_bytes(b"half")
    os.utime(old, (0, 0))
    rule_store._clear_halves(folder)
    assert not old.exists()
    assert new.exists()
    store.write("module-0123/a.rule", b"whole")
    assert store.read("module-0123/a.rule") == b"whole"


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError):
        Store(tmp_path).write("module-0123/a.rule", b"whole")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_earlier_source_of_the_same_module_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_store, "BESIDE", tmp_path)
    old, other, elsewhere = tmp_path / "rules.firm_plan-0123", tmp_path / "rules.firm-0123", tmp_path / "there" / "x-01"
    for folder in (old, other, elsewhere):
        folder.mkdir(parents=True)
    Store(tmp_path).write("rules.firm_plan-4567/a.rule", b"new")
    assert not old.exists()
    assert other.exists()
    Store(tmp_path / "there").write("x-02/a.rule", b"new")
    assert elsewhere.exists(), "others may use it"


def test_in_a_private_place_only_our_own_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, open_to_all = Store(tmp_path / "rules", private=True), Store(tmp_path / "rules")
    ours.write("m-01/a.rule", b"machine code")
    assert ours.read("m-01/a.rule") == b"machine code"
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 4242)
    if me != 0:  # what root wrote is believed
        assert ours.read("m-01/a.rule") is None
    with pytest.raises(PermissionError):
        ours.write("m-01/b.rule", b"machine code")
    assert open_to_all.read("m-01/a.rule") == b"machine code"


def test_a_link_in_the_temporary_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "trap").mkdir()
    (tmp_path / "rules").symlink_to(tmp_path / "trap")
    with pytest.raises(PermissionError):
        Store(tmp_path / "rules", private=True).write("m-01/a.rule", b"machine code")
    assert list((tmp_path / "trap").iterdir()) == []


HOMES = {
    "none": {},
    "empty": {"HOME": ""},
    "a tilde": {"HOME": "~"},
    "relative": {"HOME": "somewhere"},
    "caches with a tilde": {"XDG_CACHE_HOME": "~/caches"},
    "relative caches": {"XDG_CACHE_HOME": "caches"},
    "chosen with a tilde": {"NUMBA_CACHE_DIR": "~/numba"},
    "chosen in the home of nobody": {"NUMBA_CACHE_DIR": "~nobody-here/numba"},
}


@pytest.mark.skipif(os.name == "nt", reason="homes are of another kind there")
@pytest.mark.parametrize("home", HOMES)
def test_without_a_home_there_is_no_folder_called_tilde(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    import pwd

    def unknown(_: object) -> None:
        raise KeyError

    for name in ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in HOMES[home].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)
    folders = [store.folder for store in rule_store._stores.__wrapped__(os.environ.get("NUMBA_CACHE_DIR"))]
    assert len(folders) == 2, "beside the code, and a temporary one"
    assert not any(part.startswith("~") for folder in folders for part in folder.parts)


def test_the_order_of_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "caches"))
    folders = [store.folder for store in rule_store._stores.__wrapped__(str(tmp_path / "chosen"))]
    assert folders[0] == tmp_path / "chosen"
    assert folders.index(tmp_path / "caches" / "ccepz_sim" / "rules") < len(folders) - 1
    assert rule_store.BESIDE in folders or os.name == "nt"
    assert not rule_store._stores.__wrapped__(None)[-1].lasting
