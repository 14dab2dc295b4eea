"""Calls the loop's machine code from Python, with arrays in place of addresses."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from actlab.networks.kernels import loops


def loop(name: str, *arguments: Any) -> None:
    """Call one of the plain loops."""
    call(loops()[name], *arguments)


def call(address: int, *arguments: Any) -> None:
    """Call a C function with arrays, None for a null pointer, and whole numbers."""
    kinds = [ctypes.c_int64 if isinstance(each, int) else ctypes.c_void_p for each in arguments]
    values = [each.ctypes.data if isinstance(each, np.ndarray) else each for each in arguments]
    ctypes.CFUNCTYPE(None, *kinds)(address)(*values)
