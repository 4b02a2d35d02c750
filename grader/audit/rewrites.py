"""Right answers made by machine: a solution in another form, which must keep all its points.

Some rewrite the text, within solutions and what is given with them; the others leave it and hand out every result in
another form that the course's conventions allow.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator

from grader.course import Chapter

HELP = """
import numpy as np


def _einsum_product(a, b):
    a, b = np.asarray(a), np.asarray(b)
    letters = {(1, 1): "k,k->", (1, 2): "k,kj->j", (2, 1): "ik,k->i", (2, 2): "ik,kj->ij"}
    return np.einsum(letters[a.ndim, b.ndim], a, b) if (a.ndim, b.ndim) in letters else np.matmul(a, b)


def _summed_product(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if max(a.ndim, b.ndim) > 2 or a.shape[-1] != len(b):
        return np.matmul(a, b)
    rows = a if a.ndim == 2 else a[None, :]
    columns = b if b.ndim == 2 else b[:, None]
    total = np.zeros((len(rows), columns.shape[1]))
    for k in range(len(columns)):
        total = total + rows[:, k : k + 1] * columns[k]
    shape = a.shape[:-1] + b.shape[1:]
    return total.reshape(shape) if shape else float(total[0, 0])


def _square(x):
    return x * x
"""
"""What rewritten solutions call."""


class _Rewriter(ast.NodeTransformer):
    """A change of expressions wherever they stand."""

    def __init__(self, change: Callable[[ast.AST], ast.AST | None]) -> None:
        self.change = change

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Change what is inside a node, then the node itself."""
        super().generic_visit(node)
        return self.change(node) or node


def _call(name: str, *arguments: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.Call:
    return ast.Call(ast.parse(name, mode="eval").body, list(arguments), keywords or [])


def _product_by(name: str) -> Callable[[ast.AST], ast.AST | None]:
    def change(node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            return _call(name, node.left, node.right)
        is_dot = (
            isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.dot", "np.matmul") and len(node.args) == 2
        )
        return _call(name, *node.args) if is_dot and isinstance(node, ast.Call) else None

    return change


def _squares(node: ast.AST) -> ast.AST | None:
    is_square = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and ast.unparse(node.right) == "2"
    return _call("_square", node.left) if is_square and isinstance(node, ast.BinOp) else None


_METHODS = ("sum", "mean", "max", "min", "argmax", "ravel", "std", "var", "cumsum", "argsort", "any", "all", "round")


def _functions(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return _call("np.transpose", node.value)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    receiver, name = node.func.value, node.func.attr
    if name in _METHODS and not (isinstance(receiver, ast.Name) and receiver.id in ("np", "math")):
        return _call(f"np.{name}", receiver, *node.args, keywords=node.keywords)
    return None


_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Lt: ast.Gt, ast.LtE: ast.GtE}


def _comparisons(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
        return ast.Compare(node.comparators[0], [_TURNED[type(node.ops[0])]()], [node.left])
    return None


def _factors(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return ast.BinOp(node.right, node.op, node.left)
    return None


class _Factors(_Rewriter):
    """Factors in the other order, but where a class says itself what a product is."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Leave it as it is."""
        return node


def _keywords(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and len(node.keywords) > 1:
        return ast.Call(node.func, node.args, node.keywords[::-1])
    return None


def _assignments(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.AugAssign):
        value = ast.BinOp(ast.parse(ast.unparse(node.target), mode="eval").body, node.op, node.value)
        return ast.Assign([node.target], value, lineno=node.lineno)
    return None


def _branches(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.IfExp):
        return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)
    return None


class _Named(ast.NodeTransformer):
    """``return x`` → ``answer = x; return answer``; a comprehension that is a statement's value becomes a loop."""

    def visit_Return(self, node: ast.Return) -> list[ast.stmt] | ast.Return:
        """Give what is returned a name."""
        if node.value is None:
            return node
        return [*_as_statements("_answer", node.value), ast.Return(ast.Name("_answer", ast.Load()))]

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt] | ast.Assign:
        """Make a loop of a comprehension; its names must be no others of the function."""
        if isinstance(node.value, ast.ListComp):
            made = _as_statements("_made", node.value)
            return [*made, ast.Assign(node.targets, ast.Name("_made", ast.Load()), lineno=node.lineno)]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Leave classes as they are: a name in their body is an attribute."""
        return node


def _as_statements(name: str, value: ast.expr) -> list[ast.stmt]:
    """Return statements that give a name a value, with loops where it is a comprehension of fresh names."""
    target = ast.Name(name, ast.Store())
    if isinstance(value, ast.ListComp):
        inner: list[ast.stmt] = [ast.Expr(_call(f"{name}.append", value.elt))]
        bound = {n.id for g in value.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        renamed = _Renamer({old: f"_each_{old}" for old in bound})
        for generator in reversed(value.generators):
            for test in reversed(generator.ifs):
                inner = [ast.If(test, inner, [])]
            inner = [ast.For(generator.target, generator.iter, inner, [], lineno=0)]
        first = value.generators[0].iter  # is evaluated outside: its names are not those that the loop binds
        loop = renamed.visit(inner[0])
        loop.iter = first
        return [ast.Assign([target], ast.List([], ast.Load()), lineno=0), loop]
    return [ast.Assign([target], value, lineno=0)]


class _Renamer(ast.NodeTransformer):
    """Names by other names."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename one."""
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


class _Locals(ast.NodeTransformer):
    """Functions whose locals have other names, their parameters not."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Rename what a function assigns to; a function that holds others is left alone."""
        inner = [n for n in ast.walk(node) if n is not node]
        if any(isinstance(n, ast.FunctionDef | ast.Global | ast.Nonlocal | ast.Lambda) for n in inner):
            return node
        parameters = {n.arg for n in inner if isinstance(n, ast.arg)}
        stored = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} - parameters
        return _Renamer({name: f"{name}_here" for name in stored}).generic_visit(node)  # type: ignore[return-value]


TEXT: dict[str, Callable[[], ast.NodeTransformer]] = {
    "einsum for products": lambda: _Rewriter(_product_by("_einsum_product")),
    "loops for products": lambda: _Rewriter(_product_by("_summed_product")),
    "products for squares": lambda: _Rewriter(_squares),
    "functions for methods": lambda: _Rewriter(_functions),
    "comparisons turned": lambda: _Rewriter(_comparisons),
    "factors swapped": lambda: _Factors(_factors),
    "keywords in another order": lambda: _Rewriter(_keywords),
    "x = x + y for x += y": lambda: _Rewriter(_assignments),
    "branches turned": lambda: _Rewriter(_branches),
    "loops for comprehensions": _Named,
    "other names": _Locals,
}
"""Rewrites of the text by their names."""

FORMS = {
    "lists for tuples": "list(value) if type(value) is tuple else value",
    "tuples for lists": "_each(value, lambda v: tuple(v) if type(v) is list else v)",
    "NumPy numbers": "_each(value, lambda v: np.float64(v) if type(v) is float else np.int64(v) if type(v) is int else v)",
    "Python numbers": "_each(value, lambda v: v.item() if isinstance(v, np.generic) else v)",
    "arrays without axes": "np.array(value) if isinstance(value, float) else value",
    "arrays for lists of numbers": "_each(value, lambda v: np.array(v) if type(v) is list and v and "
    "all(isinstance(item, float) for item in v) else v)",
    "other memory": "_each(value, lambda v: np.repeat(np.asfortranarray(v), 2, axis=-1)[..., ::2] "
    "if isinstance(v, np.ndarray) and v.ndim else v)",
    "int32 for int64": "_each(value, lambda v: v.astype(np.int32) if isinstance(v, np.ndarray) and v.dtype == np.int64 "
    "else v)",
    "more keys than asked": "{**value, 'note': 0.0} if type(value) is dict else value",
    "objects for functions": "value",
    "formulas in brackets": "_each(value, lambda v: f'(\\n{v} )' if type(v) is str else v)",
    "^ for **": "_each(value, lambda v: v.replace('**', '^') if type(v) is str else v)",
}
"""Other forms of results by their names: an expression of ``value``."""

_WRAPPED = """
import types as _types
import numpy as np

_inside = dict(globals())
for _name, _value in list(_inside.items()):
    if isinstance(_value, _types.FunctionType) and _value.__globals__ is globals():
        _inside[_name] = _types.FunctionType(
            _value.__code__, _inside, _name, _value.__defaults__, _value.__closure__
        )
        _inside[_name].__kwdefaults__ = _value.__kwdefaults__


def _each(value, change):
    if type(value) in (list, tuple):
        return change(type(value)(_each(item, change) for item in value))
    if type(value) is dict:
        return {{key: _each(item, change) for key, item in value.items()}}
    return change(value)


class _Answer:
    def __init__(self, function):
        self.function = function

    def __call__(self, *args, **kwargs):
        value = self.function(*args, **kwargs)
        given = [*args, *kwargs.values()]
        items = [item for argument in given if isinstance(argument, (list, tuple)) for item in argument]
        if any(value is other for other in given + items):
            return value  # what was given is given back as it came
        return {form}


def _function(answer):
    return {function}


for _name in {names!r}:
    globals()[_name] = _function(_Answer(_inside[_name]))
"""


def rewrites(chapter: Chapter, solution: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of every other form of a chapter's solution that differs from it."""
    plain = ast.unparse(ast.parse(solution))
    for name, make in TEXT.items():
        text = ast.unparse(ast.fix_missing_locations(make().visit(ast.parse(solution))))
        if text != plain:
            yield name, text + "\n" + HELP
    formulas = tuple(task.name for task in chapter.tasks if task.formulas)
    functions = tuple(task.name for task in chapter.tasks if task.kind == "function" and not task.formulas)
    for name, form in FORMS.items():
        is_formula = "formulas" in name or "^" in name
        names = formulas if is_formula else functions
        function = "answer" if name == "objects for functions" else "lambda *args, **kwargs: answer(*args, **kwargs)"
        if names:
            yield name, solution + textwrap.dedent(_WRAPPED.format(form=form, function=function, names=names))
