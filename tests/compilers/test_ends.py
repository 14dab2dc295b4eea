"""Formulas that carry their own ends: what the plain formula misses is put in, and nothing else."""

import math

import numpy as np
import pytest

from actlab.catalogue import Activation, Parameter, Source, find, names
from actlab.compilers import numpy as reference
from actlab.compilers.ends import mended
from actlab.formula import derivative, evaluate, symbol
from actlab.formula.primitives import exp, sigmoid, sin
from tests.laws import infinities

x, slope = symbol("x"), symbol("slope")
ENDS = np.array([-np.inf, np.inf, np.nan])


def of_formula(formula, *parameters):
    """A function of x that is in no catalogue."""
    return Activation("test", "test", Source("Nobody", 2000), "A test.", ("x",), parameters, formula)


def ends(activation, expression=None, **values):
    """The mended formula at both ends and at nan."""
    formula = mended(activation.formula if expression is None else expression, activation, "double")
    return [evaluate(formula, {**activation.defaults, **values, "x": float(end)}) for end in ENDS]


@pytest.mark.parametrize("name", [name for name in names() if find(name).univariate])
def test_ends_are_those_that_arrays_get(name):
    activation = find(name)
    for expression in (activation.formula, *activation.slopes, derivative(activation.slopes[0], "x")):
        for sign in (1, 0, -1):
            free = [each.name for each in activation.parameters if each.low < 0]
            values = {**activation.defaults, **{each: sign * activation.defaults[each] for each in free}}
            here = {**values, "x": ENDS}
            plain = np.broadcast_to(reference.run(expression, here), ENDS.shape)
            expected = infinities.mended(expression, ("x",), here, plain)
            np.testing.assert_array_equal(ends(activation, expression, **values), expected)


def test_what_is_right_already_stays():
    for name in ("tanh", "softplus", "elu"):
        assert mended(find(name).formula, find(name), "double") is find(name).formula


def test_limits_of_any_size_and_sign():
    assert ends(of_formula(x * sigmoid(x) - 2 * x))[:2] == [math.inf, -math.inf]
    assert ends(of_formula(3 - x * sigmoid(-x) * sigmoid(x)))[:2] == [3, 3]
    assert ends(of_formula(-x * exp(-x)))[:2] == [math.inf, 0]


def test_limits_that_turn_with_a_parameter():
    activation = of_formula(slope * (x * sigmoid(-x)), Parameter("slope", 0.5, "learned"))
    for given in (2.0, -2.0, 0.0):
        assert ends(activation, slope=given)[:2] == [-math.inf * given if given else 0, 0]


def test_what_no_limit_decides_stays_as_it_is():
    activation = of_formula(sin(x))
    assert mended(activation.formula, activation, "single") is activation.formula


def test_one_infinite_input_beside_an_exact_zero():
    activation = find("swiglu")
    formula = mended(activation.formula, activation, "double")

    def value(gate, value):
        return evaluate(formula, {"gate": gate, "value": value})

    assert value(math.inf, 0.0) == value(0.0, math.inf) == value(-math.inf, -3.0) == 0
    assert value(math.inf, -2.0) == value(2.0, -math.inf) == -math.inf
    assert math.isnan(value(math.nan, 0.0))
    assert math.isnan(value(0.0, math.nan))
    assert math.isnan(value(-math.inf, math.inf))
