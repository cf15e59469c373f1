"""Makes the results in a replication archive again, and says what came out the same: called by its `reproduce.py`."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import ccepz_sim
from ccepz_sim.commands.console import Say, compile_first
from ccepz_sim.commands.results import write_figure
from ccepz_sim.content.loading import load_content
from ccepz_sim.output.look import Style
from ccepz_sim.studies import archive
from ccepz_sim.studies.fingerprint import made_with
from ccepz_sim.studies.plotting import view_of
from ccepz_sim.studies.results import load_study
from ccepz_sim.studies.runner import run_study
from ccepz_sim.studies.store import FAILURES, FIGURES, RUNS, digest, read_manifest, study_of
from ccepz_sim.text.texts import Texts, system_language

SAME, DIFFERENT, NINE_DIGITS = 0, 1, 3


def replay(home: Path, out: Path, figures: Mapping[str, Mapping[str, Any]], workers: int = 2) -> int:
    """Run a study again, draw its figures again, and compare; return 0, 1, or 3 where only last digits differ.

    Args:
        home: the unpacked archive.
        out: where results are made again.
        figures: by name, what each was asked for.
        workers: number of processes.
    """
    _tell_versions(home)
    manifest = read_manifest(home / archive.RESULTS)
    study = study_of(manifest, home / archive.RESULTS)
    own = home / archive.OWN_CONTENT
    content = load_content(own if own.is_dir() else None)
    more = home / archive.MORE
    if more.is_file():
        content = content.with_files(json.loads(more.read_text("utf-8")))
    compile_first(Say(system_language(os.environ)))
    run_study(study, out, content=content, workers=workers, command=manifest["command"])
    results = load_study(out)
    for name, recipe in figures.items():
        redraw(results, out / FIGURES / name, recipe, content)
    lines = [line.split("  ", 1) for line in (home / archive.SUMS).read_text("utf-8").splitlines()]
    wanted = {name: sha256 for sha256, name in lines}
    nine = archive.nine_digits(results) == archive.nine_digits(load_study(home / archive.RESULTS))
    worst = SAME
    for name, sha256 in wanted.items():
        again = out / name.removeprefix(f"{archive.RESULTS}/")
        if again.is_file() and digest(again) == sha256:
            _say("same", name=name)
        elif name == f"{archive.RESULTS}/manifest.json" and _same_but_machine(manifest, out):
            _say("machine", name=name)
        elif again.is_file() and nine and name not in (f"{archive.RESULTS}/{RUNS}", f"{archive.RESULTS}/{FAILURES}"):
            _say("nine", name=name)
            worst = worst or NINE_DIGITS
        else:
            _say("different", name=name)
            worst = DIFFERENT
    _say({SAME: "all_same", NINE_DIGITS: "all_nine", DIFFERENT: "not_same"}[worst], count=len(wanted), name=out)
    return worst


def redraw(results: Any, stem: Path, recipe: Mapping[str, Any], content: Any) -> None:
    """Draw a figure again as its recipe says, with the settings of matplotlib it was drawn with."""
    import matplotlib as mpl

    style = Style(**{**recipe["style"], "formats": tuple(recipe["style"]["formats"])})
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(recipe["matplotlibrc"])
        _, draw = view_of(dict(recipe["asked"]), results)
        if draw is not None:
            write_figure(results, draw, stem, recipe["lang"], style, dict(recipe["asked"]), content)


def _same_but_machine(manifest: Mapping[str, Any], out: Path) -> bool:
    again = read_manifest(out)
    return all(again.get(name) == value for name, value in manifest.items() if name != "made_with")


def _tell_versions(home: Path) -> None:
    """Say which libraries are other than those the results were made with."""
    for line in (home / archive.PINS).read_text("utf-8").splitlines():
        name, _, wanted = line.partition("==")
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "–"
        if found != wanted:
            _say("version", name=name, found=found, wanted=wanted)
    made = read_manifest(home / archive.RESULTS)["made_with"]
    here = made_with()
    for part, name in (("versions", "python"), ("machine", "processor")):
        if made[part].get(name) != here[part][name]:
            _say("version", name=name, found=here[part][name], wanted=made[part].get(name, "–"))
    _say("running", python=platform.python_version(), place=Path(ccepz_sim.__file__).parent)


def _say(key: str, **fields: object) -> None:
    sys.stdout.write(Texts.load("studies")[f"replay.{key}"].format(system_language(os.environ), **fields) + "\n")
    sys.stdout.flush()
