"""Every activation as an ONNX model, run by onnxruntime and by ONNX's own evaluator, against the reference."""

import numpy as np
import pytest

from actlab.catalogue import Activation, Parameter, Source, find, names
from actlab.compilers import numpy as reference
from actlab.compilers.expansions import expand
from actlab.formula import WORDS, symbol
from actlab.formula.expression import apply
from actlab.formula.limits import candidates
from actlab.formula.primitives import atan, log_total_exp, softplus, tanh, total
from tests.laws.infinities import mended
from tests.laws.oracle import UNIVARIATE, grid, worst

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import helper, numpy_helper  # noqa: E402
from onnx.inliner import inline_local_functions  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

from actlab.compilers.onnx import function, model  # noqa: E402
from actlab.compilers.onnx.nodes import REFUSED, TABLES  # noqa: E402

ELEMENTWISE = [name for name in names() if find(name).elementwise]
GATED = [name for name in names() if len(find(name).inputs) > 1]
DTYPES = ["float32", "float64"]
x = symbol("x")

# Bounds of the error in ulp on the laws' grid; docs/onnx.md has what was measured on a finer one.
USUAL = {"float32": 3.0, "float64": 2.5}
UNUSUAL = {("gelu_tanh", "float32"): 3.5, ("gelu_tanh", "float64"): 4.0}


def session(made):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run(made, *arrays):
    running = session(made)
    return running.run(None, dict(zip([each.name for each in running.get_inputs()], arrays, strict=True)))[0]


def evaluated(made, *arrays):
    """By ONNX's own evaluator, which knows functions but not the defaults of their attributes."""
    evaluator = ReferenceEvaluator(inline_local_functions(made))
    with np.errstate(all="ignore"):
        return evaluator.run(None, dict(zip(evaluator.input_names, arrays, strict=True)))[0]


def exact(activation, *arrays, axis=-1, **parameters):
    """The reference in float64, its limits mended."""
    values = dict(zip(activation.inputs, map(np.float64, arrays), strict=True)) | activation.defaults | parameters
    plain = reference.run(activation.formula, values, axis)
    return mended(activation.formula, activation.inputs, values, plain) if activation.elementwise else plain


def declared(formula, *parameters):
    """An activation of one's own, which no list knows."""
    return Activation("own", "smooth", Source("Me", 2026), "Mine.", ("x",), parameters, formula)


def close(dtype):
    return {"rtol": 100 * np.finfo(dtype).eps, "atol": 100 * float(np.finfo(dtype).tiny), "equal_nan": True}


@pytest.mark.parametrize("precision", TABLES)
def test_every_word_is_an_operator_or_is_made_of_operators(precision):
    table = TABLES[precision]
    for word in set(WORDS) - set(table) - set(REFUSED[precision]):
        arguments = [symbol(f"x{place}") for place in range(WORDS[word].arity)]
        expand(apply(word, *arguments) if word != "power" else x**3, table, precision)
    for word in REFUSED[precision]:
        with pytest.raises(NotImplementedError, match=word):
            expand(apply(word, x), table, precision)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", UNIVARIATE, ids=lambda each: each.name)
