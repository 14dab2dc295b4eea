"""Blocks of freed results are used again, never twice at once, and no more of them are kept than was promised."""

import gc
import itertools
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import actlab
from actlab.compilers.native import memory
from actlab.compilers.native.memory import LEAST, Pool, bound

FLOAT = np.dtype(np.float32)
SHAPE = (LEAST // FLOAT.itemsize,)


def address(array):
    return array.__array_interface__["data"][0]


@pytest.fixture
def pool():
    return Pool(keep=8 * LEAST)


def test_a_freed_block_is_used_again(pool):
    first = pool.fresh(SHAPE, FLOAT)
    where = address(first)
    assert pool.kept == 0
    del first
    assert pool.kept == LEAST
    second = pool.fresh((2, *SHAPE[1:], SHAPE[0] // 4), np.dtype(np.float64))
    assert address(second) == where
    assert pool.kept == 0


def test_two_live_results_share_no_memory(pool):
    rng = np.random.default_rng(0)
    alive = {}
    for number in range(300):
        length = int(rng.integers(LEAST // 8, LEAST))
        array = pool.fresh((length,), np.dtype(np.float64))
        array[:] = number
        alive[number] = array
        if len(alive) > 5:
            alive.pop(int(rng.choice(list(alive))))
        for each, kept in alive.items():
            assert kept[0] == kept[-1] == each
        edges = sorted((address(each), address(each) + each.nbytes) for each in alive.values())
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(edges))


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x[5:7],
        lambda x: x.reshape(2, -1).T,
        memoryview,
        np.asarray,
        lambda x: x.base,
        lambda x: np.asarray(x.base),
        np.from_dlpack,
        lambda x: np.lib.stride_tricks.as_strided(x, (3,), (8,)),
        iter,
        lambda x: pytest.importorskip("torch").from_numpy(x)[3:],
        lambda x: pytest.importorskip("torch").from_dlpack(x),
    ],
)
def test_a_view_keeps_the_block(pool, view):
    array = pool.fresh(SHAPE, FLOAT)
    seen = view(array)
    del array
    gc.collect()
    assert pool.kept == 0
    del seen
    gc.collect()
    assert pool.kept == LEAST


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint16"])
@pytest.mark.parametrize("length", [LEAST, LEAST + 8, 3 * LEAST, 4 * LEAST + 24])
def test_a_fresh_array_is_an_ordinary_one(pool, dtype, length):
    shape = (2, length // 2 // np.dtype(dtype).itemsize)
    array = pool.fresh(shape, np.dtype(dtype))
    assert type(array) is np.ndarray
    assert (array.shape, array.dtype) == (shape, np.dtype(dtype))
    assert array.flags.writeable
    assert array.flags.aligned
    assert array.flags.c_contiguous
    assert address(array) % 64 == 0
    array[...] = 1
    assert array.sum(dtype=float) == array.size


def test_what_is_kept_has_a_bound(pool):
    arrays = [pool.fresh(SHAPE, FLOAT) for _ in range(20)]
    last = {address(each) for each in arrays[-8:]}
    while arrays:
        del arrays[0]
        assert pool.kept <= pool.keep
    assert pool.kept == pool.keep
    assert {address(each) for each in [pool.fresh(SHAPE, FLOAT) for _ in range(8)]} <= last
    assert pool.fresh((pool.keep + 4,), np.dtype(np.uint8)).base is None


def test_small_results_and_a_pool_of_nothing_are_left_to_numpy(pool):
    assert pool.fresh((LEAST // 4 - 1,), FLOAT).base is None
    assert pool.fresh((0, 5), FLOAT).shape == (0, 5)
    assert Pool(0).fresh(SHAPE, FLOAT).base is None


def test_it_can_be_emptied(pool):
    living = pool.fresh(SHAPE, FLOAT)
    living[:] = 3
    pool.fresh(SHAPE, FLOAT)
    pool.empty()
    assert pool.kept == 0
    assert (living == 3).all()


def test_who_finds_it_locked_does_not_wait(pool):
    array = pool.fresh(SHAPE, FLOAT)
    with pool._lock:  # as for a result that the collector frees while this thread is here
        del array
        other = pool.fresh(SHAPE, FLOAT)
    assert pool.kept == 0
    assert other.shape == SHAPE


def test_when_the_system_has_none_numpy_says_so(pool, monkeypatch):
    pool.fresh(SHAPE, FLOAT)

    def refuse(size):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(memory, "_new_block", refuse)
    assert pool.fresh((2 * SHAPE[0],), FLOAT).base is None
    assert pool.kept == 0


def test_many_threads(pool):
    wrong = []

    def work(own):
        rng = np.random.default_rng(own)
        for number in range(60):
            arrays = [pool.fresh(SHAPE, FLOAT) for _ in range(int(rng.integers(1, 4)))]
            for each in arrays:
                each[:] = own * 1000 + number
            if any((each != own * 1000 + number).any() for each in arrays):
                wrong.append((own, number))

    threads = [threading.Thread(target=work, args=(own,)) for own in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong
    assert 0 < pool.kept <= pool.keep
    assert pool.kept == sum(each.size for each in pool._free)


FORKED = """
import os, sys
import numpy as np
from actlab.compilers.native import memory

shape, kind = (memory.LEAST // 4,), np.dtype(np.float32)
shared, freed = memory.fresh(shape, kind), memory.fresh(shape, kind)
shared[:] = 1
del freed
memory.POOL._lock.acquire()  # as if another thread were there
child = os.fork()
if child == 0:
    shared[:] = 2
    assert memory.POOL.kept == 0
    del shared
    assert memory.POOL.kept == memory.LEAST
    again = memory.fresh(shape, kind)
    again[:] = 3
    os._exit(0 if (again == 3).all() else 1)
_, status = os.waitpid(child, 0)
assert (shared == 1).all()
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a fork")
def test_a_child_has_a_pool_and_memory_of_its_own():
    subprocess.run([sys.executable, "-c", FORKED], check=True, timeout=60)


def test_results_alive_at_the_end_of_python_are_no_trouble():
    code = "import numpy as np, actlab; x = np.ones(1 << 20, np.float32); y = actlab.relu(x); z = [actlab.relu(x), y]"
    code += "; z.append(z); actlab.kept = z"
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True)
    assert done.stderr == ""


@pytest.mark.parametrize(("given", "expected"), [("0", 0), ("1000", 1000), ("-1", -1)])
def test_the_environment_says_how_much_is_kept(given, expected):
    assert bound({"ACTLAB_KEEP_BYTES": given}) == expected


def test_the_bound_is_a_share_of_the_memory(monkeypatch):
    assert 0 < bound({}) <= memory.MOST
    monkeypatch.setattr(memory, "_memory", lambda: 1 << 30)
    assert bound({"ACTLAB_KEEP_BYTES": ""}) == 1 << 26
    with pytest.raises(ValueError, match=r"ACTLAB_KEEP_BYTES is 'all', but it is a whole number of bytes; write 0"):
        bound({"ACTLAB_KEEP_BYTES": "all"})


WIDE = (64, LEAST // 64)


@pytest.mark.parametrize(
    ("arrays", "wanted"),
    [
        ([np.zeros(WIDE, FLOAT)], "C"),
        ([np.zeros(WIDE, FLOAT), np.zeros(WIDE, FLOAT), np.zeros((), FLOAT)], "C"),
        ([np.zeros(WIDE, FLOAT), np.zeros(WIDE[1:], FLOAT)], "C"),
        ([np.zeros(WIDE, FLOAT, order="F")], "F"),
        ([np.zeros(WIDE, FLOAT, order="F"), np.zeros(WIDE, FLOAT)], None),
        ([np.zeros((128, LEAST // 64), FLOAT)[::2]], None),
        ([np.zeros(WIDE, FLOAT), np.zeros((2, *WIDE), FLOAT)], None),
        ([np.zeros((LEAST, 1), FLOAT), np.zeros(2, FLOAT)], None),
        ([np.zeros(10, FLOAT)], None),
    ],
)
def test_results_lie_as_numpy_would_lay_them(arrays, wanted):
    found = memory.rooms(2, arrays)
    natural = sum(arrays[1:], arrays[0])
    if wanted is None:
        assert found is None
        return
    assert len(found) == 2
    for each in found:
        assert each.shape == natural.shape
        assert each.strides == natural.strides
        assert each.dtype == natural.dtype


def faults(call, times=5):
    """Page faults of a call that has been made a few times."""
    resource = pytest.importorskip("resource")
    for _ in range(3):
        call()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        call()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / times


@pytest.mark.parametrize("size", [1 << 18, 1 << 20, 1 << 23])
@pytest.mark.parametrize(
    "compute",
    [
        lambda x: (actlab.relu(x), actlab.relu.pullback(x, upstream=x)),
        lambda x: (actlab.swiglu(x, x), *actlab.swiglu.pullback(x, x, upstream=x)),
        lambda x: actlab.swiglu.pullback(x, upstream=x[: x.size // 2]),
        lambda x: actlab.prelu.pullback(x, upstream=x, wrt=("x", "slope")),
        lambda x: actlab.softmax(x.reshape(8, -1)),
        actlab.mish.value_and_derivative,
    ],
    ids=["relu", "gated", "split", "learned", "softmax", "both"],
)
def test_large_results_pay_no_page_faults(compute, size):
    x = np.ones(size, np.float32)
    pages = x.nbytes // 4096
    assert faults(lambda: compute(x)) < 16 < pages
