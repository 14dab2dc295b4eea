"""From formulas to LLVM's language: the value of each sub-formula at one element, word by word."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actlab.compilers.native import words
from actlab.compilers.native.values import PI, Value
from actlab.formula import Expression, derivative, symbol
from actlab.formula.expression import Number, walk
from actlab.formula.primitives import REDUCTIONS, WORDS, normal_cdf, sech, sigmoid, softplus, tanh

OPERATORS: Mapping[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negative": operator.neg,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "logical_and": operator.and_,
    "logical_or": operator.or_,
    "logical_not": operator.invert,
}
CONSTANTS: Mapping[str, Number] = {"pi": PI}
TABLE: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(words, name) for name in WORDS if name not in (*REDUCTIONS, *OPERATORS, *CONSTANTS)},
    **OPERATORS,
}

_U = symbol("u")
IDIOMS: Mapping[Expression, Callable[..., Any]] = {  # sub-formulas of u that are cheaper or more exact as one word
    _U * normal_cdf(_U): words.times_normal_cdf,
    tanh(softplus(_U)): words.tanh_of_softplus,
    sech(softplus(_U)): words.sech_of_softplus,
    derivative(tanh(_U), "u"): words.sech_squared,
    derivative(sigmoid(_U), "u"): words.sigmoid_slope,
    derivative(tanh(softplus(_U)), "u"): words.tanh_of_softplus_slope,
}


def write(outputs: Sequence[Expression], values: Mapping[str, Value]) -> list[Value]:
    """The values of several formulas that share their sub-formulas; `values` has each symbol's."""
    number = next(iter(values.values())).number
    done: dict[Expression, Any] = {}
    for node in walk(*outputs):
        done[node] = _write_node(node, done, values, number)
    return [number(done[output]) for output in outputs]


def _write_node(
    node: Expression, done: Mapping[Expression, Any], values: Mapping[str, Value], number: Callable[[Number], Value]
) -> Any:
    if node.word == "symbol":
        return values[node.name]
    if node.word == "constant":
        return number(node.value)
    if node.word in CONSTANTS:
        return number(CONSTANTS[node.word])
    if node.word == "power":
        return words.power(done[node.arguments[0]], int(node.arguments[1].value))
    for pattern, word in IDIOMS.items():
        found = _match(pattern, node)
        if found is not None:
            return word(done[found])
    if node.word not in TABLE:
        raise NotImplementedError(f"Kernels have no word for {node.word}(); add it to compilers/native/words.py.")
    return TABLE[node.word](*(done[argument] for argument in node.arguments))


def _match(pattern: Expression, node: Expression) -> Expression | None:
    """What stands at the symbol's place in a pattern; None where the node is of another form."""
    found: set[Expression] = set()
    return found.pop() if _fits(pattern, node, found) and len(found) == 1 else None


def _fits(pattern: Expression, node: Expression, found: set[Expression]) -> bool:
    """Whether the node has the pattern's form; what stands at the symbol's places goes into `found`."""
    if pattern.word == "symbol":
        found.add(node)
        return True
    if pattern.is_constant or pattern.word != node.word:
        return pattern is node
    return all(_fits(*pair, found) for pair in zip(pattern.arguments, node.arguments, strict=True))
