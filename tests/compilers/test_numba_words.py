"""The Numba words against mpmath: digits, limits, nan, and that LLVM vectorises them."""

import ctypes
import re
from functools import cache

import mpmath
import numpy as np
import pytest

from actlab.catalogue import Activation, Source
from actlab.compilers.mpmath import TABLE as ORACLE
from actlab.compilers.numba import layer_kernels
from actlab.compilers.numba_cache import compile_function
from actlab.compilers.numba_source import TABLE
from actlab.formula import WORDS, symbol
from actlab.formula.expression import Expression, apply
from actlab.formula.primitives import REDUCTIONS

DTYPES = ("float32", "float64")
BOUNDS = {  # largest error in ulp, float32 and float64: what 20,000 random points gave, rounded up
    "exp": (1.1, 1.1),
    "expm1": (1.6, 1.8),
    "log": (1.2, 1.5),
    "log1p": (1.2, 1.5),
    "tanh": (2.8, 2.8),
    "sech": (2.1, 2.2),
    "sigmoid": (2.3, 2.5),
    "softplus": (1.8, 1.9),
    "erf": (2.4, 2.1),
    "normal_cdf": (4.4, 5.2),
    "normal_pdf": (2.1, 2.1),
    "x_minus_tanh": (3.6, 3.1),
    "sqrt": (0.51, 0.51),
    "sin": (1.0, 1.0),  # from here on the C library's, which differ between platforms
    "cos": (1.0, 1.0),
    "atan": (1.0, 1.0),
    "sinh": (2.5, 2.5),
    "cosh": (2.5, 2.5),
    "asinh": (2.5, 2.5),
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
SMALLEST = {"float32": np.float32(2.0**-126), "float64": np.float64(2.0**-1022)}
TAIL = {"float32": 1e-5, "float64": 1e-13}


def of_formula(formula: Expression, name: str) -> Activation:
    return Activation(name, "test", Source("nobody", 2000), "A test.", ("x",), (), formula)


@cache
def compiled(formula: Expression, dtype: str):
    kernels = layer_kernels(of_formula(formula, "test"), dtype)
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4, ctypes.c_int64)(kernels.value)

    def run(x):
        x = np.ascontiguousarray(x, dtype)
        out = np.empty_like(x)
        call(x.ctypes.data, None, None, out.ctypes.data, x.size)
        return out

    return run


def of_word(word: str, dtype: str):
    return compiled(apply(word, symbol("x")), dtype)


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
        reach = 13.0 if dtype == "float32" else 37.0
    whole = np.concatenate([generator.uniform(-4, 4, count), close, generator.uniform(-reach, reach, count)])
    return np.ascontiguousarray(whole, dtype)


