"""Verdicts on one value: the table of the fine print, and messages that give nothing away."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.checks import (
    CheckRandom,
    beyond,
    compare,
    elementwise_cases,
    expect_accepted,
    expect_close,
    expect_ints,
    expect_numbers,
    expect_pairs,
    expect_permutation,
    expect_raises,
    expect_rows_independent,
    expect_true,
    fail,
    numerical_gradient,
    stream,
)
from grader.checks.expect import explanation, matches
from grader.student.proxy import RaisedByStudent
from grader.verdict import CheckFailed
from grader.wire import Foreign, WireError, dumps, loads

ARRAY = np.array([[1.25, -2.5], [3.0, 4.75]])
WHOLE = np.array([0.0, 1.0, 2.0])


def verdict(expect: Callable[..., None], got: Any, want: Any, **keywords: Any) -> CheckFailed | None:
    """Return how a value that crossed the pipe is judged."""
    try:
        expect(loads(dumps(got)) if not isinstance(got, Foreign) else got, want, "it", **keywords)
    except CheckFailed as failed:
        return failed
    return None


PASS = {
    "array": (ARRAY, ARRAY),
    "Fortran order": (np.asfortranarray(ARRAY), ARRAY),
    "big-endian": (ARRAY.astype(">f8"), ARRAY),
    "whole as ints": (WHOLE.astype(np.int32), WHOLE),
    "whole as uint8": (WHOLE.astype(np.uint8), WHOLE),
    "within the tolerance": (ARRAY * (1 + 9e-9), ARRAY),
    "small within the larger of 1": (np.array([9e-9]), np.array([0.0])),
    "float": (1.25, 1.25),
    "numpy float": (np.float64(1.25), 1.25),
    "0-d": (np.array(1.25), 1.25),
    "int for a whole float": (2, 2.0),
    "numpy int for a whole float": (np.int64(2), 2.0),
    "minus zero": (-0.0, 0.0),
    "empty": (np.zeros((0, 2)), np.zeros((0, 2))),
}  # fmt: skip


@pytest.mark.parametrize("name", PASS)
def test_right_floats_pass(name: str) -> None:
    assert verdict(expect_close, *PASS[name]) is None


class _List(list[Any]):
    pass


FAIL = {
    "list of lists": (ARRAY.tolist(), ARRAY, "WRONG_TYPE"),
    "list subclass": (_List([1.25]), np.array([1.25]), "WRONG_TYPE"),
    "tuple": ((1.25,), np.array([1.25]), "WRONG_TYPE"),
    "matrix": (Foreign("a numpy.matrix"), ARRAY, "WRONG_TYPE"),
    "masked": (np.ma.array(ARRAY), ARRAY, "WRONG_TYPE"),
    "object": (ARRAY.astype(object), ARRAY, "WRONG_TYPE"),
    "text array": (ARRAY.astype(str), ARRAY, "WRONG_TYPE"),
    "bool array": (np.array([False, True]), np.array([0.0, 1.0]), "WRONG_TYPE"),
    "float32": (ARRAY.astype(np.float32), ARRAY, "WRONG_TYPE"),
    "float16": (ARRAY.astype(np.float16), ARRAY, "WRONG_TYPE"),
    "complex": (ARRAY + 0j, ARRAY, "WRONG_TYPE"),
    "longdouble": (ARRAY.astype(np.longdouble), ARRAY, "WRONG_TYPE"),
    "None": (None, ARRAY, "WRONG_TYPE"),
    "string": ("1.25", 1.25, "WRONG_TYPE"),
    "numpy string": (np.str_("1.25"), 1.25, "WRONG_TYPE"),
    "dict": ({}, 1.25, "WRONG_TYPE"),
    "bytes": (b"1", 1.0, "WRONG_TYPE"),
    "bool for a number": (True, 1.0, "WRONG_TYPE"),
    "numpy bool": (np.True_, 1.0, "WRONG_TYPE"),
    "complex number": (1.25 + 0j, 1.25, "WRONG_TYPE"),
    "float32 number": (np.float32(1.25), 1.25, "WRONG_TYPE"),
    "list for a number": ([1.25], 1.25, "WRONG_TYPE"),
    "huge int": (10**300, 1.0, "WRONG_TYPE"),
    "row for a number": (np.array([1.25]), 1.25, "WRONG_SHAPE"),
    "1 by 1 for a number": (np.array([[1.25]]), 1.25, "WRONG_SHAPE"),
    "number for an array": (1.25, np.array([1.25]), "WRONG_SHAPE"),
    "0-d for an array": (np.array(1.25), np.array([1.25]), "WRONG_SHAPE"),
    "transposed": (np.zeros((2, 3)), np.zeros((3, 2)), "WRONG_SHAPE"),
    "column for a row": (np.zeros((3, 1)), np.zeros(3), "WRONG_SHAPE"),
    "broadcast": (np.zeros((1, 2)), ARRAY, "WRONG_SHAPE"),
    "nan": (math.nan, 1.25, "NOT_FINITE"),
    "nan for nan": (math.nan, math.nan, "NOT_FINITE"),
    "inf": (np.array([[1.25, math.inf], [3.0, 4.75]]), ARRAY, "NOT_FINITE"),
    "value": (ARRAY + 1e-6, ARRAY, "WRONG_VALUE"),
    "whole ints for fractions": (ARRAY.astype(int), ARRAY, "WRONG_VALUE"),
    "finite for nan": (1.25, math.nan, "WRONG_VALUE"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAIL)
def test_other_floats_fail_with_their_code(name: str) -> None:
    got, want, code = FAIL[name]
    failed = verdict(expect_close, got, want)
    assert failed is not None
    assert failed.code == code


def test_type_comes_before_shape_only_where_there_is_no_array_and_finite_before_values() -> None:
    assert verdict(expect_close, [1.0], np.zeros(3)).code == "WRONG_TYPE"  # type: ignore[union-attr]
    assert verdict(expect_close, np.array([9.0, math.nan]), np.zeros(2)).code == "NOT_FINITE"  # type: ignore[union-attr]
    assert verdict(expect_close, np.full((1, 2), math.nan), np.zeros(2)).code == "WRONG_SHAPE"  # type: ignore[union-attr]


SECRET = 8.123456


@pytest.mark.parametrize(
    ("expect", "got", "want"),
    [
        (expect_close, 1.5, SECRET), (expect_close, np.array([1.5, 2.5]), np.array([SECRET, 2.5])), (expect_close, math.nan, SECRET),
        (expect_close, "x", SECRET), (expect_close, [1.0], np.array([SECRET])), (expect_numbers, [1.5], [SECRET]),
        (expect_pairs, [(np.ones(1), np.ones(1))], [(np.array([SECRET]), np.ones(1))]), (expect_ints, 3, 8123456),
    ],
)  # fmt: skip
def test_messages_never_hold_what_was_expected(expect: Callable[..., None], got: Any, want: Any) -> None:
    failed = verdict(expect, got, want, unless={"idea": got}, says="A sentence")
    assert failed is not None
    assert "8.12" not in failed.message
    assert "8123456" not in failed.message


INTS = {
    "int": (3, 3, None), "int32": (np.array([1, 2], np.int32), np.array([1, 2]), None), "uint8": (np.uint8(3), 3, None),
    "0-d": (np.array(3), 3, None), "bool": (True, 1, "WRONG_TYPE"), "bool array": (np.array([True]), np.array([1]), "WRONG_TYPE"),
    "float": (3.0, 3, "WRONG_TYPE"), "float array": (np.array([1.0]), np.array([1]), "WRONG_TYPE"), "list": ([1], np.array([1]), "WRONG_TYPE"),
    "text": ("3", 3, "WRONG_TYPE"), "shape": (np.array([3]), 3, "WRONG_SHAPE"), "value": (4, 3, "WRONG_VALUE"),
}  # fmt: skip


@pytest.mark.parametrize("name", INTS)
def test_integers(name: str) -> None:
    got, want, code = INTS[name]
    failed = verdict(expect_ints, got, want)
    assert (failed and failed.code) == code


NUMBERS = {
    "list": ([1.5, 2.0], None), "tuple": ((1.5, 2.0), None), "array": (np.array([1.5, 2.0]), None), "mixed": ([1.5, 2], None),
    "numpy floats": ([np.float64(1.5), np.array(2.0)], None), "short": ([1.5], "WRONG_SHAPE"), "column": (np.array([[1.5], [2.0]]), "WRONG_SHAPE"),
    "strings": (["1.5", "2"], "WRONG_TYPE"), "arrays": ([np.array([1.5]), 2.0], "WRONG_SHAPE"), "float32": ([np.float32(1.5), 2.0], "WRONG_TYPE"),
    "bools": ([True, 2.0], "WRONG_TYPE"), "nan": ([1.5, math.nan], "NOT_FINITE"), "number": (1.5, "WRONG_SHAPE"), "None": (None, "WRONG_TYPE"),
    "dict": ({0: 1.5, 1: 2.0}, "WRONG_TYPE"), "value": ([1.5, 2.1], "WRONG_VALUE"), "empty": ([], "WRONG_SHAPE"),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_sequences_of_numbers(name: str) -> None:
    got, code = NUMBERS[name]
    failed = verdict(expect_numbers, got, np.array([1.5, 2.0]))
    assert (failed and failed.code) == code


W, B = np.ones((2, 3)), np.zeros(3)
PAIRS = {
    "tuples": ([(W, B)], None), "lists": ([[W, B]], None), "tuple of lists": (([W, B],), None), "three": ([(W, B, B)], "WRONG_SHAPE"),
    "two layers": ([(W, B), (W, B)], "WRONG_SHAPE"), "swapped": ([(B, W)], "WRONG_SHAPE"), "dict": ({0: (W, B)}, "WRONG_TYPE"),
    "lists inside": ([(W.tolist(), B)], "WRONG_TYPE"), "None": (None, "WRONG_TYPE"), "None inside": ([None], "WRONG_TYPE"),
    "number": (3.0, "WRONG_TYPE"), "value": ([(W, B + 1)], "WRONG_VALUE"), "text": ("ab", "WRONG_TYPE"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_lists_of_pairs(name: str) -> None:
    got, code = PAIRS[name]
    failed = verdict(expect_pairs, got, [(W, B)])
    assert (failed and failed.code) == code


def test_a_misconception_is_named_only_for_a_wrong_value() -> None:
    assert verdict(expect_close, 2.0, 2.0, unless={"idea": 2.0}) is None
    assert verdict(expect_close, 4.0, 2.0, unless={"other": 3.0, "idea": 4.0}).misconception == "idea"  # type: ignore[union-attr]
    assert verdict(expect_close, 4.0, 2.0, unless={"other": 3.0}).misconception is None  # type: ignore[union-attr]
    assert verdict(expect_close, [2.0], np.array([2.0]), unless={"idea": np.array([2.0])}).misconception is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "error", [KeyError, ValueError, AttributeError, CheckFailed, RecursionError, np.linalg.LinAlgError]
)
def test_a_misconception_that_cannot_be_computed_is_passed_over(error: type[Exception]) -> None:
    def raising() -> Any:
        raise error("x", "y")

    def infinite() -> Any:
        return np.log(np.zeros(1) - 1) * np.inf / np.zeros(1)

    unless = {"raises": raising, "nan": infinite, "idea": lambda: 4.0}
    assert explanation(4.0, unless, lambda value: CheckFailed("WRONG_VALUE", "")) == "idea"


def test_a_misconception_that_gives_nan_explains_nan() -> None:
    assert verdict(expect_close, math.nan, 2.0, unless={"idea": lambda: np.log(np.float64(-1))}).misconception == "idea"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("got", "value", "equal"),
    [
        (1.0, 1.0, True), (1.0, np.array([1.0]), False), ([1.0, 2.0], np.array([1.0, 2.0]), True), (None, None, True), (None, 1.0, False),
        ("a", "a", True), ("1", 1.0, False), (True, 1.0, False), ({"a": 1.0, "b": 2}, {"a": 1.0}, True), ({}, {"a": 1.0}, False),
        ((1.0, [2.0]), (1.0, [2.0]), True), ((1.0,), (1.0, 2.0), False), (1.0, 1.0 + 1e-7, True), (1.0, 1.0 + 1e-5, False),
        (1e-12, 2e-12, False), (Foreign("x"), np.zeros(1), False), (math.nan, math.nan, True),
    ],
)  # fmt: skip
def test_what_matches_a_misconception(got: Any, value: Any, equal: bool) -> None:
    assert matches(got, value) is equal


def test_compare_names_an_idea_that_holds_on_every_case_only() -> None:
    cases = [(2.0,), (3.0,)]  # squaring and doubling agree on 2
    with pytest.raises(CheckFailed) as caught:
        compare(
            lambda x: x * x, lambda x: x**3, cases, "it", unless={"double": lambda x: 2 * x, "square": lambda x: x * x}
        )
    assert caught.value.misconception == "square"
    with pytest.raises(CheckFailed) as caught:
        compare(
            lambda x: 4.0, lambda x: x**3, cases, "it", unless={"double": lambda x: 2 * x, "square": lambda x: x * x}
        )
    assert caught.value.misconception is None


def test_compare_tells_inputs_and_never_outputs() -> None:
    with pytest.raises(CheckFailed) as caught:
        compare(lambda z: 1.0, lambda z: SECRET, [(0.5,)], "f(z)", unless={"bad": lambda z: 1 / 0})
    assert caught.value.message.endswith(", for z = 0.5")
    assert "8.12" not in caught.value.message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"mu": 0.5}, "{'mu': 0.5}"),
        ([0.1, np.array([1.0, 2.0])], "[0.1, [1., 2.]]"),
        ((3,), "(3,)"),
        ([0.25] * 30, "a list"),
        ([1.0, np.zeros(9)], "a list"),
        ([(1.0, 2.0)], "[(1, 2)]"),
    ],
)
def test_compare_shows_short_collections_among_the_inputs(value: Any, shown: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        compare(lambda settings: 1.0, lambda settings: 2.0, [(value,)], "f")
    assert caught.value.message.endswith(f", for settings = {shown}")


def test_compare_of_several_results_wants_several_results() -> None:
    for got in (None, 5.0, (1.0,)):
        with pytest.raises(CheckFailed) as caught:
            compare(lambda x, got=got: got, lambda x: (1.0, 2.0), [(1.0,)], ["a", "b"])
        assert caught.value.code in ("WRONG_TYPE", "WRONG_SHAPE")


def test_compare_gives_oracle_and_ideas_copies() -> None:
    array = np.zeros(2)

    def oracle(x: np.ndarray) -> np.ndarray:
        x += 1
        return x

    compare(lambda x: np.ones(2), oracle, [(array,)], "it")
    assert array.tolist() == [0.0, 0.0]


def test_an_unknown_code_is_the_authors_mistake() -> None:
    with pytest.raises(ValueError, match="WRONG_VALEU"):
        fail("no", code="WRONG_VALEU")
    with pytest.raises(CheckFailed):
        expect_true([], "no")


def test_an_array_where_one_number_is_compared_is_no_fault_of_the_checks() -> None:
    with pytest.raises(CheckFailed) as caught:
        expect_true(np.arange(3) != np.zeros(3), "two draws are the same")
    assert (caught.value.code, "array of shape (3,)" in caught.value.message) == ("WRONG_SHAPE", True)
    expect_true(np.array([1.0]) != 2, "no")


def test_expect_raises_takes_the_error_and_its_subclasses() -> None:
    def raising(names: list[str]) -> Callable[[], None]:
        def call() -> None:
            raise RaisedByStudent("EXCEPTION", "m", 3, names=names)

        return call

    expect_raises(ValueError, raising(["UnicodeError", "ValueError", "Exception"]))
    with pytest.raises(RaisedByStudent):
        expect_raises(ValueError, raising(["KeyError"]))
    with pytest.raises(CheckFailed, match="expected a ValueError, but"):
        expect_raises(ValueError, lambda: 5)
    with pytest.raises(CheckFailed, match="expected a ValueError for 'tan', but"):
        expect_raises(ValueError, lambda X, name: X, 5, "tan")


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 1, 2)])
def test_the_numerical_gradient_is_accurate_to_ten_digits(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).normal(size=shape)
    kept = x.copy()
    got = numerical_gradient(lambda x: np.sum(np.sin(x) * np.exp(x)), x)
    assert got.shape == shape
    np.testing.assert_allclose(got, np.exp(x) * (np.sin(x) + np.cos(x)), rtol=1e-9, atol=1e-9)
    assert np.array_equal(x, kept)


def test_elementwise_cases_hold_every_kind_of_input() -> None:
    cases = [case for (case,) in elementwise_cases(np.random.default_rng(1), special=[0.5, -0.5])]
    arrays = [np.asarray(case) for case in cases]
    assert {a.ndim for a in arrays} == {0, 1, 2, 3, 4}
    assert any(type(case) is float for case in cases)
    assert any(type(case) is int for case in cases)
    assert any(a.dtype.kind == "i" and 0 in a and len(set(a.ravel())) < a.size for a in arrays)
    assert max(np.max(np.abs(a)) for a in arrays) > 85
    assert any(0.5 in a and -0.5 in a for a in arrays)


def test_a_checks_own_generator_never_crosses_the_pipe() -> None:
    rng = CheckRandom(np.random.PCG64(1))
    for value in (rng, [rng], {"rng": rng}, rng.spawn(1)[0]):
        with pytest.raises(WireError):
            dumps(value)


def test_a_stream_crosses_and_tells_nothing_of_the_checks_inputs() -> None:
    rng = CheckRandom(np.random.PCG64(1))
    handed = stream(rng)
    assert type(loads(dumps(handed))) is np.random.Generator
    assert handed.normal(size=5).tolist() != rng.normal(size=5).tolist()
    assert stream(rng).normal() != stream(rng).normal()


def test_relations_that_need_no_oracle() -> None:
    X = np.random.default_rng(1).normal(size=(4, 3))
    rng = np.random.default_rng(2)
    expect_rows_independent(np.tanh, X, "it")
    expect_permutation(np.tanh, X, rng, "it")
    with pytest.raises(CheckFailed, match="one at a time"):
        expect_rows_independent(lambda X: X - X.mean(axis=0), X, "it")
    with pytest.raises(CheckFailed, match="shuffled"):
        expect_permutation(lambda X: np.cumsum(X, axis=0), X, rng, "it")


def test_a_permutation_always_moves_rows() -> None:
    X = np.random.default_rng(1).normal(size=(2, 3))
    for seed in range(20):
        with pytest.raises(CheckFailed, match="shuffled"):
            expect_permutation(lambda X: np.cumsum(X, axis=0), X, np.random.default_rng(seed), "it")


def test_what_refuses_everything_refuses_nothing_on_purpose() -> None:
    def refuse(x: float, method: str) -> None:
        raise RaisedByStudent("EXCEPTION", "f raises ValueError: x (line 3)", 3, names=["ValueError"])

    assert expect_accepted(lambda x, method: (x, method), 1.0, "gd") == (1.0, "gd")
    with pytest.raises(CheckFailed) as caught:
        expect_accepted(refuse, 1.0, "gd")
    assert (caught.value.code, caught.value.line) == ("WRONG_TYPE", 3)
    assert caught.value.message == "a call that is right, with (…, 'gd'), fails: f raises ValueError: x (line 3)"


def one_at_a_time(z: Any) -> Any:
    """Return the square of one number; an array is an exception."""
    if np.ndim(z):
        raise CheckFailed("EXCEPTION", "f raises ValueError")
    return 1.0 * z * z


@pytest.mark.parametrize(
    ("call", "within", "named"),
    [
        (one_at_a_time, lambda z: (float(z[0]),), "one-number"),
        (one_at_a_time, lambda z: None, None),  # nothing that the misconception allows for
        (one_at_a_time, lambda z: (z[:1],), None),  # it fails there too
        (lambda z: one_at_a_time(z) + 1, lambda z: (float(z[0]),), None),  # it is wrong there
    ],
)
def test_beyond_names_what_an_exception_shows(call: Any, within: Any, named: str | None) -> None:
    with pytest.raises(CheckFailed) as caught:
        beyond(call, lambda z: z * z, within, "one-number")(np.array([1.5, 2.5]))
    assert (caught.value.code, caught.value.misconception) == ("EXCEPTION", named)


def test_beyond_leaves_other_failures_and_values_alone() -> None:
    def refuse(z: Any) -> None:
        raise CheckFailed("MUTATED_INPUT", "z is changed")

    assert beyond(lambda z: 2 * z, lambda z: z * z, lambda z: (1.0,), "id")(3.0) == 6.0
    with pytest.raises(CheckFailed) as caught:
        beyond(refuse, lambda z: z * z, lambda z: (1.0,), "id")(3.0)
    assert caught.value.misconception is None


@pytest.mark.parametrize(("got", "held"), [(np.float32(ARRAY), True), (ARRAY, False), (ARRAY.tolist(), False)])
def test_a_value_of_float32_is_one_that_float32_only_gives(got: Any, held: bool) -> None:
    assert matches(got, np.float32(ARRAY)) is held
