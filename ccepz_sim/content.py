"""Where content is, and the one object that gives it out: `load_content()`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias, TypeVar

from ccepz_sim import __version__
from ccepz_sim.errors import ContentError, unknown
from ccepz_sim.reading import designs, experiments, parameters, phenomena, policies, studies, tables
from ccepz_sim.reading.fields import finite, shown
from ccepz_sim.reading.files import PARTS, Files, More, read_files, stamp, with_more
from ccepz_sim.reading.finding import Finding, make, refuse
from ccepz_sim.schema import (
    Frozen,
    Group,
    Label,
    Lever,
    Package,
    Parameter,
    ParameterGroup,
    Patterns,
    Phenomenon,
    Scenario,
    Study,
    Table,
    Target,
)

PACKAGE_FOLDER = Path(__file__).resolve().parent
CACHED_FOLDERS = 8
ASKED = ("experiments/studies/", "experiments/phenomena/")
# Parts of a content that do not depend on the values of parameters.
SHARED = ("_parameter_files", "parameter_groups", "groups", "levers", "packages", "scenarios", "_file_texts")
Item = TypeVar("Item")
Reader: TypeAlias = Callable[[Mapping[str, Any], str, str, list[Finding]], Item]


class Values(SimpleNamespace):
    """The values of a group of parameters as attributes; one that is missing is refused in one sentence."""

    __slots__ = ("_group",)

    def __init__(self, group: str = "", values: Mapping[str, float] | None = None) -> None:
        """Hold the values of a group (copying makes an empty one first)."""
        super().__init__(**(values or {}))
        self._group = group

    def __getattr__(self, name: str) -> float:
        """Refuse a name that is not there; names with a leading underscore are Python's own."""
        if name.startswith("_"):
            raise AttributeError(name)
        known = [f"{self._group}.{key}" for key in vars(self)]
        raise unknown("unknown_parameter", f"{self._group}.{name}", known)


