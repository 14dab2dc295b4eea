"""Long arrays shared out to threads: the same bits, whatever the number of threads, and no hanging after a fork."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import actlab
from actlab.compilers.native import threads
from actlab.compilers.native.loops import SHARE

threads.start()
POOL = list(threads.RUNTIME)
needs_pool = pytest.mark.skipif(POOL[0] is None, reason="no OpenMP of GNU's kind is installed here")
SIZES = [2 * SHARE - 1, 2 * SHARE, 2 * SHARE + 1, 3 * SHARE + 7, 300_007]


@pytest.fixture
def alone():
    """One thread as long as the test lasts; call it to have the pool back."""

    def restore():
        threads.RUNTIME[:] = POOL

    threads.stop()
    yield restore
    restore()


def results(x):
    """Kernels of every kind on x."""
    slope = np.linspace(0.1, 0.3, x.size).astype(x.dtype)
    halves = x[: x.size // 2], x[x.size // 2 :][: x.size // 2]
    even = x[: x.size // 64 * 64]
    rows = even.reshape(8, -1)
    return [
        actlab.mish(x),
        actlab.gelu.derivative(x),
        actlab.mish.pullback(x, upstream=x),
        actlab.prelu(x, slope=slope),
        actlab.swiglu(*halves),
        actlab.mish(x[::-1]),
        actlab.mish(x, out=x.copy()),
        actlab.relu(np.repeat(x, 2)[::2]),
        actlab.softmax(rows),
        actlab.softmax(rows, axis=0, out=rows.copy()),
        actlab.softmax.pullback(rows, upstream=rows),
        actlab.prelu.pullback(even, upstream=even, wrt="slope"),
        *actlab.prelu.pullback(rows, upstream=rows, wrt=("x", "slope"), slope=slope[: rows.shape[1]]),
    ]


@needs_pool
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_number_of_threads_changes_no_bit(alone, size, dtype):
    x = np.linspace(-9, 9, size).astype(dtype)
    one = results(x)
    alone()
    for limit in (1, 2, 3, 5):
        with threadpool_limits(limit, user_api="openmp"):
            for single, shared in zip(one, results(x), strict=True):
                np.testing.assert_array_equal(single, shared)


def test_one_thread_says_what_short_arrays_say(alone):
    x = np.linspace(-9, 9, 2 * SHARE + 5)
    whole = actlab.mish(x)
    np.testing.assert_array_equal(whole[:100], actlab.mish(x[:100]))
    np.testing.assert_array_equal(whole[-100:], actlab.mish(x[-100:]))


@needs_pool
def test_short_arrays_need_no_pool(monkeypatch):
    asked = []
    monkeypatch.setattr(threads, "start", lambda: asked.append(1))
    actlab.mish(np.zeros(2 * SHARE - 1))
    assert not asked
    actlab.mish(np.zeros(2 * SHARE))
    assert asked


@needs_pool
def test_python_threads_may_call_at_the_same_time():
    x = np.linspace(-9, 9, 200_003, dtype=np.float32)
    expected = actlab.mish(x)
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: actlab.mish(x), range(40)):
            np.testing.assert_array_equal(got, expected)


FORKED = """
import ctypes, os, sys, time
import numpy as np
import actlab
from actlab.compilers.native import threads
x = np.linspace(-3, 3, 300_001, dtype=np.float32)
if sys.argv[1] == "started":
    expected = actlab.mish(x)
    assert threads.RUNTIME[0]
else:  # somebody else has used the pool before the fork, such as scikit-learn
    expected = np.concatenate([actlab.mish(part) for part in np.array_split(x, 10)])
    assert not threads.RUNTIME[0]
    library = ctypes.CDLL(str(threads._loaded() or threads._bundled()))
    task = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: None)
    library.GOMP_parallel(task, None, 2, 0)
child = os.fork()
if not child:
    right = np.array_equal(actlab.mish(x), expected) and not threads.RUNTIME[0]
    os._exit(0 if right else 1)
for _ in range(300):
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended:
        break
    time.sleep(0.1)
else:
    os.kill(child, 9)
    sys.exit("the child hangs")
assert np.array_equal(actlab.mish(x), expected)
print(status, bool(threads.RUNTIME[0]))
"""


@needs_pool
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("before", ["started", "foreign"])
def test_a_forked_child_computes_on_one_thread(before):
    done = subprocess.run(
        [sys.executable, "-c", FORKED, before], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 True\n", "")


WORKER = """
import multiprocessing
import numpy as np
from actlab.compilers.native import threads
def work(_):
    import actlab
    result = float(actlab.relu(np.ones(200_000)).sum())
    return result, bool(threads.RUNTIME[0])
if __name__ == "__main__":
    for kind in multiprocessing.get_all_start_methods():
        with multiprocessing.get_context(kind).Pool(1) as pool:
            assert pool.map_async(work, [0]).get(60) == [(200_000.0, kind == "spawn")], kind
"""


@needs_pool
def test_only_workers_that_began_afresh_use_the_pool(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(WORKER)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


LIMITED = """
import numpy as np
import actlab
from actlab.compilers.native import threads
x = np.linspace(-3, 3, 300_001)
assert np.array_equal(actlab.mish(x)[:1000], actlab.mish(x[:1000]))
print(bool(threads.RUNTIME[0]))
"""


@needs_pool
@pytest.mark.parametrize(
    "environment",
    [{"OMP_NUM_THREADS": "1"}, {"OMP_NUM_THREADS": "7"}, {"OMP_THREAD_LIMIT": "1"}, {"OMP_DYNAMIC": "true"}],
)
def test_what_the_environment_says_is_followed(environment):
    whole = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", LIMITED], env=whole, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


@pytest.mark.parametrize("missing", ["none", "damaged", "another kind"])
def test_without_a_pool_there_is_one_thread(monkeypatch, alone, tmp_path, missing):
    damaged = tmp_path / "libgomp.so"
    damaged.write_text("no library")
    import ctypes.util

    paths = {"none": None, "damaged": str(damaged), "another kind": ctypes.util.find_library("m")}
    monkeypatch.setattr(threads, "_loaded", lambda: paths[missing])
    monkeypatch.setattr(threads, "_bundled", lambda: None)
    threads.start.__wrapped__()
    assert list(threads.RUNTIME) == [None] * 4
    assert actlab.relu(np.ones(300_000)).sum() == 300_000
