"""Activations as ONNX functions and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper

from actlab.catalogue import Activation, Parameter
from actlab.compilers.checking import check_axis, check_split, checked_parameter, in_range
from actlab.compilers.ends import mended
from actlab.compilers.expansions import expand
from actlab.compilers.onnx.choices import continued, cut_off, multiplied
from actlab.compilers.onnx.nodes import TABLES, TYPES, Type, nodes_of
from actlab.compilers.onnx.phrases import recognised
from actlab.formula import Expression

DOMAIN = "actlab"
OLDEST_OPSET = 18  # the first in which Split counts its parts and every reduction takes its axes as an input
OLDEST_FORMAT = 9  # the first in which attributes of functions have defaults

OPTIONS = ("dtype", "axis", "shape", "opset")

Array = npt.NDArray[Any]
Shape = Sequence[int | str | None]


def function(activation: Activation, dtype: str = "float32", *, opset: int = OLDEST_OPSET) -> onnx.FunctionProto:
    """The activation as a function for models, in the domain "actlab", made of standard operators.

    Its inputs are those of the activation, then its learned parameters. The other parameters are attributes with their
    defaults, and so is the axis of softmax. An attribute is a plain float; for float64, since ONNX's plain floats have
    32 bits, a tensor.

    Args:
        activation: Which one.
        dtype: "float32", "float64", "float16" or "bfloat16"; the last two are computed in float32 and rounded once.
        opset: The version of the standard operators, 18 or newer.

    Raises:
        ValueError: for another dtype or opset.
        NotImplementedError: for a formula that operators cannot follow; there is none in the catalogue.

    >>> import actlab
    >>> from actlab.compilers.onnx import function
    >>> [node.op_type for node in function(actlab.hardsigmoid).node if node.op_type != "Constant"]
    ['Max', 'Min', 'Add', 'Div']
    >>> list(function(actlab.prelu).input)
    ['x', 'slope']
    """
    kind = _type(activation, dtype)
    _check_opset(activation, opset)
    inputs = (*activation.inputs, *(each.name for each in _learned(activation)))
    return helper.make_function(
        DOMAIN,
        activation.name,
        inputs,
        ["y"],
        nodes_of(_written(activation, kind), inputs, kind),
        [helper.make_opsetid("", opset)],
        attribute_protos=_attributes(activation, kind, activation.defaults, -1),
        doc_string=f"{activation.summary} y = {activation.formula!r}",
    )


def model(
    activation: Activation,
    dtype: str = "float32",
    axis: int | None = -1,
    *,
    shape: Shape | None = ("batch", "features"),
    opset: int = OLDEST_OPSET,
    **parameters: Any,
) -> onnx.ModelProto:
    """A model that calls the activation once, from the input x to the output y.

    Args:
        activation: Which one.
        dtype: As for `function`.
        axis: The axis along which softmax adds up and gated functions split x in halves. With None, a gated function
            has its own inputs, such as gate and value.
        shape: The length of each axis, or a name for one that may have any length. The standard asks for the number
            of axes; None leaves it open, which onnxruntime accepts and onnx.checker does not.
        opset: As for `function`.
        **parameters: Numbers by name; for learned ones also arrays that broadcast against the inputs.

    Raises:
        TypeError: for an unknown parameter, or one that is not a number.
        ValueError: for another dtype or opset, a parameter outside its domain, or an axis that is not there.

    >>> import actlab
    >>> from actlab.compilers.onnx import model
    >>> [node.op_type for node in model(actlab.swiglu).graph.node]
    ['Split', 'swiglu']
    """
    called, kind = function(activation, dtype, opset=opset), _type(activation, dtype)
    _check_shape(activation, shape)
    values = _values(activation, parameters, kind, shape)
    _check_axis(activation, axis, shape)
    call = helper.make_node(activation.name, called.input, ["y"], domain=DOMAIN)
    call.attribute.extend(_attributes(activation, kind, values, axis))
    parts = len(activation.inputs) if axis is not None else 1
    inputs = ["x"] if parts > 1 else activation.inputs
    split = helper.make_node("Split", inputs, activation.inputs, axis=axis, num_outputs=parts) if parts > 1 else None
    graph = helper.make_graph(
        [split, call] if split else [call],
        activation.name,
        [helper.make_tensor_value_info(name, kind.code, shape) for name in inputs],
        [helper.make_tensor_value_info("y", kind.code, _one_part(shape, axis, parts))],
        [kind.initializer(values[each.name], each.name) for each in _learned(activation)],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_model(
        graph,
        functions=[called],
        opset_imports=opsets,
        ir_version=max(OLDEST_FORMAT, helper.find_min_ir_version_for(opsets, ignore_unknown=True)),
        producer_name=DOMAIN,
    )


def _written(activation: Activation, kind: Type) -> Expression:
    """The activation's formula in words that are operators of ONNX."""
    if not activation.elementwise:
        return expand(recognised(activation.formula), TABLES[kind.precision], kind.precision)
    formula = mended(continued(activation.formula, activation, kind.working), activation, kind.precision)
    formula = cut_off(expand(formula, TABLES[kind.precision], kind.precision))
    return multiplied(formula, activation, kind.working)


