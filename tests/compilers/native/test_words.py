"""The words of kernels against mpmath: digits down to underflow, limits, nan, and arguments that were rounded."""

from functools import cache

import mpmath
import numpy as np
import pytest

from actlab.compilers.mpmath import evaluate
from actlab.compilers.native import writer
from actlab.compilers.native.ufuncs import elementwise
from actlab.formula import WORDS, derivative, substitute, symbol
from actlab.formula.expression import Expression, apply, where
from actlab.formula.primitives import REDUCTIONS, exp, normal_cdf, normal_pdf, pi, sech, sigmoid, softplus, sqrt, tanh
from tests.laws.oracle import worst

X = symbol("x")
DTYPES = ("float32", "float64")
BOUNDS = {  # largest error in ulp, float32 and float64: what millions and ten thousands of points gave, rounded up
    "exp": (1.1, 1.1),
    "expm1": (1.6, 1.2),
    "log": (1.0, 1.3),
    "log1p": (1.0, 1.3),
    "tanh": (2.0, 2.0),
    "sech": (1.3, 1.3),
    "sigmoid": (1.3, 1.3),
    "softplus": (1.4, 1.5),
    "erf": (2.0, 1.9),
    "normal_cdf": (1.6, 1.9),
    "normal_pdf": (1.4, 1.4),
    "x_minus_tanh": (1.8, 1.6),
    "sqrt": (0.51, 0.51),
    "sin": (1.0, 1.0),  # from here on the C library's, which differ between platforms
    "cos": (1.0, 1.0),
    "atan": (1.0, 1.0),
    "sinh": (2.5, 2.5),
    "cosh": (2.5, 2.5),
    "asinh": (2.5, 2.5),
}
SLOPES = {  # of words that are activations; float32 and float64
    "tanh": (2.0, 2.0),
    "sigmoid": (2.0, 2.0),
    "softplus": (1.3, 1.3),
    "x_minus_tanh": (1.7, 1.7),
}
PRODUCTS = {  # x times a word, which may be quicker and less exact, also where the word alone is subnormal
    "sigmoid": (3.2, 3.2),
    "normal_cdf": (3.6, 3.2),
    "exp": (1.8, 1.8),
    "sech": (2.0, 2.0),
}
LIMITS = {  # at -inf, 0 and inf; nan where the word is not defined
    "exp": (0, 1, np.inf),
    "expm1": (-1, 0, np.inf),
    "log": (np.nan, -np.inf, np.inf),
    "log1p": (np.nan, 0, np.inf),
    "tanh": (-1, 0, 1),
    "sech": (0, 1, 0),
    "sigmoid": (0, 0.5, 1),
    "softplus": (0, np.log(2), np.inf),
    "erf": (-1, 0, 1),
    "normal_cdf": (0, 0.5, 1),
    "normal_pdf": (0, 1 / np.sqrt(2 * np.pi), 0),
    "x_minus_tanh": (-np.inf, 0, np.inf),
    "absolute": (np.inf, 0, np.inf),
    "sign": (-1, 0, 1),
    "sqrt": (np.nan, 0, np.inf),
    "atan": (-np.pi / 2, 0, np.pi / 2),
    "sinh": (-np.inf, 0, np.inf),
    "cosh": (np.inf, 1, np.inf),
    "asinh": (-np.inf, 0, np.inf),
}
FADING = ("exp", "sigmoid", "softplus", "sech", "normal_cdf", "normal_pdf")
SMALLEST = {"float32": 2.0**-126, "float64": 2.0**-1022}


@cache
def compiled(formula: Expression, dtype: str):
    kernel = elementwise("test", (formula,), ("x",), (), dtype)
    return lambda x: kernel(np.ascontiguousarray(x, dtype))


def of_word(word: str, dtype: str):
    return compiled(apply(word, X), dtype)


def points(word: str, dtype: str, count: int) -> np.ndarray:
    """Around 0, close to 0, and far out; for logarithms and the root, their domain."""
    generator = np.random.default_rng(20)
    reach = 86.0 if dtype == "float32" else 700.0
    close = np.exp(generator.uniform(-30, 0, count)) * generator.choice([-1, 1], count)
    if word in ("log", "log1p", "sqrt"):
        middle, far = generator.uniform(0.1, 4, count), np.exp(generator.uniform(-reach, reach, count))
        whole = np.concatenate([middle, 1 + close / 4, far])
        return np.ascontiguousarray(whole[whole > 1e-3] - 1 if word == "log1p" else whole, dtype)
    if word.startswith("normal"):
        reach = 14.5 if dtype == "float32" else 38.6
    whole = np.concatenate([generator.uniform(-4, 4, count), close, generator.uniform(-reach, reach, count)])
    return np.ascontiguousarray(whole, dtype)


