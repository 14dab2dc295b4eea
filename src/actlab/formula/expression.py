"""Expressions: immutable, interned trees of words, with constants folded as they are built."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from numbers import Real
from operator import attrgetter
from threading import Lock
from typing import NoReturn, TypeAlias
from weakref import WeakValueDictionary

Number = int | float | Fraction
Operand: TypeAlias = "Expression | Number"


class FormulaError(TypeError):
    """A formula that cannot be built or used as asked."""


class Expression:
    """A word applied to arguments, a constant or a symbol. Equal expressions are the same object."""

    __slots__ = ("__weakref__", "arguments", "name", "value", "word")

    word: str
    arguments: tuple[Expression, ...]
    value: Number  # of a constant; 0 elsewhere
    name: str  # of a symbol; "" elsewhere

    __array_priority__ = 1000  # so that NumPy's numbers, standing on the left, leave the operation to us

    def __add__(self, other: Operand) -> Expression:
        return add(self, other)

    def __radd__(self, other: Operand) -> Expression:
        return add(other, self)

    def __sub__(self, other: Operand) -> Expression:
        return subtract(self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return subtract(other, self)

    def __mul__(self, other: Operand) -> Expression:
        return multiply(self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return multiply(other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return divide(self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return divide(other, self)

    def __pow__(self, exponent: int) -> Expression:
        return power(self, exponent)

    def __neg__(self) -> Expression:
        return negative(self)

    def __abs__(self) -> Expression:
        return apply("absolute", self)

    def __gt__(self, other: Operand) -> Expression:
        return apply("greater", self, other)

    def __ge__(self, other: Operand) -> Expression:
        return apply("greater_equal", self, other)

    def __lt__(self, other: Operand) -> Expression:
        return apply("greater", other, self)

    def __le__(self, other: Operand) -> Expression:
        return apply("greater_equal", other, self)

    def __and__(self, other: Expression) -> Expression:
        return apply("logical_and", self, other)

    def __or__(self, other: Expression) -> Expression:
        return apply("logical_or", self, other)

    def __invert__(self) -> Expression:
        return apply("logical_not", self)

    def __bool__(self) -> NoReturn:
        raise FormulaError(
            "A formula has no truth value. Write where(x > 0, a, b) instead of a if x > 0 else b, "
            "and (x > -1) & (x < 1) instead of -1 < x < 1."
        )

    def __float__(self) -> NoReturn:
        raise FormulaError("A formula is not a number yet. Use the words of actlab.formula instead of math or numpy.")

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise FormulaError(
            "A formula is not an array. Use the words of actlab.formula (exp, tanh, …) instead of numpy's."
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("An expression never changes; build a new one.")

    def __reduce__(self) -> tuple[Callable[..., Expression], tuple[object, ...]]:
        return _intern, (self.word, self.arguments, self.value, self.name)

    def __repr__(self) -> str:
        from actlab.formula.spelling import spell

        return spell(self)

    @property
    def is_constant(self) -> bool:
        """Whether this is a plain number."""
        return self.word == "constant"

    def is_number(self, value: Number) -> bool:
        """Whether this is the plain number `value`."""
        return self.word == "constant" and self.value == value


_meeting = Lock()
_known: WeakValueDictionary[tuple[object, ...], Expression] = WeakValueDictionary()


def _intern(word: str, arguments: tuple[Expression, ...], value: Number, name: str) -> Expression:
    key = (word, tuple(map(id, arguments)), type(value), value, name)
    with _meeting:
        found = _known.get(key)
        if found is None:
            found = object.__new__(Expression)
            for field, content in (("word", word), ("arguments", arguments), ("value", value), ("name", name)):
                object.__setattr__(found, field, content)
            _known[key] = found
    return found


def symbol(name: str) -> Expression:
    """The input or parameter called `name`."""
    return _intern("symbol", (), 0, name)


def constant(value: Number) -> Expression:
    """The number `value`, also one of NumPy's; whole numbers of any type are one and the same constant."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise FormulaError(f"A formula is made of numbers and words, not of {value!r}; write a plain number.")
    if not isinstance(value, int | Fraction):
        value = float(value)
    if math.isnan(value) or math.isinf(value):
        raise FormulaError(f"A formula cannot contain {value}; use where() to choose a branch instead.")
    return _intern("constant", (), int(value) if value == int(value) else value, "")


def as_expression(operand: Operand) -> Expression:
    """`operand` itself, or the constant of a plain number."""
    return operand if isinstance(operand, Expression) else constant(operand)


def apply(word: str, *operands: Operand) -> Expression:
    """The word applied to operands, with no folding."""
    return _intern(word, tuple(as_expression(operand) for operand in operands), 0, "")


def _exact(value: Number) -> Number:
    return Fraction(value) if isinstance(value, int) else value


def _is_exact(expression: Expression) -> bool:
    return expression.is_constant and not isinstance(expression.value, float)


def add(left: Operand, right: Operand) -> Expression:
    """The sum."""
    a, b = as_expression(left), as_expression(right)
    if a.is_constant and b.is_constant:
        return constant(a.value + b.value)
    if a.is_number(0):
        return b
    if b.is_number(0):
        return a
    return subtract(a, b.arguments[0]) if b.word == "negative" else apply("add", a, b)


