"""Properties of a function as words for a terminal."""

from __future__ import annotations

from typing import Any

from actlab.figures import numerals
from actlab.formula import Breakpoint


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


def _spot(point: Breakpoint) -> str:
    word, there = ("there", point.value) if point.jumps else ("slope", point.slope)
    return f"at {numerals.short(point.at, 6)} ({word} {numerals.short(there, 6)})"
