"""NumPy arrays and plain floats: checked, handed to the native kernels, and given back in the kind that came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from actlab.catalogue import Activation, Parameter
from actlab.compilers.native import rows, threads, ufuncs
from actlab.compilers.native.gradients import gradients, summed

Array = npt.NDArray[Any]
LONG = 1 << 16  # elements from which threads may pay
FLOATS = float, np.generic, np.ndarray


def compute(
    activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], axis: int, out: Any = None
) -> Any:
    """The values: same kind, shape and dtype as the input, or written into `out`."""
    kernel = ufuncs.value if activation.elementwise else rows.value
    return _run(activation, kernel, arrays, parameters, axis, out)


def differentiate(activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], out: Any = None) -> Any:
    """The derivative with respect to each input; a tuple if there are several."""
    return _run(activation, ufuncs.derivative, arrays, parameters, -1, out)


def value_and_derivative(
    activation: Activation, arrays: Sequence[Any], parameters: Mapping[str, Any], out: Any = None
) -> Any:
    """The values and the derivative with respect to each input, in one pass."""
    return _run(activation, ufuncs.value_and_derivative, arrays, parameters, -1, out)


def pull_back(
    activation: Activation,
    arrays: Sequence[Any],
    upstream: Any,
    parameters: Mapping[str, Any],
    axis: int,
    wrt: Sequence[str] | None = None,
) -> Any:
    """The gradient of sum(upstream * values) with respect to each input, or each name in `wrt`; a tuple if several."""
    inputs = _inputs(activation, arrays, axis)
    arriving = _float_array(activation.name, upstream, "upstream")
    shape = _shape(inputs)
    if arriving.shape != shape:
        raise ValueError(
            f"{activation.name}.pullback got an upstream of shape {arriving.shape}; "
            f"it must have the output's shape {shape}."
        )
    dtype = _common(inputs, arrays)
    numbers = _numbers(activation, parameters, dtype, shape, axis)
    whole = (*inputs, arriving)
    if wrt is not None:
        return _gradients_of(activation, whole, numbers, dtype, wrt, arrays)
    kernel = ufuncs.pullback if activation.elementwise else rows.pullback
    found = _call(activation, _prepared(activation, kernel, dtype).kernel, whole, numbers, dtype, axis, None)
    results = _as_given(found, inputs, arrays, dtype)
    if len(results) == 1:
        return results[0]
    return tuple(results) if len(arrays) > 1 else np.concatenate(results, axis=axis)


def _as_given(
    gradients_found: Sequence[Array], inputs: Sequence[Array], arrays: Sequence[Any], dtype: np.dtype[Any]
) -> list[Any]:
    """The gradient of each input in that input's own shape, and in the kind of what was given."""
    sums = [summed(each, own.shape) for each, own in zip(gradients_found, inputs, strict=True)]
    return [_finish(_cast(each, dtype), arrays) for each in sums]


def _gradients_of(
    activation: Activation,
    whole: Sequence[Array],
    numbers: Sequence[Array],
    dtype: np.dtype[Any],
    wrt: Sequence[str],
    arrays: Sequence[Any],
) -> Any:
    """The gradients of inputs and learned parameters by name."""
    learned = [each.name for each in activation.parameters if each.role == "learned"]
    for name in wrt:
        if name not in (*activation.inputs, *learned) or not activation.elementwise:
            known = ", ".join((*activation.inputs, *learned)) if activation.elementwise else "none by name"
            raise ValueError(f"{activation.name}.pullback got wrt={name!r}; it has gradients for {known}.")
    given = [_cast(each, dtype) for each in whole]
    bits = name_of(dtype) == "bfloat16"
    if bits:
        given = [each.view(np.uint16) for each in given]
    ahead, sums = gradients(activation, name_of(dtype), given[:-1], given[-1], numbers)
    shaped = _as_given([each.view(dtype) if bits else each for each in ahead], whole[:-1], arrays, dtype)
    of_parameters = [_finish(_cast(each, dtype), arrays) for each in sums]
    found = dict(zip((*activation.inputs, *learned), [*shaped, *of_parameters], strict=True))
    results = tuple(found[name] for name in wrt)
    return results[0] if len(results) == 1 else results


