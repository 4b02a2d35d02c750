"""Mistakes as small changes of a syntax tree: what a mutant has in place of one node of a solution.

Each operator takes a node and yields what stands in its place in a mutant; the nodes it is given stay as they are.
After cosmic-ray's and mutmut's operators; those of NumPy are the mistakes of people who learn it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

Operator = Callable[[ast.AST], Iterator[ast.AST]]

_OTHER_SIGN: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.MatMult: ast.Mult,
}  # fmt: skip
_ONE_WAY = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_NEIGHBOUR: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
}  # fmt: skip
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_LOOK_ALIKES = (
    ("max", "maximum"), ("min", "minimum"), ("max", "min"), ("maximum", "minimum"), ("fmax", "fmin"), ("sum", "mean"),
    ("sum", "cumsum"), ("mean", "median"), ("dot", "multiply"), ("matmul", "multiply"), ("zeros_like", "ones_like"),
    ("zeros", "ones"), ("argmax", "argmin"), ("argmax", "max"), ("argsort", "sort"), ("std", "var"), ("any", "all"),
    ("sqrt", "square"), ("exp", "expm1"), ("exp", "exp2"), ("log", "log1p"), ("log", "log2"), ("log10", "log"),
    ("sin", "cos"), ("tanh", "tan"), ("floor", "ceil"), ("greater", "greater_equal"), ("less", "less_equal"),
    ("greater", "less"), ("equal", "not_equal"), ("hstack", "vstack"), ("permutation", "arange"),
    ("standard_normal", "random"), ("normal", "uniform"), ("logaddexp", "logaddexp2"), ("diag", "trace"), ("eye", "ones"),
    ("int64", "float64"), ("intp", "float64"), ("float64", "float32"), ("float64", "int64"), ("add", "subtract"),
    ("prod", "sum"), ("ravel", "squeeze"), ("sign", "abs"), ("append", "extend"),
)  # fmt: skip
_COMMUTATIVE = {
    "maximum", "minimum", "fmax", "fmin", "max", "min", "logaddexp", "logaddexp2", "add", "multiply", "equal", "not_equal",
    "array_equal", "hypot",
}  # fmt: skip
"""Functions of two numbers whose order says nothing."""
_CASTS = {"float": "int", "int": "float", "min": "max", "max": "min", "any": "all", "all": "any", "sum": "max"}


def arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    """``a + b`` → ``a - b``, ``a * b`` → ``a / b``, ``a @ b`` → ``a * b``, and back."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OTHER_SIGN:
        yield ast.BinOp(node.left, _OTHER_SIGN[type(node.op)](), node.right)
    if isinstance(node, ast.AugAssign) and type(node.op) in _OTHER_SIGN:
        yield ast.AugAssign(node.target, _OTHER_SIGN[type(node.op)](), node.value)


def operands_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """``a - b`` → ``b - a``, ``a @ b`` → ``b @ a``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ONE_WAY):
        yield ast.BinOp(node.right, node.op, node.left)


def term_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """``a + b`` → ``a`` and ``b``; so for factors and for the parts of ``and`` and ``or``."""
    if isinstance(node, ast.BinOp):
        yield node.left
        yield ast.UnaryOp(ast.USub(), node.right) if isinstance(node.op, ast.Sub) else node.right
    if isinstance(node, ast.BoolOp):
        yield from node.values


def sign_turned(node: ast.AST) -> Iterator[ast.AST]:
    """``-a`` → ``a``, and a computed value that is returned, assigned or added up gets a minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield node.operand
    if isinstance(node, ast.Return | ast.Assign | ast.AugAssign) and isinstance(node.value, ast.BinOp | ast.Call):
        turned = copy.copy(node)
        turned.value = ast.UnaryOp(ast.USub(), node.value)
        yield turned


def constant_changed(node: ast.AST) -> Iterator[ast.AST]:
    """``0`` → ``1`` and ``-1``, ``0.5`` → ``1.0`` and ``0.25``, ``"m"`` → ``"m_"``, ``True`` → ``False``."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), _number(value - 1))
    elif isinstance(value, float):
        yield from (_number(new) for new in ((1.0, -1.0) if value == 0 else (2 * value, value / 2, 0.0)))
    elif isinstance(value, str):
        yield ast.Constant(value + "_")


def _number(value: float) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def transposed(node: ast.AST) -> Iterator[ast.AST]:
    """``a.T`` → ``a``; ``a @ b`` → ``a.T @ b`` and ``a @ b.T``."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield ast.BinOp(_turned(node.left), node.op, node.right)
        yield ast.BinOp(node.left, node.op, _turned(node.right))


