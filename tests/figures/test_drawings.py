"""Every picture is a well-formed SVG with words for who cannot see it, whatever it is given."""

import math
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from actlab.figures import canvas, cost, cutoff, intervals, learning, pairs, units

HOSTILE = (
    "<script>alert(1)</script>",
    "$x^2$ & \"q\" 'r'",
    "a" * 200,
    "دالة التنشيط",
    "激活函数",
    "_under",
    "\x00\x1b[31m",
    "",
)
NAMES = tuple(f"function_{index}" for index in range(25))
WORDS: Any = {"title": "What it shows", "description": "What one sees"}
SCORE: Any = {"quantity": "ROC AUC", "least": 0.01, "lower_is_better": False}
NAN = math.nan


def draw_intervals(names, width):
    rows = [
        intervals.Interval(name, 0.01 * row, 0.01 * row - 0.02, 0.01 * row + 0.02, "SAME")
        for row, name in enumerate(names)
    ]
    rows.append(intervals.Interval("gone", NAN, NAN, NAN, "BROKEN"))
    return intervals.differences(rows, matters=0.01, quantity="difference", **WORDS, width=width)


def draw_pairs(names, width):
    scores = np.random.default_rng(0).normal(0.9, 0.01, (len(names), 10))
    scores[0, :5] = NAN
    return pairs.pairs(names, scores, **SCORE, **WORDS, width=width)


def draw_learning(names, width):
    lesson = learning.Lesson((1.0, 0.5, 0.2), (1.0, 0.6, 0.7), 1)
    broken = learning.Lesson((1.0, math.inf), (1.0, NAN), 0)
    panels = [(name, [lesson, broken] if row else []) for row, name in enumerate(names)]
    return learning.learning_curves(panels, **WORDS, width=width)


def draw_units(names, width):
    layers = [[units.Layer(0.1, 0.0, 0.2, 0.3)] * (12 if row else 0) for row, _ in enumerate(names)]
    return units.units_by_layer(names, layers, **WORDS, width=width)


def draw_cost(names, width):
    points = [cost.Point(name, 0.01 * (row + 1), 0.9 + 0.001 * row) for row, name in enumerate(names)]
    points += [cost.Point("gone", NAN, NAN), cost.Point("far", 0.1, 0.1)]
    return cost.cost_and_score(points, **SCORE, **WORDS, width=width)


def draw_cutoff(names, width):
    cutoffs = np.linspace(0, 1, 11)
    low, curve, high = ((times * (cutoffs - 0.3) ** 2).tolist() for times in (0.5, 1, 2))
    choice = cutoff.Choice(0.3, 0.2, 0.45)
    return cutoff.cutoff(cutoffs.tolist(), curve, low, high, choice, answer=names[0], **WORDS, width=width)


DRAWINGS = (draw_intervals, draw_pairs, draw_learning, draw_units, draw_cost, draw_cutoff)


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
@pytest.mark.parametrize("names", [HOSTILE, NAMES, ("relu",)], ids=["hostile", "many", "one"])
@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_a_picture_is_well_formed_and_described(draw, names, width):
    root = ElementTree.fromstring(draw(names, width).inline("one"))
    assert root.get("role") == "img"
    said = {element.get("id"): element.text for element in root if element.tag in ("title", "desc")}
    assert said == {"one-title": "What it shows", "one-description": "What one sees"}
    assert root.get("aria-labelledby", "").split() == list(said)
    assert not list(root.iter("script"))
    assert float(root.attrib["viewBox"].split()[2]) == pytest.approx(width)


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_ids_and_references_carry_the_pictures_name(draw):
    text = draw(("relu", "gelu"), canvas.WIDE).inline("here")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("here-") for each in ids)
    references = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text)
    assert {one or other for one, other in references} <= set(ids)


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_nothing_comes_from_outside_and_nothing_leaks_out(draw):
    text = draw(("relu", "gelu"), canvas.WIDE).inline("here")
    assert "http" not in text
    assert "<style" not in text
    assert "font-family" not in text


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_every_colour_follows_light_and_dark(draw):
    text = draw(("relu", "step", "gelu"), canvas.WIDE).inline("here")
    without_variables = re.sub(r"var\(--[\w-]+, #[0-9a-f]{6}\)", "", text)
    assert re.findall(r"#[0-9a-f]{6}\b", without_variables) == []


