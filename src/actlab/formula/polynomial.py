"""Sums of products in normal form: cancels terms that would otherwise cancel digits."""

from __future__ import annotations

from fractions import Fraction

from actlab.formula.expression import Expression, Number, constant, power

Monomial = tuple[tuple[Expression, int], ...]
Polynomial = dict[Monomial, Number]
MOST_TERMS = 24


class _TooLargeError(Exception):
    pass


def expand(expression: Expression) -> Expression | None:
    """A simpler equal expression if expanding makes at least one term cancel, else None."""
    try:
        before, polynomial = _terms(expression)
    except _TooLargeError:
        return None
    if len(polynomial) >= before:
        return None
    return sum((_product(monomial, factor) for monomial, factor in polynomial.items()), start=constant(0))


def _terms(expression: Expression) -> tuple[int, Polynomial]:
    """How many terms the expanded sum had before like terms met, and the terms that are left."""
    word, parts = expression.word, expression.arguments
    if word == "constant":
        return int(expression.value != 0), {(): expression.value} if expression.value else {}
    if word in ("add", "subtract"):
        (left_count, left), (right_count, right) = _terms(parts[0]), _terms(parts[1])
        return left_count + right_count, _combine(left, right, 1 if word == "add" else -1)
    if word == "negative":
        count, polynomial = _terms(parts[0])
        return count, {monomial: -factor for monomial, factor in polynomial.items()}
    if word == "multiply":
        (left_count, left), (right_count, right) = _terms(parts[0]), _terms(parts[1])
        return left_count * right_count, _multiply(left, right)
    if word == "absolute":  # |u| = u * sign(u), so that |x| meets the x * sign(x) of its derivative
        from actlab.formula.primitives import sign

        return 1, {_monomial({parts[0]: 1, sign(parts[0]): 1}): 1}
    return 1, {((expression, 1),): 1}


def _combine(left: Polynomial, right: Polynomial, factor: int) -> Polynomial:
    result = dict(left)
    for monomial, value in right.items():
        result[monomial] = result.get(monomial, 0) + factor * value
    return {monomial: value for monomial, value in result.items() if value != 0}


def _multiply(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > MOST_TERMS:
        raise _TooLargeError
    result: Polynomial = {}
    for a, x in left.items():
        for b, y in right.items():
            powers = dict(a)
            for factor, exponent in b:
                powers[factor] = powers.get(factor, 0) + exponent
            result = _combine(result, {_monomial(powers): Fraction(x) * Fraction(y)}, 1)
    return result


def _monomial(powers: dict[Expression, int]) -> Monomial:
    return tuple(sorted(powers.items(), key=lambda item: (repr(item[0]), item[1])))


def _product(monomial: Monomial, factor: Number) -> Expression:
    product = constant(factor)
    for base, exponent in monomial:
        product = product * power(base, exponent)
    return product
