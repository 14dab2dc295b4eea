"""A function can be seen in a terminal."""

import numpy as np
import pytest

from actlab.figures import terminal

X = np.linspace(-5, 5, 201)


def drawing(text):
    return [line.split("│", 1)[1] for line in text.splitlines() if "│" in line]


def dots(letter):
    return (ord(letter) - terminal.BLANK).bit_count() if ord(letter) >= terminal.BLANK else 0


def test_the_drawing_has_the_size_asked_for():
    lines = drawing(terminal.plot(X, [("tanh", np.tanh(X))], width=40, height=8))
    assert len(lines) == 8
    assert {len(line) for line in lines} == {40}


def test_axes_are_labelled_with_the_ends():
    text = terminal.plot(X, [("tanh", np.tanh(X))])
    lines = text.splitlines()
    assert lines[0].split("│")[0].strip() == "1"
    assert lines[11].split("│")[0].strip() == "−1"
    assert lines[12].split() == ["−5", "5"]


def test_axes_are_lines_where_no_curve_runs():
    lines = drawing(terminal.plot(X, [("tanh", np.tanh(X))], 41, 11))
    assert {line[20] for line in lines[1:5]} == {"│"}
    assert lines[5].count("─") > 35
    empty = drawing(terminal.plot(X, [("nothing", np.where(np.abs(X) > 4.9, X, np.nan))], 41, 11))
    assert empty[5][20] == "┼"


@pytest.mark.parametrize("lowest", [-0.01, -0.17, -1, -4.9])
def test_zero_has_its_label_wherever_it_lies_inside(lowest):
    for sign in (1, -1):
        lines = terminal.plot(X, [("y", sign * np.clip(X, lowest, 5))]).splitlines()
        labels = [line.split("│")[0].strip() for line in lines[:12]]
        assert labels.count("0") == 1
        assert "─" in lines[labels.index("0")]
        assert labels[0] not in ("", "0")
        assert labels[-1] not in ("", "0")


def test_a_range_that_begins_at_zero_stays_as_it_is():
    lines = terminal.plot(X, [("relu", np.maximum(X, 0))]).splitlines()
    assert lines[11].split("│")[0].strip() == "0"


def test_a_rising_line_runs_from_the_lower_left_to_the_upper_right():
    lines = drawing(terminal.plot([0, 1], [("x", [0, 1])], width=20, height=10))
    assert dots(lines[-1][0]) > 0
    assert dots(lines[0][-1]) > 0
    assert dots(lines[0][0]) == dots(lines[-1][-1]) == 0


def test_a_jump_is_filled():
    lines = drawing(terminal.plot(X, [("step", (X > 0).astype(float))], width=41, height=6))
    assert all(any(dots(letter) for letter in line[19:22]) for line in lines)


def test_two_series_have_a_key_and_different_strokes():
    text = terminal.plot(X, [("tanh", np.tanh(X)), ("derivative", 1 / np.cosh(X) ** 2)])
    assert "── tanh" in text
    assert "·· derivative" in text
    solid, dotted = (
        sum(dots(letter) for line in drawing(terminal.plot(X, series)) for letter in line)
        for series in ([("a", X), ("b", X * np.nan)], [("a", X * np.nan), ("b", X)])
    )
    assert solid > dotted


@pytest.mark.parametrize("values", [np.zeros(201), np.full(201, np.nan), np.where(X > 0, np.inf, X)])
def test_level_missing_and_infinite_values_are_drawn_without_error(values):
    assert len(drawing(terminal.plot(X, [("y", values)], width=30, height=4))) == 4


def test_it_is_drawn_without_matplotlib():
    import subprocess
    import sys

    code = "import sys, actlab.figures.terminal; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
