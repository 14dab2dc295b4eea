"""Kernels on disk: the next process finds them, and no state of the disk can break them."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numba import types

from actlab.catalogue import find
from actlab.compilers import numba_cache
from actlab.compilers.numba import layer_kernels
from actlab.compilers.numba_cache import cache_folder, compile_function
from actlab.compilers.numba_source import write

NUMBERS = types.CPointer(types.float32)
SIGNATURE = types.void(NUMBERS, NUMBERS, NUMBERS, NUMBERS, types.int64)
PROCESS = """
import ctypes
from numba import types
from actlab.catalogue import find
from actlab.compilers.numba_cache import compile_function
from actlab.compilers.numba_source import write
numbers = types.CPointer(types.float32)
signature = types.void(numbers, numbers, numbers, numbers, types.int64)
kernel = compile_function(write(find("leaky_relu")), "value", signature)
x, parameters, out = ((ctypes.c_float * 1)(each) for each in (-4.0, 0.25, 0.0))
ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4, ctypes.c_int64)(kernel.address)(x, None, parameters, out, 1)
print(kernel.cache_hits, out[0])
"""


def compile_leaky_relu():
    return compile_function(write(find("leaky_relu")), "value", SIGNATURE)


def run_process(folder):
    environment = {**os.environ, "ACTLAB_CACHE": str(folder)}
    done = subprocess.run([sys.executable, "-c", PROCESS], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    hits, value = done.stdout.split()
    return int(hits), float(value)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTLAB_CACHE", str(tmp_path))
    numba_cache._functions.cache_clear()
    return tmp_path


def test_the_second_process_finds_the_kernel(tmp_path):
    assert run_process(tmp_path) == (0, -1.0)
    assert run_process(tmp_path) == (1, -1.0)


def test_two_processes_at_once(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        assert {value for _, value in pool.map(run_process, [tmp_path] * 2)} == {-1.0}
    assert run_process(tmp_path) == (1, -1.0)
    assert not [path for path in tmp_path.rglob("*") if "tmp" in path.name]


@pytest.mark.parametrize("kind", ["nbi", "nbc", "py"])
@pytest.mark.parametrize("damage", [b"", b"no pickle at all", None])
def test_a_damaged_cache_is_made_anew(folder, kind, damage):
    compile_leaky_relu()
    (path,) = folder.rglob(f"*.{kind}")
    path.write_bytes(path.read_bytes()[:-20] if damage is None else damage)
    numba_cache._functions.cache_clear()
    assert compile_leaky_relu().address
    numba_cache._functions.cache_clear()
    assert compile_leaky_relu().cache_hits == 1


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ACTLAB_CACHE", str(tmp_path / "file" / "cache"))
    assert compile_leaky_relu().address
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]


def test_a_folder_that_cannot_be_written_is_done_without(folder, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert compile_leaky_relu().address
    assert not list(folder.iterdir())


def test_a_full_disk_is_survived(folder, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", refuse)
    assert compile_leaky_relu().address


def test_other_words_are_another_folder(folder, monkeypatch):
    source = write(find("leaky_relu"))
    before = numba_cache._fingerprint(source.text)
    monkeypatch.setattr(numba_cache, "_surroundings", lambda: b"another processor, or other words")
    assert numba_cache._fingerprint(source.text) != before
    assert numba_cache._fingerprint(source.text + " ") != numba_cache._fingerprint(source.text)


def test_a_mistake_in_the_text_is_not_swallowed(folder):
    source = write(find("leaky_relu"))
    wrong = type(source)(source.name, source.text.replace("load(x, i)", "load(x, nowhere)"), 0)
    with pytest.raises(Exception, match="nowhere"):
        compile_function(wrong, "value", SIGNATURE)


def test_kernels_are_compiled_only_when_asked_for(folder):
    layer_kernels.cache_clear()
    kernels = layer_kernels(find("softsign"))
    assert not list(folder.iterdir())
    assert kernels.forward == kernels.forward
    assert len(list(folder.rglob("*.nbc"))) == 1
    layer_kernels.cache_clear()


def test_the_folder_follows_the_environment(tmp_path):
    assert cache_folder({"ACTLAB_CACHE": str(tmp_path)}) == tmp_path
    if sys.platform == "linux":
        assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "actlab"
        assert cache_folder({}) == Path.home() / ".cache" / "actlab"


def test_the_source_module_is_plain_python(folder):
    compile_leaky_relu()
    (path,) = folder.rglob("*.py")
    assert path.read_text() == write(find("leaky_relu")).text
    assert np.array_equal([path.parent.parent.name], ["kernels"])