def test_largest_error(activation, dtype):
    points = np.unique(grid(activation).astype(dtype))
    smallest = np.finfo(dtype).tiny
    true = exact(activation, points)
    ordinary = (np.abs(points) >= smallest) & ((np.abs(true) >= 16 * smallest) | (true == 0))
    got = run(model(activation, dtype, shape=("n",)), points)
    assert got.dtype == dtype
    error, at = worst(activation.formula, got[ordinary], points[ordinary], activation.defaults)
    assert error <= UNUSUAL.get((activation.name, dtype), USUAL[dtype]), f"{error} ulp at {at}"
    np.testing.assert_allclose(
        got[~ordinary], true[~ordinary], rtol=1e-5, atol=512 * np.finfo(dtype).smallest_subnormal
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", UNIVARIATE, ids=lambda each: each.name)
def test_limits_nan_and_corners(activation, dtype):
    """At a corner the branch that the formula takes counts, so its two neighbours are looked at too."""
    number = np.dtype(dtype).type
    corners = np.array(sorted(candidates(activation.formula, "x", activation.defaults)), dtype)
    beside = [np.nextafter(corners, number(side * np.inf)) for side in (-1, 1)]
    far = np.array([np.nan, -np.inf, np.inf, 0.0, np.finfo(dtype).max / 2, np.finfo(dtype).min / 2], dtype)
    points = np.concatenate([far, corners, *beside])
    expected = exact(activation, points).astype(dtype)
    np.testing.assert_allclose(run(model(activation, dtype, shape=("n",)), points), expected, **close(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("slope", [0.0, -2.0, 0.5])
def test_limits_follow_the_sign_of_parameters(slope, dtype):
    points = np.array([-np.inf, np.inf, np.nan, 1.0], dtype)
    leaky = find("leaky_relu")
    np.testing.assert_allclose(
        run(model(leaky, dtype, shape=(4,), slope=slope), points), exact(leaky, points, slope=slope), **close(dtype)
    )
    own = declared(x * tanh(softplus(symbol("slope") * x)), Parameter("slope", 1.0, "learned"))
    np.testing.assert_allclose(
        run(model(own, dtype, shape=(4,), slope=slope), points), exact(own, points, slope=slope), **close(dtype)
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", GATED)
def test_gated_functions_of_two_inputs(name, dtype):
    activation, line = find(name), np.array([-np.inf, -1000, -1, 0, 0.5, 30, 1000, np.inf, np.nan])
    left, right = np.meshgrid(line, line)
    got = run(model(activation, dtype, axis=None), left.astype(dtype), right.astype(dtype))
    np.testing.assert_allclose(got, exact(activation, left, right), **close(dtype))


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("name", GATED)
def test_gated_functions_split_one_input(name, axis):
    values = np.random.default_rng(3).normal(size=(4, 6, 2)).astype(np.float32)
    made = model(find(name), axis=axis, shape=("a", "b", "c"))
    onnx.checker.check_model(made, full_check=True)
    expected = exact(find(name), *np.split(values, 2, axis))
    np.testing.assert_allclose(run(made, values), expected, rtol=1e-6)
    np.testing.assert_allclose(evaluated(made, values), expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax(axis, dtype):
    values = (np.random.default_rng(4).normal(size=(3, 4, 5)) * 30).astype(dtype)
    values[0, 1, 2], values[1, 0, 0] = -np.inf, 1e4
    made = model(find("softmax"), dtype, axis, shape=("a", "b", "c"))
    expected = exact(find("softmax"), values, axis=axis)
    np.testing.assert_allclose(run(made, values), expected, rtol=100 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)
    np.testing.assert_allclose(evaluated(made, values), expected, rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("formula", [x - log_total_exp(x), log_total_exp(x) * x, x / total(abs(x))])
def test_reductions_of_other_formulas(formula):
    values = np.random.default_rng(5).normal(size=(3, 4)).astype(np.float32)
    made, own = model(declared(formula), axis=0), declared(formula)
    onnx.checker.check_model(made, full_check=True)
    np.testing.assert_allclose(run(made, values), exact(own, values, axis=0), rtol=2e-6)


@pytest.mark.parametrize("dtype", [*DTYPES, "float16", "bfloat16"])
@pytest.mark.parametrize("name", names())
def test_the_checker_and_shape_inference_agree(name, dtype):
    made = model(find(name), dtype, shape=("batch", 6))
    onnx.checker.check_model(made, full_check=True)
    said = made.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    assert said == 6 // len(find(name).inputs)
    made.graph.output[0].type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(made, strict_mode=True, data_prop=True).graph.output[0]
    assert inferred.type.tensor_type.shape.dim[1].dim_value == said
    assert inferred.type.tensor_type.elem_type == made.graph.input[0].type.tensor_type.elem_type


@pytest.mark.parametrize("name", names())
def test_a_second_witness(name):
    """ONNX's own evaluator runs the same nodes in NumPy."""
    values = np.concatenate([np.linspace(-40, 40, 61), np.linspace(-2, 2, 61), [np.nan, -np.inf, np.inf]])
    for dtype in DTYPES:
        made = model(find(name), dtype, axis=None if name in GATED else -1, shape=("n",))
        arrays = [values.astype(dtype)] * len(find(name).inputs)
        got, witness = run(made, *arrays), evaluated(made, *arrays)
        assert witness.dtype == dtype
        np.testing.assert_allclose(got, witness, rtol=1e-4 if dtype == "float32" else 1e-11, atol=1e-40)


@pytest.mark.parametrize("name", ["mish", "gelu", "prelu", "relu"])
def test_half_precision_is_rounded_once(name):
    points = np.linspace(-20, 20, 1001).astype(np.float16)
    got = run(model(find(name), "float16", shape=("n",)), points)
    expected = exact(find(name), points)
    assert got.dtype == np.float16
    assert (np.abs(got - expected) <= 0.51 * np.spacing(np.abs(expected).astype(np.float16))).all()


@pytest.mark.parametrize("name", ["mish", "gelu", "relu"])
def test_bfloat16_between_casts(name):
    """A spliced function: the input is cast to bfloat16, and the result back."""
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["x"], ["narrow"], to=onnx.TensorProto.BFLOAT16),
            helper.make_node(name, ["narrow"], ["bent"], domain="actlab"),
            helper.make_node("Cast", ["bent"], ["y"], to=onnx.TensorProto.FLOAT),
        ],
        "spliced",
        [info("x", onnx.TensorProto.FLOAT, ["n"])],
        [info("y", onnx.TensorProto.FLOAT, ["n"])],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("actlab", 1)]
    functions = [function(find(name), "bfloat16", opset=20)]
    made = helper.make_model(graph, functions=functions, opset_imports=opsets, ir_version=10)
    points = np.arange(-64, 65).astype(np.float32) / 8  # 8 bits, so each is a bfloat16
    expected = exact(find(name), points)
    np.testing.assert_allclose(run(made, points), expected, rtol=2.0**-8, atol=1e-38)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("opset", [20, 21, 23])
@pytest.mark.parametrize("name", names())
def test_newer_operators(name, opset, dtype):
    """onnxruntime has kernels for some types in some versions only."""
    values = np.random.default_rng(6).normal(size=(3, 4)).astype(dtype)
    np.testing.assert_array_equal(
        run(model(find(name), dtype, opset=opset), values), run(model(find(name), dtype), values)
    )


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_where_is_left_for_ends_only(name):
    """It costs onnxruntime fifty times a sum where its condition changes from number to number."""
    body = function(find(name)).node
    assert sum(node.op_type == "Where" for node in body) <= 2 + (name == "geglu") + (name == "swiglu")
    assert [node.op_type for node in function(find("relu")).node] == ["Constant", "Max"]


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 1, 3, 2)])
def test_any_shape(shape):
    values = np.random.default_rng(7).normal(size=shape).astype(np.float32)
    got = run(model(find("gelu"), shape=None), values)
    np.testing.assert_allclose(got, exact(find("gelu"), values), rtol=1e-6)
    assert got.shape == shape


