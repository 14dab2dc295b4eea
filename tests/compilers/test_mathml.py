"""MathML says what LaTeX says."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from actlab.catalogue import find, names
from actlab.compilers import latex
from actlab.compilers.mathml import NAMED, SHAPES, SIGNS, mathml
from actlab.formula import symbol
from actlab.formula.primitives import exp

x, y = symbol("x"), symbol("y")


@pytest.mark.parametrize("name", names())
def test_every_formula_is_whole_mathml(name: str) -> None:
    activation = find(name)
    for formula in (activation.formula, *(activation.slopes if activation.elementwise else ())):
        tree = ElementTree.fromstring(mathml(formula))
        assert tree.tag == "math"
        assert (
            [each.text for each in tree.iter("mi")].count("x") > 0
            or "x" not in activation.inputs
            or formula.is_constant
        )


def test_its_words_are_words_of_latex() -> None:
    assert SHAPES.keys() | SIGNS.keys() | NAMED.keys() <= latex.TABLE.keys()


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (x - (y - x), "x−(y−x)"), (x * (x + y), "x(x+y)"), (exp(-x), "e−x"), (-(x + y), "−(x+y)"),
        ((x + y) ** 2, "(x+y)2"), (x / (y + 1), "xy+1"), (0.01 * x, "0.01x"), (x * -2, "−2x"),
    ],
)  # fmt: skip
def test_brackets_stand_where_they_must(formula: object, text: str) -> None:
    assert "".join(ElementTree.fromstring(mathml(formula)).itertext()) == text  # type: ignore[arg-type]
