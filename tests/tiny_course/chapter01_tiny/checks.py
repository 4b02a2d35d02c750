"""The hidden checks of the tiny chapter."""

import numpy as np

from grader.checks import check, expect_close, expect_true


@check("double", points=3)
def check_double_of_numbers(student, rng):
    """double gives twice a number."""
    x = float(rng.normal()) + 5.0
    expect_close(student.double(x), x + x, "double(x)", unless={"double-squares": x * x})


@check("double", points=1, after=("check_double_of_numbers",))
def check_double_of_arrays(student, rng):
    """double works on arrays."""
    x = rng.normal(size=(3, 2))
    expect_close(student.double(x), x + x, "double(x)", unless={"double-squares": x * x})


@check("halves", points=4)
def check_halves_are_the_two_halves(student, rng):
    """halves cuts in the middle."""
    values = rng.normal(size=6)
    got = student.halves(values)
    expect_close(got.left, values[:3], "left", unless={"halves-overlap": values[:4]})
    expect_close(got.right, values[3:], "right")


@check("Counter", points=4, repeat=False)
def check_counter_counts(student, rng):
    """Counter counts its calls."""
    start = int(rng.integers(10))
    counter = student.Counter(start)
    expect_true([counter(), counter()] == [start + 1, start + 2], "the count is off")


@check("descend", points=4)
def check_descend_follows_the_oracle(student, rng):
    """descend takes each step against the gradient."""
    start, lr = rng.normal(size=3), 0.1
    want, uphill = start.copy(), start.copy()
    for _ in range(4):
        want, uphill = want - lr * 2 * want, uphill + lr * 2 * uphill
    got = student.descend(lambda w: 2 * np.asarray(w), start, lr, 4)
    expect_close(got, want, "w", unless={"descend-uphill": uphill})
