"""Formulas that carry their own ends, as branches for nan and ±inf: for languages that know nothing of limits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import product
from operator import and_, or_

from actlab.catalogue import Activation, Parameter
from actlab.compilers.precision import Precision
from actlab.formula import Expression, constant, depends_on, evaluate, limit, symbol, symbols_of
from actlab.formula.expression import multiply, rebuild, walk, where

LARGEST = {"single": (2 - 2.0**-23) * 2.0**127, "double": (2 - 2.0**-52) * 2.0**1023}
SCALES = (0.5, 1.0, 2.0)  # a limit that is the same for all of them does not depend on a parameter's size


def mended(expression: Expression, activation: Activation, precision: Precision) -> Expression:
    """The formula with its limit where one input is infinite, and nan where an input is nan.

    Only what the plain formula gets wrong is put in. Where a limit depends on the size of a parameter, the plain
    formula stays, which usually gives it. Of a product of two inputs' functions, such as a gate and what it opens, one
    that is 0 makes it 0, also if the other one is infinite.

    Args:
        expression: An elementwise formula of the activation's inputs and parameters.
        activation: Whose inputs and parameters they are.
        precision: The floating-point type in which the formula will be computed.

    >>> from actlab.catalogue import find
    >>> relu = find("relu")
    >>> mended(relu.formula, relu, "single")
    where(x >= x, where(x > 0, x, 0), x)
    """
    largest = constant(LARGEST[precision])
    parts = [_with_limits(each, activation, largest) for each in _factors(expression, activation.inputs)]
    result = reduce(multiply, parts)
    if len(parts) > 1:
        result = where(_closed(parts, activation.inputs, largest), 0, result)
    for name in activation.inputs:
        here = dict.fromkeys(activation.inputs, 1.0) | activation.defaults | {name: math.nan}
        if not math.isnan(evaluate(expression, here)):
            result = where(symbol(name) >= symbol(name), result, symbol(name))
    return result


def whole(expression: Expression, activation: Activation, precision: Precision) -> Expression:
    """The formula with its ends as `mended` gives it, and with branches that let nan through where they can."""
    return mended(keeping_nan(expression, activation), activation, precision)


def keeping_nan(expression: Expression, activation: Activation) -> Expression:
    """The same formula, its branches turned about where that lets nan through without asking for it.

    where(x > 0, x, 0) gives 0 for nan; where(0 >= x, 0, x) is the same otherwise, and gives nan.
    """
    unknown = {**activation.defaults, **dict.fromkeys(activation.inputs, float("nan"))}
    done: dict[Expression, Expression] = {}
    for node in walk(expression):
        parts = tuple(done[part] for part in node.arguments)
        done[node] = rebuild(node.word, parts) if parts else node
        if node.word == "where" and (opposite := _opposite(parts[0])) is not None:
            yes, no = (evaluate(branch, unknown) for branch in parts[1:])
            if yes != yes and no == no:
                done[node] = where(opposite, parts[2], parts[1])
    return done[expression]


def _opposite(condition: Expression) -> Expression | None:
    """The comparison that holds where this one does not, for numbers."""
    if condition.word in ("greater", "greater_equal"):
        a, b = condition.arguments
        return b >= a if condition.word == "greater" else b > a
    return None


def _factors(expression: Expression, inputs: tuple[str, ...]) -> list[Expression]:
    """Factors that depend on one input each, such as a gate and what it opens; the whole if there are none."""
    found: dict[frozenset[str], Expression] = {}
    stack = [expression]
    while stack:
        part = stack.pop()
        names = symbols_of(part) & {*inputs}
        if len(names) > 1 and part.word in ("multiply", "damped"):
            stack += reversed(part.arguments)
        elif len(names) > 1:
            return [expression]
        else:
            found[names] = found[names] * part if names in found else part
    return list(found.values())


def _closed(parts: list[Expression], inputs: tuple[str, ...], largest: Expression) -> Expression:
    """Whether one of the factors is 0 though its input is finite, and no input is nan."""
    zeros = []
    for part in parts:
        found = [symbol(name) for name in inputs if depends_on(part, name) and part is not symbol(name)]
        zeros.append(reduce(and_, (abs(each) <= largest for each in found), _is_zero(part)))
    return reduce(and_, (symbol(name) >= symbol(name) for name in inputs), reduce(or_, zeros))


def _is_zero(x: Expression) -> Expression:
    return (x >= 0) & (x <= 0)


def _with_limits(expression: Expression, activation: Activation, largest: Expression) -> Expression:
    """The formula of one input, with branches at those ends where it does not give its limit."""
    names = [name for name in activation.inputs if depends_on(expression, name)]
    if len(names) != 1:
        return expression
    x, result = symbol(names[0]), expression
    parameters = [each for each in activation.parameters if depends_on(expression, each.name)]
    for side in (1, -1):
        for signs, end in _wrong_ends(expression, names[0], side, parameters):
            condition = x > largest if side > 0 else x < -largest
            for name, sign in signs.items():
                condition &= (symbol(name) * sign > 0) if sign else _is_zero(symbol(name))
            reached = constant(end) if math.isfinite(end) else x if end * side > 0 else -x
            result = where(condition, reached, result)
    return result


def _wrong_ends(
    expression: Expression, name: str, side: int, parameters: list[Parameter]
) -> list[tuple[Mapping[str, int], float]]:
    """The signs of parameters for which the plain formula misses its limit at one end, and that limit."""
    ends = [(signs, *_end(expression, name, side, parameters, signs)) for signs in _patterns(parameters)]
    wrong = [(signs, end) for signs, end, is_right in ends if not is_right]
    if wrong and len({end for _, end, _ in ends}) == 1:
        return [({}, wrong[0][1])]
    for each in parameters:
        wrong = _without(each, wrong)
    return wrong


def _without(
    parameter: Parameter, wrong: list[tuple[Mapping[str, int], float]]
) -> list[tuple[Mapping[str, int], float]]:
    """The same list; where the sign of the parameter changes nothing, it is left out."""
    signs: dict[tuple[tuple[tuple[str, int], ...], float], list[int]] = {}
    for pattern, end in wrong:
        others = tuple((name, sign) for name, sign in pattern.items() if name != parameter.name)
        signs.setdefault((others, end), []).append(pattern[parameter.name])
    return [
        (dict(others) if len(found) == len(_signs(parameter)) else {**dict(others), parameter.name: sign}, end)
        for (others, end), found in signs.items()
        for sign in (found if len(found) < len(_signs(parameter)) else found[:1])
    ]


def _signs(parameter: Parameter) -> tuple[int, ...]:
    """The signs that the parameter may have: 1, -1, or 0 for zero itself."""
    return (1,) if parameter.role != "random" and parameter.low >= 0 else (1, -1, 0)


def _patterns(parameters: list[Parameter]) -> Iterator[Mapping[str, int]]:
    for signs in product(*map(_signs, parameters)):
        yield dict(zip((each.name for each in parameters), signs, strict=True))


def _end(
    expression: Expression, name: str, side: int, parameters: list[Parameter], signs: Mapping[str, int]
) -> tuple[float, bool]:
    """The limit for parameters of these signs, and whether the plain formula gives it, or none is known."""
    limits, plain = set(), set()
    for scale in SCALES:
        values = {each.name: abs(each.default) * scale * signs[each.name] for each in parameters}
        limits.add(limit(expression, name, side, values))
        plain.add(evaluate(expression, {**values, name: side * math.inf}))
    end = limits.pop()
    return end, bool(limits) or math.isnan(end) or plain == {end}
