"""What comes in as NumPy arrays: floats that kernels take, or a sentence that says what to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation, Parameter

Array = npt.NDArray[Any]
DTYPES = ("float16", "bfloat16", "float32", "float64")
FLOATS = float, np.generic, np.ndarray
ASARRAY = "np.asarray({}, dtype=np.float32)"


def inputs_of(activation: Activation, arrays: Sequence[Any], axis: int) -> list[Array]:
    """The inputs as NumPy arrays, one array split among several inputs."""
    expected = len(activation.inputs)
    given = [float_array(activation.name, array, "x") for array in arrays]
    if len(given) == 1 and expected > 1:
        check_split(activation.name, activation.inputs, given[0].shape, axis)
        return parts_of(given[0], expected, axis)
    if len(given) != expected:
        raise TypeError(f"{activation.name} takes {' and '.join(activation.inputs)}, but got {len(given)} arrays.")
    try:
        shape = shape_of(given)
    except ValueError:
        shapes = " and ".join(str(each.shape) for each in given)
        raise ValueError(f"{activation.name} got inputs of shapes {shapes}; give them one shape.") from None
    if not activation.elementwise and not shape:
        raise ValueError(f"{activation.name} works along an axis, and one number has none; write np.array([1.0, 2.0]).")
    if axis != -1 or not activation.elementwise:  # one number too has the axis that nobody asked for
        check_axis(activation.name, axis, shape)
    return given


def parts_of(array: Array, count: int, axis: int) -> list[Array]:
    """Views of equal parts along the axis."""
    width = array.shape[axis] // count
    ahead = (slice(None),) * (axis % array.ndim)
    return [array[(*ahead, slice(k * width, (k + 1) * width))] for k in range(count)]


def shape_of(arrays: Sequence[Array]) -> tuple[int, ...]:
    """The shape that arrays have together."""
    shapes = {each.shape for each in arrays}
    return shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)


def check_split(name: str, inputs: Sequence[str], shape: Sequence[int], axis: Any, kind: str = "arrays") -> None:
    """Raise unless one array of this shape can be split into equal parts along the axis, one for each input."""
    if shape:
        check_axis(name, axis, shape)
    if not shape or shape[axis] % len(inputs):
        raise ValueError(
            f"{name} splits its input into {len(inputs)} equal parts along axis {axis}, "
            f"but the shape is {tuple(shape)}; give {' and '.join(inputs)} as separate {kind}."
        )


def check_axis(name: str, axis: Any, shape: Sequence[int]) -> None:
    """Raise unless an array of this shape has this axis."""
    if not isinstance(axis, int | np.integer) or isinstance(axis, bool):
        raise TypeError(f"{name} got axis={axis!r}; write one whole number, such as axis=-1.")
    if not shape:
        raise ValueError(f"{name} got axis={axis} for one number, which has no axis; leave axis away.")
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{name} got axis={axis} for the shape {tuple(shape)}; its axes are {-len(shape)} to {len(shape) - 1}."
        )


def float_array(name: str, value: Any, role: str) -> Array:
    """The value as an array that kernels take."""
    if type(value) is np.ndarray and is_plain(value.dtype):
        return value
    if isinstance(value, bool | int):
        raise TypeError(f"{name} got the whole number {value} as {role}, but works on floats; write {float(value)}.")
    if _is_masked(value):
        raise TypeError(f"{name} got a masked array as {role} and knows no masks; write {role}.filled(np.nan).")
    if isinstance(value, FLOATS):
        array = np.asarray(value)
        if name_of(array.dtype) in DTYPES:
            return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        raise TypeError(
            f"{name} got {role} of dtype {array.dtype}, but works on {', '.join(DTYPES)}; "
            f"write {_as_floats(array.dtype, role)}."
        )
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    advice = {complex: f"{role}.real or abs({role})", str: f"float({role})"}.get(type(value), ASARRAY.format(role))
    raise TypeError(f"{name} got {role} of type {kind}, but works on floats and arrays; write {advice}.")


def _as_floats(dtype: np.dtype[Any], role: str) -> str:
    """How to make floats of such an array without losing more than need be."""
    if dtype.kind == "c":
        return f"{role}.real or abs({role})"
    if dtype.kind in "biuf":
        return f"{role}.astype(np.{'float32' if dtype.itemsize < 4 else 'float64'})"
    if dtype.kind == "V" and dtype.names is None and "float" in dtype.name:  # the eight bits of ml_dtypes
        return f"{role}.astype(np.float32)"
    return "an array of numbers, such as np.array([1.0, 2.0])"


def _is_masked(value: Any) -> bool:
    """Whether it has a mask; np.ma itself is slow to import."""
    return isinstance(value, np.ndarray) and type(value) is not np.ndarray and isinstance(value, np.ma.MaskedArray)


def targets_of(
    activation: Activation, out: Any, dtype: np.dtype[Any], shape: tuple[int, ...], count: int
) -> tuple[Array, ...]:
    """The arrays that results go into."""
    given = out if isinstance(out, tuple) else (out,)
    if len(given) != count:
        raise ValueError(f"{activation.name} has {count} results here, but out has {len(given)} arrays; give one each.")
    for each in given:
        if _is_masked(each):
            raise ValueError(f"{activation.name} got a masked array as out; write out=np.empty({shape}, np.{dtype}).")
        if not isinstance(each, np.ndarray) or each.dtype != dtype or each.shape != shape:
            came = f"{each.dtype} of shape {each.shape}" if isinstance(each, np.ndarray) else type(each).__name__
            raise ValueError(
                f"{activation.name} got out={came}, but its result is {dtype} of shape {shape}; "
                f"write out=np.empty({shape}, np.{dtype})."
            )
        if not each.flags.writeable:
            raise ValueError(f"{activation.name} got a read-only out; write out=np.empty_like(x).")
    return given


def numbers_of(
    activation: Activation, parameters: Mapping[str, Any], dtype: np.dtype[Any], shape: tuple[int, ...], axis: int
) -> list[Array]:
    """The parameters, each inside its domain, in the kind of number that is computed in."""
    kind = computed(dtype)
    numbers = []
    for parameter in activation.parameters:
        given = parameters[parameter.name]
        number = given if given is parameter.default else checked_parameter(activation.name, parameter, given)
        converted = in_range(activation.name, parameter, number, kind)
        if converted.ndim:
            _check_shape(activation, parameter.name, converted.shape, shape, axis)
            converted = converted if activation.elementwise else _along(converted, shape, axis)
        numbers.append(converted)
    return numbers


def in_range(
    name: str,
    parameter: Parameter,
    number: Any,
    kind: type[np.floating[Any]],
    advice: str = "x.astype(np.float64)",
) -> Array:
    """The parameter's numbers as this kind, whose range may be too small for them."""
    with np.errstate(all="ignore"):
        converted = np.asarray(number, kind)
    if kind is not np.float64 and number is not parameter.default:
        try:
            _check_domain(name, parameter, converted)
        except ValueError:
            raise ValueError(
                f"{name} got {parameter.name}={number}, for which {kind.__name__} has no room; write {advice}."
            ) from None
    return converted


