"""From a formula to the nodes of an ONNX function, one operator a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from actlab.compilers.precision import Precision
from actlab.formula import Expression
from actlab.formula.expression import walk

TABLE: Mapping[str, str] = {
    "add": "Add",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "Div",
    "negative": "Neg",
    "absolute": "Abs",
    "sign": "Sign",
    "minimum": "Min",
    "maximum": "Max",
    "sqrt": "Sqrt",
    "round": "Round",
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "logical_and": "And",
    "logical_or": "Or",
    "logical_not": "Not",
    "where": "Where",
    "exp": "Exp",
    "log": "Log",
    "sin": "Sin",
    "cos": "Cos",
    "total": "ReduceSum",
    "log_total_exp": "ReduceLogSumExp",
    "softmax": "Softmax",
    "log_softmax": "LogSoftmax",
    "mask": "Cast",
}
# Sigmoid stands in neither table: onnxruntime's loses digits below -1 and has none left at -18. Of these, its float64
# Tanh is off by 7 ulp, and the others have no float64 kernel; that of Softplus, where the standard's own formula stands
# in for it (in version 18), overflows at 711.
SINGLE_TABLE: Mapping[str, str] = {
    **TABLE,
    "tanh": "Tanh",
    "softplus": "Softplus",
    "erf": "Erf",
    "atan": "Atan",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "asinh": "Asinh",
}
TABLES: Mapping[Precision, Mapping[str, str]] = {"single": SINGLE_TABLE, "double": TABLE}
REFUSED: Mapping[Precision, tuple[str, ...]] = {"single": (), "double": ("atan",)}
REDUCTIONS = ("total", "log_total_exp")
WORKING: Mapping[Precision, int] = {"single": onnx.TensorProto.FLOAT, "double": onnx.TensorProto.DOUBLE}
NORMALISERS = ("softmax", "log_softmax")


@dataclass(frozen=True)
class Type:
    """The type of a function's inputs and outputs, and the one that it computes with."""

    name: str
    code: int
    precision: Precision = "single"

    @property
    def half(self) -> bool:
        """Whether it is narrower than the type that is computed with."""
        return self.precision == "single" and self.name != "float32"

    @property
    def working(self) -> type[np.floating]:
        """The type that is computed with."""
        return np.float32 if self.precision == "single" else np.float64

    def tensor(self, value: float) -> onnx.TensorProto:
        """A number of the type that is computed with."""
        return numpy_helper.from_array(np.asarray(value, self.working))

    def initializer(self, value: npt.ArrayLike, name: str) -> onnx.TensorProto:
        """A number or an array, of the type of inputs."""
        return helper.make_tensor(name, self.code, np.shape(value), np.asarray(value, np.float64).ravel())

    def attribute(self, name: str, value: float) -> onnx.AttributeProto:
        """A parameter: a plain float, which has 32 bits, or a tensor."""
        return helper.make_attribute(name, float(value) if self.precision == "single" else self.tensor(value))


TYPES: Mapping[str, Type] = {
    each.name: each
    for each in (
        Type("float16", onnx.TensorProto.FLOAT16),
        Type("bfloat16", onnx.TensorProto.BFLOAT16),
        Type("float32", onnx.TensorProto.FLOAT),
        Type("float64", onnx.TensorProto.DOUBLE, "double"),
    )
}


def nodes_of(formula: Expression, inputs: tuple[str, ...], kind: Type) -> list[onnx.NodeProto]:
    """The nodes that compute y from the inputs and from attributes, which are all the other symbols."""
    spelled: dict[Expression, str] = {}
    nodes: list[onnx.NodeProto] = []
    last = "result" if kind.half else "y"
    if any(node.word in REDUCTIONS for node in walk(formula)):
        nodes += _axes()
    for node in walk(formula):
        name = _name(node, len(spelled), inputs, kind)
        spelled[node] = last if node is formula and node.arguments else name
        nodes += _spell(node, spelled, inputs, kind)
    if not formula.arguments:
        nodes.append(helper.make_node("Identity", [spelled[formula]], [last]))
    if kind.half:
        nodes.append(helper.make_node("Cast", [last], ["y"], to=kind.code))
    return nodes


def _name(node: Expression, index: int, inputs: tuple[str, ...], kind: Type) -> str:
    """What the node's value is called inside the function."""
    if node.word == "symbol":
        return f"wide_{node.name}" if kind.half and node.name in inputs else node.name
    return f"t{index}"


def _spell(
    node: Expression, spelled: Mapping[Expression, str], inputs: tuple[str, ...], kind: Type
) -> Iterator[onnx.NodeProto]:
    name = spelled[node]
    if node.word == "constant":
        yield helper.make_node("Constant", [], [name], value=kind.tensor(float(node.value)))
    elif node.word != "symbol":
        yield _operator(node, [spelled[argument] for argument in node.arguments], name, kind)
    elif node.name not in inputs:
        yield _from_attribute(
            node.name, name, *(("value_float", "FLOAT") if kind.precision == "single" else ("value", "TENSOR"))
        )
    elif kind.half:
        yield helper.make_node("Cast", [node.name], [name], to=onnx.TensorProto.FLOAT)


def _operator(node: Expression, arguments: list[str], name: str, kind: Type) -> onnx.NodeProto:
    word = TABLES[kind.precision][node.word]
    made = helper.make_node(word, [*arguments, *(["axes"] if node.word in REDUCTIONS else [])], [name])
    if node.word == "mask":
        made.attribute.append(helper.make_attribute("to", WORKING[kind.precision]))
    if node.word in NORMALISERS:
        made.attribute.append(_reference("axis", "INT", "axis"))
    return made


def _axes() -> list[onnx.NodeProto]:
    """The attribute `axis` as the list of one axis that reductions ask for."""
    return [
        _from_attribute("axis", "axis", "value_int", "INT"),
        helper.make_node("Constant", [], ["one"], value_ints=[1]),
        helper.make_node("Reshape", ["axis", "one"], ["axes"]),
    ]


def _from_attribute(attribute: str, name: str, field: str, kind: str) -> onnx.NodeProto:
    """A constant whose value is an attribute of the function."""
    node = helper.make_node("Constant", [], [name])
    node.attribute.append(_reference(field, kind, attribute))
    return node


def _reference(field: str, kind: str, attribute: str) -> onnx.AttributeProto:
    return onnx.AttributeProto(name=field, type=onnx.AttributeProto.AttributeType.Value(kind), ref_attr_name=attribute)