class Content:
    """Everything the content folders hold, as frozen objects; each part is read when it is first asked for.

    A part with a mistake raises `ContentError` with the first mistake; `ccepz_sim.checks` reports them all.
    Contents never change, so copies of a model share them.
    """

    version = __version__

    def __init__(self, files: Files, overrides: Mapping[str, float] | None = None, more: More = ()) -> None:
        """Hold parsed files; use `load_content`.

        Args:
            overrides: other values of parameters; more: files beside those of the folder, see `with_files`.
        """
        self._files = with_more(files, more) if more else files
        self.more = more
        self._overrides = dict(overrides or {})
        self._tables: dict[str, Table] = {}

    @property
    def folder(self) -> Path:
        """The folder that holds `agents/`, `policies/` and `experiments/`."""
        return self._files.folder

    @property
    def own_folder(self) -> Path | None:
        """The folder, or None where it is this package's own, which another machine has elsewhere."""
        return None if self.folder == find_folder() else self.folder

    @property
    def overrides(self) -> Mapping[str, float]:
        """Return the parameters that have other values than in the folder."""
        return self._overrides

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all values in canonical form; layout, comments and order of keys do not matter."""
        texts = dict(self._file_texts)
        changed: dict[str, dict[str, Any]] = {}
        for name, value in self._overrides.items():
            group, _, key = name.partition(".")
            path = f"agents/parameters/{group}.toml"
            changed.setdefault(path, _canonical(self._files.documents[path]))[key]["value"] = value
        texts.update((path, _json(values)) for path, values in changed.items())
        whole = ",".join(f"{_json(path)}:{texts[path]}" for path in sorted(texts))
        return hashlib.sha256(f"{{{whole}}}".encode()).hexdigest()

    @cached_property
    def _file_texts(self) -> Mapping[str, str]:
        """Each file in canonical form; what is asked of a zone is no part of the zone."""
        documents = self._files.documents.items()
        return {path: _json(_canonical(held)) for path, held in documents if not path.startswith(ASKED)}

    @cached_property
    def _shipped(self) -> Content | None:
        """The content of this package, which says what the rules need; `None` for that content itself."""
        own = find_folder()
        return None if own == self.folder and not self.more else load_content()

    def table(self, name: str) -> Table:
        """Return one table of `agents/`.

        Raises:
            ContentError: there is no such table, or it has a mistake.
        """
        if name not in self._tables:
            found, rosters = self._rosters
            if name not in found:
                raise unknown("unknown_table", name, found)
            path, document = found[name]
            more = rosters.get(name, [])
            findings: list[Finding] = []
            table = tables.read_table(document, path, name, findings, more)
            refuse(findings)
            wanted = {column.refers for column in table.columns.values() if column.refers}
            # While a table that is referred to is not there, its names cannot be compared.
            known = {other: self._ids(other) or None for other in wanted if other in found}
            tables.check_references(table, path, known, findings, more)
            if self._shipped is not None and name in self._shipped.table_names:
                tables.check_units(table, path, findings, self._shipped.table(name))
            refuse(finding for finding in findings if finding.rule != "unknown_table")
            self._tables[name] = self._named(table)
        return self._tables[name]

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of all tables."""
        return tuple(self._rosters[0])

    @cached_property
    def parameter_groups(self) -> Mapping[str, ParameterGroup]:
        """The groups of parameters by id."""
        return Frozen({group.id: group for group, _ in self._parameter_files})

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """All parameters by id `GROUP.name`."""
        found: dict[str, Parameter] = {}
        for _, read in self._parameter_files:
            found.update(read)
        if self._shipped is not None:
            findings: list[Finding] = []
            parameters.check_parameters(found, "agents/parameters", findings, self._shipped.parameters)
            refuse(findings)
        for name, value in self._overrides.items():
            found[name] = replace(found[name], value=value)
        return Frozen(found)

    @cached_property
    def _parameter_files(self) -> list[tuple[ParameterGroup, dict[str, Parameter]]]:
        return self._each("agents", "agents/parameters", parameters.read_parameters)

    def value(self, name: str) -> float:
        """Return the value of a parameter.

        Raises:
            ContentError: there is no such parameter.
        """
        try:
            return self.parameters[name].value
        except KeyError:
            raise unknown("unknown_parameter", name, self.parameters) from None

    def group_values(self, group: str) -> SimpleNamespace:
        """Return the values of a group of parameters as attributes.

        Raises:
            ContentError: there is no such group.
        """
        if group not in self.parameter_groups:
            raise unknown("unknown_parameter_group", group, self.parameter_groups)
        start = group + "."
        found = [item for key, item in self.parameters.items() if key.startswith(start)]
        return Values(group, {item.id.removeprefix(start): item.value for item in found})

    def with_parameters(self, values: Mapping[str, float]) -> Content:
        """Return this content with other values of some parameters.

        Raises:
            ContentError: a parameter is unknown, or a value is not a number within its bounds.
        """
        for name, value in _pairs(values):
            if name not in self.parameters:
                raise unknown("unknown_parameter", name, self.parameters)
            item = self.parameters[name]
            if not finite(value):
                raise ContentError("value_not_number", name=name, value=shown(value))
            low, high = item.bounds
            if not low <= value <= high:
                raise out_of_bounds(name, float(value), item.bounds, item.unit)
        if not values:
            return self
        changed = {name: float(value) for name, value in values.items()}
        other = Content(self._files, {**self._overrides, **changed}, self.more)
        for part in SHARED:
            if part in self.__dict__:
                other.__dict__[part] = self.__dict__[part]
        other._tables = self._tables
        return other

    def with_files(self, files: Mapping[str, str]) -> Content:
        """Return this content with further files, or others in the place of some, such as a lever of one's own.

        Args:
            files: TOML by path, such as `policies/instruments/patrols.toml`.

        Raises:
            ContentError: a path lies elsewhere, or a file cannot be read.
        """
        if not isinstance(files, Mapping):
            raise ContentError("files_by_path", value=shown(files))
        more = tuple(sorted({**dict(self.more), **files}.items()))
        return Content(self._files, self._overrides, more)

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """The groups of levers, in their order."""
        found = self._part("policies", "policies")
        if "groups" not in found:
            return Frozen({})
        path, document = found["groups"]
        findings: list[Finding] = []
        groups = policies.read_groups(document, path, findings)
        policies.check_groups(groups, path, findings, self._files.under("policies/packages"))
        refuse(findings)
        return Frozen(groups)

    @cached_property
    def levers(self) -> Mapping[str, Lever]:
        """All levers by id, in the order of their groups."""
        levers = self._each("policies", "policies/instruments", policies.read_lever)
        rank = {name: number for number, name in enumerate(self.groups)}
        levers.sort(key=lambda lever: (rank.get(lever.group, len(rank)), lever.group, lever.id))
        found = {lever.id: lever for lever in levers}
        bodies = self._ids("bodies") or None if "bodies" in self._files.under("agents") else None
        findings: list[Finding] = []
        groups = self.groups or None
        for lever in levers:
            path = f"policies/instruments/{lever.id}.toml"
            policies.check_lever(
                lever, path, findings, levers=found, groups=groups, bodies=bodies, indicators=designs.indicators()
            )
        policies.check_channels(levers, "policies/instruments", findings)
        if self._shipped is not None:
            policies.check_units(levers, "policies/instruments", findings, self._shipped.levers)
        refuse(findings)
        return Frozen(found)

    @cached_property
    def packages(self) -> Mapping[str, Package]:
        """All packages by id."""
        found = {item.id: item for item in self._each("policies", "policies/packages", policies.read_package)}
        findings: list[Finding] = []
        for item in found.values():
            path = f"policies/packages/{item.id}.toml"
            policies.check_package(item, path, findings, levers=self.levers, packages=found)
        refuse(findings)
        return Frozen(found)

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """All scenarios by id."""
        read = self._each("experiments", "experiments/scenarios", experiments.read_scenario)
        findings: list[Finding] = []
        if "prices" in self._files.under("agents"):
            for item in read:
                path = f"experiments/scenarios/{item.id}.toml"
                experiments.check_scenario(item, path, findings, series=self._ids("prices") or None)
        refuse(findings)
        return Frozen({item.id: item for item in read})

    @cached_property
    def targets(self) -> Mapping[str, Target]:
        """The figures that a run of the history is held against, by id; none where the folder has no such file."""
        found = self._part("experiments", "experiments")
        if "targets" not in found:
            return Frozen({})
        path, document = found["targets"]
        findings: list[Finding] = []
        targets = studies.read_targets(document, path, findings)
        known = ("zone", *self._ids("places"))
        studies.check_targets(
            targets, path, findings, parameters=self.parameters, indicators=designs.indicators(), places=known
        )
        refuse(findings)
        return Frozen(targets)

    @cached_property
    def patterns(self) -> Patterns:
        """The regularities that the rules must reproduce; none where the folder has no such file."""
        found = self._part("experiments", "experiments")
        if "patterns" not in found:
            return Patterns(1, Frozen({}))
        path, document = found["patterns"]
        findings: list[Finding] = []
        patterns = studies.read_patterns(document, path, findings)
        if self._shipped is not None:
            studies.check_patterns(patterns, path, findings, self._shipped.patterns)
        refuse(findings)
        return patterns

    @cached_property
    def studies(self) -> Mapping[str, Study]:
        """All studies by id, whatever their files are called."""
        findings: list[Finding] = []
        found: dict[str, Study] = {}
        for path, document in self._files.under("experiments/studies").values():
            study = designs.read_study(document, path, findings, known=self._known)
            note_twice(study.id, found, path, findings)
            found[study.id] = study
        refuse(findings)
        return Frozen(found)

    def read_study(self, document: Mapping[str, Any], file: str) -> Study:
        """Read a study for this content; `file` is what a mistake is reported of, the id is the one inside.

        Raises:
            ContentError: it has a mistake, names what this content does not have, or widens bounds.
        """
        findings: list[Finding] = []
        study = designs.read_study(document, file, findings, known=self._known)
        refuse(findings)
        return study

    @cached_property
    def phenomena(self) -> Mapping[str, Phenomenon]:
        """All phenomena by id, in the order of their numbers."""
        findings: list[Finding] = []
        found: dict[str, Phenomenon] = {}
        for path, document in self._files.under("experiments/phenomena").values():
            item = phenomena.read_phenomenon(document, path, findings, known=self._known)
            note_twice(item.id, found, path, findings)
            found[item.id] = item
        refuse(findings)
        return Frozen(dict(sorted(found.items(), key=lambda pair: pair[1].number)))

    @cached_property
    def _known(self) -> designs.Known:
        places = self.table("places")
        return designs.Known(
            levers={name: lever.bounds for name, lever in self.levers.items()},
            parameters={name: item.bounds for name, item in self.parameters.items()},
            uncertain={name: item.value for name, item in self.parameters.items() if item.is_uncertain},
            packages=tuple(self.packages),
            scenarios=tuple(self.scenarios),
            places=places.ids,
            parks=tuple(park for park in places.texts("park") if park),
        )

    def lever(self, name: str) -> Lever:
        """Return one lever; a `ContentError` names the nearest one that exists."""
        return _pick("unknown_lever", name, self.levers)

    def package(self, name: str) -> Package:
        """Return one package; a `ContentError` names the nearest one that exists."""
        return _pick("unknown_package", name, self.packages)

    def scenario(self, name: str) -> Scenario:
        """Return one scenario; a `ContentError` names the nearest one that exists."""
        return _pick("unknown_scenario", name, self.scenarios)

    def study(self, name: str) -> Study:
        """Return one study; a `ContentError` names the nearest one that exists."""
        return _pick("unknown_study", name, self.studies)

    def phenomenon(self, name: str) -> Phenomenon:
        """Return one phenomenon; a `ContentError` names the nearest one that exists."""
        return _pick("unknown_phenomenon", name, self.phenomena)

    def __deepcopy__(self, memo: dict[int, Any]) -> Content:
        """Share the content, which never changes."""
        return self

    def __copy__(self) -> Content:
        """Share the content, which never changes."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as folder, overrides and hash; the package's own folder may lie elsewhere there."""
        return _reload, (self.own_folder, self._overrides, self.hash, self.more)

    def _part(self, part: str, folder: str) -> dict[str, tuple[str, dict[str, Any]]]:
        if not (self.folder / part).is_dir():
            raise ContentError("part_missing", folder=self.folder, part=part)
        return self._files.under(folder)

    @cached_property
    def _rosters(self) -> tuple[dict[str, tables.Named], dict[str, list[tables.Named]]]:
        """The tables of `agents/`, and what adds rows to them."""
        findings: list[Finding] = []
        found = tables.split_rosters(self._part("agents", "agents"), findings)
        refuse(findings)
        return found

    def _each(self, part: str, folder: str, read: Reader[Item]) -> list[Item]:
        findings: list[Finding] = []
        files = self._part(part, folder)
        read_all = [read(document, path, stem, findings) for stem, (path, document) in files.items()]
        refuse(findings)
        return read_all

    def _ids(self, name: str) -> list[str]:
        # The ids alone: a table may refer to itself, and two tables to each other.
        own, more = self._rosters
        return tables.all_ids(own[name][1], more.get(name, []))

    def _named(self, table: Table) -> Table:
        # Firms have no names of their own: a firm is called after what it makes.
        column = table.columns.get("product")
        if column is None or column.refers != "products":
            return table
        if any(label.en != name for label, name in zip(table.labels, table.ids, strict=True)):
            return table
        products = self.table("products")
        labels = []
        for name, product in zip(table.ids, table.texts("product"), strict=True):
            made = products.labels[products.index[product]]
            labels.append(Label(f"{made.en} {name}", f"{made.zh} {name}"))
        return replace(table, labels=tuple(labels))


