"""Activations as ONNX functions and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from actlab.catalogue import Activation, Parameter
from actlab.compilers.ends import mended
from actlab.compilers.expansions import expand
from actlab.compilers.onnx.choices import continued, cut_off, multiplied
from actlab.compilers.onnx.nodes import TABLES, TYPES, Type, nodes_of
from actlab.compilers.onnx.phrases import recognised
from actlab.formula import Expression

DOMAIN = "actlab"
OLDEST_OPSET = 18  # the first in which Split counts its parts and every reduction takes its axes as an input
OLDEST_FORMAT = 9  # the first in which attributes of functions have defaults

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
    values = _values(activation, parameters)
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


def _values(activation: Activation, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter by name, inside its domain."""
    if unknown := sorted(set(given) - set(activation.defaults)):
        takes = ", ".join(activation.defaults) or "no parameters"
        raise TypeError(f"{activation.name} has no parameter {unknown[0]!r}; it takes {takes}.")
    values = {**activation.defaults, **given}
    for each in activation.parameters:
        _check_parameter(activation, each, np.asarray(values[each.name]))
    return values


def _check_parameter(activation: Activation, parameter: Parameter, value: Any) -> None:
    if value.dtype.kind not in "iuf":
        raise TypeError(
            f"{activation.name} got a {parameter.name} of type {value.dtype}, but it is a number; "
            f"write {parameter.name}={parameter.default:g}."
        )
    if value.ndim and parameter.role != "learned":
        raise TypeError(
            f"{activation.name} got a {parameter.name} of shape {value.shape}, but an attribute of an ONNX function is "
            f"one number; write {parameter.name}={parameter.default:g}."
        )
    for extreme in (value.min(), value.max()) if value.size else ():
        parameter.check(float(extreme), activation.name)


def _type(activation: Activation, dtype: str) -> Type:
    name = dtype if isinstance(dtype, str) else np.dtype(dtype).name
    if name not in TYPES:
        raise ValueError(
            f'{activation.name} was asked for as {name}, but ONNX has it as {", ".join(TYPES)}; write dtype="float32".'
        )
    return TYPES[name]


def _check_opset(activation: Activation, opset: int) -> None:
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST_OPSET <= opset <= newest:
        raise ValueError(
            f"{activation.name} was asked for in version {opset} of the standard operators, but is written in versions "
            f"{OLDEST_OPSET} to {newest}; write opset={OLDEST_OPSET}."
        )


def _check_axis(activation: Activation, axis: Any, shape: Shape | None) -> None:
    """Raise if the axis is none, is not there, or cannot be split in equal parts."""
    if activation.elementwise and (axis is None or len(activation.inputs) == 1):
        return
    if not isinstance(axis, int):
        raise TypeError(f"{activation.name} got axis={axis!r}; write one whole number, such as axis=-1.")
    if shape is None:
        return
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{activation.name} got axis={axis} for the shape {tuple(shape)}; its axes are {-len(shape)} to "
            f"{len(shape) - 1}."
        )
    length, parts = shape[axis], len(activation.inputs)
    if isinstance(length, int) and length % parts:
        raise ValueError(
            f"{activation.name} splits x into {parts} equal parts along axis {axis}, but the shape is {tuple(shape)}; "
            f"write axis=None for separate inputs."
        )


def _one_part(shape: Shape | None, axis: int | None, parts: int) -> Shape | None:
    """The shape of one of several equal parts; half of an unknown length is another unknown one."""
    if shape is None or axis is None or parts == 1:
        return shape
    lengths = list(shape)
    length = lengths[axis]
    lengths[axis] = length // parts if isinstance(length, int) else None
    return lengths
