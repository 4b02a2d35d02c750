"""How a wrong value is off: each pattern is recognised, and nothing is said of a value that fits none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import compare, expect_close, expect_pairs
from grader.checks.diagnosis import how_it_is_off, how_they_are_off
from grader.verdict import CheckFailed

RNG = np.random.default_rng(7)
W = RNG.normal(size=(4, 3))
X = RNG.normal(size=(5, 3))
CUBE = RNG.normal(size=(2, 3, 4))
Z = np.array([[0.5, -1.0, 2.0], [0.0, 1.5, -0.3], [-2.0, 0.7, 0.1]])
SIGMOID = 1 / (1 + np.exp(-Z))
SQUARE = RNG.normal(size=(3, 3))


@pytest.mark.parametrize(
    ("got", "want", "said"),
    [
        (-W, W, "every entry has the wrong sign"),
        (2 * W, W, "every entry is 2 times too large"),
        (W / 2, W, "every entry is 2 times too small"),
        (-W / 2, W, "every entry is 2 times too small, and of the wrong sign"),
        (1.37 * W, W, "every entry is too large by one and the same factor"),
        (5 * W, W, "every entry is too large by the factor N, the number of rows"),
        (W / 5, W, "every entry is too small by the factor N, the number of rows"),
        (W / 15, W, "every entry is too small by the factor of the number of entries"),
        (W.T, W, "it is the transpose of the right one"),
        (SQUARE.T, SQUARE, "it is the transpose of the right one"),
        (CUBE.transpose(0, 2, 1), CUBE, "its axes are in another order"),
        (W, W.sum(axis=0), "it is not summed over axis 0"),
        (W, W.mean(axis=1), "it is not averaged over axis 1"),
        (W.sum(axis=0), W, "axis 0 is summed away, which should stay"),
        (W.mean(axis=1, keepdims=True), W, "axis 1 is averaged away, which should stay"),
        (W[:, :1], W[:, 0], "the numbers are right, only the shape is not"),
        (W.astype(np.float32), W, "it is right to a few digits only: is something computed in float32, rounded, or "
                                  "shifted by a small number?"),
        (np.trunc(10 * W), 10 * W, "the decimals are lost: does an array of integers hold them?"),
        (np.clip(W, -0.5, 0.5), W, "values beyond a bound are cut off"),
        (W + 0.25, W, "every entry is off by the same amount"),
        (np.roll(W[:, 0], 1), W[:, 0], "everything comes one place too late"),
        (np.roll(W[:, 0], -1), W[:, 0], "everything comes one place too early"),
        (W[[2, 0, 3, 1]], W, "the rows are the right ones in another order"),
        (np.vstack([W[:1], 3 - W[1:] ** 2]), W, "only its first row is right"),
        (np.vstack([W[:3], 3 - W[3:] ** 2]), W, "all but its last row is right"),
    ],
)  # fmt: skip
def test_a_pattern_is_told(got: Any, want: Any, said: str) -> None:
    assert how_it_is_off(got, want, (X,)) == said


@pytest.mark.parametrize(
    ("got", "want", "said"),
    [
        (Z, Z * SIGMOID * (1 - SIGMOID), "the factor the sigmoid's derivative is missing"),
        (Z / np.cosh(Z) ** 4, Z / np.cosh(Z) ** 2, "the factor tanh's derivative is there once too often"),
        (SQUARE, np.where(Z > 0, SQUARE, 0), "entries whose input is not positive should get nothing"),
        (np.where(Z == 0, 1.0, SQUARE), SQUARE, "only the entries whose input is exactly 0 are wrong"),
    ],
)
def test_what_depends_on_an_argument_is_told(got: Any, want: Any, said: str) -> None:
    assert how_it_is_off(got, want, (Z,)) == said


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (2.0, 1.0),  # one number may be off in any way
        (np.array([2.0, 4.0]), np.array([1.0, 2.0])),
        (np.array([2.0, -2.0, 0.0, 2.0]), np.array([1.0, -1.0, 0.0, 1.0])),  # few sizes
        (W**2, W),
        (W[::-1] ** 3, W),
        (np.array([]), np.array([])),
        (None, W),
        ("abc", W),
        ([[1], [1, 2]], W),
        (W * 1j, W),
        (np.full((4, 3), np.nan), W),
        (np.ones((7, 2)), W),
        (np.zeros(200_000), np.ones(200_000)),
    ],
)
def test_nothing_is_said_where_nothing_is_known(got: Any, want: Any) -> None:
    assert how_it_is_off(got, want, (X,)) is None


@given(
    st.integers(0, 2**32),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
)
def test_unrelated_numbers_fit_no_pattern(seed: int, one: tuple[int, int], other: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    assert how_it_is_off(rng.normal(size=one), rng.normal(size=other), (rng.normal(size=other),)) is None


def test_several_calls_must_be_off_in_one_way() -> None:
    cases = [(RNG.normal(size=(n, 3)),) for n in (2, 5, 7)]
    wants = [case[0].sum() / len(case[0]) for case in cases]
    assert how_they_are_off([(w * len(c[0]), w, c) for w, c in zip(wants, cases, strict=True)]) == (
        "it is too large by the factor N, the number of rows"
    )
    assert how_they_are_off([(-w, w, ()) for w in wants]) == "it always has the wrong sign"
    assert how_they_are_off([(-W, W, ()), (2 * W, W, ())]) is None
    assert how_they_are_off([]) is None


RAGGED = [(np.ones((3, 4)), np.ones(4)), (np.ones((4, 2)), np.ones(2))]


@pytest.mark.parametrize(("got", "want"), [(RAGGED, RAGGED), (RAGGED, 1.5), (1.5, RAGGED), ([[1.0], 2.0], 1.5)])
def test_a_ragged_list_of_several_calls_says_nothing(got: Any, want: Any) -> None:
    assert how_they_are_off([(got, want, ()), (got, want, ())]) is None


def message_of(check: Any) -> str:
    """Return how a check fails."""
    with pytest.raises(CheckFailed) as caught:
        check()
    return caught.value.message


def test_a_misconception_is_named_before_a_pattern() -> None:
    assert "wrong sign" in message_of(lambda: expect_close(-W, W, "dW"))
    assert "wrong sign" not in message_of(lambda: expect_close(-W, W, "dW", unless={"sign": -W}))


def test_right_layers_are_told_apart_from_wrong_ones() -> None:
    right = [(W, W[0]), (SQUARE, SQUARE[0]), (X, X[0])]
    wrong = [right[0], (SQUARE * SQUARE, SQUARE[0]), right[2]]
    assert message_of(lambda: expect_pairs(wrong, right, "grads")).endswith("grads[0] and grads[2] are right")


def test_compare_tells_what_holds_on_every_input() -> None:
    cases = [(RNG.normal(size=(n, 3)),) for n in (2, 5, 7)]
    said = message_of(lambda: compare(lambda X: X.sum(axis=0), lambda X: X.mean(axis=0), cases, "m"))
    assert said.endswith("too large by the factor N, the number of rows")
    said = message_of(lambda: compare(lambda X: (X.sum(), X.T @ X), lambda X: (X.sum(), -X.T @ X), cases, ["s", "G"]))
    assert said.endswith("every entry has the wrong sign")
    said = message_of(lambda: compare(lambda X: X * np.arange(len(X))[:, None], lambda X: X, cases, "m"))
    assert "; " not in said.split("entries are off")[1]
