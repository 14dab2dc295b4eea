"""Options that hold several values in one word, such as relu,gelu or 64,64; the plan checks the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import typer

Value = TypeVar("Value", str, int, float)


def several(text: str, kind: Callable[[str], Value], option: str, example: str) -> tuple[Value, ...]:
    """The values of an option that are written with commas between them.

    Args:
        text: What came, such as "64,64".
        kind: What turns a word into a value: str, int or float.
        option: The option's name, for the error.
        example: What could have come, for the error.

    Returns:
        The values, at least one, in the order given.

    Raises:
        typer.BadParameter: when nothing is there, or a word is not such a value.

    >>> several("64, 32", int, "--hidden", "64,64")
    (64, 32)
    """
    words = [word.strip() for word in text.split(",")]
    try:
        values = tuple(kind(word) for word in words if word)
    except ValueError:
        values = ()
    if not values:
        raise typer.BadParameter(f"{text!r} came; write something such as {example}.", param_hint=option)
    return values