def test_text_stays_text_and_markup_stays_text():
    drawn = draw_pairs(("<b>$x$</b>", "relu"), canvas.WIDE).inline("here")
    assert "<b>" not in drawn
    assert "$x$" in "".join(ElementTree.fromstring(drawn).itertext())


def test_a_far_value_is_named_and_does_not_squeeze_the_others():
    near = [intervals.Interval(name, 0.001, -0.002, 0.004, "SAME") for name in ("gelu", "silu", "mish", "elu")]
    far = intervals.Interval("step", -0.4, -0.41, -0.39, "WORSE")
    picture = intervals.differences([*near, far], matters=0.01, quantity="difference", **WORDS)
    low, high = picture.figure.axes[0].get_xlim()
    assert -0.1 < low < -0.01
    assert 0.01 < high < 0.1
    assert "off the scale" in picture.inline("here")


@pytest.mark.parametrize("lower_is_better", [False, True])
def test_better_lies_to_the_right_and_up(lower_is_better):
    score = {**SCORE, "lower_is_better": lower_is_better}
    left, right = pairs.pairs(["relu"], [[0.5, 0.6]], **score, **WORDS).figure.axes[0].get_xlim()
    bottom, top = cost.cost_and_score([cost.Point("relu", 1.0, 0.5)], **score, **WORDS).figure.axes[0].get_ylim()
    assert (left > right) == lower_is_better
    assert (bottom > top) == lower_is_better


@pytest.mark.parametrize("draw", DRAWINGS[:5], ids=lambda draw: draw.__name__)
def test_nothing_to_draw_is_no_error(draw):
    if draw is draw_pairs:
        picture = pairs.pairs(["relu", "gelu"], [(), ()], **SCORE, **WORDS)
    else:
        picture = draw((), canvas.NARROW)
    assert ElementTree.fromstring(picture.inline("here")).get("role") == "img"


@pytest.mark.parametrize(
    ("fastest", "slowest"), [(0.04, 0.11), (1.0, 1.0), (0.9, 1.05), (1e-6, 3e3)], ids=["near", "equal", "close", "far"]
)
def test_times_get_a_few_round_ticks(fastest, slowest):
    points = [cost.Point("relu", fastest, 0.9), cost.Point("gelu", slowest, 0.9)]
    axes = cost.cost_and_score(points, **SCORE, **WORDS).figure.axes[0]
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert 2 <= len(ticks) <= 6


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw_pairs(("relu",), canvas.WIDE).inline("here")
    assert dict(mpl.rcParams) == before


def test_the_same_numbers_give_the_same_picture():
    assert draw_cost(NAMES, canvas.WIDE).inline("here") == draw_cost(NAMES, canvas.WIDE).inline("here")


