"""Limits at infinity, kinks and jumps."""

import math

import pytest

from actlab.catalogue import find
from actlab.formula import breakpoints, derivative, limit, symbol
from actlab.formula.primitives import (
    asinh,
    atan,
    cosh,
    damped,
    erf,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    normal_cdf,
    sech,
    sigmoid,
    sign,
    sinh,
    softplus,
    sqrt,
    tanh,
    where,
)  # fmt: skip

x = symbol("x")
INF = math.inf

LIMITS = [  # formula, limit to the left, limit to the right
    (x * exp(-x * x), 0, 0),
    (x**3 * exp(x), 0, INF),
    (exp(x) / (1 + exp(x)), 0, 1),
    ((x + 1) / (2 * x - 3), 0.5, 0.5),
    (x * sigmoid(x) * sigmoid(-x), 0, 0),
    (tanh(exp(x)) * x, 0, INF),
    (damped(sech(exp(x)) ** 2, x * exp(x)), 0, 0),
    (log1p(exp(x)) - x, INF, math.nan),
    (softplus(x) / x, 0, 1),
    (log1p(abs(x)) * sign(x), -INF, INF),
    (log(abs(x)) / sqrt(abs(x)), 0, 0),
    (asinh(x) / x, 0, 0),
    (log(x), math.nan, INF),
    (log1p(x), math.nan, INF),
    (atan(x), -math.pi / 2, math.pi / 2),
    (erf(x) + expm1(x), -2, INF),
    (sinh(x) / cosh(x), -1, 1),
    (normal_cdf(x) / exp(x), 0, 0),
    (maximum(x, 0) + minimum(x, 1), -INF, INF),
    (where(x > 3, 5, 7), 7, 5),
    (exp(x) * exp(-x), 1, 1),
    (exp(x + sqrt(abs(x))) / exp(x), math.nan, math.nan),
    (exp(x + 1) / exp(x), math.nan, math.nan),
]


@pytest.mark.parametrize(("formula", "left", "right"), LIMITS, ids=[repr(row[0]) for row in LIMITS])
def test_limits(formula, left, right):
    for side, expected in ((-1, left), (1, right)):
        found = limit(formula, "x", side)
        assert found == pytest.approx(expected, nan_ok=True)


def test_limits_depend_on_parameters():
    formula = find("leaky_relu").formula
    assert limit(formula, "x", -1, {"slope": 0.1}) == -INF
    assert limit(formula, "x", -1, {"slope": -0.1}) == INF
    assert limit(formula, "x", -1, {"slope": 0.0}) == 0


def test_kinks_and_jumps():
    points = breakpoints(find("hardshrink").formula, "x", {"threshold": 0.5})
    assert [(point.at, point.jumps) for point in points] == [(-0.5, True), (0.5, True)]
    (kink,) = breakpoints(find("elu").formula, "x", {"alpha": 2.0})
    assert (kink.at, kink.kinks, kink.slope_left, kink.slope_right, kink.slope) == (0, True, 2, 1, 2)
    assert breakpoints(find("elu").formula, "x", {"alpha": 1.0}) == ()
    assert [point.at for point in breakpoints(maximum(2 * x - 1, 0) + abs(x - 3), "x", {})] == [0.5, 3]


# The slope at each corner is part of the declaration.
CONVENTIONS = {
    "relu": {0: 0},
    "leaky_relu": {0: 0.01},
    "relu6": {0: 0, 6: 0},
    "hardtanh": {-1: 0, 1: 0},
    "hardsigmoid": {-3: 0, 3: 0},
    "hardswish": {-3: 0, 3: 1.5},
    "hardshrink": {-0.5: 0, 0.5: 0},
    "softshrink": {-0.5: 0, 0.5: 0},
    "step": {0: 0},
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_declared_slopes_at_corners(name):
    activation = find(name)
    points = breakpoints(activation.formula, "x", activation.defaults)
    assert {point.at: point.slope for point in points} == CONVENTIONS[name]
    for at, slope in CONVENTIONS[name].items():
        assert activation.derivative(float(at)) == pytest.approx(slope)


def test_quotients_do_not_cancel():
    assert repr(derivative(x / (1 + abs(x)), "x")) == "1 / (1 + abs(x)) / (1 + abs(x))"
