"""What an author writes checks with: declare, draw inputs, call the student, say what must hold."""

from typing import Any

from grader.checks.compare import beyond, compare
from grader.checks.declare import Check, check, declared_checks
from grader.checks.expect import (
    expect_accepted,
    expect_close,
    expect_ints,
    expect_numbers,
    expect_pairs,
    expect_raises,
    expect_true,
    fail,
)  # fmt: skip
from grader.checks.inputs import (
    CheckRandom,
    Sizes,
    batch_sizes,
    elementwise_cases,
    ints,
    normal,
    numerical_gradient,
    stream,
)  # fmt: skip
from grader.checks.metamorphic import expect_permutation, expect_rows_independent

__all__ = [
    "Check", "CheckRandom", "Sizes", "batch_sizes", "beyond", "check", "compare", "declared_checks", "elementwise_cases",
    "expect_accepted", "expect_close", "expect_ints", "expect_numbers", "expect_pairs", "expect_permutation", "expect_raises",
    "expect_rows_independent", "expect_true", "fail", "ints", "normal", "numerical_gradient", "stream",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the checks of formulas, and with them what SymPy needs, only in chapters that name them."""
    if name in ("expect_declared_formula", "expect_formula"):
        from grader.checks import formulas

        return getattr(formulas, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