class _Prepared(NamedTuple):
    """A kernel for one dtype, with the defaults of its parameters."""

    kernel: Any
    defaults: tuple[Array, ...]
    direct: bool  # whether one array of this dtype may go straight into it


@cache
def _prepared(activation: Activation, kernel: Callable[[Activation, str], Any], dtype: np.dtype[Any]) -> _Prepared:
    kind = _computed(dtype)
    defaults = tuple(np.asarray(each.default, kind) for each in activation.parameters)
    direct = activation.univariate and name_of(dtype) != "bfloat16"
    return _Prepared(kernel(activation, name_of(dtype)), defaults, direct)


def _run(
    activation: Activation,
    kernel: Callable[[Activation, str], Any],
    arrays: Sequence[Any],
    parameters: Mapping[str, Any],
    axis: int,
    out: Any,
) -> Any:
    first = arrays[0] if arrays else None
    if parameters is activation.defaults and out is None and type(first) is np.ndarray and is_plain(first.dtype):
        made = _prepared(activation, kernel, first.dtype)
        if made.direct and len(arrays) == 1 and 0 < first.size < LONG and first.ndim:
            return made.kernel(first, *made.defaults)  # what the lines below come to
    inputs = _inputs(activation, arrays, axis)
    dtype, shape = _common(inputs, arrays), _shape(inputs)
    numbers = _numbers(activation, parameters, dtype, shape, axis)
    made = _prepared(activation, kernel, dtype)
    targets = None if out is None else _targets(activation, out, dtype, shape, made.kernel.nout)
    results = _call(activation, made.kernel, inputs, numbers, dtype, axis, targets)
    if out is not None:
        return out
    finished = [_finish(each, arrays) for each in results]
    return finished[0] if len(finished) == 1 else tuple(finished)


def _call(
    activation: Activation,
    kernel: Any,
    inputs: Sequence[Array],
    numbers: Sequence[Array],
    dtype: np.dtype[Any],
    axis: int,
    out: tuple[Array, ...] | None,
) -> tuple[Array, ...]:
    """The kernel's results, of the inputs' common dtype."""
    given = [_cast(each, dtype) for each in inputs]
    if given[0].size >= LONG or given[-1].size >= LONG:
        threads.start()
    options: dict[str, Any] = {} if activation.elementwise else {"axis": axis}
    bits = name_of(dtype) == "bfloat16"
    if bits:
        given = [each.view(np.uint16) for each in given]
    if out is not None:
        options["out"] = tuple(each.view(np.uint16) for each in out) if bits else out
    results = kernel(*given, *numbers, **options)
    results = results if isinstance(results, tuple) else (results,)
    return tuple(each.view(dtype) for each in results) if bits else results


@cache
def name_of(dtype: np.dtype[Any]) -> str:
    """The dtype's name, which NumPy puts together anew each time."""
    return dtype.name


@cache
def is_plain(dtype: np.dtype[Any]) -> bool:
    """Whether kernels take this dtype as it is."""
    return dtype.isnative and dtype.name in ufuncs.DTYPES


def _computed(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    """The kind of number that a kernel computes in, and takes parameters in."""
    return np.float64 if name_of(dtype) == "float64" else np.float32


def _cast(array: Any, dtype: np.dtype[Any]) -> Any:
    """The same numbers in another dtype; those that it has no room for are infinite, as any result would be."""
    if array.dtype == dtype:
        return array
    with np.errstate(all="ignore"):
        return array.astype(dtype)


def _common(inputs: Sequence[Array], arrays: Sequence[Any]) -> np.dtype[Any]:
    """The inputs' common dtype; beside arrays, Python's own floats have none."""
    dtypes = {each.dtype for each in inputs}
    if len(dtypes) == 1:
        return dtypes.pop()
    weak = [type(array) is float for array in arrays]
    return np.result_type(*(each.dtype for each, is_weak in zip(inputs, weak, strict=True) if not is_weak))


def _shape(inputs: Sequence[Array]) -> tuple[int, ...]:
    shapes = {each.shape for each in inputs}
    return shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)


