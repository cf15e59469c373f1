"""Lays out the folder of a pack: in a hidden one beside it first, so that there is never half a pack."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ccepz_sim import __version__
from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.files import PARTS
from ccepz_sim.output.disk import is_there, reason_of, resolved, try_folder
from ccepz_sim.output.packing import start, wheels
from ccepz_sim.output.packing.problems import PackError
from ccepz_sim.text.texts import Texts

SIZE, SMALL = 1_600_000_000, 450_000_000  # bytes that have to be free; without packages that are unpacked
WHEELS, ENV, RULES, CONTENT, FACTS = "wheels", "env", "rules", "content", "pack.json"
GENERIC = "generic"  # LLVM's name for any processor of a kind
SCRATCH = ".ccepz-pack-"
READMES = {"README.md": "en", "README.zh.md": "zh"}
SPOKEN = ("other_python", "other_machine", "preparing", "not_prepared", "no_python")  # by the start scripts
COMPILE = "import sys; from ccepz_sim.cli import main; sys.exit(main(['compile'], {'LANG': sys.argv[1]}))"
STEPS = ("wheels", "content", "rules")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What a pack holds: its folder, numbers of wheels and rules, bytes in all."""

    folder: Path
    wheels: int
    rules: int
    size: int


def make_pack(
    folder: Path,
    content: Content,
    lang: str,
    without_content: frozenset[str],
    tell: Tell = lambda _: None,
    small: bool = False,
) -> Made:
    """Make a pack for this system and this version of Python.

    Args:
        folder: new or empty.
        content: what is played.
        lang: of what is said while rules are compiled.
        without_content: commands that take no content.
        tell: called with the name of each of `STEPS` as it begins.
        small: leave the packages packed, a third of the size; the first start unpacks them.

    Raises:
        PackError: the folder cannot be used, the index cannot be reached, or rules cannot be compiled.
    """
    target = resolved(folder)
    _refuse_unfit(folder, target, SMALL if small else SIZE)
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=target.parent))
    try:
        tell("wheels")
        collected = wheels.collect(scratch / WHEELS)
        if not small:
            unpack(scratch / ENV, scratch / WHEELS, collected)
        tell("content")
        for part in PARTS:
            shutil.copytree(content.folder / part, scratch / CONTENT / part, ignore=shutil.ignore_patterns(".*"))
        tell("rules")
        rules = compile_rules(scratch / RULES, lang)
        _write_facts(scratch, content, collected, without_content)
        _write_scripts(scratch)
        scratch.chmod(0o755)  # a temporary folder is its owner's alone
        if is_there(target):
            target.rmdir()
        scratch.replace(target)
    except OSError as error:
        raise PackError("not_written", folder=folder, reason=reason_of(error)) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return Made(target, len(collected), rules, size)


def unpack(folder: Path, home: Path, names: list[str]) -> None:
    """Unpack wheels into an environment without a Python of its own: the start gives it that of the other computer.

    Raises:
        PackError: pip failed; it has said why.
    """
    if not start.make(folder, home, names):
        raise PackError("not_unpacked")
    start.unlink(folder)


def compile_rules(folder: Path, lang: str) -> int:
    """Compile all rules for any processor of this kind, into a folder; return how many files that made.

    Raises:
        PackError: it failed; the compiler has said why.
    """
    folder.mkdir()
    environment = {**os.environ, "CCEPZ_RULES": str(folder), "NUMBA_CPU_NAME": GENERIC}
    for name in ("NUMBA_CPU_FEATURES", "NUMBA_DISABLE_JIT"):
        environment.pop(name, None)
    code = subprocess.run(
        [sys.executable, "-c", COMPILE, lang], env=environment, stdout=subprocess.DEVNULL, check=False
    ).returncode
    if code:
        raise PackError("not_compiled")
    for lock in folder.glob("*.lock"):
        lock.unlink()
    return sum(1 for _ in folder.rglob("*.rule"))


def _refuse_unfit(folder: Path, target: Path, size: int) -> None:
    try:
        if is_there(target) and (not target.is_dir() or any(target.iterdir())):
            raise PackError("folder_used", folder=folder)
        try_folder(target.parent, size)
        target.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise PackError("not_written", folder=folder, reason=reason_of(error)) from None
    free = shutil.disk_usage(target.parent).free
    if free < size:
        raise PackError("no_room", folder=folder, need=f"{size / 1e6:.0f}", free=f"{free / 1e6:.0f}")


def _write_facts(pack: Path, content: Content, collected: list[str], without_content: frozenset[str]) -> None:
    texts = Texts.load("pack")
    facts = {
        "version": __version__,
        "content_hash": content.hash,
        "python": _python(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": GENERIC,
        "wheels": collected,
        "without_content": sorted(without_content),
        "words": {name: {lang: texts[name].get(lang) for lang in ("en", "zh")} for name in SPOKEN},
    }
    _write(pack / FACTS, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    machine = f"{facts['system']} {facts['machine']}"
    for name, lang in READMES.items():
        words = texts["readme"].format(lang, version=__version__, python=_python(), machine=machine)
        _write(pack / name, words.strip() + "\n")


def _write_scripts(pack: Path) -> None:
    major, minor = sys.version_info[:2]
    said = Texts.load("pack")["no_python"]
    filled = {"@PYTHON@": _python(), "@PAIR@": f"({major}, {minor})"}
    filled |= {f"@SAID_{lang.upper()}@": said.format(lang, python=_python()) for lang in ("en", "zh")}
    for name in ("start.py", "start.sh", "start.bat"):
        text = files("ccepz_sim.output.packing").joinpath(name).read_text(encoding="utf-8")
        for mark, value in filled.items():
            text = text.replace(mark, value)
        _write(pack / name, text, "\r\n" if name.endswith(".bat") else "\n")
    (pack / "start.sh").chmod(0o755)


def _write(path: Path, text: str, newline: str = "\n") -> None:
    path.write_text(text, encoding="utf-8", newline=newline)


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
