"""The one object that gives out content: `load_content()`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias, TypeVar

from ccepz_sim import __version__
from ccepz_sim.content.canonical import canonical, json_of
from ccepz_sim.content.folder import find_folder
from ccepz_sim.content.reading import designs, experiments, parameters, phenomena, policies, studies
from ccepz_sim.content.reading.fields import finite, shown
from ccepz_sim.content.reading.files import Files, More, read_files, stamp, with_more
from ccepz_sim.content.reading.finding import Finding, note_twice, refuse
from ccepz_sim.content.rosters import Rosters
from ccepz_sim.content.schema.frozen import Frozen
from ccepz_sim.content.schema.lever import Group, Lever, Package
from ccepz_sim.content.schema.parameter import Parameter, ParameterGroup
from ccepz_sim.content.schema.phenomenon import Phenomenon
from ccepz_sim.content.schema.scenario import Scenario
from ccepz_sim.content.schema.study import Study
from ccepz_sim.content.schema.table import Table
from ccepz_sim.content.schema.target import Patterns, Target
from ccepz_sim.content.values import Values, out_of_bounds
from ccepz_sim.text.errors import ContentError, unknown

CACHED_FOLDERS = 8
ASKED = ("experiments/studies/", "experiments/phenomena/")
# Parts of a content that do not depend on the values of parameters.
SHARED = ("_parameter_files", "parameter_groups", "groups", "levers", "packages", "scenarios", "_file_texts")
Item = TypeVar("Item")
Reader: TypeAlias = Callable[[Mapping[str, Any], str, str, list[Finding]], Item]


class Content:
    """Everything the content folders hold, as frozen objects; each part is read when it is first asked for.

    A part with a mistake raises `ContentError` with the first mistake; `checks` reports them all.
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
        self._rosters = Rosters(self._files, lambda: self._shipped._rosters if self._shipped is not None else None)

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
            changed.setdefault(path, canonical(self._files.documents[path]))[key]["value"] = value
        texts.update((path, json_of(values)) for path, values in changed.items())
        whole = ",".join(f"{json_of(path)}:{texts[path]}" for path in sorted(texts))
        return hashlib.sha256(f"{{{whole}}}".encode()).hexdigest()

    @cached_property
    def _file_texts(self) -> Mapping[str, str]:
        """Each file in canonical form; what is asked of a zone is no part of the zone."""
        documents = self._files.documents.items()
        return {path: json_of(canonical(held)) for path, held in documents if not path.startswith(ASKED)}

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
        return self._rosters.table(name)

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of all tables."""
        return self._rosters.names

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
        other._rosters = self._rosters
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
        found = self._files.part("policies", "policies")
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
        bodies = self._rosters.ids_of("bodies") or None if "bodies" in self._files.under("agents") else None
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
                experiments.check_scenario(item, path, findings, series=self._rosters.ids_of("prices") or None)
        refuse(findings)
        return Frozen({item.id: item for item in read})

    @cached_property
    def targets(self) -> Mapping[str, Target]:
        """The figures that a run of the history is held against, by id; none where the folder has no such file."""
        found = self._files.part("experiments", "experiments")
        if "targets" not in found:
            return Frozen({})
        path, document = found["targets"]
        findings: list[Finding] = []
        targets = studies.read_targets(document, path, findings)
        known = ("zone", *self._rosters.ids_of("places"))
        studies.check_targets(
            targets, path, findings, parameters=self.parameters, indicators=designs.indicators(), places=known
        )
        refuse(findings)
        return Frozen(targets)

    @cached_property
    def patterns(self) -> Patterns:
        """The regularities that the rules must reproduce; none where the folder has no such file."""
        found = self._files.part("experiments", "experiments")
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

    def __repr__(self) -> str:
        """Say in one line which content it is."""
        changed = f", {len(self._overrides)} parameters changed" if self._overrides else ""
        return f"<content of {self.folder}, hash {self.hash[:12]}{changed}>"

    def _repr_html_(self) -> str:
        """Show how much there is of what, for notebooks."""
        from ccepz_sim.content.display import content_html

        return content_html(self)

    def _each(self, part: str, folder: str, read: Reader[Item]) -> list[Item]:
        findings: list[Finding] = []
        files = self._files.part(part, folder)
        read_all = [read(document, path, stem, findings) for stem, (path, document) in files.items()]
        refuse(findings)
        return read_all


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
