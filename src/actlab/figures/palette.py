"""Colours for light and dark pages, and the one colour and marker that each activation keeps."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Colour:
    """A named colour: drawn as `light`, and shown as `dark` on a page that asks for dark colours."""

    name: str
    light: str
    dark: str

    @property
    def variable(self) -> str:
        """The colour as CSS reads it, with the light one for a page that sets no variables."""
        return f"var(--{self.name}, {self.light})"


@dataclass(frozen=True)
class Style:
    """How one activation looks in every picture: a light colour and a marker of matplotlib's."""

    colour: str
    marker: str


# Each light value is unique: a drawn picture is recoloured by looking its hex values up in this table. Full black
# (000000) is none of them: matplotlib leaves it out of its SVG, where nothing means black.
SURFACE = Colour("surface", "#fdfdfc", "#15191e")
INK = Colour("ink", "#1a2027", "#e8eaed")
MUTED = Colour("muted", "#57616b", "#a5afb9")
RULE = Colour("rule", "#d6dbe0", "#3a424b")
BAND = Colour("band", "#e4eaf0", "#29323b")
ALIVE = Colour("alive", "#b9d8cd", "#31584c")
SPARSE = Colour("sparse", "#dd9a3c", "#d9963a")
DEAD = Colour("dead", "#7a1f3d", "#ff8fa8")

# Okabe & Ito's eight colours. On dark they are the published values; on light the three pale ones are
# darkened to a contrast of 3 : 1 with the page, which WCAG asks of lines and markers.
SERIES = (
    Colour("series-blue", "#0072b2", "#3d9bd6"),
    Colour("series-vermilion", "#d55e00", "#d55e00"),
    Colour("series-green", "#009e73", "#009e73"),
    Colour("series-purple", "#c8749f", "#cc79a7"),
    Colour("series-orange", "#bf8400", "#e69f00"),
    Colour("series-sky", "#4795c2", "#56b4e9"),
    Colour("series-black", "#010101", "#ffffff"),
    Colour("series-yellow", "#9a9229", "#f0e442"),
)
COLOURS = (SURFACE, INK, MUTED, RULE, BAND, ALIVE, SPARSE, DEAD, *SERIES)

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "h")

PLACES = len(SERIES) * len(MARKERS)

# The functions of a default comparison come first, close relatives far apart; all others go where their name says.
FAMILIAR = MappingProxyType(
    {
        "relu": 0,
        "sigmoid": 1,
        "tanh": 2,
        "gelu": 3,
        "leaky_relu": 4,
        "silu": 5,
        "step": 6,
        "elu": 7,
        "mish": 10,
        "prelu": 11,
    }
)


def _place(name: str, taken: set[int]) -> int:
    first = FAMILIAR.get(name, zlib.crc32(name.encode()) % PLACES)
    return next(place % PLACES for place in range(first, first + PLACES) if place % PLACES not in taken)


def _style(place: int) -> Style:
    # 8 colours and 9 markers share no divisor: 72 places give 72 different pairs.
    return Style(SERIES[place % len(SERIES)].light, MARKERS[place % len(MARKERS)])


def styles(names: Iterable[str]) -> MappingProxyType[str, Style]:
    """Give each name the look that it has everywhere; no two names of one report look alike (up to 72).

    Args:
        names: activations, in any order: the order changes nothing.

    Returns:
        A style for each name.
    """
    unique = set(names)
    taken: set[int] = set()
    found: dict[str, Style] = {}
    for name in sorted(unique, key=lambda name: (name not in FAMILIAR, name)):
        if len(taken) == PLACES:
            taken = set()
        place = _place(name, taken)
        taken.add(place)
        found[name] = _style(place)
    return MappingProxyType(found)


def variables() -> str:
    """CSS that names every colour, for light pages and for dark ones."""
    light = " ".join(f"--{colour.name}: {colour.light};" for colour in COLOURS)
    dark = " ".join(f"--{colour.name}: {colour.dark};" for colour in COLOURS)
    return f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
