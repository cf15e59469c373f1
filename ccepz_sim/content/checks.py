"""Reports every mistake in a content folder, not only the first, with the readers that `loading` uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from ccepz_sim.content.folder import find_folder
from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.content.reading import designs, experiments, parameters, phenomena, policies, studies, tables
from ccepz_sim.content.reading import finding as f
from ccepz_sim.content.reading.files import PARTS, Files, read_files
from ccepz_sim.content.reading.finding import Finding, note_twice
from ccepz_sim.content.reading.needs import TABLES
from ccepz_sim.content.schema.lever import STATUS_QUO, Group, Lever
from ccepz_sim.content.schema.parameter import Parameter
from ccepz_sim.content.schema.phenomenon import Phenomenon
from ccepz_sim.content.schema.study import Study
from ccepz_sim.content.schema.table import Table
from ccepz_sim.text.errors import ContentError

__all__ = ["Finding", "check_content"]

GROUPS = "policies/groups.toml"
HELD_AGAINST = ("experiments/targets.toml", "experiments/patterns.toml")
# Folders whose files are all read; what lies elsewhere in agents/ and policies/ would be read by nobody.
FOLDERS = (
    "agents",
    "agents/parameters",
    "policies/instruments",
    "policies/packages",
    "experiments/scenarios",
    "experiments/studies",
    "experiments/phenomena",
)
# A zone may be played before anything is asked of it.
OPTIONAL = frozenset({"experiments/studies", "experiments/phenomena"})
FOLLOWING = frozenset({"log_of_zero", "other_count", "out_of_bounds", "unknown_reference", "wider_bounds"})
Item = TypeVar("Item")
Reader = Callable[[Mapping[str, Any], str, str, list[Finding]], Item]


def check_content(folder: Path | str | None = None) -> list[Finding]:
    """Return every mistake in a content folder (this package's own where none is given), sorted by file.

    A finding with `fatal` concerns a file or folder that could not be read; all others content that could.
    """
    try:
        root = find_folder(folder)
    except ContentError as error:
        return [f.make(str(error.fields["folder"]), "", "no_content", allowed=f.allowed("content_folder"))]
    findings = [f.make(part, "", "folder_missing") for part in PARTS if not (root / part).is_dir()]
    files = read_files(root)
    findings += files.broken
    if findings:
        # What cannot be read is told alone: everything that refers to it would look wrong as well.
        return sorted(findings, key=_place)
    _check_places(files, findings)
    shipped = _shipped(root)
    read = _check_tables(files, findings, shipped)
    parameters_read = _check_parameters(files, findings, shipped)
    levers = _check_levers(files, findings, shipped)
    _check_packages(files, levers, findings)
    _check_scenarios(files, findings)
    _check_targets(files, findings, shipped)
    _check_studies(files, findings, levers, parameters_read, read)
    return sorted(findings, key=_place)


def _place(finding: Finding) -> tuple[str, int]:
    return finding.file, finding.line


def _shipped(root: Path) -> Content | None:
    """Return the content of this package, which says what the rules need; `None` if that is the one here."""
    try:
        shipped = load_content()
    except ContentError:
        return None
    return None if shipped.folder == root else shipped


def _check_places(files: Files, findings: list[Finding]) -> None:
    python = [path for part in PARTS for path in sorted((files.folder / part).rglob("*.py"))]
    findings += [f.make(path.relative_to(files.folder).as_posix(), "", "python_file") for path in python]
    for path in files.documents:
        head = path.rpartition("/")[0]
        # Other folders of experiments/ belong to studies, which have their own readers.
        if head not in FOLDERS and path not in (GROUPS, *HELD_AGAINST) and not head.startswith("experiments/"):
            known = (*FOLDERS, GROUPS, *HELD_AGAINST)
            findings.append(f.make(path, "", "misplaced_file", options=known, name=path))
    for folder in FOLDERS:
        if folder not in OPTIONAL and not files.under(folder):
            findings.append(f.make(folder, "", "nothing_here"))
    wanted = [f"agents/{name}.toml" for name in TABLES] + [GROUPS, f"policies/packages/{STATUS_QUO}.toml"]
    for path in wanted:
        if path not in files.documents and (files.folder / path).parent.is_dir():
            findings.append(f.make(path, "", "file_missing"))


def _check_tables(files: Files, findings: list[Finding], shipped: Content | None) -> dict[str, Table]:
    read = {}
    found, more = tables.split_rosters(files.under("agents"), findings)
    # With a table that is missing, or has no rows that can be read, nothing is compared: that is told of the table.
    known: dict[str, Any] = dict.fromkeys(TABLES)
    known |= {name: tables.all_ids(document, more.get(name, [])) or None for name, (_, document) in found.items()}
    for name, (path, document) in found.items():
        rosters = more.get(name, [])
        table = read[name] = tables.read_table(document, path, name, findings, rosters)
        tables.check_references(table, path, known, findings, rosters)
        tables.check_roles(table, path, findings)
        tables.check_square(table, path, findings, known)
        if shipped is not None and name in shipped.table_names:
            # A mistake in the shipped content is not one of this content.
            with suppress(ContentError):
                tables.check_units(table, path, findings, shipped.table(name))
    tables.check_others(read, found, more, findings)
    return read


def _check_parameters(files: Files, findings: list[Finding], shipped: Content | None) -> dict[str, Parameter]:
    folder = "agents/parameters"
    read: dict[str, Parameter] = {}
    for _, group in _each(files, folder, parameters.read_parameters, findings):
        read.update(group)
    if shipped is not None:
        with suppress(ContentError):
            parameters.check_parameters(read, folder, findings, shipped.parameters)
    return read


def _check_levers(files: Files, findings: list[Finding], shipped: Content | None) -> dict[str, Lever]:
    groups: dict[str, Group] | None = None
    if GROUPS in files.documents:
        groups = policies.read_groups(files.documents[GROUPS], GROUPS, findings)
        policies.check_groups(groups, GROUPS, findings, files.under("policies/packages"))
    body_ids = _ids(files, "bodies")
    read = _each(files, "policies/instruments", policies.read_lever, findings)
    levers = {lever.id: lever for lever in read}
    for lever in read:
        policies.check_lever(
            lever,
            f"policies/instruments/{lever.id}.toml",
            findings,
            levers=levers,
            groups=groups,
            bodies=body_ids,
            indicators=designs.indicators(),
        )
    if levers:
        policies.check_channels(read, "policies/instruments", findings)
    if shipped is not None:
        with suppress(ContentError):
            policies.check_units(read, "policies/instruments", findings, shipped.levers)
    return levers


def _check_packages(files: Files, levers: Mapping[str, Lever], findings: list[Finding]) -> None:
    packages = files.under("policies/packages")
    for package in _each(files, "policies/packages", policies.read_package, findings):
        path = f"policies/packages/{package.id}.toml"
        policies.check_package(package, path, findings, levers=levers, packages=packages)


def _check_scenarios(files: Files, findings: list[Finding]) -> None:
    series = _ids(files, "prices")
    for scenario in _each(files, "experiments/scenarios", experiments.read_scenario, findings):
        path = f"experiments/scenarios/{scenario.id}.toml"
        experiments.check_scenario(scenario, path, findings, series=series)


def _check_targets(files: Files, findings: list[Finding], shipped: Content | None) -> None:
    targets_path, patterns_path = HELD_AGAINST
    if targets_path in files.documents:
        targets = studies.read_targets(files.documents[targets_path], targets_path, findings)
        ids = [
            f"{group}.{name}"
            for group, (_, values) in files.under("agents/parameters").items()
            for name, value in values.items()
            if isinstance(value, Mapping) and "value" in value
        ]
        known = ("zone", *(_ids(files, "places") or ())) if "places" in files.under("agents") else ()
        studies.check_targets(
            targets, targets_path, findings, parameters=ids, indicators=designs.indicators(), places=known
        )
    if patterns_path in files.documents:
        patterns = studies.read_patterns(files.documents[patterns_path], patterns_path, findings)
        if shipped is not None:
            with suppress(ContentError):
                studies.check_patterns(patterns, patterns_path, findings, shipped.patterns)


def _check_studies(
    files: Files,
    findings: list[Finding],
    levers: Mapping[str, Lever],
    parameters_read: Mapping[str, Parameter],
    read: Mapping[str, Table],
) -> None:
    if "places" not in read or not levers:
        return
    places = read["places"]
    known = designs.Known(
        levers={name: lever.bounds for name, lever in levers.items()},
        parameters={name: item.bounds for name, item in parameters_read.items()},
        uncertain={name: item.value for name, item in parameters_read.items() if item.is_uncertain},
        packages=files.under("policies/packages"),
        scenarios=files.under("experiments/scenarios"),
        places=places.ids,
        parks=[park for park in places.texts("park") if park] if places.holds_text("park") else [],
    )
    own: list[Finding] = []
    readers: tuple[tuple[str, Callable[..., Study | Phenomenon]], ...] = (
        ("experiments/studies", designs.read_study),
        ("experiments/phenomena", phenomena.read_phenomenon),
    )
    for folder, read_one in readers:
        seen: set[str] = set()
        for path, document in files.under(folder).values():
            name = read_one(document, path, own, known=known).id
            note_twice(name, seen, path, own)
            seen.add(name)
    # Where a lever, say, is wrong itself, so are its bounds: that a study does not fit them is no news.
    spoilt = any(finding.blocking for finding in findings)
    findings += [finding for finding in own if not (spoilt and finding.rule in FOLLOWING)]


def _ids(files: Files, name: str) -> list[str] | None:
    """Return the ids of a table; None where there is none that can be read."""
    own, more = tables.split_rosters(files.under("agents"), [])
    return tables.all_ids(own[name][1], more.get(name, [])) or None if name in own else None


def _each(files: Files, folder: str, read: Reader[Item], findings: list[Finding]) -> list[Item]:
    return [read(document, path, stem, findings) for stem, (path, document) in files.under(folder).items()]