def _turned(value: ast.expr) -> ast.expr:
    is_turned = isinstance(value, ast.Attribute) and value.attr == "T"
    return value.value if is_turned else ast.Attribute(value, "T", ast.Load())  # type: ignore[attr-defined]


def axis_changed(node: ast.AST) -> Iterator[ast.AST]:
    """``axis=0`` → ``axis=1``, and back; or no axis."""
    if isinstance(node, ast.Call):
        for i, keyword in enumerate(node.keywords):
            if keyword.arg == "axis":
                value = getattr(keyword.value, "value", None)
                if isinstance(value, int):
                    yield _with_keyword(node, i, ast.Constant(1 - value))
                yield _without_keyword(node, i)


def keepdims_changed(node: ast.AST) -> Iterator[ast.AST]:
    """``keepdims=True`` → nothing."""
    if isinstance(node, ast.Call):
        yield from (_without_keyword(node, i) for i, k in enumerate(node.keywords) if k.arg == "keepdims")


def keyword_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """``f(x, dtype=float)`` → ``f(x)``; ``strict`` stays, for it changes nothing that a right caller sees."""
    if isinstance(node, ast.Call):
        for i, keyword in enumerate(node.keywords):
            if keyword.arg not in (None, "axis", "keepdims", "strict"):
                yield _without_keyword(node, i)


def _with_keyword(node: ast.Call, i: int, value: ast.expr) -> ast.Call:
    changed = ast.keyword(node.keywords[i].arg, value)
    return ast.Call(node.func, node.args, [*node.keywords[:i], changed, *node.keywords[i + 1 :]])


def _without_keyword(node: ast.Call, i: int) -> ast.Call:
    return ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]])


def arguments_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """``f(a, b)`` → ``f(b, a)``, ``return a, b`` → ``return b, a``, ``a[i, j]`` → ``a[j, i]``."""
    if isinstance(node, ast.Call) and not (_called(node)[0] in _COMMUTATIVE and len(node.args) == 2):
        yield from (ast.Call(node.func, args, node.keywords) for args in _swaps(node.args))
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        yield from (ast.Tuple(elements, node.ctx) for elements in _swaps(node.elts))


def _swaps(items: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for i in range(len(items) - 1):
        yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]


def argument_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """``state.get("v", 0)`` → ``state.get("v")``: a default that the callee has in its place."""
    if isinstance(node, ast.Call) and len(node.args) > 1:
        yield ast.Call(node.func, node.args[:-1], node.keywords)


