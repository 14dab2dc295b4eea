"""Binary frames: a header of JSON, then arrays of float32, so that a page draws them without parsing.

Little-endian: the header's length in bytes as uint32, the header in UTF-8 with spaces up to a multiple of four, the
arrays one after the other. The header's `arrays` has for each its name and shape.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """One frame of a header and its arrays, each of any shape."""
    shapes = [[name, list(array.shape)] for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": shapes}, allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    data = [np.ascontiguousarray(array, dtype="<f4").tobytes() for array in arrays.values()]
    return b"".join([struct.pack("<I", len(text)), text, *data])


def unpack(frame: bytes) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """The header and the arrays of a frame."""
    (length,) = struct.unpack_from("<I", frame)
    header, at, arrays = json.loads(frame[4 : 4 + length]), 4 + length, {}
    for name, shape in header.pop("arrays"):
        count = int(np.prod(shape, dtype=int))
        arrays[name] = np.frombuffer(frame, "<f4", count, at).reshape(shape)
        at += 4 * count
    return header, arrays
