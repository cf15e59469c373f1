"""The walls of the package: who may import whom, and what never lies where."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

CONTENT = ("agents", "policies", "experiments")
PAGE_LIBRARIES = {"solara", "reacton", "ipyvuetify", "ipyvue", "ipywidgets", "starlette", "uvicorn"}
ENTRANCES = {"cli", "commands"}


def imports(path: Path, root: Path) -> Iterator[str]:
    """Yield the full name of everything a file imports, wherever in the file it does."""
    package = path.relative_to(root).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def folder(module: str) -> str:
    """Return the folder of our package that a module belongs to, "" for strangers."""
    parts = module.split(".")
    return parts[1] if parts[0] == "ccepz_sim" and len(parts) > 1 else ""


@pytest.fixture(scope="module")
def package(root) -> dict[Path, set[str]]:
    """What each file of the package imports."""
    files = sorted((root / "ccepz_sim").rglob("*.py"))
    return {path.relative_to(root / "ccepz_sim"): set(imports(path, root)) for path in files}


def breaches(package: dict[Path, set[str]], banned: set[str], outside: set[str]) -> list[str]:
    """Return who imports a banned folder from a place that is not among those allowed."""
    return [
        f"{path} imports {module}"
        for path, modules in package.items()
        if Path(path.parts[0]).stem not in outside
        for module in modules
        if folder(module) in banned
    ]


def test_the_engine_imports_neither_game_nor_page_nor_commands(package):
    assert breaches(package, {"game", "web", *ENTRANCES}, {"game", "web", *ENTRANCES}) == []


def test_the_game_never_imports_the_page(package):
    assert breaches(package, {"web", *ENTRANCES}, {"web", *ENTRANCES}) == []


def test_the_page_does_not_import_the_command_line(package):
    assert breaches(package, ENTRANCES, ENTRANCES) == []


def test_only_the_page_imports_solara(package):
    found = [
        f"{path} imports {module}"
        for path, modules in package.items()
        if path.parts[0] != "web"
        for module in modules
        if module.split(".")[0] in PAGE_LIBRARIES
    ]
    assert found == []


def test_nobody_imports_the_content_folders(package):
    found = [
        f"{path} imports {module}"
        for path, names in package.items()
        for module in names
        if module.split(".")[0] in CONTENT
    ]
    assert found == []


def test_a_breach_would_be_found(tmp_path):
    file = tmp_path / "ccepz_sim" / "rules" / "bad.py"
    file.parent.mkdir(parents=True)
    file.write_text("def late():\n    from ..web import page\n    import solara\n", "utf-8")
    found = set(imports(file, tmp_path))
    assert {"ccepz_sim.web", "ccepz_sim.web.page", "solara"} <= found
    assert breaches({Path("rules/bad.py"): found}, {"web"}, {"web"}) != []


def test_no_python_lies_in_content(root):
    for folder in CONTENT:
        assert [path for path in (root / folder).rglob("*") if path.suffix in {".py", ".pyc", ".pyx"}] == []


def test_ruff_bans_the_content_folders_as_modules(root):
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    assert set(settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]) == set(CONTENT)


def test_importing_the_package_costs_nothing():
    code = "import sys, ccepz_sim; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert "ccepz_sim" in loaded
    assert {"numpy", "pandas", "mesa", "solara"}.isdisjoint(loaded)


def test_help_and_lists_load_neither_page_nor_model():
    code = (
        "import sys\nfrom ccepz_sim.cli import main\n"
        "code = main(['list', 'levers'])\nprint(' '.join(sys.modules))\nsys.exit(code)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert {"pandas", "pyarrow", "mesa", "solara"}.isdisjoint(loaded)
