"""The sheet that every picture is drawn on, and the way from a matplotlib figure to an SVG that suits any page."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import ParamSpec
from xml.etree import ElementTree

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from actlab.figures import palette

Arguments = ParamSpec("Arguments")

WIDE = 680
NARROW = 300
POINT = 1 / 72  # matplotlib measures in inches, its SVG in points: one point is one unit of the picture

STYLE = MappingProxyType(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "actlab",
        "text.parse_math": False,
        "font.family": "DejaVu Sans",
        "font.size": 11,
        "text.color": palette.INK.light,
        "axes.edgecolor": palette.RULE.light,
        "axes.labelcolor": palette.MUTED.light,
        "axes.labelsize": 11,
        "axes.linewidth": 1,
        "axes.titley": 1.0,
        "axes.grid": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.formatter.useoffset": False,
        "grid.color": palette.RULE.light,
        "grid.linewidth": 1,
        "xtick.color": palette.RULE.light,
        "xtick.labelcolor": palette.MUTED.light,
        "xtick.labelsize": 10.5,
        "xtick.major.size": 0,
        "xtick.major.pad": 6,
        "xtick.minor.size": 0,
        "ytick.color": palette.RULE.light,
        "ytick.labelcolor": palette.MUTED.light,
        "ytick.labelsize": 10.5,
        "ytick.major.size": 0,
        "ytick.minor.size": 0,
        "lines.solid_capstyle": "round",
        "path.simplify": True,
    }
)

_HEX = re.compile(r"#[0-9a-f]{6}\b")
_FONT_FAMILY = re.compile(r"font-family:[^;]*;? ?")
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Picture:
    """One drawn figure with its words: `title` says what it shows, `description` what a reader would see."""

    title: str
    description: str
    figure: Figure

    def inline(self, name: str) -> str:
        """Return an SVG element for an HTML page; `name` keeps its ids apart from those of other pictures."""
        return _serialise(_element(self, name))

    def document(self) -> str:
        """Return a whole SVG file that follows the viewer's light or dark colours on a ground of its own."""
        root = _element(self, "picture")
        root.set("xmlns", "http://www.w3.org/2000/svg")
        _, _, width, height = root.attrib["viewBox"].split()
        root.set("width", width)
        root.set("height", height)
        root.set("style", f"color: {palette.INK.variable}; font-family: system-ui, 'Segoe UI', sans-serif")
        ground = {"width": "100%", "height": "100%", "rx": "8", "style": f"fill: {palette.SURFACE.variable}"}
        root.insert(2, ElementTree.Element("rect", ground))
        style = ElementTree.Element("style")
        style.text = palette.variables()
        root.insert(2, style)
        return f'<?xml version="1.0" encoding="utf-8"?>\n{_serialise(root)}\n'

    def _repr_svg_(self) -> str:
        """What a notebook shows."""
        return self.document()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture as the file's ending says: .svg follows light and dark, .png and .pdf are light.

        Raises:
            ValueError: for any other ending.
        """
        file = Path(path)
        ending = file.suffix.lower()
        if ending == ".svg":
            file.write_text(self.document(), encoding="utf-8")
        elif ending in (".png", ".pdf"):
            with style():
                self.figure.savefig(file, facecolor=palette.SURFACE.light, dpi=216)
        else:
            ending = file.suffix or "no ending"
            raise ValueError(f"A picture cannot be written as {ending}. Write a name that ends in .svg, .png or .pdf.")


def style() -> AbstractContextManager[None]:
    """The drawing style, for `with`; nothing outside sees it, no personal settings come in."""
    from matplotlib.style import context

    return context(["default", dict(STYLE)])


def styled(draw: Callable[Arguments, Picture]) -> Callable[Arguments, Picture]:
    """Make a drawing function draw in the style."""

    @wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Picture:
        with style():
            return draw(*args, **kwargs)

    return drawn


def sheet(width: float, height: float) -> Figure:
    """An empty figure of that many units."""
    return Figure(figsize=(width * POINT, height * POINT), facecolor="none")


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place of the sheet, in units from its upper left corner."""
    across, down = figure.get_size_inches() / POINT
    axes = figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))
    axes.patch.set_visible(False)
    axes.set_title("")  # with a set height matplotlib does not measure every tick to find room for a title
    return axes


def printable(text: str) -> str:
    """The text with a replacement mark for each character that no document may hold; line breaks stay."""
    return _UNPRINTABLE.sub("\ufffd", text)


def plain(text: str, longest: int = 200) -> str:
    """Make an untrusted name fit to be drawn: no control characters, and an ellipsis past `longest` characters."""
    clean = printable(" ".join(text.split()))
    return clean if len(clean) <= longest else f"{clean[: longest - 1].rstrip()}…"


def _element(picture: Picture, name: str) -> ElementTree.Element:
    """Draw the figure and rewrite its SVG: no metadata, no page-wide style, few ids, colours by variable."""
    with style(), warnings.catch_warnings():
        # The browser draws the letters with its own fonts: what DejaVu lacks does not matter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        buffer = io.StringIO()
        picture.figure.savefig(buffer, format="svg", transparent=True)
    drawn = ElementTree.fromstring(buffer.getvalue())
    root = ElementTree.Element("svg", {"viewBox": drawn.attrib["viewBox"], "role": "img", "class": "picture"})
    # What matplotlib's own style element says of every element on the page, said of this picture only.
    root.set("stroke-linejoin", "round")
    root.set("aria-labelledby", f"{name}-title {name}-description")
    ElementTree.SubElement(root, "title", {"id": f"{name}-title"}).text = plain(picture.title, 400)
    ElementTree.SubElement(root, "desc", {"id": f"{name}-description"}).text = plain(picture.description, 2000)
    for child in drawn:
        rewritten = _rewrite(child, name)
        if rewritten is not None:
            root.append(rewritten)
    return root


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _rewrite(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    tag = _local(element.tag)
    if tag in ("metadata", "style") or element.get("style") == "fill: none":  # nothing that is seen
        return None
    children = [child for child in (_rewrite(child, name) for child in element) if child is not None]
    if tag in ("g", "defs"):
        if not children:
            return None
        if tag == "g" and len(children) == 1 and not _attributes(element, name):
            return children[0]
    found = ElementTree.Element(tag, _attributes(element, name))
    found.text = element.text if tag == "text" else None
    found.extend(children)
    return found


def _attributes(element: ElementTree.Element, name: str) -> dict[str, str]:
    tag = _local(element.tag)
    found: dict[str, str] = {}
    for full, value in element.attrib.items():
        key = _local(full)
        if key == "id":
            if tag != "g":
                found["id"] = f"{name}-{value}"
        elif key == "href":
            found["href"] = f"#{name}-{value.removeprefix('#')}"
        elif key == "style":
            found["style"] = _recolour(_FONT_FAMILY.sub("", value)).strip("; ")
        elif key == "transform" and value.startswith("rotate(-0 "):
            continue
        else:
            found[key] = _REFERENCE.sub(rf"url(#{name}-\1)", _shorter(value) if key != "viewBox" else value)
    return {key: value for key, value in found.items() if value}


def _shorter(value: str) -> str:
    return _NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), " ".join(value.split()))


def _recolour(text: str) -> str:
    return _HEX.sub(lambda found: _VARIABLES.get(found[0], found[0]), text)


_VARIABLES = {colour.light: colour.variable for colour in palette.COLOURS}


def _serialise(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode", short_empty_elements=True)
