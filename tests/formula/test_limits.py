"""Limits at infinity, kinks and jumps."""

import math

import pytest

from actlab.catalogue import find
from actlab.formula import breakpoints, constant, derivative, limit, symbol
from actlab.formula.branches import pieces
from actlab.formula.primitives import (
    asinh,
    atan,
    cosh,
    damped,
    erf,
    exp,
    expm1,
    hypot,
    log,
    log1p,
    maximum,
    minimum,
    normal_cdf,
    pi,
    sech,
    sigmoid,
    sign,
    sin,
    sinh,
    softplus,
    sqrt,
    tanh,
    where,
    x_minus_tanh,
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
    (where(x > 0, sqrt(x), 0), 0, INF),
    (x - x_minus_tanh(x), math.nan, math.nan),
    ((softplus(x) - x) * exp(x), 0, math.nan),
    (exp(softplus(x)) - exp(x), 1, math.nan),
    (where(softplus(x) > x, 5, 7), 5, math.nan),
    (x - log1p(log1p(abs(x))), -INF, INF),
    (derivative((x + abs(x)) / 2, "x"), 0, 1),
    (derivative(x / sqrt(1 + x * x), "x"), 0, 0),
    ((1 + sign(x)) * exp(-x), 0, 0),
    (maximum(x, x + 1), -INF, INF),
    ((x + 1) * (x - 1) - x * x, -1, -1),
    (where(x + 1 > x, 5, 7), 5, 5),
    (1 - tanh(x), 2, 0),
    (x + sin(1 * pi / 3), -INF, INF),
    (x * sin(1 / x), 1, 1),
    (sin(sigmoid(x)), 0, math.sin(1)),
    (exp(x - sqrt(abs(x))) / exp(x) * x, math.nan, math.nan),
    (log(tanh(x)) * exp(3 * x), math.nan, math.nan),
    ((sigmoid(x) - exp(x)) * exp(-2 * x), math.nan, 0),
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


BREAKS = [  # formula, its kinks and jumps
    (maximum(2.45 * x + 1.65, 0), [-1.65 / 2.45]),
    (maximum(x, 0.1 * x - 0.3), [-1 / 3]),
    (where(x > 0.35, x, 0), [0.35]),
    (where(x > constant(1) / 3, x, 0), [1 / 3]),
    (maximum(1e6 * x - 1e7, 0), [10]),
    (where(x > 2000, 1, 0), [2000]),
    (where((x > 1) & (x < 2), x, 0), [1, 2]),
    (abs(abs(x) - 1), [-1, 0, 1]),
    (abs(tanh(x)), [0]),
    (maximum(x, x**3), [-1, 0, 1]),
    (maximum(tanh(x), 0.5), [math.atanh(0.5)]),
    (where(x**2 > 1, x, 0), [-1, 1]),
    (maximum(x, tanh(x)), []),
    (maximum(softplus(x), x), []),
    (maximum(maximum(0.33, x), x), [0.33]),
    (maximum(atan(abs(x)), abs(minimum(x, x))), [0]),
    (sqrt(x * x), [0]),
    (hypot(x, 0), [0]),
    (sqrt((x - 0.3) * (x - 0.3)), [0.3]),
    (1 / x, [0]),
    (tanh(1 / x), [0]),
    (log(abs(x)), [0]),
    (x * abs(x), []),
    (tanh(x - 1) / (x - 1), []),
    (sqrt(1 - 2 * x + x * x), [1]),
]


@pytest.mark.parametrize(("formula", "at"), BREAKS, ids=[repr(row[0]) for row in BREAKS])
def test_every_break_is_found_once(formula, at):
    assert [point.at for point in breakpoints(formula, "x", {})] == pytest.approx(at, rel=1e-12, abs=1e-12)


def test_thresholds_are_kept_to_the_last_digit():
    for k in range(-200, 201):
        (point,) = breakpoints(where(x > k / 100, x + 9, 0), "x", {})
        assert point.at == k / 100


def test_sampled_thresholds_are_round_where_the_condition_is_an_equality():
    found = {k: breakpoints(where(x * x > (k / 100) ** 2, 1, 0), "x", {})[1].at for k in range(1, 200)}
    assert found == {k: k / 100 for k in found}


def test_one_sided_values_at_poles():
    (pole,) = breakpoints(1 / x, "x", {})
    assert (pole.value_left, pole.value_right, pole.jumps) == (-INF, INF, True)
    (well,) = breakpoints(log(abs(x)), "x", {})
    assert (well.value_left, well.jumps, well.kinks) == (-INF, True, False)
    (root,) = breakpoints(sqrt(x * x), "x", {})
    assert (root.slope_left, root.slope_right) == pytest.approx((-1, 1))


def test_a_formula_settled_between_its_corners():
    left, right = pieces(maximum(x, 2 * x - 1), "x", {})
    assert (left.formula, left.high) == (x, 1)
    assert (right.formula, right.low) == (2 * x - 1, 1)


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