def load_content(folder: Path | str | None = None) -> Content:
    """Return the content of a folder, or of this package where none is given; it is read again when a file changes.

    Args:
        folder: a folder that holds `agents/`, `policies/` and `experiments/`.

    Raises:
        ContentError: the folder is missing or holds no content, or a file in it cannot be read.
    """
    root = find_folder(folder)
    return _load(root, stamp(root))


def load_package(name: str, folder: Path | str | None = None) -> Package:
    """Return one policy package.

    Raises:
        ContentError: there is no such package; the sentence names the nearest one.
    """
    return load_content(folder).package(name)


def find_folder(folder: Path | str | None = None) -> Path:
    """Return the content folder: the one given, the one inside an installed package, or the checkout.

    Raises:
        ContentError: the folder is missing or holds none of the three content folders.
    """
    if folder is not None:
        root = Path(folder).expanduser().resolve()
    else:
        # Inside a wheel first: beside an installed package a folder `agents` would be a stranger's.
        inside = PACKAGE_FOLDER / "_content"
        root = inside if inside.is_dir() else PACKAGE_FOLDER.parent
    if not root.is_dir():
        raise ContentError("folder_missing", folder=root)
    if not any((root / part).is_dir() for part in PARTS):
        raise ContentError("folder_not_content", folder=root, expected=", ".join(PARTS))
    return root


