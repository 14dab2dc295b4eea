"""Words written in simpler ones: right to the last digits, at the ends and in branches that are not taken."""

import numpy as np
import pytest

from actlab.catalogue import find
from actlab.compilers import mpmath as oracle
from actlab.compilers import numpy as reference
from actlab.compilers.crossings import beside_zeros
from actlab.compilers.emit import emit
from actlab.compilers.expansions import RULES, expand
from actlab.compilers.exponents import odd_cubic
from actlab.compilers.phrases import with_phrases
from actlab.formula import WORDS, symbol
from actlab.formula.expression import apply, walk
from actlab.formula.primitives import REDUCTIONS, damped, hypot, normal_cdf, sech, sigmoid, softplus, tanh
from tests.laws.oracle import ulps, worst

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


PHRASES = {
    "gelu": "times_normal_cdf",
    "slope of gelu": "slope_of_gelu",
    "slope of mish": "slope_of_mish",
    "slope of silu": "slope_of_swish",
    "slope of gelu_tanh": "slope_of_swish",
    "slope of tanh": "square_of_sech",
    "slope of sigmoid": "bells",
    "mish": "tanh_of_softplus",
}


def formula_of(phrase):
    activation = find(phrase.removeprefix("slope of "))
    return activation.slopes[0] if phrase.startswith("slope of ") else activation.formula


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrases_are_recognised_and_are_the_same_formula(phrase):
    formula = formula_of(phrase)
    assert PHRASES[phrase] in {node.word for node in walk(with_phrases(formula))}
    at = np.concatenate([np.linspace(-30, 30, 3001), [np.nan]])
    got, expected = run(formula, np.float64, x=at), reference.run(formula, {"x": at})
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("phrase", [each for each in PHRASES if each != "mish"])
def test_phrases_keep_their_digits(phrase):
    """Also beside zeros, where the error is measured by the larger term."""
    at = np.concatenate([np.linspace(-10, 10, 1001), np.linspace(-3, -0.3, 400)]).astype(np.float32)
    error, where_ = worst(formula_of(phrase), run(formula_of(phrase), np.float32, (*BASIC, "round"), x=at), at, {})
    assert error <= 5.5, f"{error:.1f} ulp at {where_!r}"


def test_the_argument_of_an_exponential_is_kept_in_two_parts():
    """exp(-700) would make 700 errors of one; the same cubic plain, in float64, is wrong by hundreds of ulp."""
    at = np.linspace(-21, -15, 200)
    got = run(find("gelu_tanh").formula, np.float64, (*BASIC, "round"), x=at)
    assert worst(find("gelu_tanh").formula, got, at, {})[0] <= 5
    assert odd_cubic(x * 2 + 3 * x**3) == (x, 2, 3)
    assert odd_cubic(x * 2 + 3 * x**2) is None
    assert odd_cubic(x + y**3) is None


def test_sums_have_their_zeros():
    """Beside it the slope of gelu is a polynomial: no digit is lost, while the sum itself has hardly any left."""
    slope = find("gelu").slopes[0]
    written = beside_zeros(slope)
    assert written.word == "where"
    assert beside_zeros(written.arguments[2]) is written
    assert beside_zeros(x * slope) is x * written
    assert beside_zeros(normal_cdf(x) + y) is normal_cdf(x) + y
    zero = np.float32(-0.7517915)
    near = np.array([zero, np.nextafter(zero, np.float32(0)), zero - np.float32(1e-5)], np.float32)
    for point, got in zip(near, run(slope, np.float32, x=near), strict=True):
        assert ulps(got, oracle.evaluate(slope, {"x": float(point)}), np.float32) <= 3


def test_a_word_without_replacement_is_named():
    with pytest.raises(NotImplementedError, match=r"no greater_equal\(\), and no simpler words replace it"):
        expand(sigmoid(x), (), "single")
    irreplaceable = {*BASIC, *REDUCTIONS, "sin", "cos", "atan", "power"}  # a power becomes a product, without a rule
    assert set(WORDS) - set(RULES) == irreplaceable
