"""Expressions: interning, folding, spelling and errors that teach."""

import copy
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest

from actlab.formula import FormulaError, constant, evaluate, substitute, symbol, symbols_of
from actlab.formula.expression import power
from actlab.formula.primitives import (
    exp,
    hypot,
    log,
    maximum,
    minimum,
    pi,
    sigmoid,
    sign,
    sin,
    sqrt,
    tanh,
    where,
)  # fmt: skip

x, y = symbol("x"), symbol("y")


def test_equal_expressions_are_one_object():
    assert sigmoid(x) * 2 is 2 * sigmoid(x)
    assert constant(1) is constant(1.0) is constant(Fraction(2, 2))
    assert pickle.loads(pickle.dumps(exp(x + 0.5))) is exp(x + 0.5)
    assert copy.deepcopy(exp(x)) is exp(x)


@pytest.mark.parametrize(
    ("built", "folded"),
    [
        (x + 0, x),
        (0 + x, x),
        (x - 0, x),
        (x - x, constant(0)),
        (x * 1, x),
        (x * 0, constant(0)),
        (-1 * -x, x),
        (-(x - y), y - x),
        (x + -y, x - y),
        (x - -y, x + y),
        (x / 1, x),
        (0 / x, constant(0)),
        (x / x, constant(1)),
        (x * y / y, x),
        (x**1, x),
        (x**0, constant(1)),
        (constant(1) / 3 + Fraction(1, 6), constant(Fraction(1, 2))),
        (2 * (3 * x), 6 * x),
        (where(x > 0, y, y), y),
    ],
)
def test_folding(built, folded):
    assert built is folded


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (x - (y - 1), "x - (y - 1)"),
        (-((x * y) ** 2), "-(x * y)**2"),
        ((x + 3) / 6, "(x + 3) / 6"),
        (x / (y / 2), "x / (y / 2)"),
        (where(abs(x) > 0.5, x, 0), "where(abs(x) > 0.5, x, 0)"),
        (where((x > 1) & (x > 0), 1, 0), "where((x > 1) & (x > 0), 1, 0)"),
        (x / (constant(-1) / 3), "x / (-1/3)"),
        (constant(-1) / 3 * x, "-1/3 * x"),
        (where(~((x >= 1) | (x < -1) & (y > 0)), 1, 0), "where(~((x >= 1) | (-1 > x) & (y > 0)), 1, 0)"),
        (sqrt(2 / pi) * x, "sqrt(2 / pi) * x"),
        (Fraction(1, 3) * x, "1/3 * x"),
    ],
)
def test_spelling(formula, text):
    assert repr(formula) == text


def test_spelling_is_read_back_by_python_as_the_same_condition():
    formula = where((x > 1) & (y > x) | ~(x >= 0), x - (1 - y), -(x**2))
    assert eval(repr(formula), {"x": x, "y": y, "where": where}) is formula


def test_a_formula_that_uses_its_parts_many_times_has_a_short_text():
    formula = x
    for _ in range(60):
        formula = formula * formula + x
    assert len(repr(formula)) < 5000


def test_numpy_numbers_are_numbers_on_either_side():
    half = np.float64(0.5)
    assert half * x is x * half is x * 0.5
    assert half - x is 0.5 - x
    assert np.float32(2) / x is 2 / x
    assert constant(half) is constant(0.5)


@pytest.mark.parametrize("wrong", [lambda: bool(x > 0), lambda: float(x), lambda: math.exp(x), lambda: np.exp(x)])
def test_python_and_numpy_functions_are_refused(wrong):
    with pytest.raises(FormulaError, match=r"Write where|words of actlab"):
        wrong()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: x / 0,
        lambda: power(x, 0.5),  # type: ignore[arg-type]
        lambda: x + math.nan,
        lambda: where(x, 1, 0),
        lambda: x + True,
    ],
)
def test_meaningless_formulas_are_refused(wrong):
    with pytest.raises(FormulaError, match=r"write|use where|by a comparison"):
        wrong()


def test_a_chained_comparison_is_told_how_to_be_written():
    with pytest.raises(FormulaError, match=r"\(x > -1\) & \(x < 1\)"):
        assert -1 < x < 1


def test_expressions_never_change():
    with pytest.raises(AttributeError, match="never changes"):
        x.name = "z"


def test_substitution_and_symbols():
    assert substitute(tanh(x) + y, {"x": y}) is tanh(y) + y
    assert symbols_of(hypot(x, y) + 1) == {"x", "y"}


def test_evaluation_overflows_to_infinity():
    assert evaluate(exp(x), {"x": 1e6}) == math.inf
    assert evaluate(x**3, {"x": -1e200}) == -math.inf
    assert evaluate(log(x), {"x": 0.0}) == -math.inf


@pytest.mark.parametrize(
    ("formula", "at", "value"),
    [
        (sqrt(x), -1.0, math.nan),
        (where(x > 0, sqrt(x), -sqrt(-x)), -4.0, -2.0),
        (sin(exp(x)), 1000.0, math.nan),
        (maximum(sqrt(x), 0), -1.0, math.nan),
        (maximum(0, sqrt(x)), -1.0, math.nan),
        (minimum(0, sqrt(x)), -1.0, math.nan),
        (sign(x) * x, np.float64(-3), 3.0),
        (1 / x, -0.0, -math.inf),
    ],
)
def test_evaluation_outside_the_domain(formula, at, value):
    assert evaluate(formula, {"x": at}) == pytest.approx(value, nan_ok=True)