def test_attributes_have_the_defaults_of_the_declaration():
    """A call that leaves its attribute out, in onnxruntime."""
    made, points = model(find("leaky_relu"), slope=0.2), np.array([[-1.0, 2.0]], np.float32)
    np.testing.assert_array_equal(run(made, points), np.array([[-0.2, 2]], np.float32))
    del made.graph.node[0].attribute[:]
    np.testing.assert_array_equal(run(made, points), np.array([[-0.01, 2]], np.float32))


def test_float64_parameters_keep_their_digits():
    points = np.array([[-1.0]])
    assert run(model(find("leaky_relu"), "float64"), points) == -0.01
    assert run(model(find("leaky_relu"), "float64", slope=0.1), points) == -0.1
    assert run(model(find("rrelu"), "float64"), points) == -11 / 48


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_learned_parameters_are_initializers(dtype):
    slopes, values = np.array([0.5, 0.25, 2.0]), np.array([[-1.0, 1.0, -3.0]], dtype)
    made = model(find("prelu"), dtype, slope=slopes)
    assert [each.name for each in made.graph.initializer] == ["slope"]
    np.testing.assert_array_equal(numpy_helper.to_array(made.graph.initializer[0]), slopes.astype(dtype))
    np.testing.assert_array_equal(run(made, values), np.array([[-0.5, 1.0, -6.0]], dtype))


