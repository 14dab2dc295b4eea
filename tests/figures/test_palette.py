"""Colours can be told from the page, and every activation keeps its look."""

import re

import pytest

from actlab.catalogue import names
from actlab.figures import palette


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", palette.SERIES, ids=lambda colour: colour.name)
def test_a_series_stands_out_from_the_page(colour):
    assert contrast(colour.light, palette.SURFACE.light) >= 3
    assert contrast(colour.dark, palette.SURFACE.dark) >= 3


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED], ids=lambda colour: colour.name)
@pytest.mark.parametrize("ground", [palette.SURFACE, palette.BAND], ids=lambda colour: colour.name)
def test_text_can_be_read_on_every_ground(colour, ground):
    assert contrast(colour.light, ground.light) >= 4.5
    assert contrast(colour.dark, ground.dark) >= 4.5


def test_dead_units_stand_out_from_living_ones():
    assert contrast(palette.DEAD.light, palette.ALIVE.light) >= 3
    assert contrast(palette.DEAD.dark, palette.ALIVE.dark) >= 3


def test_no_two_colours_are_drawn_alike():
    drawn = [colour.light for colour in palette.COLOURS]
    assert len(set(drawn)) == len(drawn)
    assert "#000000" not in drawn, "matplotlib leaves full black out of its SVG, so it could not be recoloured"


def test_each_variable_is_set_for_light_and_for_dark():
    text = palette.variables()
    for colour in palette.COLOURS:
        assert re.findall(rf"--{colour.name}: (#\w+);", text) == [colour.light, colour.dark]


def test_the_whole_catalogue_looks_different():
    looks = palette.styles(names())
    assert len(set(looks.values())) == len(set(names()))


def test_a_look_depends_on_the_name_and_not_on_its_place():
    report = palette.styles(["relu", "gelu", "tanh", "squareplus"])
    assert palette.styles(["squareplus", "tanh", "gelu", "relu"]) == report
    assert palette.styles(["relu"])["relu"] == report["relu"]


def test_more_names_than_looks_still_get_one_each():
    many = [f"function_{index}" for index in range(2 * palette.PLACES)]
    assert set(palette.styles(many)) == set(many)