def largest_error(formula: Expression, dtype: str, x: np.ndarray) -> tuple[float, float]:
    """In units of the last place, those of subnormal numbers included, and where."""
    got = compiled(formula, dtype)(x)
    found = (0.0, 0.0)
    with mpmath.workdps(50):
        for point, value in zip(x, got, strict=True):
            true = evaluate(formula, {"x": float(point)}, 50)
            step = float(np.spacing(np.abs(x.dtype.type(float(true)))))
            found = max(found, (float(abs(mpmath.mpf(float(value)) - true) / mpmath.mpf(step)), float(point)))
    return found


def check(formula: Expression, dtype: str, x: np.ndarray, bounds: tuple[float, float]) -> None:
    error, place = largest_error(formula, dtype, x)
    assert error <= bounds[DTYPES.index(dtype)], f"{error:.2f} ulp at {place!r}"


def test_every_word_of_the_language_is_measured():
    measured = {name for name, word in WORDS.items() if word.arity == 1} - REDUCTIONS
    assert measured - {"absolute", "negative", "sign", "logical_not"} == set(BOUNDS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", BOUNDS)
def test_words_are_accurate(word, dtype):
    check(apply(word, X), dtype, points(word, dtype, 150), BOUNDS[word])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", SLOPES)
def test_slopes_of_words_are_accurate(word, dtype):
    check(derivative(apply(word, X), "x"), dtype, points(word, dtype, 150), SLOPES[word])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", FADING)
def test_tails_keep_their_digits_down_to_the_smallest_number(word, dtype):
    """In subnormal results a unit is the smallest number, and of powers of two both factors may be rounded."""
    end = (-105.0 if dtype == "float32" else -746.0) if not word.startswith("normal") else -14.6
    x = np.linspace(end if dtype == "float32" or not word.startswith("normal") else -38.7, -1, 150).astype(dtype)
    check(apply(word, X), dtype, x, BOUNDS[word])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", PRODUCTS)
def test_products_keep_the_digits_of_subnormal_factors(word, dtype):
    ends = (-14.5, -38.6) if word == "normal_cdf" else (-109.0, -752.0)
    x = np.linspace(ends[DTYPES.index(dtype)], 4, 300).astype(dtype)
    check(X * apply(word, X), dtype, x, PRODUCTS[word])


CAREFUL = {  # the argument's rounding error would grow, or terms cancel; bounds of float32 and float64
    "exp of a rounded number": (exp(X * 1.7 - 0.3), (1.3, 1.3)),
    "exp of a rounded quotient": (exp(X / 3), (1.3, 1.3)),
    "exp of a rounded root": (exp(-sqrt(X * X + 1.3) * 2), (1.5, 1.5)),
    "sigmoid of a polynomial with pi": (sigmoid(sqrt(2 / pi) * (X + 0.1 * X**3)), (2.0, 2.0)),
    "softplus of a product": (softplus(2.3 * X), (2.0, 2.0)),
    "a density of a product": (normal_pdf(X * 0.7), (1.6, 1.6)),
    "sech of a sum": (sech(X + 0.7), (1.6, 1.6)),
    "a chosen argument": (exp(where(X > 0, X * 0.3, X * 1.7)), (1.3, 1.3)),
    "a size": (exp(-abs(X * 1.7)), (1.3, 1.3)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CAREFUL)
def test_words_use_the_rest_that_rounding_took_from_their_argument(case, dtype):
    formula, bounds = CAREFUL[case]
    reach = (9.0, 18.0) if "polynomial" in case else (40.0, 300.0)
    x = np.linspace(-reach[DTYPES.index(dtype)], 12, 300).astype(dtype)
    if "density" in case:
        x = np.linspace(-18, 5, 300).astype(dtype)
    check(formula, dtype, x, bounds)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_words_use_their_rests(dtype):
    """The slopes of silu, gelu and mish have a zero near -1; a quarter of the largest term is left at these points."""
    for function, ends in (
        (X * sigmoid(X), (-1.05, -0.4)),
        (X * normal_cdf(X), (-0.62, -0.2)),
        (X * tanh(softplus(X)), (-0.85, -0.4)),
    ):
        check(derivative(function, "x"), dtype, np.linspace(*ends, 200).astype(dtype), (2.7, 2.7))


@pytest.mark.parametrize("dtype", DTYPES)
def test_infinities_and_overflow_leave_no_nan_behind(dtype):
    """Rests are nan there: they must not reach the result."""
    far = np.array([1e30, -1e30, np.inf, -np.inf], dtype)
    np.testing.assert_array_equal(compiled(sigmoid(X + X**3), dtype)(far), [1, 0, 1, 0])
    np.testing.assert_array_equal(compiled(X + X * tanh(X), dtype)(far[::2]), [dtype_of(2e30, dtype), np.inf])
    np.testing.assert_array_equal(compiled(exp(-(X * X)), dtype)(far), 0)
    np.testing.assert_array_equal(compiled(X * sigmoid(X), dtype)(far[:3]), [dtype_of(1e30, dtype), 0, np.inf])
    np.testing.assert_array_equal(compiled(X * normal_cdf(X), dtype)(far[:3]), [dtype_of(1e30, dtype), 0, np.inf])
    with np.errstate(divide="ignore"):
        assert compiled(1 / (tanh(X) + tanh(X)), dtype)([0.0])[0] == np.inf


def dtype_of(number: float, dtype: str) -> float:
    return float(np.dtype(dtype).type(number))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", LIMITS)
def test_words_reach_their_limits_and_keep_nan(word, dtype):
    run, (low, middle, high) = of_word(word, dtype), LIMITS[word]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(run([0.0, np.inf]), [middle, high], rtol=3e-7)
        if not np.isnan(low):
            np.testing.assert_allclose(run([-np.inf]), low, rtol=3e-7)
        assert np.isnan(run([np.nan])).all()
        far, expected = run([-1e30, 1e30]), np.array([low, high])
    same = ~np.isinf(expected)
    np.testing.assert_allclose(far[same], expected[same], rtol=3e-7)


@pytest.mark.parametrize("dtype", DTYPES)
def test_exact_values(dtype):
    assert of_word("normal_cdf", dtype)([0.0])[0] == 0.5
    assert of_word("exp", dtype)([0.0])[0] == 1
    assert np.signbit(of_word("tanh", dtype)([-0.0])[0])
    tiny = np.array([1e-30, -1e-30], dtype)
    np.testing.assert_array_equal(of_word("tanh", dtype)(tiny), tiny)
    np.testing.assert_array_equal(of_word("expm1", dtype)(tiny), tiny)


@pytest.mark.parametrize("dtype", DTYPES)
def test_words_of_two_arguments(dtype):
    two, at = 2, np.array([-3, 0, 1, 2, 5], dtype)
    for word, expected in (
        ("minimum", np.minimum(at, two)),
        ("maximum", np.maximum(at, two)),
        ("hypot", np.hypot(at, two)),
        ("damped", at * two),
    ):
        run = compiled(apply(word, X, two), dtype)
        np.testing.assert_allclose(run(at), expected, rtol=3e-7)
        turned = compiled(apply(word, two, X), dtype)
        np.testing.assert_allclose(turned(at), expected, rtol=3e-7)
        assert np.isnan([run([np.nan])[0], turned([np.nan])[0]]).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_hypot_neither_overflows_nor_underflows(dtype):
    big, small = (3e38, 1e-40) if dtype == "float32" else (1.5e308, 1e-310)
    got = compiled(apply("hypot", X, X / 4), dtype)(np.array([big / 2, small, np.inf, -np.inf, 0], dtype))
    expected = [big / 2 * np.sqrt(17 / 16), small * np.sqrt(17 / 16), np.inf, np.inf, 0]
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    scales = np.geomspace(1e-37, 1e38, 200) if dtype == "float32" else np.geomspace(1e-307, 1e308, 200)
    check(apply("hypot", X, X / 4), dtype, scales.astype(dtype), (1.1, 1.1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_damped_lets_underflow_win_over_overflow(dtype):
    run = compiled(apply("damped", exp(X), exp(-X)), dtype)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(run([-1e4, 1.0]), [0, 1], rtol=1e-6)
        assert np.isnan(run([np.nan])).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pattern", writer.IDIOMS, ids=str)
def test_idioms_are_as_accurate_as_words(pattern, dtype):
    """Sub-formulas that are compiled as one word; beside a zero crossing of a sum its largest term counts."""
    reach = 12.5 if "normal" in str(pattern) else 60.0
    x = np.concatenate([np.linspace(-reach, reach, 150), np.linspace(-3, 3, 100)]).astype(dtype)
    second = X**2 if "sqrt(v)" in str(pattern) else X
    formula = substitute(pattern, {"u": X, "v": second, "w": 1 + X**2 / 8})
    error, place = worst(formula, compiled(formula, dtype)(x), x, {})
    assert error <= 3.6, f"{error:.2f} ulp at {place!r}"


def test_what_a_symbol_stands_for_is_the_same_at_all_its_places():
    pattern = derivative(symbol("u") * sigmoid(symbol("u")), "u")
    found = writer.match(pattern, derivative(X * sigmoid(X), "x"))
    assert found == {symbol("u"): X}
    assert writer.match(pattern, sigmoid(X) + 2 * (sigmoid(X) * sigmoid(-X))) is None
    assert writer.match(pattern, derivative(X * tanh(X), "x")) is None


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_slope_beside_an_exponential_that_ran_out_keeps_to_its_limits(dtype):
    """Far out the growth of the inside is infinite, or much larger than what is left of the sigmoid's slope."""
    slope = compiled(derivative(X * sigmoid(X + X**3), "x"), dtype)
    far = np.array([-1e30, -1e12, -1e4, 1e4, 1e12, 1e30], dtype)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(slope(far), [0, 0, 0, 1, 1, 1])


@pytest.mark.parametrize("exponent", [2, 3, 4, 5, 7, 10])
def test_powers(exponent):
    x = np.array([-1.7, 0.3, 2.1])
    np.testing.assert_allclose(compiled(X**exponent, "float64")(x), x**exponent, rtol=1e-14)
