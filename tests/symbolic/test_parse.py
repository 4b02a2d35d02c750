"""What the formula reader understands, what it refuses, and what it says then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.symbolic import Formula, FormulaRefused, judge, parse_function

UNDERSTOOD = [
    ("2x", "2*x"),
    ("2 x y", "2*x*y"),
    ("x^2", "x**2"),
    ("x²", "x**2"),
    ("x⁻¹", "x**(-1)"),
    ("2^-x", "2**(-x)"),
    ("x^y^2", "x**(y**2)"),
    ("-x^2", "-(x**2)"),
    ("(x+1)(x-1)", "(x+1)*(x-1)"),
    ("x(1-x)", "x*(1-x)"),
    ("2(x)", "2*x"),
    ("sin(x)cos(x)", "sin(x)*cos(x)"),
    ("x sin(x)", "x*sin(x)"),
    ("x²sin(x)", "x**2*sin(x)"),
    ("x^(2)y", "x**2*y"),
    ("e^(x)(1+x)", "exp(1)**x*(1+x)"),
    ("x / 2 * y", "(x/2)*y"),
    ("x - y - 1", "(x-y)-1"),
    ("2*-x", "2*(-x)"),
    ("+x", "x"),
    ("x--y", "x+y"),
    (" x\n +\t y ", "x+y"),
    ("2\u200b*x", "2*x"),
    ("２＊ｘ", "2*x"),
    ("2·x × y", "2*x*y"),
    ("x − y", "x - y"),
    ("x ÷ y", "x/y"),
    ("√(x)", "sqrt(x)"),
    ("√x", "sqrt(x)"),
    ("1/(2√x)", "1/(2*sqrt(x))"),
    ("|x|", "abs(x)"),
    ("2|x|", "2*abs(x)"),
    ("|x - |y||", "abs(x - abs(y))"),
    ("np.exp(x)", "exp(x)"),
    ("numpy.sin(math.pi*x)", "sin(pi*x)"),
    ("sympy.sqrt(x)", "sqrt(x)"),
    ("np.maximum(x, 0)", "max(x, 0)"),
    ("MAX(x, 0) + Min(x, 0)", "max(x, 0) + min(x, 0)"),
    ("Heaviside(x) + HEAVISIDE(x, 0)", "heaviside(x) + heaviside(x)"),
    ("Abs(x)", "abs(x)"),
    ("ln(x)", "log(x)"),
    ("log(x, 2)", "log(x)/log(2)"),
    ("log1p(x)", "log(1 + x)"),
    ("arctan(x) + arcsinh(x)", "atan(x) + asinh(x)"),
    ("pow(x, 3)", "x**3"),
    ("Rational(1, 3)*x", "1/3*x"),
    ("σ(x) + sigma(x)", "2*sigmoid(x)"),
    ("π x", "pi*x"),
    ("e^x", "exp(1)^x"),
    ("E**x", "exp(1)^x"),
    ("2e3x", "2000*x"),
    ("1e-3", "0.001"),
    (".5x", "0.5*x"),
    ("x*2.", "2*x"),
    ("where(x > 0, 1, 0)", "Piecewise((1, x > 0), (0, True))"),
    ("WHERE(x > 0, 1, 0)", "where(x > 0, 1, 0)"),
    ("piecewise((1, x > 0), (0, otherwise))", "where(x > 0, 1, 0)"),
    ("Piecewise((0, x < 0), (1, x < 1), (2, True))", "where(x < 0, 0, where(x < 1, 1, 2))"),
    ("where(0 < x < 1, 1, 0)", "where(0 < x and x < 1, 1, 0)"),
    ("where((x > 0) & (x < 1), 1, 0)", "where(x > 0 and x < 1, 1, 0)"),
    ("where((x < 0) | (x > 1), 1, 0)", "where(x < 0 or x > 1, 1, 0)"),
    ("where(not x > 0, 1, 0)", "where(x <= 0, 1, 0)"),
    ("where(x ≥ 0, 1, 0)", "where(x >= 0, 1, 0)"),
    ("where(x != 0, 1, 0)", "where(x ≠ 0, 1, 0)"),
    ("((((((((((2*x))))))))))", "2*x"),
]

REFUSED = [
    ("", "empty"),
    ("   \n", "empty"),
    ("1/2x", "After the '/' it is unclear"),
    ("1/2(x+1)", "After the '/' it is unclear"),
    ("x/y sin(x)", "After the '/' it is unclear"),
    ("e^2x", "After the '^' it is unclear"),
    ("2x^2y", "After the '^' it is unclear"),
    ("√2x", "After the '√' it is unclear"),
    ("√√x", "write sqrt"),
    ("√", "write sqrt"),
    ("x 2", "missing before the number 2"),
    ("(x)2", "missing before the number 2"),
    ("2e+0*x", "two meanings"),
    ("sin^2(x)", "write sin(x)^2"),
    ("sin x", "write sin(…)"),
    ("exp", "write exp(…)"),
    ("sin(x, y)", "takes 1 value, not 2"),
    ("where(x > 0, 1)", "takes 3 values, not 2"),
    ("where(x, 1, 0)", "condition such as x > 0 is missing"),
    ("max()", "takes 1 to 20 values, not 0"),
    ("Piecewise()", "needs pairs"),
    ("(x > 0)*1", "where(x > 0, 1, 0)"),
    ("2*x > 0", "comparison is not a number"),
    ("2*x == 2*x", "comparison is not a number"),
    ("not x", "condition"),
    ("x and y", "condition"),
    ("y = 2*x", "to the right of it"),
    ("f(x) = 2*x", "to the right of it"),
    ("X", "Did you mean 'x'?"),
    ("2*X", "Did you mean 'x'?"),
    ("xy", "Did you mean 'x*y'?"),
    ("x2", "Did you mean '2*x' or 'x^2'?"),
    ("xsin(x)", "Did you mean 'x*sin'?"),
    ("sine(x)", "Did you mean 'sin'?"),
    ("z", "The variables here are x and y"),
    ("σ", "write sigma(…)"),
    ("diff(x**2, x)", "hands the question back"),
    ("Derivative(x**2, x)", "hands the question back"),
    ("D(x^2)", "hands the question back"),
    ("d/dx(x^2)", "hands the question back"),
    ("f'(x)", "write out the formula"),
    ("x.diff()", "'.' is not read"),
    ("x.__class__", "'.' is not read"),
    ("np.linalg.norm(x)", "not known here"),
    ("np.float64(x)", "not known here"),
    ("os.system(x)", "'.' after 'os'"),
    ("__import__", "underscore"),
    ("w_1", "underscore"),
    ("lambda x: 2*x", "not read"),
    ("x if x > 0 else 0", "where(condition, a, b)"),
    ("import os", "word of Python"),
    ("2*x # half", "Comments"),
    ('"2*x"', "Quotes"),
    ("f'{x}'", "quotes"),
    ("2*x; 3", "one formula"),
    ("[2*x]", "round ones"),
    ("{x}", "round ones"),
    ("\\frac{x}{2}", "LaTeX"),
    ("x!", "factorial"),
    ("factorial(3)", "not known here"),
    ("x % 2", "'%' is not read"),
    ("x // 2", "rounds down"),
    ("2*x, 3*x", "two formulas"),
    ("1,5", "0.5"),
    ("(1,5)", "0.5"),
    ("((x)", "')' is missing"),
    ("x)", "without its '('"),
    ("|x", "'|' is missing"),
    ("x +", "ends too early"),
    ("* x", "cannot stand where it does"),
    ("()", "nothing between"),
    ("2j", "not a number a formula can use"),
    ("nan", "not a number a formula can use"),
    ("oo", "not a number a formula can use"),
    ("True", "not a number a formula can use"),
    ("2*х", "CYRILLIC SMALL LETTER HA that looks like 'x'"),
    ("2*\u202ex", "RIGHT-TO-LEFT OVERRIDE"),
    ("x😀", "GRINNING FACE"),
    ("x\x00", "U+0000"),
    ("ⅷ*x", "SMALL ROMAN NUMERAL EIGHT"),
    ("9**9**9**9", "exponent is too large"),
    ("x**1000000000", "exponent is too large"),
    ("10**400", "too large to be worked out"),
    ("exp(1000)", "too large to be worked out"),
    ("1e400*x", "too large or too small"),
    ("1e-30*x", "too small"),
    ("0." + "3" * 40, "digits is too long"),
    ("x+" * 1000 + "x", "characters; at most 2000"),
    ("+".join(["x"] * 700), "more than 600 parts"),
    ("(" * 80 + "x" + ")" * 80, "nested more than 60 deep"),
    ("-" * 80 + "x", "nested more than 60 deep"),
    ("√" * 600 + "x", "write sqrt"),
    ("not " * 300 + "x", "nested more than 60 deep"),
    ("x" + "/2" * 200, "nested too deeply"),
    ("|" * 300, "nested more than 60 deep"),
]


@pytest.mark.parametrize(("text", "plain"), UNDERSTOOD)
def test_a_notation_means_what_its_plain_form_means(text, plain):
    question = Formula(plain, ("x", "y"), domain={"x": (0.1, 5), "y": (0.1, 5)} if "y" in plain else {})
    assert judge(question, text, 1).kind == "equal"


@pytest.mark.parametrize(("text", "says"), REFUSED, ids=lambda value: ascii(value)[:40])
def test_what_is_not_read_is_refused_with_what_to_write(text, says):
    with pytest.raises(FormulaRefused) as refusal:
        parse_function(text, ("x", "y"))
    message = str(refusal.value)
    assert says in message or says.lower() in message.lower(), message
    assert len(message) < 250
    assert message.endswith((".", "?", "…)"))


@pytest.mark.parametrize(
    "name", ["e", "E", "pi", "sin", "sigma", "lambda", "I", "N", "Q", "S", "D", "beta", "np", "not"]
)
def test_a_declared_variable_wins_over_everything_of_its_name(name):
    question = Formula(f"{name}*x**2", ("x", name), "x")
    assert judge(question, f"2*{name}*x", 1).kind == "equal"
    assert judge(question, "2*x", 1).kind == "different"


def test_euler_is_still_e_where_only_capital_e_is_declared():
    question = Formula("E*x", ("x", "E"), "x")
    assert judge(question, "e", 1).kind == "different"
    assert judge(question, "E", 1).kind == "equal"


def test_a_greek_letter_is_its_declared_name_and_back():
    assert judge(Formula("lambda*x", ("x", "lambda")), "λx", 1).kind == "equal"
    assert judge(Formula("λ*x", ("x", "λ")), "lambda*x", 1).kind == "equal"


def test_a_declared_variable_before_a_bracket_is_a_factor():
    assert judge(Formula("s*(1 - s)", ("s",)), "s(1-s)", 1).kind == "equal"


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    verdict = judge(Formula("2*x"), text, 1)
    assert verdict.message
    assert verdict.kind in ("equal", "different", "rounded", "refused", "undecided")
