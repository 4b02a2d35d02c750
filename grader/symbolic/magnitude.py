"""How large the constants of a formula are, found before anything is computed exactly."""

from __future__ import annotations

import math
from collections.abc import Callable

from grader.symbolic.refusal import FormulaRefused
from grader.symbolic.tree import Call, Name, Node, Number

LARGEST_EXPONENT = 10_000
_TOO_LARGE = "A number in the formula is too large to be worked out: write it with smaller numbers."
_OF_FLOATS: dict[str, Callable[..., float]] = {
    **{"+": lambda *terms: math.fsum(terms), "*": lambda *factors: math.prod(factors)},
    **{"/": lambda top, bottom: top / bottom, "^": math.pow, "neg": lambda value: -value},
    **{"exp": math.exp, "sinh": math.sinh, "cosh": math.cosh, "sqrt": math.sqrt, "log": math.log, "abs": abs},
    **{"pi": lambda: math.pi, "e": lambda: math.e, "max": max, "min": min, "tan": math.tan},
}


def check_constants(node: Node) -> None:
    """Refuse a formula with a constant beyond a float's range or a constant exponent beyond 10,000.

    Raises:
        FormulaRefused: as said.
    """
    _size(node)


def _size(node: Node) -> float | None:
    """Return the value of a constant as a float, None where it is not constant or has no real value."""
    if isinstance(node, Number):
        return float(node.value)
    if isinstance(node, Name):
        return None
    sizes = [_size(child) for child in node.args]
    _check_exponent(node, sizes)
    known = [size for size in sizes if size is not None]
    return _computed(node, known) if len(known) == len(sizes) else None


def _check_exponent(node: Call, sizes: list[float | None]) -> None:
    exponent = sizes[1] if node.head == "^" else None
    if exponent is not None and abs(exponent) > LARGEST_EXPONENT:
        raise FormulaRefused(f"The exponent is too large: at most {LARGEST_EXPONENT:,} is read.")


def _computed(node: Call, sizes: list[float]) -> float | None:
    function = _OF_FLOATS.get(node.head)
    if function is None:
        return None
    try:
        value = function(*sizes)
    except OverflowError:
        raise FormulaRefused(_TOO_LARGE) from None
    except (ValueError, ZeroDivisionError):
        return None
    if math.isinf(value):
        raise FormulaRefused(_TOO_LARGE)
    return value
