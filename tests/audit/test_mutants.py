"""Mutants: one small change each, inside solution blocks only, called by names that survive other lines."""

from __future__ import annotations

import ast

import pytest

from grader.audit.mutants import make_mutants
from grader.audit.operators import OPERATORS
from tests.audit.authoring import chapter_of, edit
from tests.conftest import Checkout

CHANGES = [
    ("arithmetic", "x + y", "x - y"),
    ("arithmetic", "x @ y", "x * y"),
    ("arithmetic", "x += y", "x -= y"),
    ("operands-swapped", "x - y", "y - x"),
    ("term-dropped", "x - y", "-y"),
    ("term-dropped", "a and b", "a"),
    ("sign-turned", "-x", "x"),
    ("sign-turned", "z = x * y", "z = -(x * y)"),
    ("constant-changed", "2", "3"),
    ("constant-changed", "0.5", "1.0"),
    ("constant-changed", "'m'", "'m_'"),
    ("transposed", "x.T @ y", "x.T @ y.T"),
    ("transposed", "x.T", "x"),
    ("axis-changed", "x.sum(axis=0)", "x.sum(axis=1)"),
    ("axis-changed", "x.sum(axis=0)", "x.sum()"),
    ("keepdims-changed", "x.sum(keepdims=True)", "x.sum()"),
    ("keyword-dropped", "np.array(x, dtype=float)", "np.array(x)"),
    ("arguments-swapped", "f(a, b)", "f(b, a)"),
    ("argument-dropped", "s.get('v', 0)", "s.get('v')"),
    ("off-by-one", "range(n)", "range(1, n)"),
    ("off-by-one", "x[a:b]", "a:b - 1"),
    ("copy-missing", "w.copy()", "w"),
    ("copy-missing", "w = w - d", "w -= d"),
    ("look-alike", "np.maximum(z, 0)", "np.max"),
    ("look-alike", "x.mean()", "x.sum"),
    ("look-alike", "np.zeros_like(x)", "np.ones_like"),
    ("look-alike", "np.dot(a, b)", "np.multiply"),
    ("look-alike", "x.argmax()", "x.argmin"),
    ("look-alike", "x.std()", "x.var"),
    ("boundary", "x > 0", "x >= 0"),
    ("comparison-turned", "x == y", "x != y"),
    ("branch-removed", "a if c else b", "a if True else b"),
    ("branch-removed", "np.where(c, a, b)", "b"),
    ("logic", "not a", "a"),
    ("return-dropped", "return (a, b)", "return (b,)"),
    ("loop-control", "break", "continue"),
    ("assignment", "x += y", "x = y"),
    ("call-dropped", "np.sqrt(x)", "x"),
    ("call-dropped", "x.ravel()", "x"),
    ("statement-dropped", "x = 1", "pass"),
]


@pytest.mark.parametrize(("operator", "before", "after"), CHANGES)
def test_an_operator_makes_its_mistake(operator: str, before: str, after: str) -> None:
    module = ast.parse(before)
    made = {ast.unparse(changed) for node in ast.walk(module) for changed in OPERATORS[operator](node)}
    assert after in made


def test_every_operator_has_an_example() -> None:
    assert {operator for operator, _, _ in CHANGES} == OPERATORS.keys()


def test_mutants_change_solution_blocks_only_compile_and_differ(checkout: Checkout) -> None:
    mutants = make_mutants(chapter_of(checkout))
    texts = [mutant.source for mutant in mutants]
    assert len(set(texts)) == len(texts) > 30
    assert {mutant.owner for mutant in mutants} == {"double", "halves", "Counter", "descend"}
    given = ast.parse(checkout.solution).body[2]  # identity is given
    for text in texts:
        compile(text, "mutant", "exec")
        assert ast.dump(ast.parse(text).body[2]) == ast.dump(given)
        assert "self.count = start" in text


def test_a_mutant_keeps_its_name_where_its_lines_move(checkout: Checkout) -> None:
    before = [mutant.name for mutant in make_mutants(chapter_of(checkout))]
    assert "double: constant-changed: `return identity(x) * 2` -> `return identity(x) * 3`" in before
    edit(checkout, "tiny.py", "import numpy as np\n", "import numpy as np\n\n\n\n")
    assert [mutant.name for mutant in make_mutants(chapter_of(checkout))] == before


SAME = {
    "a square": ("return identity(x) * 2", "return (identity(x) - 1) ** 2 + 0", "(1 - identity(x)) ** 2"),
    "a size": ("return identity(x) * 2", "return abs(x - 1)", "abs(1 - x)"),
    "a size in NumPy": ("return identity(x) * 2", "return np.abs(x - 1)", "np.abs(1 - x)"),
    "an order that says nothing": ("return identity(x) * 2", "return np.maximum(x, 1)", "np.maximum(1, x)"),
    "a name for itself": ("return identity(x) * 2", "x = identity(x)\n    return x * 2", "x = x"),
}


@pytest.mark.parametrize("name", SAME)
def test_a_change_that_is_none_by_arithmetic_is_not_made(checkout: Checkout, name: str) -> None:
    old, new, same = SAME[name]
    edit(checkout, "tiny.py", old, new)
    made = [mutant.now for mutant in make_mutants(chapter_of(checkout)) if mutant.owner == "double"]
    assert made
    assert not any(same in now for now in made)


def test_a_difference_stays_one_where_its_sign_counts(checkout: Checkout) -> None:
    edit(checkout, "tiny.py", "return identity(x) * 2", "return (x - 1) ** 3 + 2 ** (x - 1)")
    made = [mutant.now for mutant in make_mutants(chapter_of(checkout)) if mutant.owner == "double"]
    assert {"return (1 - x) ** 3 + 2 ** (x - 1)", "return (x - 1) ** 3 + 2 ** (1 - x)"} <= set(made)


def test_names_that_look_alike_are_confused(checkout: Checkout) -> None:
    edit(checkout, "tiny.py", "return values[:middle], values[middle:]",
         "middle2 = middle + 0\n    return values[:middle2], values[middle:]")  # fmt: skip
    made = {mutant.now for mutant in make_mutants(chapter_of(checkout)) if mutant.operator == "name-confused"}
    assert "return (values[:middle], values[middle:])" in made


def test_formulas_are_changed_as_what_they_say(checkout: Checkout) -> None:
    path = checkout.root / "solutions" / "chapter01_tiny"
    text = (path / "chapter.toml").read_text().replace(
        'name = "double"\npoints = 4', 'name = "double"\npoints = 4\n[[task.formula]]\nfunction = "x**2"\nvariables = ["x"]', 1
    )  # fmt: skip
    head, _, rest = text.partition("[[task.formula]]")
    formula, _, others = rest.partition('variables = ["x"]\n')
    own, _, later = others.partition("\n[[task]]")
    (path / "chapter.toml").write_text(
        f'{head}{own.strip()}\n\n[[task.formula]]{formula}variables = ["x"]\n\n[[task]]{later}', encoding="utf-8"
    )
    edit(checkout, "tiny.py", "return identity(x) * 2", 'return "2*x - 1"')
    made = {mutant.now for mutant in make_mutants(chapter_of(checkout)) if mutant.owner == "double"}
    assert {"return '2 * x + 1'", "return '2 / x - 1'", "return '3 * x - 1'"} <= made
