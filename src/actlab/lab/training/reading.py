"""Values out of a message: each is taken as it was meant, or refused with a sentence that says what is allowed."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

from actlab.lab.refusal import Refusal

LONGEST = 40  # characters of what came that a sentence repeats


def shown(value: object) -> str:
    """What came, short enough for a sentence."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "…"
    text = text.encode(errors="backslashreplace").decode()  # halves of characters cannot be sent
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def parsed(text: str | bytes) -> Any:
    """A document of JSON.

    Raises:
        ValueError: it is none, or nested too deeply to be read.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def fields(document: object, what: str, allowed: Collection[str]) -> Mapping[str, Any]:
    """An object with no other fields than the allowed ones."""
    if not isinstance(document, Mapping):
        raise Refusal("{what} is {value}; it must be an object with named fields.", what=what, value=shown(document))
    for name in document:
        if name not in allowed:
            raise Refusal(
                "{what} has no field {field}; its fields are {allowed}.",
                what=what, field=shown(name), allowed=", ".join(allowed),
            )  # fmt: skip
    return document


def listed(document: object, what: str, most: int) -> list[Any]:
    """A list that is not too long."""
    if not isinstance(document, list) or len(document) > most:
        raise Refusal(
            "{what} is {value}; it must be a list of at most {most}.", what=what, value=shown(document), most=most
        )
    return document


def whole(document: Mapping[str, Any], field: str, default: int, low: int, high: int) -> int:
    """A whole number within its limits."""
    value = document.get(field, default)
    number = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    if not number or value != int(value):
        raise Refusal(
            "{field} is {value}; it must be a whole number from {low} to {high}.",
            field=field, value=shown(value), low=low, high=high,
        )  # fmt: skip
    return int(value)


def real(document: Mapping[str, Any], field: str, default: float, low: float, high: float) -> float:
    """A number within its limits."""
    value = document.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Refusal(
            "{field} is {value}; it must be a number from {low} to {high}.",
            field=field, value=shown(value), low=low, high=high,
        )  # fmt: skip
    return float(value)


def flag(document: Mapping[str, Any], field: str, default: bool) -> bool:
    """True or false."""
    value = document.get(field, default)
    if not isinstance(value, bool):
        raise Refusal("{field} is {value}; it must be true or false.", field=field, value=shown(value))
    return value


def choice(document: Mapping[str, Any], field: str, default: str, allowed: Collection[str]) -> str:
    """One of the allowed words."""
    value = document.get(field, default)
    if not isinstance(value, str) or value not in allowed:
        raise Refusal(
            "{field} is {value}; it must be one of {allowed}.",
            field=field, value=shown(value), allowed=", ".join(allowed),
        )  # fmt: skip
    return value


def words(document: Mapping[str, Any], field: str) -> str:
    """Some text that cannot be left out."""
    value = document.get(field)
    if not isinstance(value, str) or not value:
        raise Refusal("{field} is {value}; it must be a name.", field=field, value=shown(value))
    return value


def finite(value: object) -> bool:
    """Whether it is a number that can be computed with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of more than 308 digits
        return False
