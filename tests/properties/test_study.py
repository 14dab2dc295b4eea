"""Properties of formulas that are awkward: bent corners, poles, domains, tails; against Monte Carlo."""

import math

import numpy as np
import pytest

from actlab.compilers import numpy as reference
from actlab.formula import derivative, symbol
from actlab.formula.enclosure import enclosure
from actlab.formula.primitives import (
    erf,
    exp,
    log,
    log1p,
    maximum,
    minimum,
    sigmoid,
    sign,
    sin,
    softplus,
    sqrt,
    tanh,
    where,
    x_minus_tanh,
)  # fmt: skip
from actlab.properties.study import Study

x = symbol("x")

AWKWARD = [
    maximum(2.45 * x + 1.65, 0),
    maximum(1.93 * x - 0.92, 0),
    maximum(x, 0.1 * x - 0.3),
    maximum(x, tanh(x)),
    maximum(x, x**3),
    maximum(tanh(x), 0),
    abs(tanh(x)),
    where(x**2 > 1, x, 0),
    where(x > 0.35, x, 0),
    x * abs(x),
    sign(x) * sqrt(abs(x)),
    where(x > 0, sqrt(x), -sqrt(-x)),
    x - x_minus_tanh(x),
    x / sqrt(1 + x * x),
    0.5 * x * (1 + erf(x / math.sqrt(2))),
    minimum(x * sigmoid(x), 1 - softplus(-x)),
    abs(sin(3 * x)) + x / 4,
    where((x > -0.5) & (x < 0.5) | (x > 2), 0, x),
]


def study(formula):
    return Study(formula, "x", {}).properties()


@pytest.mark.parametrize("formula", AWKWARD, ids=repr)
def test_claims_agree_with_monte_carlo(formula):
    known = study(formula)
    z = np.sort(np.random.default_rng(0).normal(size=200_000))
    values, slopes = (
        np.broadcast_to(reference.run(each, {"x": z}), z.shape) for each in (formula, derivative(formula, "x"))
    )
    assert np.mean(values**2) == pytest.approx(known.gain.value**-2, rel=0.02)
    assert known.zero_centred.value == (abs(np.mean(values)) < 0.01)
    assert np.mean(values == 0) == pytest.approx(known.zeros.value, abs=0.005)
    low, high = known.range.value
    assert low - 1e-9 <= values.min() <= values.max() <= high + 1e-9
    assert np.abs(slopes).max() <= known.largest_slope.value + 1e-9
    steps = np.diff(values)
    assert known.monotone.value == ("rising" if (steps >= -1e-12).all() else "neither")


@pytest.mark.parametrize(
    ("formula", "field", "value", "how"),
    [
        (maximum(2.45 * x + 1.65, 0), "zeros", pytest.approx(0.2503, abs=1e-4), "proved"),
        (maximum(tanh(x), 0), "zeros", 0.5, "proved"),
        (where(x**2 > 1, x, 0), "zeros", pytest.approx(math.erf(math.sqrt(0.5))), "sampled"),
        (where(x > 2000, 1, 0), "gain", 1, "sampled"),
        (exp(x * x), "gain", 1, "sampled"),
        (exp(x * x / 4) / (1 + x * x), "gain", 1, "sampled"),
        (1 / x, "gain", 1, "sampled"),
        (log(x), "gain", 1, "sampled"),
        (log(abs(x)), "gain", pytest.approx(0.7815467641), "sampled"),  # E = (γ + ln 2)² / 4 + π² / 8
        (exp(2 * x), "gain", pytest.approx(math.exp(-4)), "sampled"),
        (exp(9 * x), "gain", pytest.approx(math.exp(-81)), "sampled"),
        (1e-12 * maximum(x, 0), "zero_centred", False, "proved"),
        (x * exp(x * x), "zero_centred", False, "sampled"),
        (1 / x, "range", (-math.inf, math.inf), "sampled"),
        (1 / x, "monotone", "neither", "proved"),
        (sign(x) * sqrt(abs(x)), "largest_slope", math.inf, "sampled"),
        (sign(x) * sqrt(abs(x)), "zero_centred", True, "sampled"),
        (sign(x) * log1p(abs(x)), "zero_centred", True, "proved"),
        (log1p(exp(x)), "largest_slope", 1, "sampled"),
        (sigmoid(sign(x) - 3 * x), "largest_slope", pytest.approx(0.75), "sampled"),
        (1 / (1 + exp(-x)), "largest_slope", pytest.approx(0.25), "sampled"),
        (x / sqrt(1 + x * x), "saturation", ("left", "right"), "proved"),
        ((x + abs(x)) / 2, "saturation", ("left",), "proved"),
        (0.5 * x * (1 + erf(x / math.sqrt(2))), "saturation", ("left",), "sampled"),
        (x - x_minus_tanh(x), "saturation", ("left", "right"), "sampled"),
        (log(abs(x) + 1), "saturation", (), "proved"),
        (sqrt(x * x), "jumps", (), "sampled"),
        (maximum(x, tanh(x)), "kinks", (), "sampled"),
        (maximum(x, sin(exp(x))), "jumps", (), "sampled"),
        (x / (x + abs(x)), "zeros", 0, "sampled"),
    ],
)
def test_known_values(formula, field, value, how):
    claim = getattr(study(formula), field)
    assert claim.value == value
    assert claim.how == how


def test_an_interval_that_overflows_is_unbounded():
    assert enclosure(x**3, {}, (0.0, 1e200)) == (0, math.inf)


def test_a_sum_that_is_zero_but_for_rounding_is_not_proved_to_go_up_and_down():
    assert study(x - x_minus_tanh(x) - tanh(x)).monotone.how == "sampled"
