"""Pictures of activations show what the declarations say."""

import numpy as np
import pytest

import actlab
from actlab.figures import curves, functions, sampling


def test_samples_lie_on_the_function_and_beside_its_breaks():
    curve = sampling.sampled(actlab.find("relu"), -2, 2)
    assert np.array_equal(curve.value, np.maximum(curve.x, 0))
    assert curve.derivative_breaks == (0,)
    assert curve.value_breaks == ()
    at = int(np.searchsorted(curve.x, 0))
    assert curve.derivative[at - 1 : at + 2].tolist() == [0, 0, 1]


def test_a_jump_is_not_drawn_as_a_slope():
    picture = functions.plot(actlab.find("step"))
    line = picture.figure.axes[0].lines[2]
    assert np.isnan(line.get_ydata()).sum() == 1
    assert set(np.unique(np.asarray(line.get_ydata(), dtype=float)[np.isfinite(line.get_ydata())])) == {0.0, 1.0}


def test_both_functions_are_named_and_described():
    picture = functions.overlay([actlab.find("sigmoid"), actlab.find("tanh")])
    text = picture.inline("here")
    assert ">sigmoid<" in text
    assert ">tanh<" in text
    assert "tanh goes from −1" in picture.description


def test_a_key_takes_a_note():
    picture = functions.overlay([actlab.find("relu")], notes=["max(0, x)"], title="ReLU")
    assert ">relu: max(0, x)<" in picture.inline("here")


def test_a_wall_has_a_panel_for_each_function():
    names = ("relu", "gelu", "silu", "step", "tanh")
    picture = functions.wall([actlab.find(name) for name in names], title="Five", width=420)
    assert [axes.get_title(loc="left") for axes in picture.figure.axes] == list(names)
    assert len({axes.get_ylim() for axes in picture.figure.axes}) == 1


def test_a_function_of_a_whole_row_is_refused():
    with pytest.raises(TypeError, match="softmax"):
        functions.plot(actlab.find("softmax"))


def test_the_title_is_wrapped_to_the_width():
    x = np.linspace(-1, 1, 5)
    curve = sampling.Curve("line", x, x, np.ones(5))
    picture = curves.together([curve], title="word " * 30, description="A line.", width=300)
    titles = [text for text in picture.figure.texts if text.get_fontweight() == "bold"]
    assert len(titles) > 2
    assert max(len(text.get_text()) for text in titles) <= 32


def test_only_what_is_finite_is_drawn():
    x = np.linspace(-2, 2, 5)
    with np.errstate(all="ignore"):
        pole = sampling.Curve("pole", x, 1 / x, -1 / x**2)
    nowhere = sampling.Curve("nowhere", x, x * np.nan, x * np.nan)
    picture = curves.together([pole, nowhere], title="A pole", description=functions.described([pole, nowhere]))
    low, high = picture.figure.axes[0].get_ylim()
    assert -1.5 < low < -1 < 1 < high < 1.5
    assert "pole goes from −0.5 to 0.5, its slope is at most 1; nowhere has no finite value" in picture.description
    assert "picture" in picture.inline("here")


def test_a_picture_is_saved_under_any_spelling_of_a_path(tmp_path):
    picture = functions.plot(actlab.find("mish"))
    for name in ("small.svg", "large.SVG", "light.PNG"):
        picture.save(str(tmp_path / name))
        picture.save(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1000
    with pytest.raises(ValueError, match=r"cannot be written as .txt"):
        picture.save("mish.txt")
