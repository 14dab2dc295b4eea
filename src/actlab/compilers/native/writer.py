"""From formulas to LLVM's language: the value of each sub-formula at one element, word by word."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actlab.catalogue import Activation
from actlab.compilers import ends
from actlab.compilers.native import words
from actlab.compilers.native.values import PI, Value
from actlab.compilers.precision import Precision
from actlab.formula import Expression, derivative, scaled, symbol, symbols_of
from actlab.formula.expression import Number, walk, where
from actlab.formula.primitives import REDUCTIONS, WORDS, damped, hypot, normal_cdf, sigmoid, softplus, sqrt, tanh

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

_U, _V, _W = symbol("u"), symbol("v"), symbol("w")
_SIGMOID_SLOPE = derivative(sigmoid(_U), "u")
_ROOT = hypot(_U / 2, sqrt(_V) / 2)
_SQUAREPLUS = where(_U > 0, _U / 2 + _ROOT, _V / 4 / (_ROOT - _U / 2))
IDIOMS: Mapping[Expression, Callable[..., Any]] = {  # sub-formulas that are cheaper or more exact as one word
    _U * normal_cdf(_U): words.times_normal_cdf,
    derivative(_U * normal_cdf(_U), "u"): words.normal_gate_slope,
    tanh(softplus(_U)): words.tanh_of_softplus,
    derivative(tanh(_U), "u"): words.sech_squared,
    _SIGMOID_SLOPE: words.sigmoid_slope,
    sigmoid(_U) + _V * _SIGMOID_SLOPE: words.sigmoid_gate_slope,
    sigmoid(_U) + _V * (_SIGMOID_SLOPE * _W): words.sigmoid_gate_slope,
    sigmoid(_U) + _V * damped(_SIGMOID_SLOPE, _W): words.sigmoid_gate_slope,
    derivative(_U * tanh(softplus(_U)), "u"): words.mish_slope,
    tanh(_U) ** 2: words.tanh_squared,
    _SQUAREPLUS: words.squareplus,
    derivative(_SQUAREPLUS, "u"): words.squareplus_slope,
    scaled(derivative(_SQUAREPLUS, "u"), _W): lambda u, v, w: words.squareplus_slope(u, v) * w,
    damped(_U, _V) / _V: lambda u, _: u,
}
UNFAILING = {words.times_normal_cdf, words.normal_gate_slope, words.sigmoid_gate_slope, words.mish_slope}


def whole(formula: Expression, activation: Activation, precision: Precision) -> Expression:
    """The formula with nan and the limits at ±inf put right, where its last word does not reach them by itself."""
    is_plain = symbols_of(formula) <= {*activation.inputs[:1]}
    if is_plain and any(word in UNFAILING for pattern, word in IDIOMS.items() if match(pattern, formula) is not None):
        return formula
    return ends.whole(formula, activation, precision)


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
    for pattern, word in IDIOMS.items():
        found = match(pattern, node)
        if found is not None:
            return word(*(done[found[symbol]] for symbol in (_U, _V, _W) if symbol in found))
    if node.word == "power":
        return words.power(done[node.arguments[0]], int(node.arguments[1].value))
    if node.word not in TABLE:
        raise NotImplementedError(f"Kernels have no word for {node.word}(); add it to compilers/native/words.py.")
    return TABLE[node.word](*(done[argument] for argument in node.arguments))


def match(pattern: Expression, node: Expression) -> dict[Expression, Expression] | None:
    """What stands at the place of each symbol of a pattern; None where the node is of another form."""
    found: dict[Expression, Expression] = {}
    return found if _fits(pattern, node, found) else None


def _fits(pattern: Expression, node: Expression, found: dict[Expression, Expression]) -> bool:
    """Whether the node has the pattern's form; what stands at the symbols' places goes into `found`."""
    if pattern.word == "symbol":
        return found.setdefault(pattern, node) is node
    if pattern.is_constant or pattern.word != node.word:
        return pattern is node
    return all(_fits(*pair, found) for pair in zip(pattern.arguments, node.arguments, strict=True))
