"""Computes an activation on whatever it is given, importing no framework to find out what that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation, Parameter
from actlab.compilers import numpy as reference
from actlab.compilers.infinities import mended
from actlab.formula import Expression, pullback

Array = npt.NDArray[Any]
FLOATS = ("float16", "float32", "float64")


def compute(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int) -> Any:
    """The values: same kind, shape and dtype as the input."""
    inputs, numbers = _inputs(activation, arrays, axis), _numbers(activation, parameters)
    return _finish(_evaluate(activation, activation.formula, inputs, numbers, axis), arrays)


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any]) -> Any:
    """The derivative with respect to each input; a tuple if there are several."""
    inputs, numbers = _inputs(activation, arrays, -1), _numbers(activation, parameters)
    results = [_finish(_evaluate(activation, slope, inputs, numbers, -1), arrays) for slope in activation.slopes]
    return results[0] if len(results) == 1 else tuple(results)


def pull_back(
    activation: Activation, arrays: Sequence[Any], upstream: Any, parameters: Mapping[str, Any], axis: int
) -> Any:
    """The gradient of sum(upstream * values) with respect to each input; a tuple if there are several."""
    inputs, numbers = _inputs(activation, arrays, axis), _numbers(activation, parameters)
    arriving = _float_array(activation.name, upstream, "upstream")
    if arriving.shape != (expected := np.broadcast_shapes(*(each.shape for each in inputs))):
        raise ValueError(
            f"{activation.name}.pullback got an upstream of shape {arriving.shape}; "
            f"it must have the output's shape {expected}."
        )
    shapes = [np.shape(each) for each in (arrays if len(arrays) == len(inputs) else inputs)]
    with np.errstate(all="ignore"):
        gradients = _gradients(activation, inputs, arriving, numbers, axis)
        results = [_finish(_summed(each, shape), arrays) for each, shape in zip(gradients, shapes, strict=True)]
    if len(results) == 1:
        return results[0]
    return tuple(results) if len(arrays) > 1 else np.concatenate(results, axis=axis)


def _gradients(
    activation: Activation, inputs: Sequence[Array], arriving: Array, numbers: Mapping[str, Any], axis: int
) -> list[Array]:
    """The gradient of each input, of the output's shape."""
    if activation.elementwise:  # its slopes know the limits at ±inf
        return [arriving * _evaluate(activation, slope, inputs, numbers, axis) for slope in activation.slopes]
    values = dict(zip((*activation.inputs, "upstream"), (*inputs, arriving), strict=True)) | dict(numbers)
    formulas = pullback(activation.formula, activation.inputs)
    return [_run(activation, each, values, arriving.shape, axis) for each in formulas]


def _summed(gradient: Array, shape: tuple[int, ...]) -> Array:
    """The gradient of an input that was stretched: the sum over all the places where it was used."""
    ahead = gradient.ndim - len(shape)
    stretched = [ahead + k for k, length in enumerate(shape) if length != gradient.shape[ahead + k]]
    return gradient.sum(axis=(*range(ahead), *stretched)).reshape(shape)


def _inputs(activation: Activation, arrays: Sequence[Any], axis: int) -> list[Array]:
    """The inputs as NumPy arrays, one array split among several inputs."""
    expected = len(activation.inputs)
    given = [_float_array(activation.name, array, "x") for array in arrays]
    if len(given) == 1 and expected > 1:
        return _split(activation, given[0], axis)
    if len(given) != expected:
        raise TypeError(f"{activation.name} takes {' and '.join(activation.inputs)}, but got {len(given)} arrays.")
    try:
        together = np.broadcast_arrays(*given)
    except ValueError:
        shapes = " and ".join(str(each.shape) for each in given)
        raise ValueError(f"{activation.name} got inputs of shapes {shapes}; give them one shape.") from None
    if activation.elementwise:
        return given
    if together[0].ndim == 0:
        raise ValueError(f"{activation.name} works along an axis, and one number has none; write np.array([1.0, 2.0]).")
    _check_axis(activation.name, axis, together[0].shape)
    return list(together)


def _split(activation: Activation, array: Array, axis: int) -> list[Array]:
    parts = len(activation.inputs)
    if array.ndim:
        _check_axis(activation.name, axis, array.shape)
    if array.ndim == 0 or array.shape[axis] % parts:
        raise ValueError(
            f"{activation.name} splits its input into {parts} equal parts along axis {axis}, "
            f"but the shape is {array.shape}; give {' and '.join(activation.inputs)} as separate arrays."
        )
    return np.split(array, parts, axis=axis)


def _check_axis(name: str, axis: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(axis, int | np.integer):
        raise TypeError(f"{name} got axis={axis!r}; write one whole number, such as axis=-1.")
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{name} got axis={axis} for the shape {shape}; its axes are {-len(shape)} to {len(shape) - 1}."
        )


def _float_array(name: str, value: Any, role: str) -> Array:
    if isinstance(value, bool | int):
        raise TypeError(f"{name} got the whole number {value} as {role}, but works on floats; write {float(value)}.")
    if _is_masked(value):
        raise TypeError(f"{name} got a masked array as {role} and knows no masks; write x.filled(np.nan).")
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


def _is_masked(value: Any) -> bool:
    """Whether it has a mask; np.ma itself is slow to import."""
    return isinstance(value, np.ndarray) and type(value) is not np.ndarray and isinstance(value, np.ma.MaskedArray)


def _numbers(activation: Activation, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, each inside its domain."""
    for parameter in activation.parameters:
        if (value := parameters[parameter.name]) is not parameter.default:
            _check_parameter(activation.name, parameter, value)
    return dict(parameters)


def _check_parameter(name: str, parameter: Parameter, value: Any) -> None:
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "iuf" or _is_masked(value):
        raise TypeError(
            f"{name} got {parameter.name} of type {type(value).__name__}, but it is a number or an array of numbers; "
            f"write {parameter.name}={parameter.default:g}."
        )
    for extreme in (numbers.min(), numbers.max()) if numbers.size else ():
        parameter.check(float(extreme), name)


def _evaluate(
    activation: Activation, expression: Expression, inputs: Sequence[Array], numbers: Mapping[str, Any], axis: int
) -> Array:
    """The formula; nan where an input is nan, the limit where one is infinite."""
    shape = np.broadcast_shapes(*(each.shape for each in inputs))
    values = dict(zip(activation.inputs, inputs, strict=True)) | dict(numbers)
    result = _run(activation, expression, values, shape, axis)
    if activation.elementwise and not all(np.isfinite(each).all() for each in inputs):
        result = mended(expression, activation.inputs, values, result)
    return result


def _run(
    activation: Activation, expression: Expression, values: Mapping[str, Any], shape: tuple[int, ...], axis: int
) -> Array:
    try:
        return np.broadcast_to(reference.run(expression, values, axis), shape)
    except ValueError as error:
        raise ValueError(
            f"{activation.name} could not broadcast its parameters against an input of shape {shape}: {error}"
        ) from None


def _finish(result: Array, arrays: Sequence[Any]) -> Any:
    """The result in the kind and dtype of what was given; beside arrays, Python's own floats have no dtype."""
    plain = [isinstance(array, float) and not isinstance(array, np.generic) for array in arrays]
    dtypes = [array.dtype for array, is_plain in zip(arrays, plain, strict=True) if not is_plain]
    with np.errstate(all="ignore"):
        finished = np.array(result, dtype=np.result_type(*(dtypes or [np.float64])))
    if all(plain):
        return float(finished)
    return finished[()] if all(isinstance(array, float | np.generic) for array in arrays) else finished