@pytest.mark.parametrize("number", [2, np.float64(2), np.array(2), [2, 2, 2], np.full(3, 2.0)])
def test_learned_parameters_are_numbers_arrays_or_lists(number):
    values = -np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(run(model(find("prelu"), slope=number), values), 2 * values)


@pytest.mark.parametrize(
    ("kind", "name", "arguments", "sentence"),
    [
        (ValueError, "mish", {"dtype": "int8"}, 'int8, but ONNX has it as float16.*write dtype="float32"'),
        (ValueError, "mish", {"opset": 17}, "version 17 .*write opset=18"),
        (ValueError, "celu", {"alpha": 0.0}, r"celu\(alpha=0.0\) is outside its domain"),
        (ValueError, "mish", {"dtype": None}, 'None, but ONNX has it as float16.*write dtype="float32"'),
        (ValueError, "mish", {"dtype": 3}, '3, but ONNX has it as float16.*write dtype="float32"'),
        (TypeError, "mish", {"opset": "20"}, "opset='20'; write one whole number, such as opset=18"),
        (TypeError, "mish", {"shape": 3}, "shape=3; write a length or a name for each axis"),
        (TypeError, "mish", {"shape": "n"}, "shape='n'; write a length or a name"),
        (TypeError, "mish", {"shape": (2, 3.0)}, "write a length or a name for each axis"),
        (TypeError, "mish", {"verbose": True}, "no option or parameter 'verbose'; it takes dtype, axis, shape, opset"),
        (TypeError, "celu", {"slope": 0.0}, "no option or parameter 'slope'; it takes dtype, .*, opset, alpha"),
        (TypeError, "celu", {"alpha": "1"}, "it is a number or an array of numbers; write alpha=1"),
        (ValueError, "celu", {"alpha": 1e300}, 'for which float32 has no room; write dtype="float64"'),
        (ValueError, "prelu", {"slope": 1e5, "dtype": "float16"}, "for which float16 has no room"),
        (ValueError, "prelu", {"slope": [1.0, 2.0], "shape": ("n", 3)}, "could not broadcast slope"),
        (ValueError, "mish", {"axis": 2}, "axis=2 for the shape .*its axes are -2 to 1"),
        (TypeError, "celu", {"alpha": [1.0, 2.0]}, "one number; write alpha=1"),
        (TypeError, "softmax", {"axis": None}, "one whole number, such as axis=-1"),
        (TypeError, "softmax", {"axis": 1.0}, "one whole number, such as axis=-1"),
        (ValueError, "softmax", {"axis": 2}, "axis=2 for the shape .*its axes are -2 to 1"),
        (ValueError, "glu", {"shape": (2, 3)}, "2 equal parts along axis -1"),
    ],
)
def test_mistakes_are_explained(kind, name, arguments, sentence):
    with pytest.raises(kind, match=sentence):
        model(find(name), **arguments)


def test_what_operators_cannot_say_is_refused():
    function(declared(atan(x)))
    with pytest.raises(NotImplementedError, match=r"no atan\(\)"):
        function(declared(atan(x)), "float64")
