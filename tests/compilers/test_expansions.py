"""Words written in simpler ones: right to the last digits, at the ends and in branches that are not taken."""

import numpy as np
import pytest

from actlab.catalogue import find
from actlab.compilers import mpmath as oracle
from actlab.compilers import numpy as reference
from actlab.compilers.emit import emit
from actlab.compilers.expansions import RULES, expand
from actlab.formula import WORDS, symbol
from actlab.formula.expression import apply, walk
from actlab.formula.primitives import REDUCTIONS, damped, hypot, normal_cdf, sech, sigmoid, softplus, tanh
from tests.laws.oracle import ulps

BASIC = (
    "add", "subtract", "multiply", "divide", "negative", "greater", "greater_equal", "logical_and", "logical_or",
    "logical_not", "where", "exp", "log", "sqrt",
)  # fmt: skip
PRECISION = {np.float32: "single", np.float64: "double"}
x, y = symbol("x"), symbol("y")

WORDS_OF_ONE = {
    name: apply(name, x)
    for name in ("asinh", "cosh", "erf", "expm1", "log1p", "normal_cdf", "normal_pdf", "sech", "sigmoid", "sinh")
} | {
    "softplus": softplus(x),
    "tanh": tanh(x),
    "x_minus_tanh": apply("x_minus_tanh", x),
    "tanh of softplus": tanh(softplus(x)),
    "sech of softplus": sech(softplus(x)),
}


def run(expression, dtype, words=BASIC, **values):
    """The expanded formula on NumPy arrays of that dtype, which it keeps on the way."""
    expanded = expand(expression, words, PRECISION[dtype])
    assert {node.word for node in walk(expanded)} <= {*words, "symbol", "constant"}
    table = {**reference.TABLE, "round": "np.rint({0})"}
    code = emit({"result": expanded}, table, lambda value: f"number({float(value)!r})")
    space = {"np": np, "number": dtype, **{name: np.asarray(value, dtype) for name, value in values.items()}}
    with np.errstate(all="ignore"):
        exec("\n".join([*code.lines, f"result = {code.results['result']}"]), space)
    assert space["result"].dtype == dtype
    return space["result"]


def points(dtype):
    far = np.concatenate([np.geomspace(1e-30, 1e-3, 20), np.geomspace(1e-3, 80, 200), np.linspace(0.2, 1.1, 60)])
    return np.concatenate([far, -far]).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", WORDS_OF_ONE)
def test_words_keep_their_digits(name, dtype):
    expression = WORDS_OF_ONE[name]
    at = points(dtype)[points(dtype) > -1] if name == "log1p" else points(dtype)
    normal = float(np.finfo(dtype).tiny) * 4
    for words in (BASIC, (*BASIC, "round")):
        for point, got in zip(at, run(expression, dtype, words, x=at), strict=True):
            true = oracle.evaluate(expression, {"x": float(point)})
            assert abs(true) < normal or ulps(got, true, dtype) <= 5, f"at {point!r}"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", WORDS_OF_ONE)
def test_words_reach_their_ends(name, dtype):
    ends = np.array([np.nan, np.inf, -np.inf, 0.0])
    got = run(WORDS_OF_ONE[name], dtype, x=ends)
    np.testing.assert_array_equal(got, reference.run(WORDS_OF_ONE[name], {"x": ends}).astype(dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_hypot_neither_overflows_nor_underflows(dtype):
    sides = np.array([0.0, 1e-300, 1e-40, 1e-25, 1e-12, 1.0, 3.0, 1e12, 1e25, 2e38, np.inf, np.nan]).astype(dtype)
    a, b = (each.ravel() for each in np.meshgrid(sides, sides))
    for left, right, got in zip(a, b, run(hypot(x, y), dtype, x=a, y=b), strict=True):
        true = oracle.evaluate(hypot(x, y), {"x": float(left), "y": float(right)})
        assert np.isnan(got) if np.isnan(float(true)) else ulps(got, true, dtype) <= 2, (left, right)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_words_of_two(dtype):
    a = np.array([0.0, 0.0, 2.0, -3.0, np.nan, 1.0], dtype)
    b = np.array([np.inf, 5.0, 3.0, -3.0, 1.0, np.nan], dtype)
    np.testing.assert_array_equal(run(damped(x, y), dtype, x=a, y=b), [0, 0, 6, 9, np.nan, np.nan])
    for word, expected in (("minimum", np.minimum), ("maximum", np.maximum)):
        np.testing.assert_array_equal(run(apply(word, x, y), dtype, x=a, y=b), expected(a, b))
    np.testing.assert_array_equal(run(apply("sign", x), dtype, x=a), np.sign(a))
    np.testing.assert_array_equal(run(apply("absolute", x), dtype, x=b), np.abs(b))
    np.testing.assert_allclose(run(x**3 + apply("pi"), dtype, x=b), b**3 + dtype(np.pi), rtol=1e-6)


@pytest.mark.parametrize("name", ["mish", "gelu", "squareplus", "tanhshrink", "celu"])
def test_whole_formulas(name):
    activation = find(name)
    at = np.linspace(-9, 9, 61)
    for expression in (activation.formula, *activation.slopes):
        got = run(expression, np.float64, x=at, **activation.defaults)
        np.testing.assert_allclose(
            got, reference.run(expression, {"x": at, **activation.defaults}), rtol=1e-14, atol=1e-16
        )


def test_what_a_language_has_stays():
    assert expand(sigmoid(x) + 1, ("sigmoid", "add"), "single") is sigmoid(x) + 1
    assert expand(normal_cdf(x), ("normal_cdf",), "double") is normal_cdf(x)


def test_both_signs_share_one_exponential():
    expanded = expand(sigmoid(x) * sigmoid(-x), BASIC, "single")
    assert sum(node.word == "exp" for node in walk(expanded)) == 1


def test_a_word_without_replacement_is_named():
    with pytest.raises(NotImplementedError, match=r"no greater_equal\(\), and no simpler words replace it"):
        expand(sigmoid(x), (), "single")
    irreplaceable = {*BASIC, *REDUCTIONS, "sin", "cos", "atan", "power"}  # a power becomes a product, without a rule
    assert set(WORDS) - set(RULES) == irreplaceable
