"""NumPy kernels: the reference that every other backend is compared with.

float16 and float32 are computed in float64 and rounded once, so their results are right to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from actlab.compilers.emit import emit
from actlab.formula import Expression
from actlab.formula.expression import Number
from actlab.formula.primitives import X_MINUS_TANH_SERIES, X_MINUS_TANH_SPLIT

Array = npt.NDArray[Any]

TABLE: Mapping[str, str] = {
    "pi": "np.pi",
    "add": "({0} + {1})",
    "subtract": "({0} - {1})",
    "multiply": "({0} * {1})",
    "damped": "words.damped({0}, {1})",
    "divide": "np.divide({0}, {1})",
    "negative": "(-{0})",
    "power": "words.power({0}, {1})",
    "absolute": "np.abs({0})",
    "sign": "np.sign({0})",
    "minimum": "np.minimum({0}, {1})",
    "maximum": "np.maximum({0}, {1})",
    "sqrt": "np.sqrt({0})",
    "hypot": "np.hypot({0}, {1})",
    "greater": "np.greater({0}, {1})",
    "greater_equal": "np.greater_equal({0}, {1})",
    "logical_and": "({0} & {1})",
    "logical_or": "({0} | {1})",
    "logical_not": "(~{0})",
    "where": "np.where({0}, {1}, {2})",
    "exp": "np.exp({0})",
    "expm1": "np.expm1({0})",
    "log": "np.log({0})",
    "log1p": "np.log1p({0})",
    "sin": "np.sin({0})",
    "cos": "np.cos({0})",
    "atan": "np.arctan({0})",
    "sinh": "np.sinh({0})",
    "cosh": "np.cosh({0})",
    "asinh": "np.arcsinh({0})",
    "tanh": "np.tanh({0})",
    "sech": "words.sech({0})",
    "sigmoid": "words.sigmoid({0})",
    "softplus": "words.softplus({0})",
    "erf": "words.erf({0})",
    "normal_cdf": "words.normal_cdf({0})",
    "normal_pdf": "words.normal_pdf({0})",
    "x_minus_tanh": "words.x_minus_tanh({0})",
    "total": "np.sum({0}, axis=axis, keepdims=True)",
    "log_total_exp": "words.log_total_exp({0}, axis)",
}


@cache
def compiled(expression: Expression, names: tuple[str, ...]) -> Callable[..., Any]:
    """A Python function of `names` and `axis`, which evaluates the expression on float64 arrays."""
    code = emit({"result": expression}, TABLE, _spell_constant, lambda name: f"symbol_{name}")
    arguments = ", ".join([*(f"symbol_{name}" for name in names), "axis=-1"])
    body = "".join(f"    {line}\n" for line in (*code.lines, f"return {code.results['result']}"))
    namespace: dict[str, Any] = {"np": np, "words": _words()}
    exec(compile(f"def kernel({arguments}):\n{body}", "<actlab formula>", "exec"), namespace)
    kernel: Callable[..., Any] = namespace["kernel"]
    return kernel


def run(expression: Expression, values: Mapping[str, Any], axis: int = -1) -> Array:
    """The expression on arrays of any floating dtype: the inputs' common dtype and broadcast shape back."""
    kernel = compiled(expression, tuple(values))
    with np.errstate(all="ignore"):
        return np.asarray(kernel(*(np.asarray(value, np.float64) for value in values.values()), axis=axis))


def _spell_constant(value: Number) -> str:
    return f"np.float64({float(value)!r})"


@cache
def _words() -> SimpleNamespace:
    """The words that NumPy lacks, from SciPy where it keeps all digits."""
    from scipy import special

    def normal_cdf(x: Array) -> Array:
        left = special.erfcx(np.abs(x) * math.sqrt(0.5)) * _exp_of_minus_half_square(x) / 2
        far = np.where(x > 0, 1 - left, left)
        return np.where(np.abs(x) < 1, special.ndtr(x), far)

    def log_total_exp(x: Array, axis: int) -> Array:
        return (
            np.asarray(special.logsumexp(x, axis=axis, keepdims=True))
            if x.size
            else np.sum(x, axis=axis, keepdims=True)
        )

    return SimpleNamespace(
        damped=lambda decay, growth: np.where(decay == 0, 0.0 * decay, decay * growth),
        power=_power,
        sech=_sech,
        sigmoid=_sigmoid,
        softplus=lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
        erf=special.erf,
        normal_cdf=normal_cdf,
        normal_pdf=lambda x: _exp_of_minus_half_square(x) / math.sqrt(2 * math.pi),
        x_minus_tanh=_x_minus_tanh,
        log_total_exp=log_total_exp,
    )


def _power(x: Array, exponent: int) -> Array:
    """By multiplication: exact signs, and no call of pow."""
    product = x
    for _ in range(exponent - 1):
        product = product * x
    return product


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1 + small)


def _sech(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return 2 * small / (1 + small * small)


def _exp_of_minus_half_square(x: Array) -> Array:
    """exp(-x**2 / 2), with the square split in two so that its rounding error is not blown up by exp."""
    near = np.clip(np.abs(x), 0, 40)
    head = near.astype(np.float32).astype(np.float64)  # 24 bits: its square is exact
    return np.exp(-0.5 * head * head) * np.exp(-0.5 * (near - head) * (near + head))


def _x_minus_tanh(x: Array) -> Array:
    square = np.minimum(x * x, X_MINUS_TANH_SPLIT**2)
    series = np.zeros_like(square)
    for coefficient in reversed(X_MINUS_TANH_SERIES):
        series = series * square + coefficient
    return np.where(np.abs(x) < X_MINUS_TANH_SPLIT, x * square * series, x - np.tanh(x))