def test_a_document_stands_alone(tmp_path):
    picture = draw_units(("relu",), canvas.WIDE)
    picture.save(tmp_path / "units.svg")
    root = ElementTree.parse(tmp_path / "units.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme: dark" in "".join(root.itertext())
    picture.save(tmp_path / "units.png")
    assert (tmp_path / "units.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["picture.gif", "picture"])
def test_another_ending_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match=r"ends in \.svg, \.png or \.pdf"):
        draw_units(("relu",), canvas.WIDE).save(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_names_are_made_fit_to_draw():
    assert canvas.plain("a\nb\t c\x00\u2028") == "a b c\ufffd"
    assert canvas.plain("x" * 50, 10) == "x" * 9 + "…"


def test_an_interval_that_leaves_the_axis_is_marked_where_it_does():
    near = [intervals.Interval(name, 0.001, -0.002, 0.004, "SAME") for name in ("gelu", "silu", "mish", "elu")]
    wide = intervals.Interval("step", -0.3, -0.61, 0.002, "UNSURE")
    axes = intervals.differences([*near, wide], matters=0.01, quantity="difference", **WORDS).figure.axes[0]
    assert [line.get_marker() for line in axes.lines].count("<") == 1


def test_the_kept_epoch_is_marked_counted_from_one():
    lesson = learning.Lesson((1.0, 0.5, 0.2), (1.0, 0.6, 0.7), 2)
    axes = learning.learning_curves([("relu", [lesson])], **WORDS).figure.axes[0]
    dot = axes.lines[-1]
    assert (list(dot.get_xdata()), list(dot.get_ydata())) == ([2], [0.6])
    assert list(axes.lines[0].get_xdata()) == [1, 2, 3]


@pytest.mark.parametrize(("lowest", "words"), [(0.3, "lower is better)"), (0.01, "logarithmic scale")])
def test_the_loss_axis_has_a_name_and_says_when_it_is_logarithmic(lowest, words):
    lesson = learning.Lesson((1.0, 0.5, lowest), (1.0, 0.6, lowest), 3)
    picture = learning.learning_curves([("relu", [lesson])], **WORDS)
    (name,) = [text.get_text() for text in picture.figure.texts if "loss" in text.get_text()]
    assert name.endswith(words)
    assert picture.figure.axes[0].get_yscale() == ("log" if "logarithmic" in words else "linear")


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
def test_the_axis_of_times_names_no_unit_and_says_that_it_is_logarithmic(width):
    axes = cost.cost_and_score([cost.Point("relu", 0.01, 0.9)], **SCORE, **WORDS, width=width).figure.axes[0]
    assert "logarithmic" in axes.get_xlabel()
    assert "second" not in axes.get_xlabel()
    assert axes.get_xscale() == "log"


def marks(chosen, low, high):
    """The labels above a curve that costs `2 + cutoff`, its dots by place and cost, and the numbers below it."""
    cutoffs = np.unique([0, 1, 0.5, chosen, *np.linspace(0.001, 0.999, 99)])
    curve = (2 + cutoffs).tolist()
    picture = cutoff.cutoff(cutoffs, curve, curve, curve, cutoff.Choice(chosen, low, high), answer="a", **WORDS)
    axes = picture.figure.axes[0]
    left, right = axes.get_xlim()
    dots = [
        (left + line.get_xdata()[0] * (right - left), line.get_ydata()[0])
        for line in axes.lines
        if line.get_marker() == "o"
    ]
    return [text.get_text() for text in axes.texts], dots, [tick.get_text() for tick in axes.get_xticklabels()]


def test_every_cost_stands_where_the_curve_reads_it():
    texts, dots, _ = marks(0.25, 0.2, 0.4)
    assert sorted(texts) == ["0.25 costs 2.25", "0.5 costs 2.5"]
    assert sorted(dots) == [pytest.approx((0.25, 2.25)), pytest.approx((0.5, 2.5))]


def test_one_half_is_marked_once():
    texts, dots, _ = marks(0.5, 0.4, 0.6)
    assert texts == ["0.5 costs 2.5"]
    assert dots == [pytest.approx((0.5, 2.5))]


@pytest.mark.parametrize("chosen", [0.0, 0.002, 0.03, 0.98, 1.0])
def test_a_choice_near_an_end_stretches_the_axis_there(chosen):
    texts, dots, ticks = marks(chosen, max(0, chosen - 0.01), min(1, chosen + 0.01))
    assert f"{chosen:g} costs {2 + chosen:.3g}" in texts
    assert {"0", "0.01", "0.5", "0.99", "1"} <= set(ticks)
    (half,) = [at for at, cost in dots if cost == 2.5]
    (own,) = [at for at, cost in dots if cost != 2.5]
    assert half == pytest.approx(0, abs=1e-9)
    assert abs(own) >= math.log(0.95 / 0.05)
    assert chosen in (0, 1) or own == pytest.approx(math.log(chosen / (1 - chosen)))


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
@pytest.mark.parametrize("chosen", [0.0005, 0.3, 0.47, 0.52, 0.9])
def test_labels_of_cutoffs_do_not_cover_each_other(chosen, width):
    choice = cutoff.Choice(chosen, chosen, chosen)
    axes = cutoff.cutoff([0, 1], [1, 2], [1, 2], [1, 2], choice, answer="a", **WORDS, width=width).figure.axes[0]
    axes.figure.canvas.draw()
    own, half = (text.get_window_extent() for text in axes.texts)
    assert not own.overlaps(half)