def errors(word: str, x: np.ndarray, got: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In units of the last place, and relative."""
    with mpmath.workdps(40):
        true = [ORACLE[word](mpmath.mpf(float(each))) for each in x]
        spacing = [float(np.spacing(np.abs(x.dtype.type(float(each))))) for each in true]
        off = [abs(mpmath.mpf(float(a)) - b) for a, b in zip(got, true, strict=True)]
        ulps = [float(a / b) for a, b in zip(off, spacing, strict=True)]
        relative = [float(a / abs(b)) if b else float(a) for a, b in zip(off, true, strict=True)]
    return np.array(ulps), np.array(relative)


def test_every_word_of_the_language_has_a_row():
    assert set(TABLE) == set(WORDS) - REDUCTIONS
    measured = {name for name, word in WORDS.items() if word.arity == 1} - REDUCTIONS
    assert measured - {"absolute", "negative", "sign", "logical_not"} == set(BOUNDS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", BOUNDS)
def test_words_are_accurate(word, dtype):
    x = points(word, dtype, 250)
    ulps, _ = errors(word, x, of_word(word, dtype)(x))
    bound = BOUNDS[word][DTYPES.index(dtype)]
    assert ulps.max() <= bound, f"{ulps.max():.2f} ulp at {x[ulps.argmax()]!r}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("word", "least"),
    [("exp", 1), ("sigmoid", 1), ("softplus", 1), ("sech", 1), ("normal_cdf", 0), ("normal_pdf", 0)],
)
def test_tails_keep_their_digits_down_to_underflow(word, least, dtype):
    """Every tenth between the middle and the last number that is not subnormal."""
    single = dtype == "float32"
    ends = (-87.3, -708.3) if least else (-12.9, -37.4)
    x = np.arange(-1, ends[0] if single else ends[1], -0.1).astype(dtype)
    got = of_word(word, dtype)(x)
    normal = got >= SMALLEST[dtype]
    assert normal.mean() > 0.98
    _, relative = errors(word, x[normal][::7], got[normal][::7])
    assert relative.max() < TAIL[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", ["exp", "sigmoid", "softplus", "sech", "normal_cdf", "normal_pdf"])
def test_subnormal_results_are_right_within_two_steps(word, dtype):
    start, stop = (-104.0, -87.4) if dtype == "float32" else (-745.0, -708.5)
    if word.startswith("normal"):
        start, stop = (-14.1, -13.2) if dtype == "float32" else (-38.5, -37.6)
    x = np.linspace(start, stop, 60).astype(dtype)
    step = float(np.finfo(dtype).smallest_subnormal)
    for point, value in zip(x, of_word(word, dtype)(x), strict=True):
        with mpmath.workdps(40):
            true = ORACLE[word](mpmath.mpf(float(point)))
        assert abs(float(value) - true) <= 2 * step


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", LIMITS)
def test_words_reach_their_limits_and_keep_nan(word, dtype):
    run, (low, middle, high) = of_word(word, dtype), LIMITS[word]
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
    x = symbol("x")
    two, at = 2, np.array([-3, 0, 1, 2, 5], dtype)
    for word, expected in (
        ("minimum", np.minimum(at, two)),
        ("maximum", np.maximum(at, two)),
        ("hypot", np.hypot(at, two)),
        ("damped", at * two),
    ):
        run = compiled(apply(word, x, two), dtype)
        np.testing.assert_allclose(run(at), expected, rtol=3e-7)
        turned = compiled(apply(word, two, x), dtype)
        np.testing.assert_allclose(turned(at), expected, rtol=3e-7)
        assert np.isnan([run([np.nan])[0], turned([np.nan])[0]]).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_hypot_neither_overflows_nor_underflows(dtype):
    x = symbol("x")
    big, small = (3e38, 1e-40) if dtype == "float32" else (1.5e308, 1e-310)
    run = compiled(apply("hypot", x, x / 4), dtype)
    got = run(np.array([big / 2, small, np.inf, -np.inf, 0], dtype))
    expected = [big / 2 * np.sqrt(17 / 16), small * np.sqrt(17 / 16), np.inf, np.inf, 0]
    np.testing.assert_allclose(got, expected, rtol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_damped_lets_underflow_win_over_overflow(dtype):
    x = symbol("x")
    run = compiled(apply("damped", apply("exp", x), apply("exp", -x)), dtype)
    np.testing.assert_allclose(run([-1e4, 1.0]), [0, 1], rtol=1e-6)
    assert np.isnan(run([np.nan])).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("word", ["tanh", "sech"])
def test_idioms_are_as_accurate_as_words(word, dtype):
    """tanh(softplus(x)) and sech(softplus(x)), which are compiled as one word each."""
    x = points("exp", dtype, 250)
    got = compiled(apply(word, apply("softplus", symbol("x"))), dtype)(x)
    with mpmath.workdps(60):
        true = [ORACLE[word](ORACLE["softplus"](mpmath.mpf(float(each)))) for each in x]
        off = [abs(mpmath.mpf(float(a)) - b) for a, b in zip(got, true, strict=True)]
        steps = [float(np.spacing(x.dtype.type(float(each)))) for each in true]
    assert max(float(a) / b for a, b in zip(off, steps, strict=True)) < 4


@pytest.mark.parametrize("exponent", [2, 3, 4, 5, 7, 10])
def test_powers(exponent):
    run = compiled(symbol("x") ** exponent, "float64")
    x = np.array([-1.7, 0.3, 2.1])
    np.testing.assert_allclose(run(x), x**exponent, rtol=1e-14)


VECTORS = (
    "exp",
    "expm1",
    "log",
    "log1p",
    "tanh",
    "sech",
    "sigmoid",
    "softplus",
    "erf",
    "normal_cdf",
    "x_minus_tanh",
)


@pytest.mark.parametrize("word", VECTORS)
def test_common_words_are_vectorised(word, monkeypatch, tmp_path):
    monkeypatch.setenv("ACTLAB_CACHE", str(tmp_path))  # machine code from a cache has no LLVM text to read
    from numba import types

    from actlab.compilers.numba_source import write

    number = types.CPointer(types.float32)
    signature = types.void(number, number, number, number, types.int64)
    source = write(of_formula(apply(word, symbol("x")), f"vector_{word}"))
    text = compile_function(source, "value", signature).inspect_llvm()
    assert re.search(r"fmul <\d+ x float>", text), "the loop is scalar"
    assert not re.search(r"call .*@(\w*expf?|\w*tanhf?|\w*logf?|\w*erff?)\(", text), "the loop calls libm"
