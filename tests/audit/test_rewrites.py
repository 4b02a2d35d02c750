"""Right answers made by machine: other forms of a solution that give the same values."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from grader.audit.rewrites import FORMS, HELP, TEXT, rewrites
from tests.audit.authoring import chapter_of
from tests.conftest import Checkout

SAMPLE = """
import numpy as np

def f(X, W, b, n):
    total = 0.0
    A = X @ W + b
    for row in A:
        total += (row ** 2).sum()
    kept = [2 * row.mean() for row in A if row.max() > 0]
    largest = total if n >= 3 else -total
    return np.sum(A.T, keepdims=True, axis=0), kept, largest
"""


@pytest.mark.parametrize("name", TEXT)
def test_a_rewritten_text_differs_and_gives_the_same(name: str) -> None:
    text = ast.unparse(ast.fix_missing_locations(TEXT[name]().visit(ast.parse(SAMPLE))))
    assert text != ast.unparse(ast.parse(SAMPLE))
    rng = np.random.default_rng(1)
    arguments = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2), 3
    results = []
    for source in (SAMPLE, text + HELP):
        space: dict[str, object] = {}
        exec(source, space)
        results.append(space["f"](*arguments))  # type: ignore[operator]
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_every_form_of_a_chapter_is_made_and_calls_the_solution(checkout: Checkout) -> None:
    made = dict(rewrites(chapter_of(checkout), checkout.solution))
    assert set(FORMS) - set(made) == {"formulas in brackets", "^ for **"}  # the tiny chapter asks for no formula
    for name in set(FORMS) & set(made):
        space: dict[str, object] = {}
        exec(made[name], space)
        left, right = space["halves"](values=np.arange(4.0))  # type: ignore[operator]
        assert (list(left), list(right)) == ([0, 1], [2, 3])


def test_a_form_is_of_the_results_alone(checkout: Checkout) -> None:
    space: dict[str, object] = {}
    exec(dict(rewrites(chapter_of(checkout), checkout.solution))["lists for tuples"], space)
    assert type(space["halves"](np.arange(4.0))) is list  # type: ignore[operator]
    given = (1.0, 2.0)
    assert space["_inside"]["identity"](given) is given  # type: ignore[index]
