"""Every compiler knows every word, or names what it refuses."""

import numpy as np
import pytest

from actlab.catalogue import find, names
from actlab.compilers import emit, latex, mpmath, numpy
from actlab.compilers.native import writer
from actlab.formula import WORDS, symbol
from actlab.formula.primitives import REDUCTIONS, exp, sigmoid, tanh, x_minus_tanh

x = symbol("x")


@pytest.mark.parametrize(
    ("table", "refused"),
    [
        (numpy.TABLE, ()),
        (mpmath.TABLE, mpmath.REFUSED),
        (latex.TABLE, ("where",)),
        (writer.TABLE, (*REDUCTIONS, *writer.CONSTANTS)),  # sums are passes of their own, in native/rows.py
    ],
    ids=["numpy", "mpmath", "latex", "native"],
)
def test_table_has_every_word(table, refused):
    assert set(table) | set(refused) == set(WORDS)
    assert not set(table) & set(refused)


def test_shared_parts_are_written_once():
    code = emit.emit({"a": exp(x) + 1, "b": exp(x) * tanh(exp(x))}, numpy.TABLE, str)
    assert sum(line.count("np.exp") for line in code.lines) == 1
    assert code.lines[0] == "t0 = np.exp(x)"


def test_a_missing_word_is_named():
    with pytest.raises(NotImplementedError, match=r"no word for sigmoid\(\)"):
        emit.emit({"a": sigmoid(x)}, {}, str)


@pytest.mark.parametrize("name", names())
def test_latex_is_drawn_by_matplotlib(name):
    """Matplotlib's parser refuses what is not LaTeX; it knows no cases, so those are checked by their braces."""
    text = find(name).latex
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
    assert text.count(r"\begin{cases}") == text.count(r"\end{cases}")
    if "cases" not in text:
        from matplotlib.mathtext import MathTextParser

        plain = text.replace(r"\tfrac", r"\frac").replace(r"\textstyle", "")
        assert MathTextParser("path").parse(f"${plain}$").width > 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("silu", r"x \, \sigma\left(x\right)"),
        ("softsign", r"\frac{x}{1 + \left|x\right|}"),
        ("relu", r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"),
        ("tanhshrink", r"x - \tanh\left(x\right)"),
    ],
)
def test_latex(name, text):
    assert find(name).latex == text


def test_x_minus_tanh_joins_its_pieces():
    points = np.array([0.1, 0.5, 0.7499999, 0.75, 0.7500001])
    got = numpy.run(x_minus_tanh(x), {"x": points})
    expected = [float(mpmath.evaluate(x_minus_tanh(x), {"x": float(point)})) for point in points]
    np.testing.assert_allclose(got, expected, rtol=1e-15)