def subtract(left: Operand, right: Operand) -> Expression:
    """The difference."""
    a, b = as_expression(left), as_expression(right)
    if a.is_constant and b.is_constant:
        return constant(a.value - b.value)
    if a is b:
        return constant(0)
    if a.is_number(0):
        return negative(b)
    if b.is_number(0):
        return a
    return add(a, b.arguments[0]) if b.word == "negative" else apply("subtract", a, b)


def multiply(left: Operand, right: Operand) -> Expression:
    """left * right; a factor 0 makes the product 0, a factor -1 changes its sign."""
    a, b = as_expression(left), as_expression(right)
    if b.is_constant:
        a, b = b, a
    if not a.is_constant:
        return (
            divide(a, b.arguments[1]) if b.word == "divide" and b.arguments[0].is_number(1) else apply("multiply", a, b)
        )
    if b.is_constant:
        return constant(a.value * b.value)
    if a.value == 0:
        return a
    if a.value in (1, -1):
        return b if a.value == 1 else negative(b)
    if b.word == "negative":
        return multiply(constant(-a.value), b.arguments[0])
    if b.word == "multiply" and _is_exact(a) and _is_exact(b.arguments[0]):
        return multiply(constant(a.value * b.arguments[0].value), b.arguments[1])
    return apply("multiply", a, b)


def divide(left: Operand, right: Operand) -> Expression:
    """left / right; whole numbers give exact fractions."""
    a, b = as_expression(left), as_expression(right)
    if b.is_number(0):
        raise FormulaError(f"The formula divides {a!r} by zero; write where() around the case in which it may.")
    if a.is_constant and b.is_constant:
        return constant(_exact(a.value) / _exact(b.value))
    if b.is_number(1) or a.is_number(0):
        return a
    if a.word == "multiply" and b in a.arguments:
        return a.arguments[a.arguments[0] is b]
    return constant(1) if a is b else apply("divide", a, b)


def negative(operand: Operand) -> Expression:
    """The operand with the opposite sign."""
    a = as_expression(operand)
    if a.is_constant:
        return constant(-a.value)
    if a.word == "negative":
        return a.arguments[0]
    if a.word == "subtract":
        return apply("subtract", *reversed(a.arguments))
    if a.word == "multiply" and a.arguments[0].is_constant:
        return multiply(constant(-a.arguments[0].value), a.arguments[1])
    return apply("negative", a)


def power(operand: Operand, exponent: int) -> Expression:
    """operand ** exponent, for whole exponents of at least 0."""
    if not isinstance(exponent, int) or exponent < 0:
        raise FormulaError(
            f"A power has a whole exponent of at least 0, not {exponent!r}; write exp(p * log(x)) or 1 / x."
        )
    a = as_expression(operand)
    if a.is_constant:
        return constant(a.value**exponent)
    return (constant(1), a)[exponent] if exponent < 2 else apply("power", a, constant(exponent))


def where(condition: Expression, yes: Operand, no: Operand) -> Expression:
    """`yes` where the condition holds, `no` elsewhere (also where the condition compares with nan)."""
    if not isinstance(condition, Expression) or condition.word not in CONDITIONS:
        raise FormulaError(f"where() chooses by a comparison such as x > 0, not by {condition!r}.")
    a, b = as_expression(yes), as_expression(no)
    return a if a is b else apply("where", condition, a, b)


CONDITIONS = ("greater", "greater_equal", "logical_and", "logical_or", "logical_not")

FOLDING: Mapping[str, Callable[..., Expression]] = {
    "add": add,
    "subtract": subtract,
    "multiply": multiply,
    "divide": divide,
    "negative": negative,
    "where": where,
    "power": lambda operand, exponent: power(operand, int(exponent.value)),
}


def rebuild(word: str, arguments: tuple[Expression, ...]) -> Expression:
    """The word applied to new arguments, folded again."""
    return FOLDING[word](*arguments) if word in FOLDING else apply(word, *arguments)


def substitute(expression: Expression, replacements: Mapping[str, Expression]) -> Expression:
    """The expression with symbols replaced by name."""
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        if node.word == "symbol":
            done[node] = replacements.get(node.name, node)
        elif node.arguments:
            done[node] = rebuild(node.word, tuple(done[argument] for argument in node.arguments))
        else:
            done[node] = node
    return done[expression]


def walk(
    *roots: Expression, parts: Callable[[Expression], tuple[Expression, ...]] = attrgetter("arguments")
) -> Iterator[Expression]:
    """Every distinct node below the roots, arguments before the words that use them.

    Args:
        roots: Where to start.
        parts: The arguments of a node to go down to.
    """
    seen: set[Expression] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((argument, False) for argument in reversed(parts(node)) if argument not in seen)


@cache
def symbols_of(expression: Expression) -> frozenset[str]:
    """The names of all symbols in the expression."""
    return frozenset(node.name for node in walk(expression) if node.word == "symbol")


def depends_on(expression: Expression, name: str) -> bool:
    """Whether the symbol `name` occurs in the expression."""
    return name in symbols_of(expression)
