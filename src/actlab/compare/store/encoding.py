"""Records as text and arrays as bytes, from which they come back exactly as they were."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

Kind = TypeVar("Kind")
Arrays = Mapping[str, npt.NDArray[Any]]
LONG = 16
"""So many numbers in a record's field are kept as the bytes of float64: their digits would take ten times as long."""


def to_text(value: Any) -> str:
    """A record, list or number as JSON in ASCII, which every database takes; nan and infinities stay what they are."""
    return _encoder.encode(value)


def from_text(kind: type[Kind], text: str) -> Kind:
    """What `to_text` made of a value of this kind.

    >>> from_text(tuple[int, ...], to_text((1, 2)))
    (1, 2)
    """
    value: Kind = _built(kind, json.loads(text))
    return value


def to_bytes(arrays: Arrays) -> bytes:
    """Named arrays as one line of JSON that says their types and shapes, and their numbers after it."""
    held = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    assert not any(array.dtype.hasobject for array in held.values()), "objects have no bytes to keep"
    head = json.dumps([[name, array.dtype.str, array.shape] for name, array in held.items()])
    return b"\n".join((head.encode(), b"".join(array.tobytes() for array in held.values())))


def from_bytes(content: bytes) -> dict[str, npt.NDArray[Any]]:
    """What `to_bytes` made of named arrays.

    >>> from_bytes(to_bytes({"x": np.arange(3)}))
    {'x': array([0, 1, 2])}
    """
    head, _, numbers = bytes(content).partition(b"\n")
    arrays, at = {}, 0
    for name, kind, shape in json.loads(head):
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(numbers, kind, count, at).reshape(shape).copy()
        at += arrays[name].nbytes
    return arrays


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _short(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"A {type(value).__name__} cannot be kept.")


def _short(value: Any) -> Any:
    if not (isinstance(value, tuple) and len(value) >= LONG and {type(each) for each in value} == {float}):
        return value
    return base64.b64encode(np.array(value, "<f8").tobytes()).decode()


_encoder = json.JSONEncoder(default=_plain)


def _built(kind: Any, value: Any) -> Any:
    """A value of JSON as the type that a record's field asks for."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _built(hints[name], each) for name, each in value.items()})  # type: ignore[operator]
    origin, inside = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        known = next(each for each in inside if each is not type(None))
        return None if value is None else _built(known, value)
    if inside == (float, ...) and isinstance(value, str):
        return tuple(np.frombuffer(base64.b64decode(value), "<f8").tolist())
    if origin is tuple and inside[1:] == (...,):
        return tuple(_built(inside[0], each) for each in value)
    if origin is tuple:
        return tuple(_built(each, part) for each, part in zip(inside, value, strict=True))
    if origin is dict:
        return {name: _built(inside[1], each) for name, each in value.items()}
    return value
