"""Properties of a function as words for a terminal, and as plain values for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from actlab.catalogue import Activation
from actlab.figures import numerals
from actlab.formula import Breakpoint
from actlab.properties import Claim, Properties, of


def claims(activation: Activation) -> Iterator[tuple[str, Claim[Any]]]:
    """Each property by name; none for functions of several numbers."""
    if activation.univariate:
        known = of(activation)
        for each in fields(Properties):
            yield each.name, getattr(known, each.name)


def in_words(name: str, value: Any) -> str:
    """A property's value, as the terminal says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "zeros":
        return numerals.share(value)
    if name == "range":
        return f"from {numerals.short(value[0], 6)} to {numerals.short(value[1], 6)}"
    if isinstance(value, float):
        return numerals.short(value, 6)
    if isinstance(value, tuple):
        return ", ".join(_spot(each) if isinstance(each, Breakpoint) else str(each) for each in value) or "none"
    return str(value)


def plain(value: Any) -> Any:
    """A value as JSON can hold it; infinities and nan become text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in asdict(value).items()}
    return value


def _spot(point: Breakpoint) -> str:
    word, there = ("there", point.value) if point.jumps else ("slope", point.slope)
    return f"at {numerals.short(point.at, 6)} ({word} {numerals.short(there, 6)})"
