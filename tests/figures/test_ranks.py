"""The critical-difference diagram says what its numbers say, at every width and for any names."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from actlab.figures import canvas, palette, ranks

NAMES = ("step", "relu", "gelu", "tanh", "elu")
MEANS = (4.8, 2.6, 1.4, 3.1, 3.1)
GROUPS = (("gelu", "relu", "tanh", "elu"), ("relu", "tanh", "elu", "step"))
WORDS = {"title": "What it shows", "description": "What one sees"}
HOSTILE = ("<script>alert(1)</script>", "$x^2$", "a" * 200, "دالة", "")


def diagram(width=canvas.WIDE, critical=2.7, groups=GROUPS, names=NAMES, means=MEANS):
    return ranks.critical_difference(names, means, groups, critical, **WORDS, width=width)


def thick(picture):
    """The spans of the bars, from left to right."""
    lines = [line for line in picture.figure.axes[0].lines if line.get_linewidth() == 4]
    return [tuple(line.get_xdata()) for line in lines]


def markers(picture):
    """Where on the axis each mean rank is marked, in the order drawn."""
    lines = [line for line in picture.figure.axes[0].lines if line.get_markersize() == 7 and len(line.get_xdata()) == 1]
    return sorted(float(line.get_xdata()[0]) for line in lines)


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
def test_a_mark_lies_where_its_rank_is_and_the_best_at_the_right(width):
    picture = diagram(width)
    at = markers(picture)
    assert len(at) == len(NAMES)
    worst_to_best = sorted(MEANS, reverse=True)
    unit = (at[-1] - at[0]) / (worst_to_best[0] - worst_to_best[-1])
    assert at == pytest.approx([at[-1] - unit * (mean - worst_to_best[-1]) for mean in worst_to_best])


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
def test_a_bar_reaches_from_the_first_to_the_last_of_its_group_and_bars_do_not_touch(width):
    picture = diagram(width)
    at, bars = markers(picture), thick(picture)
    assert len(bars) == 2
    spans = [(at[1], at[4]), (at[0], at[3])]
    for (left, right), (first, last) in zip(bars, spans, strict=True):
        assert left == pytest.approx(first - ranks.APART)
        assert right == pytest.approx(last + ranks.APART)
    heights = {line.get_ydata()[0] for line in picture.figure.axes[0].lines if line.get_linewidth() == 4}
    assert len(heights) == 2


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
def test_the_ruler_is_as_long_as_the_critical_difference(width):
    picture = diagram(width)
    rulers = [line for line in picture.figure.axes[0].lines if line.get_color() == palette.INK.light]
    length = max(abs(line.get_xdata()[1] - line.get_xdata()[0]) for line in rulers if line.get_linewidth() == 1.5)
    at = markers(picture)
    assert length == pytest.approx(2.7 * (at[-1] - at[0]) / (4.8 - 1.4))
    assert "critical difference 2.70" in "".join(ElementTree.fromstring(picture.inline("here")).itertext())


def test_without_a_test_there_is_neither_ruler_nor_bar():
    picture = diagram(critical=None, groups=())
    assert thick(picture) == []
    assert "critical" not in picture.inline("here")


def test_bars_share_a_level_only_when_there_is_room_between_them():
    picture = diagram(groups=(("gelu", "relu"), ("tanh", "elu"), ("relu", "tanh")))
    lines = [line for line in picture.figure.axes[0].lines if line.get_linewidth() == 4]
    by_level: dict[float, list[tuple[float, float]]] = {}
    for line in lines:
        by_level.setdefault(float(line.get_ydata()[0]), []).append(tuple(sorted(line.get_xdata())))
    assert sorted(map(len, by_level.values())) == [1, 2]
    for spans in by_level.values():
        spans.sort()
        assert all(one[1] < other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
def test_every_name_stands_there_with_its_rank_and_inside_the_sheet(width):
    picture = diagram(width)
    texts = {text.get_text(): text for text in picture.figure.axes[0].texts}
    for name, mean in zip(NAMES, MEANS, strict=True):
        assert any(name in text and f"{mean:.1f}" in text for text in texts)
    for text in picture.figure.axes[0].texts:
        across, side, length = text.get_position()[0], text.get_ha(), 6.9 * len(text.get_text())
        left = across - {"left": 0, "center": length / 2, "right": length}[side]
        assert left >= -1, text.get_text()
        assert left + length <= width + 1, text.get_text()


@pytest.mark.parametrize("width", [canvas.NARROW, canvas.WIDE])
@pytest.mark.parametrize("names", [HOSTILE, tuple(f"function_{index}" for index in range(25)), ("relu", "gelu")])
@pytest.mark.parametrize("kind", ["diagram", "taken"])
def test_a_picture_is_well_formed_described_and_follows_light_and_dark(kind, names, width):
    means = [1 + index for index in range(len(names))]
    if kind == "diagram":
        picture = diagram(width, 1.0, (names[:2],), names, means)
    else:
        picture = ranks.ranks_taken(names, [(mean, mean, 1.5) for mean in means], **WORDS, width=width)
    text = picture.inline("one")
    root = ElementTree.fromstring(text)
    said = {element.get("id"): element.text for element in root if element.tag in ("title", "desc")}
    assert said == {"one-title": "What it shows", "one-description": "What one sees"}
    assert not list(root.iter("script"))
    assert re.findall(r"#[0-9a-f]{6}\b", re.sub(r"var\(--[\w-]+, #[0-9a-f]{6}\)", "", text)) == []


def test_a_dot_is_larger_the_more_often_its_rank_was_taken():
    axes = ranks.ranks_taken(["relu", "gelu"], [(1.0, 1.0, 1.0, 2.0), (2.0, 2.0, 2.0, 1.0)], **WORDS).figure.axes[0]
    dots = {
        (line.get_xdata()[0], line.get_ydata()[0]): line.get_markersize()
        for line in axes.lines
        if line.get_marker() == "o"
    }
    assert dots[1.0, 0] > dots[2.0, 0]
    assert dots[2.0, 1] > dots[1.0, 1]
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "|"]
    assert means == [1.25, 1.75]
