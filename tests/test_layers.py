"""The import graph of the engine: arrows point down, one library has one door, and nothing heavy is imported early."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

GRADER = Path(__file__).parents[1] / "grader"
LAYERS = [
    {"errors", "wire", "text", "scorecard"},
    {"verdict", "stubs", "quiz", "seeds", "submission"},
    {"course", "worker", "symbolic"},
    {"student"},
    {"checks", "release"},
    {"plugin", "record", "run"},
    {"audit", "classroom", "gradebook", "report", "selftest", "workspace"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
DOORS = {
    "sympy": {"symbolic"},
    "mpmath": {"symbolic"},
    "pytest": {"plugin", "run"},
    "_pytest": set[str](),
    "pytest_jsonreport": {"plugin", "run"},
    "rich": {"report"},
    "sqlalchemy": {"gradebook"},
    "click": {"cli"},
}
LATE = {"sympy", "mpmath"}  # inside functions only
Edge = tuple[str, str, bool]  # module, what it imports, whether at import time


def module_name(path: Path) -> str:
    """Return "grader.student.session" of its file."""
    parts = path.relative_to(GRADER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(GRADER.rglob("*.py")) if "pack" not in path.parts}


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when a module is imported."""
    for node in ast.iter_child_nodes(tree):
        is_typing = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not is_typing:
            yield node
            yield from at_import(node)


def targets(name: str, node: ast.AST) -> Iterator[str]:
    """Yield the full names of the modules that an import statement of module name asks for."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"{name}: a relative import"
        for alias in node.names:
            full = f"{node.module}.{alias.name}"
            yield full if full in MODULES else str(node.module)


def edges() -> list[Edge]:
    """Return every import in the engine."""
    found = []
    for name, path in MODULES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        early = {id(node) for node in at_import(tree)}
        found += [(name, target, id(node) in early) for node in ast.walk(tree) for target in targets(name, node)]
    return found


EDGES = edges()
OURS = [(a, b, early) for a, b, early in EDGES if b.partition(".")[0] == "grader"]


def part(module: str) -> str:
    """Return the layer's name of a module: the package or module right below grader."""
    return module.split(".")[1] if "." in module else ""


def test_every_module_has_a_layer_and_contributing_lists_the_same() -> None:
    assert {part(name) for name in MODULES} - {""} == set(LEVEL)
    text = (GRADER.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = text.split("keeps them:")[1].split("\n- ")[0]
    rows = [set(row.replace("`", " ").replace(".", " ").split()) for row in listed.split("·")]
    assert rows == LAYERS


def test_imports_point_down_the_layers() -> None:
    up = [(a, b) for a, b, _ in OURS if part(a) and part(b) and LEVEL[part(a)] < LEVEL[part(b)]]
    assert up == []


def test_the_worker_knows_only_the_wire_and_itself() -> None:
    known = [b for a, b, _ in OURS if part(a) == "worker" and part(b) not in ("worker", "wire")]
    assert known == []
    assert [b for a, b, _ in OURS if part(a) == "wire"] == []


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_one_door(library: str) -> None:
    inside = [(a, early) for a, b, early in EDGES if b.partition(".")[0] == library]
    assert {part(a) for a, _ in inside} <= DOORS[library]
    if library in LATE:
        assert [a for a, early in inside if early] == []


def test_there_is_no_import_cycle() -> None:
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for a, b, _ in OURS:
        if a != b and not a.startswith(f"{b}."):  # a package's own __init__ is imported before its modules anyway
            graph[a].add(b)
    while leaves := [name for name, uses in graph.items() if not uses & graph.keys()]:
        for name in leaves:
            del graph[name]
    assert sorted(graph) == []


HEAVY = "{'numpy', 'sqlalchemy', 'pytest', '_pytest', 'sympy', 'mpmath', 'rich', 'pytest_jsonreport'}"


@pytest.mark.parametrize("module", [name for name in MODULES if part(name) == "cli"])
def test_commands_import_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print({HEAVY} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_checks_without_formulas_import_no_sympy() -> None:
    code = "import sys, grader.checks, grader.plugin; print({'sympy', 'mpmath'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
