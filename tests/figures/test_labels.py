"""Names beside points do not cover one another."""

import itertools

import numpy as np

from actlab.figures import labels


def boxes(centres, widths):
    return [labels.Box(x, y, width / 2, labels.HALF_HEIGHT) for (x, y), width in zip(centres, widths, strict=True)]


def test_crowded_names_are_kept_apart():
    generator = np.random.default_rng(3)
    points = [(float(x), float(y)) for x, y in generator.normal((300, 150), (60, 40), (25, 2))]
    widths = [60.0] * len(points)
    found = boxes(labels.spread(points, widths, 600, 300), widths)
    assert all(one.overlap(other) == 0 for one, other in itertools.combinations(found, 2))


def test_a_lone_name_stands_right_of_its_point():
    assert labels.spread([(100.0, 100.0)], [40.0], 600, 300) == [(100 + 20 + labels.MARKER + 2, 100.0)]


def test_a_name_stays_on_the_sheet():
    ((x, y),) = labels.spread([(598.0, 298.0)], [80.0], 600, 300)
    assert x + 40 <= 600
    assert y + labels.HALF_HEIGHT <= 300


def test_overlap_is_the_shared_area():
    assert labels.Box(0, 0, 2, 2).overlap(labels.Box(3, 0, 2, 2)) == 4
    assert labels.Box(0, 0, 2, 2).overlap(labels.Box(5, 0, 2, 2)) == 0
