"""Right answers in any form are accepted, wrong ones never, and a wrong one is met with a point."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from grader.symbolic import Formula, evaluate, judge

SEEDS = (1, 77)
N = ("w", "x", "b", "y")


def by_x(function: str, *variables: str) -> Formula:
    return Formula(function, variables or ("x",), "x")


RIGHT = [
    (by_x("x**3 - 2*x"), "3x² − 2"),
    (by_x("x**3 - 2*x"), "3*exp(2*log(abs(x))) - 2"),
    (by_x("x**3 - 2*x"), "(3*x^4-2*x^2)/x^2"),
    (by_x("sin(x**2)"), "2*x*cos(x**2)"),
    (by_x("sin(x**2)"), "2*x*(1 - 2*sin(x^2/2)^2)"),
    (by_x("sin(x**2)"), "x*(exp(0)+1)*np.cos(np.power(x, 2))"),
    (by_x("sin(x**2)"), "2x sin(x² + π/2)"),
    (by_x("log(1 + exp(x))"), "σ(x)"),
    (by_x("log(1 + exp(x))"), "(1 + tanh(x/2))/2"),
    (by_x("log(1 + exp(x))"), "1 - 1/(1+e^x)"),
    (by_x("x*exp(-x**2)"), "(1-2x^2)/exp(x^2)"),
    (by_x("x*exp(-x**2)"), "exp(-x*x) * (1 - sqrt(2)*x) * (1 + sqrt(2)*x)"),
    (by_x("1/(1 + exp(-x))"), "1/(2 + 2*cosh(x))"),
    (by_x("1/(1 + exp(-x))"), "sech(x/2)**2/4"),
    (by_x("1/(1 + exp(-x))"), "0.25*(1-tanh(0.5*x)^2)"),
    (by_x("1/(1 + exp(-x))"), "sigmoid(x) - sigmoid(x)^2"),
    (by_x("log(cos(x))"), "-tan(x)"),
    (by_x("log(cos(x))"), "-sin(2*x)/(1+cos(2*x))"),
    (by_x("sin(x)/(1 + x**2)"), "cos(x)/(1+x^2) - 2*x*sin(x)/(1+x^2)^2"),
    (by_x("exp(sin(3*x))"), "3*cos(3x)*e^(sin(3x))"),
    (by_x("x*sqrt(x)"), "3*sqrt(x)/2"),
    (by_x("x*sqrt(x)"), "1.5*x**0.5"),
    (by_x("log(x)/log(10)"), "1/(x*log(10))"),
    (by_x("log(x, 10)"), "1/(x*ln(10))"),
    (by_x("x*abs(x)"), "2*|x|"),
    (by_x("x*abs(x)"), "where(x < 0, -2*x, 2*x)"),
    (by_x("max(x, 0)**2"), "2*relu(x)"),
    (by_x("max(x, 0)**2"), "x + abs(x)"),
    (by_x("where(x > 1, x**2, 2*x - 1)"), "2*max(x, 1)"),
    (by_x("where(x > 1, x**2, 2*x - 1)"), "Piecewise((2*x, x >= 1), (2, True))"),
    (by_x("log(abs(x + 3))"), "1/(x+3)"),
    (by_x("cbrt(x)"), "1/(3*cbrt(x)^2)"),
    (by_x("sin(x)**2 + cos(x)**2"), "x - x"),
    (by_x("sin(x)**2 + cos(x)**2"), "sin(x)^2 + cos(x)^2 - 1"),
    (by_x("asin(x)"), "1/sqrt((1-x)*(1+x))"),
    (by_x("acosh(x)"), "1/sqrt(x^2-1)"),
    (by_x("atan(1/x)"), "-1/(1+x^2)"),
    (by_x("x**x"), "x^x*(1+log(x))"),
    (by_x("3**x"), "3^x*ln(3)"),
    (by_x("x*Phi(x)"), "Phi(x) + x*phi(x)"),
    (by_x("x*Phi(x)"), "erfc(-x/sqrt(2))/2 + x/sqrt(2*pi)*exp(-x^2/2)"),
    (by_x("tanh(x)"), "4/(exp(x)+exp(-x))^2"),
    (by_x("(x + 1)**50"), "50*(x+1)^49"),
    (by_x("(x + 1)**50"), "50*(x+1)^50/(x+1)"),
    (Formula("(sigmoid(w*x + b) - y)**2", N, "w"), "2*x*(σ(w*x+b)-y)*σ(w*x+b)*(1-σ(w*x+b))"),
    (Formula("(sigmoid(w*x + b) - y)**2", N, "b"), "2*(σ(w x+b)-y)*exp(-(w x+b))/(1+exp(-(w x+b)))^2"),
    (Formula("exp(a)/(exp(a) + exp(b))", ("a", "b"), "b"), "-sigmoid(a-b)*sigmoid(b-a)"),
    (Formula("a*log(sin(a))", ("a",), "a", domain={"a": (0, 3)}), "log(sin(a)) + a/tan(a)"),
    (Formula("x**4", ("x",), "x", 2), "12x^2"),
    (Formula("2*x"), "x + x"),
    (Formula("exp(sin(3*x))"), "e^sin(3*x)"),
    (Formula("E*x + sigma", ("x", "E", "sigma")), "sigma + x*E"),
    (Formula("lambda*x", ("x", "lambda")), "x·λ"),
]

WRONG = [
    (by_x("x**3 - 2*x"), "3*x**2"),
    (by_x("x**3 - 2*x"), "3*x*abs(x) - 2"),
    (by_x("x**3 - 2*x"), "3*x**2 - 2.0000001"),
    (by_x("x**3 - 2*x"), "3*x**2 - 2 + 1e-20"),
    (by_x("x**3 - 2*x"), "3*x**2 - 2 + 1e-20*1e-20*1e-10"),
    (by_x("x**3 - 2*x"), "3*x**2 - 2 + where(x > 1000, 1, 0)"),
    (by_x("x**3 - 2*x"), "3*x**2 - 2 + where(abs(x - 3.7) < 0.0005, 1, 0)"),
    (by_x("x**3 - 2*x"), "3*x**2 - 2 + exp(-((x - 3.7)/0.001)^2)"),
    (by_x("x**3 - 2*x"), "3*x**2 - 2 + sigmoid(1000*(x - 500))"),
    (by_x("sin(x**2)"), "cos(x**2)"),
    (by_x("sin(x**2)"), "2*x*sqrt(1 - sin(x**2)**2)"),
    (by_x("log(1 + exp(x))"), "exp(x)"),
    (by_x("log(1 + exp(x))"), "where(x > 0, 1, 0)"),
    (by_x("log(1 + exp(x))"), "tanh(x)/2 + 1/2"),
    (by_x("x*exp(-x**2)"), "-2*x*exp(-x**2)"),
    (by_x("1/(1 + exp(-x))"), "x*(1-x)"),
    (by_x("log(cos(x))"), "tan(x)"),
    (by_x("log(cos(x))"), "1/cos(x)"),
    (by_x("sin(x)/(1 + x**2)"), "cos(x)/(2*x)"),
    (by_x("abs(x)"), "1"),
    (by_x("max(x, 0)"), "sign(x)"),
    (by_x("max(x, 0)"), "where(x > 0.001, 1, 0)"),
    (by_x("x**2"), "2*x + log(-1)"),
    (by_x("x**2"), "2*x + 1/0"),
    (by_x("x**2"), "2*x*(x-x)/(x-x)"),
    (by_x("x**2"), "2*sqrt(x)^2 + 0*log(x) + log(x)"),
    (by_x("x**2"), "2*sqrt(x^2)"),
    (by_x("x**2"), "exp(exp(exp(exp(x))))"),
    (by_x("5*x"), "x"),
    (by_x("7 + 0*x"), "1e-15"),
    (Formula("(sigmoid(w*x + b) - y)**2", N, "w"), "2*x*(σ(w*x+b)-y)"),
    (Formula("x**4", ("x",), "x", 2), "4*x**3"),
    (Formula("2*x"), "2"),
]


@pytest.mark.parametrize(("question", "answer"), RIGHT, ids=lambda value: str(getattr(value, "function", value)))
@pytest.mark.parametrize("seed", SEEDS)
def test_every_form_of_a_right_answer_is_accepted(question, answer, seed):
    verdict = judge(question, answer, seed)
    assert verdict.kind == "equal", verdict.message
    assert verdict.rule is None


@pytest.mark.parametrize(("question", "answer"), WRONG, ids=lambda value: str(getattr(value, "function", value)))
@pytest.mark.parametrize("seed", SEEDS)
def test_no_wrong_answer_is_accepted(question, answer, seed):
    verdict = judge(question, answer, seed)
    assert verdict.kind in ("different", "rounded"), verdict
    assert verdict.message


ROUNDED = [
    (by_x("x/3"), "0.333"),
    (by_x("pi*x"), "3.14"),
    (by_x("x**2/sqrt(2)"), "1.41421*x"),
    (by_x("2**x"), "0.6931*2^x"),
    (by_x("sin(x)"), "sin(x + 1.5708)"),
    (by_x("pi*x**2 + sqrt(2)*x"), "6.283*x + 1.414"),
]


@pytest.mark.parametrize(("question", "answer"), ROUNDED)
def test_a_rounded_decimal_of_the_right_answer_is_told_so(question, answer):
    assert judge(question, answer, 3).kind == "rounded"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (by_x("x**3"), "3.0001*x^2"),
        (by_x("0.1*x**2"), "0.19*x"),
        (by_x("x**2"), "2*x + 0.001"),
        (by_x("x**2"), "where(x > 4.05, 0, 2*x)"),
        (by_x("x**2"), "2*x + exp(-((x - 3.75)/0.0123)^2)"),
        (by_x("x/3"), "33/100"),
    ],
)
def test_what_is_no_rounding_is_not_called_so(question, answer):
    assert judge(question, answer, 3).kind == "different"


def test_the_message_names_a_small_point_and_the_students_value():
    message = judge(by_x("sin(x**2)"), "cos(x**2)", 1).message
    assert message == "At x = 1 your formula gives 0.5403, which is not the value of the derivative there."


def test_a_far_difference_is_shown_where_it_is():
    message = judge(by_x("x**2"), "where(x > -1000, 2*x, 0)", 1).message
    assert re.search(r"At x = -1000\S* your formula gives 0,", message), message


def test_a_formula_without_a_real_value_is_told_so():
    message = judge(by_x("x**2"), "2*x + log(-1)", 1).message
    assert "At x = 1 your formula has no real value" in message


def test_several_variables_are_all_named():
    question = Formula("(w*x + b - y)**2", N, "w")
    message = judge(question, "2*(w*x + b - y)", 1).message
    assert re.match(r"At b = \S+, w = \S+, x = \S+, y = \S+ your formula gives ", message), message


@pytest.mark.parametrize(
    ("question", "answer", "right"),
    [
        (by_x("x**3 - 2*x"), "3*x**2", "3*x**2 - 2"),
        (by_x("sin(x**2)"), "cos(x**2)", "2*x*cos(x**2)"),
        (by_x("log(cos(x))"), "tan(x)", "-tan(x)"),
        (by_x("x*exp(-x**2)"), "-2*x*exp(-x**2)", "(1 - 2*x**2)*exp(-x**2)"),
        (by_x("sin(x)/(1 + x**2)"), "cos(x)/(2*x)", "cos(x)/(1+x^2) - 2*x*sin(x)/(1+x^2)^2"),
        (by_x("x**3 - 2*x"), "3*x**2 - 2 + where(x > 1000, 1, 0)", "3*x**2 - 2"),
    ],
)
def test_a_verdict_holds_neither_the_right_formula_nor_its_value(question, answer, right):
    verdict = judge(question, answer, 1)
    shown = re.search(r"At x = (\S+) your formula gives (\S+),", verdict.message)
    assert shown
    expected = evaluate(right, {"x": float(Fraction(shown.group(1)))})
    told = f"{shown.group(2)} {verdict.rule_title} {verdict.rule_hint}"
    assert f"{expected:.4g}" not in told
    assert right.replace(" ", "") not in told.replace(" ", "")


def test_equal_arguments_give_equal_verdicts():
    question = Formula("(tanh(w*x + b) - y)**2", N, "w")
    verdicts = {judge(question, "2*(tanh(w*x + b) - y)", 5) for _ in range(3)}
    assert len(verdicts) == 1


@pytest.mark.parametrize("tower", ["exp(exp(exp(exp(exp(exp(exp(x)))))))", "x + exp(exp(exp(exp(exp(exp(x)))))) * 0"])
def test_an_answer_that_cannot_be_evaluated_is_the_answers_own_fault(tower):
    """Undecided is the grader's fault and costs nobody points: a student must not be able to choose it."""
    assert judge(Formula("x**2", ("x",), "x"), tower, 1).kind in ("refused", "different")


def test_too_few_points_leave_an_answer_undecided():
    nowhere = Formula("log(x)", with_respect_to="x", domain={"x": (None, -1)})
    assert judge(nowhere, "1/x", 1).kind == "undecided"


def test_the_domain_limits_what_is_compared():
    question = Formula("sqrt(x**2)", with_respect_to="x", domain={"x": (0, None)})
    assert judge(question, "1", 1).kind == "equal"
    assert judge(by_x("sqrt(x**2)"), "1", 1).kind == "different"


@pytest.mark.parametrize("answer", [None, 3, 2.5, b"2*x", ["2*x"], {"f": "2*x"}, object(), float("nan")])
def test_only_a_string_is_read(answer):
    verdict = judge(Formula("2*x"), answer, 1)
    assert verdict.kind == "refused"
    assert "string" in verdict.message
