"""Values come with an error that they keep, and nothing takes long to evaluate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.symbolic import evaluate
from grader.symbolic.numeric import Arithmetic, Ball, Budget, NoInformation, NoValue
from grader.symbolic.parse import FormulaRefused, parse

HEADS = (
    "sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech csch asinh acosh atanh acoth asech "
    "acsch exp log sqrt cbrt abs sign sigmoid softplus relu erf erfc Phi phi heaviside log1p expm1"
).split()
POINTS = (Fraction(3, 8), Fraction(-17, 16), Fraction(41, 2), Fraction(-1, 1024))


def formulas() -> st.SearchStrategy[str]:
    leaves = st.sampled_from("x x x 1 2 0 -1 1/2 0.1 pi e 10 1e-9 1e10".split())

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("({})*({})".format, inner, inner),
            st.builds("({})+({})".format, inner, inner),
            st.builds("({})-({})".format, inner, inner),
            st.builds("({})/({})".format, inner, inner),
            st.builds("({})^({})".format, inner, inner),
            st.builds("{}({})".format, st.sampled_from(HEADS), inner),
            st.builds("max({}, {})".format, inner, inner),
            st.builds("where({} < {}, {}, {})".format, inner, inner, inner, inner),
        )

    return st.recursive(leaves, grown, max_leaves=12)


def attempt(text: str, digits: int, point: Fraction) -> Ball | str | None:
    try:
        return Arithmetic(digits, Budget(30_000)).ball(parse(text, ("x",)), {"x": point})
    except NoInformation:
        return None
    except NoValue:
        return "no value"


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(formulas(), st.sampled_from(POINTS))
def test_a_value_lies_within_its_error_of_what_more_digits_give(text, point):
    try:
        coarse, fine = attempt(text, 20, point), attempt(text, 230, point)
    except FormulaRefused:
        return
    if isinstance(coarse, Ball) and isinstance(fine, Ball):
        judge = Arithmetic(230, Budget(10))
        convert = judge.context.convert
        apart = judge.bits(convert(coarse.value) - convert(fine.value))
        assert apart <= max(coarse.error, fine.error) + 1
    elif coarse is not None and fine is not None:
        assert coarse == fine == "no value"


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("sin(x)^2 + cos(x)^2", 1.5, 1.0),
        ("exp(-x)", 2, 0.1353352832366127),
        ("where(x > 0, 1, -1)", -3, -1.0),
        ("cbrt(x)", -8, -2.0),
        ("Phi(x)", 0, 0.5),
        ("phi(x)", 0, 0.3989422804014327),
        ("erf(x) + erfc(x)", 0.3, 1.0),
        ("softplus(x) - x", 3, 0.04858735157374196),
        ("sigmoid(x)", -700, 9.859676543759770e-305),
        ("x^0", 0, 1.0),
        ("max(x, 1, 2) + min(x, 1)", 5, 6.0),
        ("heaviside(x)", 0, 0.5),
        ("1 - tanh(x)^2", 30, 3.502606051184154e-26),
        ("acot(x) + asec(2) + acsc(2)", 1, 2.356194490192345),
    ],
)
def test_evaluate_gives_the_value_as_a_float(text, x, value):
    assert evaluate(text, {"x": x}) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    "text", ["1/x", "log(x)", "0/x", "Piecewise((1, x > 0))", "sqrt(x - 1)", "x^(-1)", "exp(exp(x + 20))"]
)
def test_evaluate_without_a_real_value_is_an_arithmetic_error(text):
    with pytest.raises(ArithmeticError, match="no real value"):
        evaluate(text, {"x": 0})