def _check_shape(
    activation: Activation, parameter: str, given: tuple[int, ...], shape: tuple[int, ...], axis: int
) -> None:
    """Raise unless the parameter broadcasts to the input's shape, and stays the same along an axis of sums."""
    ahead = len(shape) - len(given)
    if ahead < 0 or any(own not in (1, whole) for own, whole in zip(given, shape[ahead:], strict=True)):
        raise ValueError(
            f"{activation.name} could not broadcast {parameter} of shape {given} against an input of shape {shape}; "
            f"give one number, or one for each element of the last axis."
        )
    along = axis % len(shape) - ahead
    if not activation.elementwise and along >= 0 and given[along] != 1:
        raise ValueError(
            f"{activation.name} got {parameter} of shape {given}, but adds up along axis {axis}; "
            f"give one number, or an array of length 1 there."
        )


def _along(number: Array, shape: tuple[int, ...], axis: int) -> Array:
    """One number for each row along the axis."""
    padded = number.reshape((1,) * (len(shape) - number.ndim) + number.shape)
    return np.squeeze(padded, axis=axis)


def checked_parameter(name: str, parameter: Parameter, value: Any) -> Array:
    """The numbers given for a parameter, each inside its domain."""
    numbers = np.asarray(value)
    if name_of(numbers.dtype) == "bfloat16":
        numbers = numbers.astype(np.float32)
    if numbers.dtype.kind not in "iuf" or _is_masked(value):
        raise TypeError(
            f"{name} got {parameter.name} of type {type(value).__name__}, but it is a number or an array of numbers; "
            f"write {parameter.name}={parameter.default:g}."
        )
    _check_domain(name, parameter, numbers)
    return numbers


def _check_domain(name: str, parameter: Parameter, numbers: Array) -> None:
    for extreme in (numbers.min(), numbers.max()) if numbers.ndim and numbers.size else numbers.flat:
        parameter.check(float(extreme), name)


@cache
def name_of(dtype: np.dtype[Any]) -> str:
    """The dtype's name, which NumPy puts together anew each time."""
    return dtype.name


@cache
def is_plain(dtype: np.dtype[Any]) -> bool:
    """Whether kernels take this dtype as it is."""
    return dtype.isnative and dtype.name in DTYPES


def computed(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """The kind of number that a kernel computes in, and takes parameters in."""
    return np.float64 if name_of(dtype) == "float64" else np.float32
