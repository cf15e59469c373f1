"""Starts CCEPZ Sim from the folder it lies in; where the packages are not unpacked in `env` yet, it does that first.

It is copied into every pack and needs nothing but Python. Without arguments it starts the game; else it runs the
command `ccepz` with them.
"""

from __future__ import annotations

import json
import locale
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
READY = "ready.json"  # written into the environment when all is there
ERROR = 2
RUN = "import sys; from ccepz_sim.cli import main; sys.exit(main())"


def main(arguments: list[str]) -> int:
    """Prepare what is missing and hand over to the command line."""
    facts = json.loads((HERE / "pack.json").read_text(encoding="utf-8"))
    own = {"python": f"{sys.version_info.major}.{sys.version_info.minor}", "pack": facts["python"]}
    if own["python"] != own["pack"]:
        return say(facts, "other_python", **own)
    machine, made_for = f"{platform.system()} {platform.machine()}", f"{facts['system']} {facts['machine']}"
    if machine != made_for:
        return say(facts, "other_machine", machine=machine, pack=made_for)
    python = prepared(facts)
    if python is None:
        return say(facts, "not_prepared", folder=HERE)
    os.environ.update(CCEPZ_RULES=str(HERE / "rules"), NUMBA_CPU_NAME=facts["processor"], PYTHONNOUSERSITE="1")
    for name in ("NUMBA_CPU_FEATURES", "PYTHONHOME", "PYTHONPATH"):
        os.environ.pop(name, None)
    command = [str(python), "-c", RUN, *with_content(facts, arguments or ["play"])]
    if os.name == "posix":
        os.execv(command[0], command)
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 130


def with_content(facts: dict[str, Any], arguments: list[str]) -> list[str]:
    """Let a command use the content of this folder, unless it names another or takes none."""
    names = [argument.partition("=")[0] for argument in arguments]
    if "--content" in names or names[0].startswith("-") or names[0] in facts["without_content"]:
        return arguments
    return [*arguments, "--content", str(HERE / "content")]


def prepared(facts: dict[str, Any]) -> Path | None:
    """Return the Python of an environment that holds the wheels; None where it could not be made."""
    folders = [HERE / "env", cache() / f"env-{facts['version']}-{facts['content_hash'][:12]}"]
    for folder in folders:
        if holds(folder, facts) and (runs(folder) or (link(folder) and runs(folder))):
            return python_of(folder)
    say(facts, "preparing")
    for folder in folders:
        fresh = folder.with_name(f"{folder.name}-{os.getpid()}")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            if make(fresh, HERE / "wheels", facts["wheels"]):
                if not (holds(folder, facts) and runs(folder)):  # a second start may have been faster
                    shutil.rmtree(folder, ignore_errors=True)
                    fresh.replace(folder)
                return python_of(folder)
        except OSError as error:  # this folder takes no files, as on a stick that is locked
            write(str(error))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return None


def make(folder: Path, home: Path, names: list[str]) -> bool:
    """Make an environment and let pip, from its own wheel, put the wheels into it that lie in `home`."""
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(folder)
    wheels = [str(home / name) for name in names]
    pip = next(wheel for wheel in wheels if Path(wheel).name.startswith("pip-"))
    quiet = ["--isolated", "--disable-pip-version-check", "--no-warn-script-location", "--quiet"]
    # What is compiled before it is imported would take longer than all the rest.
    install = ["install", "--no-index", "--no-deps", "--no-compile", "--no-cache-dir"]
    command = [str(python_of(folder)), str(Path(pip) / "pip"), *install, *quiet, *wheels]
    if subprocess.call(command):
        return False
    (folder / READY).write_text(json.dumps(names), encoding="utf-8")
    return True


def unlink(folder: Path) -> None:
    """Take out of an environment what is of this computer: its Python, and links, which not every stick can hold."""
    shutil.rmtree(python_of(folder).parent)
    for path in folder.iterdir():
        if path.is_symlink() or path.name == "pyvenv.cfg":
            path.unlink()


def link(folder: Path) -> bool:
    """Give an environment the Python of this computer; say whether it takes it."""
    try:
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(folder)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def holds(folder: Path, facts: dict[str, Any]) -> bool:
    """Whether an environment holds these packages."""
    try:
        kept: list[str] = json.loads((folder / READY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return kept == facts["wheels"]


def runs(folder: Path) -> bool:
    """Whether the Python of an environment is there, and still that of this computer."""
    try:
        return not subprocess.call([str(python_of(folder)), "-c", ""], stderr=subprocess.DEVNULL)
    except OSError:
        return False


def python_of(folder: Path) -> Path:
    """Return the Python of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def cache() -> Path:
    """Return a folder of this user, for where the pack itself takes no files."""
    chosen = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return (Path(chosen) if chosen else Path.home() / ".cache") / "ccepz_sim"


def say(facts: dict[str, Any], name: str, **fields: object) -> int:
    """Say a sentence in the language of the system; return the code of an error."""
    chosen = next((value for key in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(key))), None)
    chosen = chosen or locale.getlocale()[0] or ""
    text = facts["words"][name]["zh" if chosen.lower().startswith(("zh", "chinese")) else "en"]
    for key, field in fields.items():
        text = text.replace(f"{{{key}}}", str(field))
    write(text)
    return ERROR


def write(text: str) -> None:
    """Write a line to standard error, whatever letters it shows."""
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
