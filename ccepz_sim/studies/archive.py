"""A replication archive: study, content, engine, versions, seeds, results and a script that makes all of it again.

What the script makes is held against the archive byte by byte; where processor or libraries are others, digits behind
the ninth may differ, and it says so.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ccepz_sim
from ccepz_sim.content.folder import find_folder
from ccepz_sim.content.loading import Content
from ccepz_sim.content.reading.files import PARTS
from ccepz_sim.measures.fingerprint import fingerprint
from ccepz_sim.numerics.rule_sources import file_of
from ccepz_sim.numerics.rule_sources import needed as needed_modules
from ccepz_sim.output.disk import reason_of, resolved
from ccepz_sim.output.packing.wheels import needed
from ccepz_sim.output.whole_files import write_whole
from ccepz_sim.studies import panels
from ccepz_sim.studies.extras import StudyError
from ccepz_sim.studies.fingerprint import engine_hash
from ccepz_sim.studies.models import model_of
from ccepz_sim.studies.results import StudyResults, load_study
from ccepz_sim.studies.run_ledger import PENDING
from ccepz_sim.studies.store import FAILURES, FIGURES, MANIFEST, RUNS, SHARDS
from ccepz_sim.studies.study_file import study_file
from ccepz_sim.text.texts import Texts

SUMS, FACTS, STUDY, SCRIPT, PINS, SEEDS = (
    "SHA256SUMS", "archive.json", "study.toml", "reproduce.py", "requirements.txt", "runs.csv",
)  # fmt: skip
RESULTS, SOURCE, OWN_CONTENT, PACKAGE = "results", "source", "content", "ccepz_sim"
MODEL, MORE = "model", "more.json"  # of one's own: modules, and files of content beside those of the folder
WHEN = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP knows: the same archive is the same bytes whenever it is made
READABLE = 0o644 << 16
SKIPPED = ("__pycache__", ".pyc", ".nbi", ".nbc", ".so", "_content")


def make_archive(folder: Path, target: Path, content: Content) -> int:
    """Pack a finished study; return the number of files.

    Args:
        folder: of the study.
        target: the ZIP file to write.
        content: what the study was run with.

    Raises:
        StudyError: the study is not finished, was run with other content or another engine, or the file cannot be
            written.
    """
    results = load_study(folder)
    _refuse_unfit(results, content)
    root = results.study.id
    files = dict(_results(results.folder))
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    files |= dict(_source())
    if content.own_folder is not None:
        files |= dict(_content(content.own_folder, OWN_CONTENT))
    if results.study.relations.model:
        files |= dict(_model(results.study.relations.model))
    if content.more:
        files[MORE] = (json.dumps(dict(content.more), ensure_ascii=False, indent=1) + "\n").encode()
    packages = needed()
    files[STUDY] = study_file(results.study).encode()
    files[SEEDS] = results.runs.to_csv(index=False, lineterminator="\n").encode()
    files[PINS] = "".join(f"{name}=={version}\n" for name, version in sorted(packages.items())).encode()
    files[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()
    files[FACTS] = (json.dumps(_facts(results), ensure_ascii=False, indent=1) + "\n").encode()
    files[SCRIPT] = _script(results, files).encode()
    for lang, name in (("en", "README.md"), ("zh", "README.zh.md")):
        files[name] = _readme(results, lang).encode()
    try:
        write_whole(resolved(target), lambda path: path.write_bytes(_zipped(root, files)))
    except OSError as error:
        raise StudyError("archive_unfit", file=target, reason=reason_of(error)) from None
    return len(files)


def _refuse_unfit(results: StudyResults, content: Content) -> None:
    manifest = results.manifest
    left = int((results.runs["status"] == PENDING).sum())
    if left:
        raise StudyError("archive_unfinished", count=left)
    if manifest["content_hash"] != content.hash:
        raise StudyError("archive_other_content")
    if manifest["engine_hash"] != engine_hash(model_of(results.study.relations.model)):
        raise StudyError("archive_other_engine", version=manifest["version"])


def _results(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what was found: tables, failures, figures with their captions, and the manifest."""
    for part in (MANIFEST, RUNS, FAILURES):
        yield f"{RESULTS}/{part}", (folder / part).read_bytes()
    for part in (SHARDS, panels.FOLDER, FIGURES):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield f"{RESULTS}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _source() -> Iterator[tuple[str, bytes]]:
    """Yield the engine as it is here, with its own content as an installed package has it."""
    home = Path(ccepz_sim.__file__).resolve().parent
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if path.is_file() and not any(part in name for part in SKIPPED):
            yield f"{SOURCE}/{PACKAGE}/{name}", path.read_bytes()
    yield from _content(find_folder(), f"{SOURCE}/{PACKAGE}/_content")


