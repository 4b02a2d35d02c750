"""The package is the only door to SymPy, and opening it costs nothing until a formula is judged."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import grader.symbolic
from grader.symbolic import Formula, judge, warm

PACKAGE = Path(grader.symbolic.__file__).parent


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("module", ["sympy", "mpmath", "numpy"])
def test_importing_the_package_does_not_import(module):
    assert python(f"import sys, grader.symbolic; print({module!r} in sys.modules)") == "False"


def test_a_formula_asked_for_itself_is_judged_without_sympy():
    code = (
        "import sys; from grader.symbolic import *; print(judge(Formula('2*x'), 'x+x', 1).kind, 'sympy' in sys.modules)"
    )
    assert python(code) == "equal False"


def test_a_refusal_needs_no_sympy():
    code = "import sys; from grader.symbolic import *; judge(Formula('x', ('x',), 'x'), 'X', 1); print('sympy' in sys.modules)"
    assert python(code) == "False"


def test_warm_imports_sympy_from_a_thread():
    code = "import sys, threading; from grader.symbolic import warm; t = threading.Thread(target=warm); t.start(); t.join(); print('sympy' in sys.modules)"
    assert python(code) == "True"


def test_judging_beside_the_warming_thread_is_safe():
    thread = threading.Thread(target=warm)
    thread.start()
    verdict = judge(Formula("sin(x)", with_respect_to="x"), "cos(x)", 1)
    thread.join()
    assert verdict.kind == "equal"


def test_neither_the_callers_random_numbers_nor_mpmaths_precision_are_touched():
    import random

    from mpmath import mp

    random.seed(5)
    before = random.getstate(), mp.prec
    judge(Formula("sin(x)", with_respect_to="x"), "sin(x)", 1)
    assert (random.getstate(), mp.prec) == before


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_only_its_own_modules_are_imported_and_nothing_evaluates_text(path):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("grader"):
            assert node.module.startswith("grader.symbolic") or node.module == "grader.errors"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "compile", "__import__"}
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"sympify", "parse_expr", "lambdify", "S"}


@pytest.mark.parametrize("name", ["sympy", "mpmath"])
def test_third_parties_are_imported_in_one_place_each_and_inside_a_function(name):
    doors = []
    for path in PACKAGE.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        doors += [path.name for node in ast.walk(tree) if _imports(node, name)]
        assert not any(_imports(node, name) for node in tree.body)
    assert len(doors) == 1


def _imports(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] == name for alias in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == name


@pytest.mark.parametrize("function", ["2*X", "1/2x", "factorial(x)"])
def test_a_function_that_an_author_wrote_wrongly_is_an_error(function):
    with pytest.raises(grader.symbolic.FormulaRefused):
        judge(Formula(function, with_respect_to="x"), "x", 1)
