"""Formulas as LaTeX: numbers, fractions and cases bracketed where they would be misread."""

import pytest

from actlab.compilers.latex import latex
from actlab.formula import constant, symbol
from actlab.formula.primitives import hypot, tanh, where

x, y = symbol("x"), symbol("y")
CASES = r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (1e-7 * x, r"10^{-7} \, x"),
        (2.5e-7 * x, r"2.5 \cdot 10^{-7} \, x"),
        (x - 2.5e-7, r"x - 2.5 \cdot 10^{-7}"),
        (-1e-7 * x, r"-10^{-7} \, x"),
        ((x / y) ** 2, r"\left(\frac{x}{y}\right)^{2}"),
        (x * (x / y), r"x \, \frac{x}{y}"),
        (-(x / y), r"-\frac{x}{y}"),
        (hypot(x / y, constant(1) / 2), r"\sqrt{\left(\frac{x}{y}\right)^2 + \left(\tfrac{1}{2}\right)^2}"),
        (constant(1) / 3 * x, r"\tfrac{1}{3} \, x"),
        (where(x > 0, x, 0) * y, rf"\left({CASES}\right) \, y"),
        (where(x > 0, x, 0) ** 2, rf"\left({CASES}\right)^{{2}}"),
        (where(x > 0, x, 0) + y, rf"\left({CASES}\right) + y"),
        (tanh(where(x > 0, x, 0)), rf"\tanh\left({CASES}\right)"),
        ((x + 1) / (x - 1), r"\frac{x + 1}{x - 1}"),
    ],
)
def test_latex_reads_as_the_formula(formula, text):
    assert latex(formula) == text