def _inputs(activation: Activation, arrays: Sequence[Any], axis: int) -> list[Array]:
    """The inputs as NumPy arrays, one array split among several inputs."""
    expected = len(activation.inputs)
    given = [_float_array(activation.name, array, "x") for array in arrays]
    if len(given) == 1 and expected > 1:
        return _split(activation, given[0], axis)
    if len(given) != expected:
        raise TypeError(f"{activation.name} takes {' and '.join(activation.inputs)}, but got {len(given)} arrays.")
    if expected > 1:
        try:
            _shape(given)
        except ValueError:
            shapes = " and ".join(str(each.shape) for each in given)
            raise ValueError(f"{activation.name} got inputs of shapes {shapes}; give them one shape.") from None
    if not activation.elementwise:
        if given[0].ndim == 0:
            raise ValueError(
                f"{activation.name} works along an axis, and one number has none; write np.array([1.0, 2.0])."
            )
        check_axis(activation.name, axis, given[0].shape)
    return given


def _split(activation: Activation, array: Array, axis: int) -> list[Array]:
    parts = len(activation.inputs)
    if array.ndim:
        check_axis(activation.name, axis, array.shape)
    if array.ndim == 0 or array.shape[axis] % parts:
        raise ValueError(
            f"{activation.name} splits its input into {parts} equal parts along axis {axis}, "
            f"but the shape is {array.shape}; give {' and '.join(activation.inputs)} as separate arrays."
        )
    return np.split(array, parts, axis=axis)


def check_axis(name: str, axis: Any, shape: tuple[int, ...]) -> None:
    """Raise unless an array of this shape has this axis."""
    if not isinstance(axis, int | np.integer):
        raise TypeError(f"{name} got axis={axis!r}; write one whole number, such as axis=-1.")
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{name} got axis={axis} for the shape {shape}; its axes are {-len(shape)} to {len(shape) - 1}."
        )


def _float_array(name: str, value: Any, role: str) -> Array:
    if type(value) is np.ndarray and is_plain(value.dtype):
        return value
    if isinstance(value, bool | int):
        raise TypeError(f"{name} got the whole number {value} as {role}, but works on floats; write {float(value)}.")
    if _is_masked(value):
        raise TypeError(f"{name} got a masked array as {role} and knows no masks; write x.filled(np.nan).")
    if isinstance(value, FLOATS):
        array = np.asarray(value)
        if name_of(array.dtype) in ufuncs.DTYPES:
            return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        raise TypeError(
            f"{name} got {role} of dtype {array.dtype}, but works on {', '.join(ufuncs.DTYPES)}; "
            f"write {role}.astype(np.float32)."
        )
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    raise TypeError(
        f"{name} got {role} of type {kind}, but works on floats and arrays; write np.asarray(x, dtype=np.float32)."
    )


def _is_masked(value: Any) -> bool:
    """Whether it has a mask; np.ma itself is slow to import."""
    return isinstance(value, np.ndarray) and type(value) is not np.ndarray and isinstance(value, np.ma.MaskedArray)


def _targets(
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


def _numbers(
    activation: Activation, parameters: Mapping[str, Any], dtype: np.dtype[Any], shape: tuple[int, ...], axis: int
) -> list[Array]:
    """The parameters, each inside its domain, in the kind of number that is computed in."""
    kind = _computed(dtype)
    numbers = []
    for parameter in activation.parameters:
        given = parameters[parameter.name]
        number = given if given is parameter.default else checked_parameter(activation.name, parameter, given)
        converted = _in_range(activation.name, parameter, number, kind)
        if converted.ndim:
            _check_shape(activation, parameter.name, converted.shape, shape, axis)
            converted = converted if activation.elementwise else _along(converted, shape, axis)
        numbers.append(converted)
    return numbers


def _in_range(name: str, parameter: Parameter, number: Any, kind: type[np.floating[Any]]) -> Array:
    """The parameter's numbers as this kind, whose range may be too small for them."""
    with np.errstate(all="ignore"):
        converted = np.asarray(number, kind)
    if kind is np.float32 and number is not parameter.default:
        try:
            _check_domain(name, parameter, converted)
        except ValueError:
            raise ValueError(
                f"{name} got {parameter.name}={number}, for which float32 has no room; write x.astype(np.float64)."
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


def _finish(result: Array, arrays: Sequence[Any]) -> Any:
    """The result in the kind of what was given: an array, a NumPy number, or a float."""
    for array in arrays:
        if isinstance(array, np.ndarray):
            return np.asarray(result)
    return float(result) if all(type(array) is float for array in arrays) else result[()]
