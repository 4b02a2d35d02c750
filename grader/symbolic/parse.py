"""A formula's text read into a tree by a small precedence parser that knows nothing but formulas."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.symbolic import tree
from grader.symbolic.magnitude import check_constants
from grader.symbolic.names import (
    ARITY,
    CONSTANTS,
    KEYWORDS,
    MODULES,
    QUESTION_BACK,
    canonical,
    shorten,
    unknown_name,
)
from grader.symbolic.refusal import FormulaRefused
from grader.symbolic.tokens import ROOT, Token, tokenize
from grader.symbolic.tree import CONDITIONS, RELATIONS, Call, Name, Node, Number, call

MAX_NODES = 600
MAX_DEPTH = 60
MAX_TREE_DEPTH = 100
MAX_EXPONENT_OF_TEN = 300
SMALLEST_NUMBER = Fraction(1, 10**20)

_OR, _AND, _NOT, _RELATION, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_INFIX = {
    **{"or": _OR, "|": _OR, "and": _AND, "&": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT},
    **{"^": _POWER, "**": _POWER},
    **dict.fromkeys(RELATIONS, _RELATION),
}


def parse(text: str, variables: Sequence[str]) -> Node:
    """Return the tree of a formula in the given variables.

    Raises:
        FormulaRefused: the text is no formula, is ambiguous, uses what is not known, or is too large.
    """
    tokens = tokenize(text, variables)
    _refuse_whole(tokens)
    node = _Parser(tokens, variables).whole()
    if tree.depth(node) > MAX_TREE_DEPTH:
        raise FormulaRefused("The formula is nested too deeply: write it with fewer operations inside one another.")
    check_constants(node)
    return node


def _refuse_whole(tokens: Sequence[Token]) -> None:
    texts = [token.text for token in tokens if token.kind != "end"]
    if not texts:
        raise FormulaRefused('The formula is empty: write one, such as "2*x".')
    if "=" in texts:
        raise FormulaRefused("'=' is not part of a formula: write only what stands to the right of it.")


class _Parser:
    """The tokens of one formula and how far they are read."""

    def __init__(self, tokens: Sequence[Token], variables: Sequence[str]) -> None:
        self.tokens = tokens
        self.variables = variables
        self.position = 0
        self.nesting = 0
        self.nodes = 0
        self.bars = 0
        self.clauses = 0
        self.unclear_at: dict[int, str] = {}

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def whole(self) -> Node:
        node = self.expression(0)
        if self.next.text == ",":
            raise FormulaRefused("A comma separates two formulas here: write one (decimals have a point, 0.5).")
        if self.next.kind != "end":
            raise FormulaRefused(self.stray())
        return _value(node)

    def stray(self) -> str:
        """Return the sentence that refuses the next token where nothing may stand."""
        if self.next.kind == "end":
            return "The formula ends too early: something is missing after its last sign."
        if self.next.text == ")":
            return "There is a ')' without its '('."
        if self.next.text in KEYWORDS:
            return unknown_name(self.next.text, self.variables)
        if self.next.text == ".":
            return "The '.' is not read here: write the formula with + - * / ^ only."
        return f"'{shorten(self.next.text)}' cannot stand where it does: check the signs and brackets around it."

    def expression(self, lowest: int) -> Node:
        """Return what stands here, taking in operators that bind at least as tightly as ``lowest``."""
        self.nesting += 1
        if self.nesting > MAX_DEPTH:
            raise FormulaRefused(f"Brackets or signs are nested more than {MAX_DEPTH} deep.")
        node = self.prefix()
        while (binding := self.binding(node)) is not None and binding >= lowest:
            node = self.infix(node, binding)
        self.nesting -= 1
        return node

    def binding(self, left: Node) -> int | None:
        """Return how tightly the next token binds to what is on its left, None where it ends the expression."""
        token = self.next
        if token.text == "|" and (self.bars or not _is_condition(left)):
            return None if self.bars else _PRODUCT
        if token.kind == "sign" and token.text not in "(":
            return _INFIX.get(token.text)
        if token.kind == "name" and token.text not in self.variables and token.text in KEYWORDS:
            return _INFIX.get(token.text)
        return None if token.kind == "end" else _PRODUCT

    def infix(self, left: Node, binding: int) -> Node:
        operator = self.next.text if self.next.text in _INFIX else ""
        if operator == "|" and not _is_condition(left):
            operator = ""
        if not operator:
            self.refuse_unclear_product()
            return self.made("*", *tree.operands(_value(left), "*"), _value(self.expression(_PRODUCT + 1)))
        self.position += 1
        if binding == _POWER:
            return self.raised(left)
        right = self.expression(binding + 1)
        if operator == "/":
            self.unclear_at[self.position] = "the '/'"
        return self.combined(operator, left, right)

    def combined(self, operator: str, left: Node, right: Node) -> Node:
        if operator in RELATIONS:
            return self.compared(operator, left, right)
        if operator in {"or", "|", "and", "&"}:
            head = "or" if operator in {"or", "|"} else "and"
            return self.made(head, _condition(left), _condition(right))
        left, right = _value(left), _value(right)
        if operator == "-":
            operator, right = "+", self.negative(right)
        if operator == "/":
            return self.made("/", left, right)
        return self.made(operator, *tree.operands(left, operator), right)

    def compared(self, operator: str, left: Node, right: Node) -> Node:
        """Return a comparison; ``0 < x < 1`` means both."""
        if isinstance(left, Call) and left.head in RELATIONS:
            return self.made("and", left, self.made(operator, left.args[1], _value(right)))
        return self.made(operator, _value(left), _value(right))

    def raised(self, base: Node) -> Node:
        bracketed = self.next.text == "("
        start = self.position
        exponent = _value(self.expression(_SIGN))
        if not (bracketed and self.closing(start) == self.position - 1):
            self.unclear_at[self.position] = "the '^'"
        return self.made("^", _value(base), exponent)

    def closing(self, opening: int) -> int:
        """Return the position of the bracket that closes the one at ``opening``."""
        level = 0
        for position in range(opening, len(self.tokens)):
            level += {"(": 1, ")": -1}.get(self.tokens[position].text, 0)
            if level == 0:
                return position
        return len(self.tokens)

    def refuse_unclear_product(self) -> None:
        """Refuse ``1/2x``, ``e^2x`` and ``x 2``, which people read in two ways."""
        if sign := self.unclear_at.get(self.position):
            raise FormulaRefused(
                f"After {sign} it is unclear what '{shorten(self.next.text)}' belongs to: "
                "write the '*' and put brackets around what belongs together, as in 1/(2*x)."
            )
        if self.next.kind == "number":
            raise FormulaRefused(f"Something is missing before the number {self.next.text}: write * or ^ there.")

    def prefix(self) -> Node:
        token = self.next
        self.position += 1
        if token.kind == "number":
            return self.counted(_number(token.text))
        if token.kind == "name":
            return self.named(token.text)
        if token.text in ("-", "+"):
            inner = _value(self.expression(_SIGN))
            return self.negative(inner) if token.text == "-" else inner
        if token.text == "(":
            return self.bracketed()
        if token.text == "|":
            return self.barred()
        self.position -= 1
        raise FormulaRefused(self.stray())

    def bracketed(self) -> Node:
        if self.next.text == ")":
            raise FormulaRefused("There is nothing between '(' and ')'.")
        bars, self.bars = self.bars, 0
        node = self.expression(0)
        self.bars = bars
        self.expect(")")
        return node

    def barred(self) -> Node:
        self.bars += 1
        node = self.made("abs", _value(self.expression(_SUM)))
        self.bars -= 1
        self.expect("|")
        return node

    def expect(self, text: str) -> None:
        if self.next.text != text:
            raise FormulaRefused(self.missing(text))
        self.position += 1

    def missing(self, text: str) -> str:
        if self.next.text == ",":
            return "A comma stands between brackets where one formula is asked (decimals have a point, 0.5)."
        if self.next.kind == "end":
            return f"A '{text}' is missing at the end."
        return f"'{shorten(self.next.text)}' stands where a '{text}' was expected."

    def named(self, name: str) -> Node:
        if name in self.variables:
            return self.counted(Name(name))
        if name == ROOT:
            return self.rooted()
        if self.next.text == ".":
            return self.qualified(name)
        if name == "not":
            return self.made("not", _condition(self.expression(_NOT)))
        if name in ("True", "False", "otherwise") and self.clauses:
            return self.counted(call("false" if name == "False" else "true"))
        if name in CONSTANTS and self.next.text != "(":
            return self.counted(call(CONSTANTS[name]))
        head = None if name in KEYWORDS or name in QUESTION_BACK else canonical(name)
        if head is None and name in CONSTANTS:
            return self.counted(call(CONSTANTS[name]))
        if head is None:
            raise FormulaRefused(unknown_name(name, self.variables))
        return self.applied(head, name)

    def rooted(self) -> Node:
        """Return ``√x``, which reaches over one number, name or bracket only."""
        bracketed = self.next.text == "("
        if (not bracketed and self.next.kind not in ("number", "name")) or self.next.text == ROOT:
            raise FormulaRefused("After '√' a number, a name or a bracket is missing: write sqrt(…).")
        inner = _value(self.prefix())
        if not bracketed:
            self.unclear_at[self.position] = "the '√'"
        return self.made("sqrt", inner)

    def qualified(self, module: str) -> Node:
        """Return what ``np.name`` means; any other dot is refused."""
        name = self.tokens[self.position + 1]
        if module not in MODULES or name.kind != "name":
            raise FormulaRefused(
                f"The '.' after '{shorten(module)}' is not read: write the formula with + - * / ^ only."
            )
        self.position += 2
        if self.next.text == "." or name.text in self.variables:
            raise FormulaRefused(f"'{module}.{shorten(name.text)}' is not known here.")
        return self.named(name.text)

    def applied(self, head: str, name: str) -> Node:
        if self.next.text != "(":
            raise FormulaRefused(_without_brackets(name, self.next.text))
        self.position += 1
        bars, self.bars = self.bars, 0
        args = self.pieces() if head == "piecewise" else self.arguments(conditions=head == "where")
        self.bars = bars
        self.expect(")")
        fewest, most = ARITY[head]
        if head != "piecewise" and not fewest <= len(args) <= most:
            raise FormulaRefused(_wrong_count(name, fewest, most, len(args)))
        return self.meaning(head, args)

    def arguments(self, conditions: bool = False) -> list[Node]:
        """Return the formulas up to the closing bracket; the first may be a condition in ``where``."""
        args: list[Node] = []
        while self.next.text != ")":
            if args:
                self.expect(",")
            args.append(self.condition() if conditions and not args else _value(self.expression(0)))
        return args

    def condition(self) -> Node:
        self.clauses += 1
        node = _condition(self.expression(0))
        self.clauses -= 1
        return node

    def pieces(self) -> list[Node]:
        """Return condition, value, condition, value, … of a Piecewise with its pairs (value, condition)."""
        args: list[Node] = []
        while self.next.text != ")":
            if args:
                self.expect(",")
            self.expect("(")
            value = _value(self.expression(0))
            self.expect(",")
            args += [self.condition(), value]
            self.expect(")")
        if not args:
            raise FormulaRefused("Piecewise needs pairs: Piecewise((a, x > 0), (b, True)).")
        return args

    def meaning(self, head: str, args: list[Node]) -> Node:
        """Return the call, with the functions that others express written by those."""
        match head, args:
            case "log", [inner, base]:
                return self.made("/", self.made("log", inner), self.made("log", base))
            case "log1p", [inner]:
                return self.made("log", self.made("+", tree.ONE, inner))
            case "expm1", [inner]:
                return self.made("+", self.made("exp", inner), tree.number(-1))
            case "pow", [base, exponent]:
                return self.made("^", base, exponent)
            case "Rational", [top, bottom]:
                return self.made("/", top, bottom)
            case "heaviside", [inner, _]:
                return self.made("heaviside", inner)
            case "piecewise", _:
                return self.made("where", *args)
            case (("max" | "min"), [only]):
                return only
        return self.made(head, *args)

    def negative(self, node: Node) -> Node:
        if isinstance(node, Number):
            return Number(-node.value, node.unit)
        return self.made("neg", node)

    def made(self, head: str, *args: Node) -> Node:
        return self.counted(call(head, *args))

    def counted(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise FormulaRefused(f"The formula has more than {MAX_NODES} parts: write a shorter one.")
        return node


def _number(text: str) -> Node:
    mantissa, _, exponent = text.lower().partition("e")
    if abs(int(exponent or 0)) > MAX_EXPONENT_OF_TEN:
        raise FormulaRefused(f"The number {text} is too large or too small to be read.")
    value = Fraction(mantissa) * Fraction(10) ** int(exponent or 0)
    if 0 < value < SMALLEST_NUMBER:
        raise FormulaRefused(f"The number {text} is too small to be told from 0.")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return Number(value, Fraction(10) ** -places if "." in text or exponent else None)


def _is_condition(node: Node) -> bool:
    return isinstance(node, Call) and node.head in CONDITIONS


def _value(node: Node) -> Node:
    if _is_condition(node):
        raise FormulaRefused("A comparison is not a number: write where(condition, a, b), such as where(x > 0, 1, 0).")
    return node


def _condition(node: Node) -> Node:
    if not _is_condition(node):
        raise FormulaRefused("A condition such as x > 0 is missing: write where(x > 0, a, b).")
    return node


def _without_brackets(name: str, following: str) -> str:
    if following in ("^", "**"):
        return f"'{name}^…' has two meanings: write {name}(x)^2 for the square, or the name of the inverse function."
    return f"'{name}' needs brackets around what it is taken of: write {name}(…)."


def _wrong_count(name: str, fewest: int, most: int, got: int) -> str:
    asked = str(fewest) if fewest == most else f"{fewest} to {most}"
    return f"{name}(…) takes {asked} {'value' if asked == '1' else 'values'}, not {got}."
