"""Mutants that are said to be no mistakes: what is said is looked into."""

from __future__ import annotations

import numpy as np
import pytest

from grader.audit.equivalents import equal, read_claims, vary
from grader.audit.mutants import make_mutants
from grader.errors import CourseError
from tests.audit.authoring import audited, chapter_of, edit
from tests.conftest import Checkout

BIGGER = "double: call-dropped: `return np.where(x > 0, identity(x), x) * 2` -> `return np.where(x > 0, x, x) * 2`"
SWAPPED = "descend: arithmetic: `w = w - lr * grad(w)` -> `w = w + lr * grad(w)`"


def claim(checkout: Checkout, *entries: str) -> None:
    """Write the tiny chapter's equivalents.toml."""
    text = "format = 1\n" + "\n".join(entries)
    (checkout.root / "solutions" / "chapter01_tiny" / "equivalents.toml").write_text(text, encoding="utf-8")


def entry(kind: str, *names: str, extra: str = "") -> str:
    """Return one entry that claims something of mutants."""
    return f"[[{kind}]]\nmutants = {list(names)!r}\nwhy = 'it is'\n{extra}"


def of_equivalents(checkout: Checkout) -> list[str]:
    """Return what a full audit with one seed says of equivalents.toml."""
    findings = audited(checkout, "--full", "--seeds", "1")["findings"]
    return [finding for finding in findings if finding.startswith("equivalents.toml")]


def test_a_mutant_that_is_equal_counts_as_that(checkout: Checkout) -> None:
    edit(checkout, "tiny.py", "return identity(x) * 2", "return np.where(x > 0, identity(x), x) * 2")
    before = audited(checkout, "--full", "--seeds", "1")
    assert any(BIGGER in finding for finding in before["findings"])
    claim(checkout, entry("equal", BIGGER))
    after = audited(checkout, "--full", "--seeds", "1")
    assert not any(BIGGER in finding for finding in after["findings"])
    assert after["equivalents"] == before["equivalents"] + 1
    assert after["killed"] == before["killed"]


def test_a_difference_that_no_check_looks_for_refutes_a_claim(checkout: Checkout) -> None:
    edit(checkout, "tiny.py", "return identity(x) * 2", "return np.where(x < 0.0, -3 * x, x * 2)")
    for old, new in (
        ("float(rng.normal()) + 5.0", "abs(float(rng.normal())) + 5.0"),
        ("rng.normal(size=(3, 2))", "rng.random((3, 2))"),
    ):
        edit(checkout, "checks.py", old, new)
    names = [mutant.name for mutant in make_mutants(chapter_of(checkout))]
    name = next(n for n in names if n.endswith("`return np.where(x < 0.0, -4 * x, x * 2)`"))
    claim(checkout, entry("equal", name))
    (said,) = of_equivalents(checkout)
    assert "is not equal: double gives" in said
    claim(checkout, entry("equal", name, extra="keep = ['x']"))
    assert of_equivalents(checkout) == []


def test_a_mutant_that_is_caught_is_none_of_the_file(checkout: Checkout) -> None:
    claim(checkout, entry("equal", SWAPPED))
    (said,) = of_equivalents(checkout)
    assert said == f"equivalents.toml: {SWAPPED} is caught now: take it out"


def test_other_right_answers_are_graded_with_every_seed_and_are_no_mutants(checkout: Checkout) -> None:
    edit(checkout, "checks.py", "expect_true([counter(), counter()] == [start + 1, start + 2]",
         "expect_true(rng.random() < 0.5 or [counter(), counter()] == [start + 1, start + 2]")  # fmt: skip
    claim(checkout, "[[right]]\ntask = 'Counter'\nwhy = 'half of the time nobody looks'")
    audit = audited(checkout, "--full", "--seeds", "6")
    assert any("Counter" in f and "is not right with seed" in f for f in audit["findings"])


def test_an_open_task_has_no_mutants(checkout: Checkout) -> None:
    before = audited(checkout, "--full", "--seeds", "1")
    claim(checkout, "[[open]]\ntask = 'descend'\nwhy = 'any way down counts'")
    after = audited(checkout, "--full", "--seeds", "1")
    mine = [mutant for mutant in make_mutants(chapter_of(checkout)) if mutant.owner == "descend"]
    assert after["mutants"] == before["mutants"] - len(mine)
    assert after["findings"] == [finding for finding in before["findings"] if "its points: descend" not in finding]
    assert after["findings"] != before["findings"]


BROKEN = {
    "unknown mutant": (entry("equal", "double: boundary: `x` -> `y`"), "there is no mutant"),
    "unknown task": ("[[right]]\ntask = 'Countr'\nwhy = 'so'", "Did you mean 'Counter'"),
    "unknown open task": ("[[open]]\ntask = 'Countr'\nwhy = 'so'", "Did you mean 'Counter'"),
    "an open mutant": (entry("open", SWAPPED), "task is missing"),
    "no reason": ("[[right]]\ntask = 'Counter'", "why is missing"),
    "unknown kind": ("[[same]]\nwhy = 'x'", "'same' is no key here"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_the_chapter_is_refused(checkout: Checkout, name: str) -> None:
    text, words = BROKEN[name]
    claim(checkout, text)
    chapter = chapter_of(checkout)
    with pytest.raises(CourseError, match=words):
        read_claims(chapter, make_mutants(chapter))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (1.0, np.float64(1.0), True), (1.0, np.array(1.0), True), (1, 1.0, False), (True, 1, False),
        ((1.0, 2.0), [1.0, 2.0], True), (np.ones(2), [1.0, 1.0], False), (np.ones(2), np.ones((2, 1)), False),
        (np.ones(2), np.ones(2, dtype=np.float32), False), (np.ones(2), np.ones(2) + 1e-12, True),
        (np.ones(2), np.ones(2) + 1e-6, False), ({"a": 1}, {"a": 1}, True), ({"a": 1}, {"b": 1}, False),
        (float("nan"), float("nan"), True), (None, None, True), ("x", "y", False),
    ],
)  # fmt: skip
def test_results_are_equal_as_checks_see_them(a: object, b: object, same: bool) -> None:
    assert equal(a, b) is same


def test_further_inputs_are_other_numbers_and_leave_whole_ones_alone() -> None:
    rng = np.random.default_rng(0)
    X, y, labels, lr = rng.normal(size=(5, 3)), np.array([0.0, 1.0, 1.0, 0.0, 1.0]), np.arange(5), 0.1
    seen = [vary((X, y, labels, lr, "relu"), rng, frozenset({3})) for _ in range(200)]
    assert any(len(other[0]) < 5 for other in seen)
    assert all(len(other[0]) == len(other[1]) == len(other[2]) for other in seen)
    assert all(set(other[1]) <= {0.0, 1.0} for other in seen)
    assert all(other[3] == 0.1 and other[4] == "relu" for other in seen)
    assert any((other[0] == 0).any() for other in seen)
    assert any(np.abs(other[0]).max() > 20 for other in seen)
    assert any(other[0].dtype == np.int64 for other in seen)