def off_by_one(node: ast.AST) -> Iterator[ast.AST]:
    """``range(n)`` → ``range(n - 1)``, ``range(n + 1)`` and ``range(1, n)``; so for the bounds of slices and indices."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        for i, bound in enumerate(node.args):
            for new in _shifted(bound):
                yield ast.Call(node.func, [*node.args[:i], new, *node.args[i + 1 :]], [])
        if len(node.args) == 1:
            yield ast.Call(node.func, [ast.Constant(1), *node.args], [])
    if isinstance(node, ast.Slice):
        for bound in filter(None, (node.lower, node.upper)):
            for new in _shifted(bound):
                lower, upper = (new if part is bound else part for part in (node.lower, node.upper))
                yield ast.Slice(lower, upper, node.step)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name | ast.BinOp):
        yield from (ast.Subscript(node.value, new, node.ctx) for new in _shifted(node.slice))


def _shifted(bound: ast.expr) -> Iterator[ast.expr]:
    if not isinstance(bound, ast.Constant):  # those are constant_changed's
        yield ast.BinOp(bound, ast.Add(), ast.Constant(1))
        yield ast.BinOp(bound, ast.Sub(), ast.Constant(1))


def copy_missing(node: ast.AST) -> Iterator[ast.AST]:
    """``x.copy()``, ``np.array(x)``, ``dict(x)``, ``[*x]`` → ``x``; ``w = w - d`` → ``w -= d``."""
    if isinstance(node, ast.Call):
        name, inner = _called(node)
        if name in ("copy", "deepcopy", "array", "asarray", "list", "dict", "tuple", "astype", "asfarray") and inner:
            yield inner
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        target, left = node.targets[0], node.value.left
        is_simple = len(node.targets) == 1 and isinstance(target, ast.Name | ast.Attribute | ast.Subscript)
        if is_simple and ast.dump(_loaded(target)) == ast.dump(left):
            yield ast.AugAssign(target, node.value.op, node.value.right)  # type: ignore[arg-type]


def _loaded(target: ast.expr) -> ast.expr:
    loaded = copy.copy(target)
    if hasattr(loaded, "ctx"):
        loaded.ctx = ast.Load()
    return loaded


def _called(node: ast.Call) -> tuple[str, ast.expr | None]:
    """Return what a call calls, and what is left without it: its receiver, or its first argument."""
    function, first = node.func, node.args[0] if node.args else None
    if isinstance(first, ast.Starred):
        first = None
    if isinstance(function, ast.Attribute):
        is_module = isinstance(function.value, ast.Name) and function.value.id in ("np", "math", "copy", "numpy")
        return function.attr, first if is_module else function.value
    return (function.id, first) if isinstance(function, ast.Name) else ("", None)


def call_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """``np.sqrt(x)`` → ``x``, ``x.ravel()`` → ``x``, ``sigmoid(x)`` → ``x``."""
    if isinstance(node, ast.Call):
        name, inner = _called(node)
        if inner is not None and name not in ("range", "float"):  # a NumPy float is a float
            yield inner


def look_alike(node: ast.AST) -> Iterator[ast.AST]:
    """``np.maximum`` → ``np.max``, ``x.sum()`` → ``x.mean()``, ``np.zeros_like`` → ``np.ones_like`` …"""
    if isinstance(node, ast.Attribute):
        for pair in _LOOK_ALIKES:
            if node.attr in pair:
                yield ast.Attribute(node.value, pair[1 - pair.index(node.attr)], node.ctx)
    if isinstance(node, ast.Name) and node.id in _CASTS and isinstance(node.ctx, ast.Load):
        yield ast.Name(_CASTS[node.id], node.ctx)


def boundary(node: ast.AST) -> Iterator[ast.AST]:
    """``a > b`` → ``a >= b``, and back."""
    yield from _compared(node, _NEIGHBOUR)


def comparison_turned(node: ast.AST) -> Iterator[ast.AST]:
    """``a > b`` → ``a < b``, ``a == b`` → ``a != b``, ``a in b`` → ``a not in b``."""
    yield from _compared(node, _OPPOSITE)


def _compared(node: ast.AST, others: dict[type[ast.cmpop], type[ast.cmpop]]) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in others:
        yield ast.Compare(node.left, [others[type(node.ops[0])]()], node.comparators)


def branch_removed(node: ast.AST) -> Iterator[ast.AST]:
    """``if c: …`` → always or never; so for ``a if c else b``, ``np.where(c, a, b)`` and the ifs of comprehensions."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        for value in (True, False) if not isinstance(node, ast.While) else (False,):
            fixed = copy.copy(node)
            fixed.test = ast.Constant(value)
            yield fixed
    if isinstance(node, ast.Call) and _called(node)[0] == "where" and len(node.args) == 3:
        yield from node.args[1:]
    if isinstance(node, ast.comprehension) and node.ifs:
        yield ast.comprehension(node.target, node.iter, node.ifs[1:], node.is_async)


def logic(node: ast.AST) -> Iterator[ast.AST]:
    """``a and b`` → ``a or b``, ``not a`` → ``a``, ``~a`` → ``a``."""
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield node.operand


def return_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """``return x`` → ``return None``; of several values each one is left out."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))
        if isinstance(node.value, ast.Tuple):
            for i in range(len(node.value.elts)):
                yield ast.Return(ast.Tuple([*node.value.elts[:i], *node.value.elts[i + 1 :]], ast.Load()))


def statement_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """A statement is left out."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.For | ast.Raise | ast.Delete):
        yield ast.Pass()


def loop_control(node: ast.AST) -> Iterator[ast.AST]:
    """``break`` → ``continue``, and back; a loop that runs once."""
    if isinstance(node, ast.Break | ast.Continue):
        yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()
    if isinstance(node, ast.For):
        once = copy.copy(node)
        once.body = [*node.body, ast.Break()]
        yield once


def assignment(node: ast.AST) -> Iterator[ast.AST]:
    """``x += y`` → ``x = y``."""
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=node.lineno)


OPERATORS: dict[str, Operator] = {
    "arithmetic": arithmetic,
    "operands-swapped": operands_swapped,
    "term-dropped": term_dropped,
    "sign-turned": sign_turned,
    "transposed": transposed,
    "axis-changed": axis_changed,
    "keepdims-changed": keepdims_changed,
    "keyword-dropped": keyword_dropped,
    "arguments-swapped": arguments_swapped,
    "argument-dropped": argument_dropped,
    "off-by-one": off_by_one,
    "copy-missing": copy_missing,
    "look-alike": look_alike,
    "boundary": boundary,
    "comparison-turned": comparison_turned,
    "branch-removed": branch_removed,
    "logic": logic,
    "return-dropped": return_dropped,
    "loop-control": loop_control,
    "assignment": assignment,
    "call-dropped": call_dropped,
    "statement-dropped": statement_dropped,
    "constant-changed": constant_changed,
}
"""The operators by the names that equivalents.toml calls them; of two that make the same mutant the first counts."""
