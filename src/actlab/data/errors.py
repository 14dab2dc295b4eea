"""The two ways in which what a person hands in can be unusable."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping


class UsageError(ValueError):
    """The request does not fit: a missing file, an unknown column, an option that cannot be (exit code 2)."""


class DataError(ValueError):
    """The table cannot be used as it is (exit code 3)."""


def did_you_mean(word: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """The nearest of the known words as a question in brackets, or nothing when none is near.

    A mapping is searched by its keys and answers with its values, such as file names by their stems.
    """
    shown = known if isinstance(known, Mapping) else {name: name for name in known}
    names = {name.casefold(): answer for name, answer in shown.items()}
    near = difflib.get_close_matches(word.casefold(), names, n=2, cutoff=0.6)
    return f" (did you mean {' or '.join(f'`{names[name]}`' for name in near)}?)" if near else ""


def listed(names: Iterable[object], limit: int = 6) -> str:
    """Names in backticks with commas between them, cut short after `limit`."""
    quoted = [f"`{name}`" for name in names]
    rest = len(quoted) - limit
    return ", ".join(quoted[:limit]) + (f" and {rest} more" if rest > 0 else "")


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: `1 row`, `1,200 rows`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
