"""Long results written past the caches: the same numbers, to the last bit, wherever they begin and end."""

import numpy as np
import pytest

import actlab
from actlab.compilers.native import machine, streams, ufuncs

DTYPES = ("float16", "float32", "float64")


@pytest.fixture
def kernels(monkeypatch):
    """value_and_derivative as it is, and one that takes results from 16 KiB on for long."""

    def made(dtype):
        ufuncs.elementwise.cache_clear()
        plain = ufuncs.value_and_derivative.__wrapped__(actlab.mish, dtype)
        monkeypatch.setattr(streams, "LONG", 1 << 14)
        ufuncs.elementwise.cache_clear()
        streaming = ufuncs.value_and_derivative.__wrapped__(actlab.mish, dtype)
        monkeypatch.undo()
        ufuncs.elementwise.cache_clear()
        return plain, streaming

    return made


def array_at(offset, length, dtype):
    """An array that begins `offset` bytes behind a cache line, with room that must stay as it is on both sides."""
    kind = np.dtype(dtype)
    room = np.full(length * kind.itemsize + 4 * 64, 0x5A, np.uint8)
    start = -room.ctypes.data % 64 + 64 + offset
    return room, room[start : start + length * kind.itemsize].view(kind)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("offsets", [(0, 0), (16, 16), (16, 32), (8, 8), (1, 1)])
def test_long_results_are_the_same(kernels, dtype, offsets):
    plain, streaming = kernels(dtype)
    for length in (8191, 8192, 8193, 20_011, 65_536):
        x = np.linspace(-9, 9, length).astype(dtype)
        wanted = plain(x)
        rooms, outs = zip(*(array_at(offset, length, dtype) for offset in offsets), strict=True)
        streaming(x, out=outs)
        for got, expected, room in zip(outs, wanted, rooms, strict=True):
            np.testing.assert_array_equal(got, expected)
            start = got.ctypes.data - room.ctypes.data
            assert (room[:start] == 0x5A).all()
            assert (room[start + got.nbytes :] == 0x5A).all()


def test_stores_go_past_the_caches():
    listing = ufuncs.listing(actlab.relu, "float32")
    if machine.is_x86():
        assert "movnt" in listing
        assert "sfence" in listing


def test_very_long_arrays():
    x = np.resize(np.linspace(-9, 9, 4099, dtype=np.float32), streams.LONG // 4 + 17)
    both = actlab.relu(x), actlab.relu.pullback(x, upstream=x)
    for got in both:
        np.testing.assert_array_equal(got, np.maximum(x, 0))