def out_of_bounds(name: str, value: float, bounds: tuple[float, float], unit: str) -> ContentError:
    """Return the error for a value out of the bounds of a lever or a parameter."""
    low, high = (shown(end) for end in bounds)
    return ContentError("value_out_of_bounds", name=name, value=shown(value), low=low, high=high, unit=unit)


@lru_cache(maxsize=CACHED_FOLDERS)
def _load(root: Path, _stamp: object) -> Content:
    files = read_files(root)
    refuse(files.broken)
    return Content(files)


def _reload(folder: Path | None, overrides: Mapping[str, float], wanted: str, more: More = ()) -> Content:
    """Give a content that travelled as its folder.

    Raises:
        ContentError: the folder holds other values than when it was sent or stored.
    """
    content = load_content(folder).with_files(dict(more)).with_parameters(overrides)
    if content.hash != wanted:
        raise ContentError("content_changed", folder=content.folder)
    return content


def note_twice(name: str, seen: Collection[str], file: str, findings: list[Finding]) -> None:
    """Note an id that an earlier file of the folder has."""
    if name in seen:
        findings.append(make(file, "id", "duplicate", value=name))


def _pairs(values: Mapping[str, float]) -> list[tuple[str, float]]:
    """Give the pairs of a mapping; a list or a text in its place would be taken apart letter by letter.

    Raises:
        ContentError: it is no mapping.
    """
    if not isinstance(values, Mapping):
        raise ContentError("not_a_mapping", value=shown(values))
    return list(values.items())


def _pick(key: str, name: str, known: Mapping[str, Item]) -> Item:
    if not isinstance(name, str) or name not in known:
        raise unknown(key, name, known)
    return known[name]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _canonical(value: Any) -> Any:
    # 1 and 1.0 are the same value; what JSON has no word for is kept as text.
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if finite(value):
        return float(value)
    return value if isinstance(value, (bool, str)) else str(value)
