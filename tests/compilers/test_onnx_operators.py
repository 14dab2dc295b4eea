"""ONNX's own test cases of the operators that are activations of the catalogue: same inputs, same outputs."""

import importlib

import numpy as np
import pytest

from actlab.catalogue import find

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx.backend.test.case import node as cases  # noqa: E402
from onnx.inliner import inline_local_functions  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

from actlab.compilers.onnx import model  # noqa: E402

# Operator → activation, and the names of the operator's attributes as parameters.
SAME = {
    "Celu": ("celu", {"alpha": "alpha"}),
    "Elu": ("elu", {"alpha": "alpha"}),
    "HardSwish": ("hardswish", {}),
    "Identity": ("identity", {}),
    "LeakyRelu": ("leaky_relu", {"alpha": "slope"}),
    "Mish": ("mish", {}),
    "PRelu": ("prelu", {}),
    "Relu": ("relu", {}),
    "Selu": ("selu", {"alpha": "alpha", "gamma": "scale"}),
    "Sigmoid": ("sigmoid", {}),
    "Softmax": ("softmax", {"axis": "axis"}),
    "Softplus": ("softplus", {}),
    "Softsign": ("softsign", {}),
    "SwiGLU": ("swiglu", {}),
    "Swish": ("silu", {}),
    "Tanh": ("tanh", {}),
}
# What they have and the catalogue has not, or has otherwise; docs/onnx.md says why.
DIFFERENT = {
    "test_hardsigmoid_example": "slope 0.5, offset 0.6",
    "test_hardsigmoid": "slope 0.5, offset 0.6",
    "test_hardsigmoid_default": "slope 1/5; that of the source, and of PyTorch, is 1/6",
    "test_swiglu_alpha": "a swish with a factor of its own",
}
OPERATORS = {*SAME, "Gelu", "HardSigmoid", "Shrink"}


def cases_of_single_nodes():
    for name in sorted(OPERATORS):
        importlib.import_module(f"{cases.__name__}.{name.lower()}")
    found = {each.name: each for each in cases._NodeTestCases if len(each.model.graph.node) == 1}
    return [
        each
        for name, each in sorted(found.items())
        if each.model.graph.node[0].op_type in OPERATORS
        and all(isinstance(one, np.ndarray) for one in each.data_sets[0][0])
    ]


def ours(case):
    """The activation that the case's operator is, and its parameters; None if there is none."""
    node = case.model.graph.node[0]
    attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    if node.op_type == "Gelu":
        return ("gelu_tanh" if attributes.get("approximate") == b"tanh" else "gelu"), {}
    if node.op_type == "Shrink":
        return ("softshrink" if attributes.get("bias") else "hardshrink"), {"threshold": attributes["lambd"]}
    name, parameters = SAME[node.op_type]
    return name, {parameters[each]: value for each, value in attributes.items() if each in parameters}


def prepared(case):
    """The activation, its inputs, its other arguments and what is expected."""
    (inputs, outputs), (name, parameters) = case.data_sets[0], ours(case)
    activation = find(name)
    count = len(activation.inputs)
    learned = [each.name for each in activation.parameters if each.role == "learned"]
    return activation, inputs[:count], parameters | dict(zip(learned, inputs[count:], strict=True)), outputs[0]


def run(made, *arrays):
    feeds = dict(zip((each.name for each in made.graph.input), arrays, strict=True))
    if arrays[0].dtype.name == "bfloat16":  # onnxruntime takes none from NumPy
        return ReferenceEvaluator(inline_local_functions(made)).run(None, feeds)[0]
    return onnxruntime.InferenceSession(made.SerializeToString()).run(None, feeds)[0]


def same(got, expected):
    """ONNX's own harness allows 1e-3 and 1e-7."""
    assert got.dtype == expected.dtype
    rtol = {"float32": 2e-6, "float16": 1e-3, "bfloat16": 8e-3}[expected.dtype.name]
    np.testing.assert_allclose(np.float64(got), np.float64(expected), rtol=rtol, atol=3e-8)


CASES = cases_of_single_nodes()
EQUAL = [case for case in CASES if case.name not in DIFFERENT]


@pytest.mark.parametrize("case", EQUAL, ids=lambda case: case.name)
def test_models_agree(case):
    activation, inputs, arguments, expected = prepared(case)
    arguments.setdefault("axis", None if len(inputs) > 1 else -1)
    made = model(activation, expected.dtype.name, shape=expected.shape, **arguments)
    same(run(made, *inputs), expected)


@pytest.mark.parametrize("case", EQUAL, ids=lambda case: case.name)
def test_numpy_agrees(case):
    activation, inputs, arguments, expected = prepared(case)
    if expected.dtype.name == "bfloat16":
        pytest.skip("NumPy has no bfloat16 of its own")
    same(activation(*inputs, **arguments), expected)


def test_the_different_ones_differ():
    known = {case.name: case for case in CASES}
    for name in DIFFERENT:
        operator = known[name].model.graph.node[0].op_type
        (*inputs,), (expected,) = known[name].data_sets[0]
        got = find(operator)(*inputs)
        assert not np.allclose(got, expected, rtol=1e-3), f"{name} is the same function after all"


def test_every_case_was_found():
    assert {case.model.graph.node[0].op_type for case in CASES} == OPERATORS
    assert len(CASES) >= 40
