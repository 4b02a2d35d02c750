"""The checks that hostile programs are aimed at; marked, so that a leak of this file is seen: hidden-4f1c9be27ad0."""

import numpy as np

from grader.checks import check, expect_close, expect_ints, expect_true, stream


@check("double", points=2)
def check_double_of_numbers(student, rng):
    """double gives twice a number."""
    x = float(rng.normal()) + 5.0
    expect_close(student.double(x), x + x, "double(x)")


@check("double", points=2)
def check_double_of_arrays(student, rng):
    """double gives twice an array."""
    x = rng.normal(size=(3, 2))
    expect_close(student.double(x), x + x, "double(x)")


@check("halves", points=3)
def check_halves_are_the_two_halves(student, rng):
    """halves cuts in the middle."""
    values = rng.normal(size=6)
    got = student.halves(values)
    expect_close(got.left, values[:3], "left")
    expect_close(got.right, values[3:], "right")


@check("forward", points=2)
def check_forward_squares(student, rng):
    """forward gives the square."""
    x = rng.normal(size=4)
    expect_close(student.forward(x).out, x * x, "out")


@check("backward", points=2)
def check_backward_is_the_derivative(student, rng):
    """backward gives the derivative of forward, from forward's cache."""
    x, dout = rng.normal(size=4), rng.normal(size=4)
    cache = student.forward(x).cache
    expect_close(student.backward(dout, cache), 2 * x * dout, "dX")


@check("batches", points=3)
def check_batches_are_the_pieces(student, rng):
    """batches yields the pieces in order."""
    values = rng.normal(size=7)
    got = student.batches(values, 3)
    expect_true(len(got) == 3, "the number of pieces is off")
    for i in range(3):
        expect_close(got[i], values[3 * i : 3 * i + 3], f"piece {i}")


@check("Counter", points=3, repeat=False)
def check_counter_counts(student, rng):
    """Counter counts its calls."""
    start = int(rng.integers(10))
    counter = student.Counter(start)
    expect_ints(counter(), start + 1, "the first count")
    expect_ints(counter(), start + 2, "the second count")


@check("descend", points=3, no_warnings=True)
def check_descend_takes_every_step(student, rng):
    """descend takes each step against the gradient."""
    start, lr = rng.normal(size=3), 0.1
    want = start.copy()
    for _ in range(4):
        want = want - lr * 2 * want
    expect_close(student.descend(lambda w: 2 * np.asarray(w), start, lr, 4), want, "w")


@check("draw", points=2)
def check_draws_differ(student, rng):
    """draw gives another number from another generator."""
    expect_true(student.draw(stream(rng)) != student.draw(stream(rng)), "two draws are the same")
