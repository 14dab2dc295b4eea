"""The same choices without Where, which costs onnxruntime as much as 50 sums: by Max, Min, and products of 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation, Parameter
from actlab.compilers import numpy as reference
from actlab.formula import Expression, depends_on, substitute, symbol, symbols_of
from actlab.formula.expression import apply, rebuild, walk
from actlab.formula.primitives import maximum, minimum

Array = npt.NDArray[Any]
Columns = Mapping[str, Array]

SIZES = (0.0, 1e-30, 1e-3, 0.1, 0.3, 0.6, 1.0, 2.0, 5.0, 12.0, 30.0, 80.0, 100.0, 700.0, 1e4, 1e10, 1e19, 1e30)
SCALES = (1.0, 0.5, 2.0, 0.0, -1.0)  # times a parameter's default


def continued(formula: Expression, activation: Activation, dtype: type[np.floating]) -> Expression:
    """Branches that meet become sums of what is cut off: where(x > 0, x, f(x)) is max(x, 0) + f(min(x, 0)).

    That asks for f(0) = 0; where one branch is a number, they may meet at any height.

    >>> from actlab.catalogue import find
    >>> continued(find("relu6").formula, find("relu6"), np.float32)
    minimum(maximum(x, 0), 6)
    """
    columns = _columns(activation, dtype)
    return _rewritten(formula, lambda node: _meeting(node, activation, columns))


def multiplied(formula: Expression, activation: Activation, dtype: type[np.floating]) -> Expression:
    """Choices between numbers that stay finite become sums of products with 0 and 1.

    The formula may contain `mask`, a condition as a number, then: a word that only ONNX has.
    """
    columns = _columns(activation, dtype)
    values: dict[Expression, Array] = {}
    _evaluate(formula, columns, values)
    done: dict[Expression, Expression] = {}
    for node in walk(formula):
        parts = tuple(done[part] for part in node.arguments)
        done[node] = _chosen(node, parts, values) if node.word == "where" else _again(node, parts)
    return done[formula]


def _again(node: Expression, parts: tuple[Expression, ...]) -> Expression:
    return rebuild(node.word, parts) if parts else node


def _rewritten(formula: Expression, rewrite: Callable[[Expression], Expression]) -> Expression:
    done: dict[Expression, Expression] = {}
    for node in walk(formula):
        done[node] = rewrite(_again(node, tuple(done[part] for part in node.arguments)))
    return done[formula]


def cut_off(formula: Expression) -> Expression:
    """where(a > b, a, b) becomes maximum(a, b), and so for the minimum."""
    return _rewritten(formula, _cut)


def _cut(node: Expression) -> Expression:
    if node.word != "where" or node.arguments[0].word not in ("greater", "greater_equal"):
        return node
    condition, yes, no = node.arguments
    if (yes, no) == condition.arguments:
        return maximum(yes, no)
    return minimum(yes, no) if (no, yes) == condition.arguments else node


def _meeting(node: Expression, activation: Activation, columns: Columns) -> Expression:
    """One choice between what is right and what is left of a number, as a sum."""
    if node.word != "where" or node.arguments[0].word not in ("greater", "greater_equal"):
        return node
    condition, right, left = node.arguments
    x, at = condition.arguments
    if x.word != "symbol" or x.name not in activation.inputs:
        x, at, right, left = at, x, left, right
    if x.word != "symbol" or x.name not in activation.inputs or symbols_of(at) & {*activation.inputs}:
        return node
    above, below = (substitute(each, {x.name: at}) for each in (right, left))
    height = _evaluate(above, columns, {})
    if not np.all(height == _evaluate(below, columns, {})) or not np.isfinite(height).all():
        return node
    upper, lower = substitute(right, {x.name: maximum(x, at)}), substitute(left, {x.name: minimum(x, at)})
    if not depends_on(left, x.name):
        return upper
    if not depends_on(right, x.name):
        return lower
    return node if np.any(height) else upper + lower


def _chosen(node: Expression, parts: tuple[Expression, ...], values: Mapping[Expression, Array]) -> Expression:
    condition, yes, no = parts
    if yes.is_constant and no.is_constant and not (yes.is_number(1) and no.is_number(0)):
        return rebuild("where", parts)  # quick enough
    held, taken, other = (values[part] for part in node.arguments)
    first, second = _calm(yes, taken, held), _calm(no, other, ~held)
    if first is None or second is None:
        return rebuild("where", parts)
    mask = apply("mask", condition)
    return mask * first + (1 - mask) * second if not second.is_number(0) else mask * first


def _calm(branch: Expression, values: Array, taken: Array) -> Expression | None:
    """The branch where 0 times it is 0 whenever it is not taken: as it is, clipped, or None if neither will do."""
    values, taken = np.broadcast_arrays(values, taken)
    if np.isfinite(values[~taken]).all():
        return branch
    if np.isnan(values[~taken]).any() or not np.isfinite(values[taken]).all():
        return None
    largest = float(np.finfo(values.dtype).max)
    return minimum(maximum(branch, -largest), largest)


def _columns(activation: Activation, dtype: type[np.floating]) -> Columns:
    """Every combination of inputs of all sizes, to infinity, and some parameters."""
    sizes = np.array([*SIZES, np.finfo(dtype).max, np.inf], dtype)
    tried = {name: np.unique(np.concatenate([-sizes, sizes])) for name in activation.inputs}
    tried |= {each.name: _tried(each, dtype) for each in activation.parameters}
    points = np.array(list(product(*tried.values())), dtype).T
    return dict(zip(tried, points, strict=True))


def _tried(parameter: Parameter, dtype: type[np.floating]) -> Array:
    values = [parameter.default * scale for scale in SCALES]
    within = [value for value in values if parameter.role == "random" or parameter.low < value < parameter.high]
    return np.array(within, dtype)


def _evaluate(formula: Expression, columns: Columns, values: dict[Expression, Array]) -> Array:
    """The value of the formula, and in `values` of every part, computed in the dtype of the columns."""
    number = next(iter(columns.values())).dtype.type
    with np.errstate(all="ignore"):
        for node in walk(formula):
            if node.word == "symbol":
                values[node] = columns[node.name]
            elif node.word == "constant":
                values[node] = number(float(node.value))
            else:
                values[node] = _word(node)(*(values[part] for part in node.arguments))
    return values[formula]


def _word(node: Expression) -> Callable[..., Array]:
    if node.word == "round":
        return np.round
    if node.word == "power":
        return lambda base, exponent: base ** int(exponent)
    names = tuple(f"x{place}" for place in range(len(node.arguments)))
    return reference.compiled(apply(node.word, *map(symbol, names)), names)
