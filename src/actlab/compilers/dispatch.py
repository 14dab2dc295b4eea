"""Computes an activation on whatever it is given, importing no framework to find out what that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation
from actlab.compilers import numpy as reference
from actlab.formula import Expression, limit, pullback, symbols_of

Array = npt.NDArray[Any]
FLOATS = ("float16", "float32", "float64")


def compute(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int) -> Any:
    """The values: same kind, shape and dtype as the input."""
    inputs = _inputs(activation, arrays, axis)
    return _finish(_evaluate(activation, activation.formula, inputs, parameters, axis), arrays, inputs)


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """The derivative with respect to each input; a tuple if there are several."""
    inputs = _inputs(activation, arrays, -1)
    results = [
        _finish(_evaluate(activation, slope, inputs, parameters, -1), arrays, inputs) for slope in activation.slopes
    ]
    return results[0] if len(results) == 1 else tuple(results)


def pull_back(
    activation: Activation, arrays: Sequence[Any], upstream: Any, parameters: Mapping[str, Any], axis: int
) -> Any:
    """The gradient of sum(upstream * values) with respect to each input; a tuple if there are several."""
    inputs = _inputs(activation, arrays, axis)
    arriving = _float_array(activation.name, upstream, "upstream")
    if arriving.shape != (expected := np.broadcast_shapes(*(each.shape for each in inputs))):
        raise ValueError(
            f"{activation.name}.pullback got an upstream of shape {arriving.shape}; "
            f"it must have the output's shape {expected}."
        )
    gradients = pullback(activation.formula, activation.inputs)
    values = dict(zip((*activation.inputs, "upstream"), (*inputs, arriving), strict=True))
    results = [_finish(reference.run(each, {**values, **parameters}, axis), arrays, inputs) for each in gradients]
    if len(results) == 1:
        return results[0]
    return tuple(results) if len(arrays) > 1 else np.concatenate(results, axis=axis)


def _inputs(activation: Activation, arrays: Sequence[Any], axis: int) -> list[Array]:
    """The inputs as NumPy arrays, one array split among several inputs."""
    expected = len(activation.inputs)
    given = [_float_array(activation.name, array, "x") for array in arrays]
    if len(given) == 1 and expected > 1:
        return _split(activation, given[0], axis)
    if len(given) != expected:
        raise TypeError(f"{activation.name} takes {' and '.join(activation.inputs)}, but got {len(given)} arrays.")
    return given


def _split(activation: Activation, array: Array, axis: int) -> list[Array]:
    parts = len(activation.inputs)
    if array.ndim == 0 or array.shape[axis] % parts:
        raise ValueError(
            f"{activation.name} splits its input into {parts} equal parts along axis {axis}, "
            f"but the shape is {array.shape}; give {' and '.join(activation.inputs)} as separate arrays."
        )
    return np.split(array, parts, axis=axis)


def _float_array(name: str, value: Any, role: str) -> Array:
    if isinstance(value, bool | int):
        raise TypeError(f"{name} got the whole number {value} as {role}, but works on floats; write {float(value)}.")
    if isinstance(value, float | np.generic | np.ndarray):
        array = np.asarray(value)
        if array.dtype.name in FLOATS:
            return array
        raise TypeError(
            f"{name} got {role} of dtype {array.dtype}, but works on {', '.join(FLOATS)}; write x.astype(np.float32)."
        )
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    raise TypeError(
        f"{name} got {role} of type {kind}, but works on floats and arrays; write np.asarray(x, dtype=np.float32)."
    )


def _evaluate(
    activation: Activation,
    expression: Expression,
    inputs: Sequence[Array],
    parameters: Mapping[str, Any],
    axis: int,
) -> Array:
    """The formula; nan where an input is nan, the limit where one is infinite."""
    shape = np.broadcast_shapes(*(each.shape for each in inputs))
    values = dict(zip(activation.inputs, inputs, strict=True)) | dict(parameters)
    try:
        result = np.broadcast_to(reference.run(expression, values, axis), shape)
    except ValueError as error:
        raise ValueError(
            f"{activation.name} could not broadcast its parameters against an input of shape {shape}: {error}"
        ) from None
    if activation.elementwise and not all(np.isfinite(each).all() for each in inputs):
        result = _mend(activation, expression, inputs, parameters, result)
    return result


def _mend(
    activation: Activation,
    expression: Expression,
    inputs: Sequence[Array],
    parameters: Mapping[str, Any],
    result: Array,
) -> Array:
    names = (*activation.inputs, *parameters)
    doubles = [np.asarray(each, np.float64) for each in (*inputs, *parameters.values(), result)]
    columns = [each.ravel() for each in np.broadcast_arrays(*doubles)]
    states, mended = np.stack(columns[: len(inputs)]), columns[-1].copy()
    unknown = np.isnan(states).any(axis=0)
    mended[unknown] = np.nan
    for place in np.flatnonzero(~unknown & (np.isinf(states).sum(axis=0) == 1)):
        point = {name: float(column[place]) for name, column in zip(names, columns, strict=False)}
        name = next(name for name in activation.inputs if np.isinf(point[name]))
        others = tuple((key, value) for key, value in point.items() if key != name)
        mended[place] = _limit(expression, name, int(np.sign(point[name])), others)
    return mended.reshape(result.shape)


@lru_cache(maxsize=4096)
def _limit(expression: Expression, name: str, side: int, others: tuple[tuple[str, float], ...]) -> float:
    if name not in symbols_of(expression):
        return float(reference.run(expression, {**dict(others), name: 0.0}))
    return limit(expression, name, side, dict(others))


def _finish(result: Array, arrays: Sequence[Any], inputs: Sequence[Array]) -> Any:
    """The result in the kind and dtype of what was given."""
    dtype = np.result_type(*inputs)
    with np.errstate(all="ignore"):
        finished = np.array(result, dtype=dtype)
    if all(isinstance(array, float) and not isinstance(array, np.generic) for array in arrays):
        return float(finished)
    return finished[()] if all(isinstance(array, np.generic) for array in arrays) else finished
