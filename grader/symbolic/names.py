"""Which functions and constants a formula may use, and what to say about the names it may not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

CONSTANTS = {"pi": "pi", "Pi": "pi", "PI": "pi", "e": "e", "E": "e"}

_TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")
_HYPERBOLIC = tuple(name + "h" for name in _TRIGONOMETRIC)
_OF_ONE = (
    *_TRIGONOMETRIC,
    *_HYPERBOLIC,
    *("a" + name for name in _TRIGONOMETRIC + _HYPERBOLIC),
    *("exp", "sqrt", "cbrt", "abs", "sign", "sigmoid", "softplus", "relu", "erf", "erfc", "Phi", "phi"),
    *("log1p", "expm1"),
)
ARITY = dict.fromkeys(_OF_ONE, (1, 1)) | {
    "log": (1, 2),
    "heaviside": (1, 2),
    "max": (1, 20),
    "min": (1, 20),
    "pow": (2, 2),
    "Rational": (2, 2),
    "where": (3, 3),
    "piecewise": (1, 20),
}
ALIASES = {
    **{"arc" + name: "a" + name for name in _TRIGONOMETRIC + _HYPERBOLIC},
    **{"ar" + name: "a" + name for name in _HYPERBOLIC},
    **{"ln": "log", "sgn": "sign", "sigma": "sigmoid", "expit": "sigmoid", "absolute": "abs", "fabs": "abs"},
    **{"maximum": "max", "minimum": "min", "power": "pow"},
}

MODULES = frozenset({"np", "numpy", "math", "sp", "sympy"})
KEYWORDS = frozenset(
    "and as assert async await break class continue def del elif else except finally for from global if import in is "
    "lambda nonlocal not or pass raise return try while with yield exec eval print open".split()
)
QUESTION_BACK = frozenset(
    "diff Diff derivative Derivative D grad gradient Subs limit Limit Integral integrate d dx dy df doit jacobian".split()
)
NOT_NUMBERS = frozenset("nan NaN inf Inf infinity oo zoo None True False I j".split())

GREEK = {
    letter: unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda").replace("symbol", "")
    for letter in "αβγδεζηθικλμνξοπρστυφχψω"
} | {"Φ": "Phi"}


def canonical(name: str) -> str | None:
    """Return the head a function's name stands for, in whatever case it was written, or None if there is none."""
    exact = ALIASES.get(name, name)
    if exact in ARITY:
        return exact
    lower = ALIASES.get(name.lower(), name.lower())
    return lower if lower in ARITY and lower != "phi" else None


def spelled(letter: str) -> str:
    """Return the English name of a Greek letter, and anything else as it is."""
    return GREEK.get(letter, letter)


def unknown_name(name: str, variables: Sequence[str]) -> str:
    """Return the sentence that refuses a name nobody declared."""
    shown = shorten(name)
    if name in KEYWORDS:
        return _keyword(name)
    if name in QUESTION_BACK:
        return f"'{shown}' hands the question back: write out the formula itself, without it."
    if name in NOT_NUMBERS:
        return f"'{shown}' is not a number a formula can use here: write a formula in {listed(variables)}."
    if "_" in name:
        return f"Names with an underscore such as '{shown}' are not read: the variables here are {listed(variables)}."
    return f"'{shown}' is not known here.{_suggestion(name, variables)}"


def listed(words: Iterable[str]) -> str:
    """Return the words as a readable list: ``x``, ``x and y``, ``w, x and b``."""
    *first, last = [*words] or ["numbers alone"]
    return f"{', '.join(first)} and {last}" if first else last


def shorten(text: str) -> str:
    """Return the text cut to what fits a sentence."""
    return text if len(text) <= 30 else text[:29] + "…"


def _keyword(name: str) -> str:
    if name in {"if", "else"}:
        return "'if' and 'else' are not read: write where(condition, a, b)."
    return f"'{name}' is a word of Python, not part of a formula: write the formula alone, such as 2*x."


def _suggestion(name: str, variables: Sequence[str]) -> str:
    for variable in variables:
        if variable.lower() == name.lower():
            return f" Did you mean '{variable}'?"
    product = _as_product(name, variables)
    if product:
        return f" Did you mean '{product}'?"
    known = [*variables, *ARITY, *ALIASES]
    close = get_close_matches(name[:40], known, n=1, cutoff=0.7)
    return f" Did you mean '{close[0]}'?" if close else f" The variables here are {listed(variables)}."


def _as_product(name: str, variables: Sequence[str]) -> str | None:
    for variable in sorted(variables, key=len, reverse=True):
        rest = name.removeprefix(variable)
        if rest != name and rest.isdigit():
            return f"{rest}*{variable}' or '{variable}^{rest}"
        if rest != name and (rest in variables or canonical(rest)):
            return f"{variable}*{rest}"
    return None