def _model(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the modules in which a model of one's own is written, and those of its project that they import."""
    from ccepz_sim.quarter.variants import modules_of

    modules = {one for module in modules_of(model_of(name)) for one in needed_modules(module)}
    wanted = {".".join(module.split(".")[: depth + 1]) for module in modules for depth in range(module.count(".") + 1)}
    for module in sorted(wanted):
        path = file_of(module)
        if path is None or module.partition(".")[0] == PACKAGE:
            continue
        place = module.replace(".", "/") + ("/__init__" if path.stem == "__init__" else "")
        yield f"{MODEL}/{place}.py", path.read_bytes()


def _content(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for part in PARTS:
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _facts(results: StudyResults) -> dict[str, Any]:
    """Give what the results have to be again where digits behind the ninth differ."""
    manifest = results.manifest
    kept = ("version", "study_hash", "content_hash", "engine_hash", "runs", "command", "made_with")
    return {**{name: manifest[name] for name in kept}, "nine_digits": nine_digits(results)}


def nine_digits(results: StudyResults) -> str:
    """Return the fingerprint of all values by nine significant digits."""
    return fingerprint(results.outcomes["value"].to_numpy())


def _zipped(root: str, files: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{root}/{name}", WHEN)
            entry.external_attr = READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return held.getvalue()


def _readme(results: StudyResults, lang: str) -> str:
    study, made = results.study, results.manifest["made_with"]
    told = {
        "label": study.label,
        "question": study.question,
        "runs": f"{study.runs:,}",
        "first": study.first_seed,
        "last": study.last_seed,
        "version": results.manifest["version"],
        "python": made["versions"]["python"],
        "processor": made["machine"].get("processor", made["machine"]["type"]),
    }
    return Texts.load("studies")["archive.readme"].format(lang, **told)


def _script(results: StudyResults, files: Mapping[str, bytes]) -> str:
    """Give the script; every figure stands in it with what it was asked for."""
    stems = [name for name in files if name.startswith(f"{RESULTS}/{FIGURES}/") and name.endswith(".json")]
    figures = {
        name.removeprefix(f"{RESULTS}/{FIGURES}/").removesuffix(".json"): json.loads(files[name])
        for name in sorted(stems)
    }
    lines = [f"    {name!r}: {recipe!r}," for name, recipe in figures.items()]
    return TEMPLATE.replace("@STUDY@", results.study.id).replace("@FIGURES@", "\n".join(lines))


TEMPLATE = '''"""Runs the study “@STUDY@” again, draws its figures again, and holds both against this archive.

    python -m venv fresh
    fresh/bin/pip install -r requirements.txt
    fresh/bin/python reproduce.py

Ends with 0 where everything is the same to the byte, with 3 where only digits behind the ninth differ (another
processor or other libraries), else with 1.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "source"), str(HERE / "model")]

# Every figure, and what it was asked for.
FIGURES = {
@FIGURES@
}

if __name__ == "__main__":
    from ccepz_sim.commands.replay import replay

    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--workers", type=int, default=2)
    reader.add_argument("--out", type=Path, default=HERE / "again")
    asked = reader.parse_args()
    sys.exit(replay(HERE, asked.out, FIGURES, asked.workers))
'''