def _learned(activation: Activation) -> Iterable[Parameter]:
    return (each for each in activation.parameters if each.role == "learned")


def _attributes(
    activation: Activation, kind: Type, values: Mapping[str, Any], axis: int | None
) -> list[onnx.AttributeProto]:
    """The parameters that are not learned, and the axis of a function that works along one."""
    fixed = [kind.attribute(each.name, values[each.name]) for each in activation.parameters if each.role != "learned"]
    return fixed if activation.elementwise else [*fixed, helper.make_attribute("axis", axis)]


def _values(
    activation: Activation, given: Mapping[str, Any], kind: Type, shape: Shape | None
) -> dict[str, float | Array]:
    """Every parameter by name, inside its domain: a number, or for learned ones an array."""
    if unknown := sorted(set(given) - set(activation.defaults)):
        takes = ", ".join((*OPTIONS, *activation.defaults))
        raise TypeError(f"{activation.name}.onnx has no option or parameter {unknown[0]!r}; it takes {takes}.")
    checked = {
        each: _number(activation, each, given[each.name], kind, shape)
        for each in activation.parameters
        if each.name in given
    }
    return {**activation.defaults, **{each.name: value for each, value in checked.items()}}


def _number(activation: Activation, parameter: Parameter, value: Any, kind: Type, shape: Shape | None) -> float | Array:
    number = checked_parameter(activation.name, parameter, value)
    learned = parameter.role == "learned"
    narrow = np.float16 if learned and kind.name == "float16" else kind.working
    in_range(activation.name, parameter, number, narrow, 'dtype="float64"')
    if not number.ndim:
        return float(number)
    if not learned:
        raise TypeError(
            f"{activation.name} got a {parameter.name} of shape {number.shape}, but an attribute of an ONNX function "
            f"is one number; write {parameter.name}={parameter.default:g}."
        )
    if shape is not None and not _fits(number.shape, shape):
        raise ValueError(
            f"{activation.name} could not broadcast {parameter.name} of shape {number.shape} against an input of shape "
            f"{tuple(shape)}; give one number, or one for each element of the last axis."
        )
    return number


def _fits(own: Sequence[int], whole: Shape) -> bool:
    """Whether an array broadcasts to the shape, as far as its lengths are known."""
    pairs = zip(reversed(own), reversed(whole), strict=False)
    return len(own) <= len(whole) and all(a in (1, b) or not isinstance(b, int) for a, b in pairs)


def _type(activation: Activation, dtype: Any) -> Type:
    try:
        name = dtype if isinstance(dtype, str) else np.dtype(dtype).name if dtype is not None else "None"
    except TypeError:
        name = repr(dtype)
    if name not in TYPES:
        raise ValueError(
            f'{activation.name} was asked for as {name}, but ONNX has it as {", ".join(TYPES)}; write dtype="float32".'
        )
    return TYPES[name]


def _check_opset(activation: Activation, opset: Any) -> None:
    if not isinstance(opset, int) or isinstance(opset, bool):
        raise TypeError(f"{activation.name} got opset={opset!r}; write one whole number, such as opset={OLDEST_OPSET}.")
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= opset <= newest:
        raise ValueError(
            f"{activation.name} was asked for in version {opset} of the standard operators, but is written in versions "
            f"{OLDEST_OPSET} to {newest}; write opset={OLDEST_OPSET}."
        )


def _check_shape(activation: Activation, shape: Any) -> None:
    """Raise unless it is a length or a name for each axis, or None."""
    lengths = shape if isinstance(shape, Sequence) and not isinstance(shape, str) else (shape,)
    for each in () if shape is None else lengths:
        is_length = isinstance(each, int) and not isinstance(each, bool) and each >= 0
        if lengths is not shape or not (is_length or each is None or isinstance(each, str)):
            raise TypeError(
                f"{activation.name} got shape={shape!r}; write a length or a name for each axis, such as "
                f'shape=("batch", 64), or shape=None for any.'
            )


def _check_axis(activation: Activation, axis: Any, shape: Shape | None) -> None:
    """Raise if the axis is none, is not there, or cannot be split in equal parts."""
    if activation.elementwise and (axis is None or (axis == -1 and len(activation.inputs) == 1)):
        return
    if shape is None:
        check_axis(activation.name, axis, (1,) * (abs(axis) + 1 if isinstance(axis, int) else 1))
        return
    check_axis(activation.name, axis, shape)  # type: ignore[arg-type]  # lengths may have names, which it only prints
    if isinstance(shape[axis], int) and activation.elementwise:
        check_split(activation.name, activation.inputs, shape, axis, "inputs with axis=None")  # type: ignore[arg-type]


def _one_part(shape: Shape | None, axis: int | None, parts: int) -> Shape | None:
    """The shape of one of several equal parts; half of an unknown length is another unknown one."""
    if shape is None or axis is None or parts == 1:
        return shape
    lengths = list(shape)
    length = lengths[axis]
    lengths[axis] = length // parts if isinstance(length, int) else None
    return lengths
