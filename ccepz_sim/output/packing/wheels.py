"""Collects the wheels of this package and of all it needs, in the versions that are installed here.

Rules are compiled for these versions of Numba and NumPy: others would compile them anew.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ccepz_sim.output.packing.problems import PackError

NAME = "ccepz-sim"
EXTRAS = ("study",)  # carried along where they are installed
PIP = "pip"  # installs the others on the other machine
CHECKOUT = Path(__file__).resolve().parents[3]
RETRIES, TIMEOUT = "2", "20"  # of pip; seconds: somebody waits for the answer
LONGEST_REASON = 200
SKIPPED = ("../", "..\\", "/")  # files outside the folder of packages, such as the script `ccepz`


def collect(folder: Path) -> list[str]:
    """Fill a folder with wheels; return their names.

    Raises:
        PackError: pip or a package is missing here, or the index cannot be reached.
    """
    folder.mkdir()
    others = needed()
    others[PIP] = _version(PIP)
    own(folder)
    wanted = [f"{name}=={version}" for name, version in sorted(others.items())]
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder), *wanted)  # builds what is published as source alone
    return sorted(path.name for path in folder.glob("*.whl"))


def needed() -> dict[str, str]:
    """Return name and version of every package that this one needs, as they are installed here.

    Raises:
        PackError: one of them is missing.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    ahead = [(NAME, ""), *((NAME, extra) for extra in EXTRAS if _has_extra(extra))]
    while ahead:
        name, extra = ahead.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        found[name] = _version(name)
        for wanted in _requirements(name, extra):
            ahead.append((canonicalize_name(wanted.name), ""))
            ahead += [(canonicalize_name(wanted.name), inner) for inner in wanted.extras]
    del found[NAME]
    return found


def own(folder: Path) -> None:
    """Put the wheel of this package into a folder: built from the checkout, or made of what is installed."""
    if (CHECKOUT / "pyproject.toml").is_file():
        _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT))
    else:
        rebuild(importlib.metadata.distribution(NAME), folder)


def rebuild(installed: Distribution, folder: Path) -> Path:
    """Make a wheel of an installed package; whatever Python made of it, such as bytecode, stays behind.

    Raises:
        PackError: it was installed in a way that keeps no list of its files.
    """
    name = re.sub(r"[-_.]+", "_", installed.metadata["Name"])
    info = f"{name}-{installed.version}.dist-info"
    target = folder / f"{name}-{installed.version}-py3-none-any.whl"
    lines = []
    left_out = {f"{info}/{file}" for file in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in installed.files or ():
            path = file.as_posix()
            if path.startswith(SKIPPED) or "__pycache__" in path or path in left_out:
                continue
            data = Path(str(installed.locate_file(file))).read_bytes()
            wheel.writestr(path, data)
            digest = urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(data)}")
        if not lines:
            raise PackError("not_listed")
        wheel.writestr(f"{info}/RECORD", "\n".join([*lines, f"{info}/RECORD,,", ""]))
    return target


def _requirements(name: str, extra: str) -> Iterator[Requirement]:
    for text in importlib.metadata.requires(name) or ():
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue  # of a package that was made long ago
        if wanted.marker is None:
            if not extra:
                yield wanted
        elif wanted.marker.evaluate({"extra": extra}) and (not extra or not wanted.marker.evaluate({"extra": ""})):
            yield wanted


def _has_extra(extra: str) -> bool:
    try:
        return all(importlib.metadata.version(wanted.name) for wanted in _requirements(NAME, extra))
    except PackageNotFoundError:
        return False


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except PackageNotFoundError:
        raise PackError("no_pip" if name == PIP else "package_missing", name=name) from None


def _pip(*arguments: str) -> None:
    """Run pip with the index that the user configured.

    Raises:
        PackError: pip is missing, or says what is wrong.
    """
    patience = ("--disable-pip-version-check", "--no-input", "--retries", RETRIES, "--timeout", TIMEOUT)
    command = [sys.executable, "-m", PIP, arguments[0], *patience, "--quiet", *arguments[1:]]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        if "No module named" in done.stderr:
            raise PackError("no_pip", name=PIP)
        raise PackError("no_wheels", reason=_reason(done.stderr))


def _reason(said: str) -> str:
    """Return the last thing pip complained of, without the address of the index: it may hold a password."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines or ["pip"]
    text = re.sub(r"\S+://\S+", "…", errors[-1].removeprefix("ERROR:").strip())
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"
