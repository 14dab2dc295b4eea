"""The article's pictures can be drawn anew, and those that are kept are the ones that are drawn."""

import runpy
from pathlib import Path
from xml.etree import ElementTree

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "pictures.py"
NAMES = ("step", "sigmoid", "sigmoid-and-tanh", "relu", "leaky-relu-and-prelu", "all-with-derivatives")


@pytest.fixture(scope="module")
def drawn():
    return runpy.run_path(str(SCRIPT))["pictures"]()


def test_each_picture_of_the_article_is_drawn(drawn):
    assert set(drawn) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_picture_says_what_the_drawn_one_says(drawn, name):
    kept = ElementTree.parse(SCRIPT.parent / "pictures" / f"{name}.svg").getroot()
    fresh = ElementTree.fromstring(drawn[name].document())
    assert ["".join(kept.itertext())] == ["".join(fresh.itertext())]
    assert kept.attrib == fresh.attrib
