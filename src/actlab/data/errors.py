"""The two ways in which what a person hands in can be unusable."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence

NEAR = 0.6
"""Share of letters in common from which a word may have been meant."""

SHOWN = 4
"""Columns that one finding tells of; the others are counted."""


class Unusable(ValueError):
    """A sentence about what a person handed in.

    Args:
        text: The sentence; with values it has `{names}` for them, so that it can be said in other languages.
        **values: What stands for the names.
    """

    def __init__(self, text: str, **values: str | int) -> None:
        super().__init__(text.format(**values) if values else text)
        self.text, self.values = text, values


class UsageError(Unusable):
    """The request does not fit: a missing file, an unknown column, an option that cannot be (exit code 2)."""


class DataError(Unusable):
    """The table cannot be used as it is (exit code 3)."""


def did_you_mean(word: str, known: Iterable[str], by: Callable[[str], str] = str) -> str:
    """The nearest of the known words as a question in brackets, or nothing when none is near.

    `by` gives the part of a word that has to be near, such as the stem of a file's name; the whole decides a tie.
    """
    asked = word.casefold()
    near = []
    for name in known:
        closeness = _closeness(by(asked), by(name.casefold()))
        if closeness >= NEAR:
            near.append((-closeness, -_closeness(asked, name.casefold()), name))
    nearest = [name for _, _, name in sorted(near)[:2]]
    return f" (did you mean {' or '.join(f'`{name}`' for name in nearest)}?)" if nearest else ""


def _closeness(word: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other, word).ratio()


def listed(names: Iterable[object], limit: int = 6) -> str:
    """Names in backticks with commas between them, cut short after `limit`."""
    quoted = [f"`{name}`" for name in names]
    rest = len(quoted) - limit
    return ", ".join(quoted[:limit]) + (f" and {rest} more" if rest > 0 else "")


def by_column(told: Sequence[str]) -> str:
    """What is told of each column, with semicolons between, cut short after `SHOWN`."""
    rest = len(told) - SHOWN
    return "; ".join(told[:SHOWN]) + (f"; and {counted(rest, 'more column')}" if rest > 0 else "")


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: `1 row`, `1,200 rows`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
