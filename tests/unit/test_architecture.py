"""The shape of the code: imports run one way, and starting is cheap."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "rvn"

# What each part may import, beside itself. `plan` and `validation` know no file, no frame library and no screen.
MAY_IMPORT = {
    "errors": set(),
    "text": set(),
    "messages": {"errors"},
    "identity": {"messages", "errors"},
    "days": {"messages", "errors"},
    "plan": {"errors"},
    "definition": {"days", "plan", "messages", "errors"},
    "batch": {"messages", "errors"},
    "catalog": {"definition", "plan", "messages", "errors"},
    "scoring": {"batch", "catalog", "days", "definition", "plan", "identity", "messages", "errors", "text"},
    "versions": {"batch", "scoring", "catalog", "days", "definition", "plan", "messages", "errors", "text"},
    "validation": {"errors"},
    "records": {"days", "scoring", "validation", "definition", "plan", "identity", "messages", "errors"},
    "export": {"scoring", "definition", "plan", "messages", "errors"},
    "overrides": {"scoring", "validation", "plan", "messages", "errors"},
    "study": {"identity", "validation", "scoring", "catalog", "definition", "plan", "messages", "errors", "text"},
    "report": {"study", "validation", "messages", "errors", "text"},
    "cli": {
        "versions",
        "study",
        "report",
        "batch",
        "records",
        "overrides",
        "export",
        "scoring",
        "validation",
        "catalog",
        "days",
        "definition",
        "plan",
        "messages",
        "errors",
        "text",
    },
}


def part_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Yield the parts of rvn that a module imports anywhere, for type checking included."""
    for found in ast.walk(ast.parse(path.read_text())):
        if isinstance(found, ast.ImportFrom) and found.module:
            names = [found.module] if found.module != "rvn" else [f"rvn.{alias.name}" for alias in found.names]
        elif isinstance(found, ast.Import):
            names = [alias.name for alias in found.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("rvn."))


MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path.name != "__init__.py" or path.parent != SOURCE]


def test_imports_run_one_way() -> None:
    against = {str(path): set(imports(path)) - MAY_IMPORT[part_of(path)] - {part_of(path)} for path in MODULES}
    assert {} == {path: parts for path, parts in against.items() if parts}


def modules(path: Path, named: Collection[str]) -> Iterator[str]:
    """Yield the modules that a module imports from, anywhere in it and for type checking included."""
    for found in ast.walk(ast.parse(path.read_text())):
        if isinstance(found, ast.ImportFrom) and found.module:
            inner = [f"{found.module}.{alias.name}" for alias in found.names]
            yield from (name if name in named else found.module for name in inner)
        elif isinstance(found, ast.Import):
            yield from (alias.name for alias in found.names)


def test_no_module_imports_itself_by_way_of_others() -> None:
    paths = {".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): path for path in SOURCE.rglob("*.py")}
    named = {name.removesuffix(".__init__"): path for name, path in paths.items()}
    graph = {name: set(modules(path, named)) & set(named) - {name} for name, path in named.items()}
    graphlib.TopologicalSorter(graph).prepare()


def test_a_module_can_be_read_in_ten_minutes() -> None:
    # All wording stands in one file, so that it is kept even: a list to look into, not an idea to follow.
    lines = {path: len(path.read_text().splitlines()) for path in MODULES}
    assert [] == [str(path) for path in MODULES if lines[path] > (800 if path.name == "messages.py" else 400)]


def loaded_after(code: str) -> set[str]:
    """Return the top-level packages loaded in a fresh interpreter after running some code."""
    command = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    return set(
        subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    )


def test_starting_loads_nothing_heavy() -> None:
    heavy = {"pandas", "scipy", "sklearn", "polars", "pyarrow", "narwhals", "matplotlib"}
    assert set() == loaded_after("import rvn") & heavy


def test_scoring_one_person_loads_nothing_heavy() -> None:
    code = "import rvn; rvn.load('audit@2001').score({'frequency': 'never'}).explain('lv')"
    assert set() == loaded_after(code) & {"pandas", "scipy", "sklearn", "polars", "pyarrow"}


def test_every_package_travels_in_the_wheel() -> None:
    listed = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(SOURCE.parent).parts) for path in SOURCE.rglob("__init__.py")}
    assert found | {"rvn._instruments", "rvn._validation"} == set(listed)
