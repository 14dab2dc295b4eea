"""Memory of large results: a block that was freed is used again, so that the system need not clear its pages anew.

A result is an ordinary array that rests on an owner. Views, tensors and whoever else reads the array keep the owner
alive; with the last of them it dies, and its block goes back into the pool. The pool keeps no more than KEEP bytes.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from math import prod
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
LEAST = 1 << 19  # bytes of a result; below, the C library's heap mostly keeps what is freed, and for less
MOST = 1 << 28  # bytes kept at most, and no more than this share of the memory that there is:
SHARE = 16
HUGE = 1 << 21  # bytes of a huge page; from two of them on they are asked for, as NumPy does
PAGE = 1 << 16  # bytes that smaller blocks are a multiple of, on any system


def bound(environment: Mapping[str, str] = os.environ) -> int:
    """How many bytes of freed blocks are kept: $ACTLAB_KEEP_BYTES, or a share of the memory."""
    given = environment.get("ACTLAB_KEEP_BYTES", "")
    if not given:
        return min(MOST, _memory() // SHARE)
    try:
        return int(given)
    except ValueError:
        raise ValueError(
            f"ACTLAB_KEEP_BYTES is {given!r}, but it is a whole number of bytes; write 0 to keep none."
        ) from None


def _memory() -> int:
    """The bytes of memory that this process may fill, as far as the system tells."""
    known = [SHARE * MOST]  # where nothing is said
    with suppress(AttributeError, ValueError, OSError):
        known.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for limit in ("memory.max", "memory/memory.limit_in_bytes"):  # of a container
        with suppress(ValueError, OSError):
            known.append(int(Path("/sys/fs/cgroup", limit).read_text()))
    return min(each for each in known if each > 0)


class Block(NamedTuple):
    """A piece of memory that is given to one result at a time."""

    memory: Any
    address: int
    size: int


class Owner:
    """What the array of a result rests on, and all its views: when it dies, nobody reads the block any more."""

    __slots__ = ("__array_interface__", "_block", "_pool")

    def __init__(self, pool: Pool, block: Block, shape: tuple[int, ...], kind: str) -> None:
        self._pool, self._block = pool, block
        self.__array_interface__ = {"version": 3, "shape": shape, "typestr": kind, "data": (block.address, False)}

    def __del__(self) -> None:
        self._pool.give(self._block)


class Pool:
    """Freed blocks of no more than `keep` bytes together.

    Nobody ever waits for its lock, since a thread may come back here from inside: the collector of cycles frees results
    at any time. Who finds it locked takes memory from the system, or gives it back there.
    """

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.renew()

    def renew(self) -> None:
        """Begin anew, as the child of a fork must: its lock may be held by a thread that it does not have."""
        self._lock, self._free, self.kept = Lock(), list[Block](), 0

    def empty(self) -> None:
        """Give all that is kept back to the system."""
        with self._lock:
            self._free.clear()
            self.kept = 0

    def fresh(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array of any content in C order, which begins at a cache line; small ones are left to NumPy."""
        length = prod(shape) * dtype.itemsize
        if not LEAST <= length <= self.keep or dtype.kind not in "fu":
            return np.empty(shape, dtype)
        size = _rounded(length)
        try:
            block = self._take(size) or _new_block(size)
        except OSError:  # no memory is left, but what is kept may do
            self.empty()
            return np.empty(shape, dtype)
        return np.asarray(Owner(self, block, shape, _kind(dtype)))

    def give(self, block: Block) -> None:
        """Keep a block that nobody reads; those that were freed longest ago go where that is too much."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._free.append(block)
            self.kept += block.size
            while self.kept > self.keep:
                self.kept -= self._free.pop(0).size
        finally:
            self._lock.release()

    def _take(self, size: int) -> Block | None:
        """The last block of this size that was freed, since the caches may still hold it."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            for place in range(len(self._free) - 1, -1, -1):
                if self._free[place].size == size:
                    self.kept -= size
                    return self._free.pop(place)
            return None
        finally:
            self._lock.release()


@lru_cache
def _rounded(length: int) -> int:
    """What a block is asked for: an eighth more at most, so that results of nearly one size share blocks."""
    grain = max(HUGE if length >= 2 * HUGE else PAGE, (1 << length.bit_length()) >> 4)
    return -(-length // grain) * grain


@lru_cache
def _kind(dtype: np.dtype[Any]) -> str:
    return dtype.str


def _new_block(size: int) -> Block:
    """Memory from the system itself, which begins at a page, and goes back to it when it is dropped."""
    private = {} if os.name == "nt" else {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS}  # a fork has its own
    memory = mmap.mmap(-1, size, **private)
    if size >= 2 * HUGE and hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a system that has none
            memory.madvise(mmap.MADV_HUGEPAGE)
    whole = np.frombuffer(memory, np.uint8)
    return Block(whole, whole.__array_interface__["data"][0], size)


POOL = Pool(bound())
fresh = POOL.fresh
empty = POOL.empty
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOL.renew)  # besides, a child that wrote to kept pages would copy them


def rooms(count: int, arrays: Sequence[Array]) -> tuple[Array, ...] | None:
    """Room for the results of a kernel, in the order in which NumPy would lay them.

    Args:
        count: How many results there are.
        arrays: What the kernel is given: inputs first, whose dtype and shape the results have; what follows may be
            stretched to that shape.

    Returns:
        Fresh arrays; None where NumPy does as well: for small results, and for other layouts than C's and Fortran's.
    """
    first = arrays[0]
    shape, dtype = first.shape, first.dtype
    if first.nbytes < LEAST or (len(arrays) > 1 and np.broadcast(*arrays).shape != shape):
        return None
    whole = [each.flags for each in arrays if each.shape == shape]
    if all(each.c_contiguous for each in whole):
        return tuple([fresh(shape, dtype) for _ in range(count)])
    if all(each.f_contiguous for each in whole):
        return tuple([fresh(shape[::-1], dtype).T for _ in range(count)])
    return None


def called(kernel: Any, operands: Sequence[Array], axis: int | None = None) -> Any:
    """kernel(*operands), its large results in freed blocks; with an axis a kernel of rows along it."""
    first = operands[0]
    if axis is None:
        out = rooms(kernel.nout, operands) if first.nbytes >= LEAST else None
        return kernel(*operands, out=out) if out else kernel(*operands)
    is_last = axis in (-1, first.ndim - 1)  # along others results are moved, and then their own memory is as good
    rows = first.nbytes >= LEAST and is_last and first.flags.c_contiguous
    return kernel(*operands, axis=axis, out=rooms(kernel.nout, operands) if rows else None)
