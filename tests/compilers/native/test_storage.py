"""Kernels on disk: the next process finds them, and no state of the disk can break them."""

import hashlib
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import actlab
from actlab.compilers.native import layers, machine, storage, ufuncs
from actlab.compilers.native.storage import cache_folder, fetch, keep

PROCESS = """
import numpy as np
from actlab.compilers.native import machine
compiled = []
right = machine.optimised
machine.optimised = lambda text: compiled.append(text) or right(text)
import actlab
print(float(actlab.leaky_relu(np.full(3, -4.0), slope=0.25)[2]), len(compiled))
"""


def run_process(**environment):
    """A fresh process that calls one kernel: its value, and how many kernels it compiled."""
    whole = {**os.environ, **{name: str(value) for name, value in environment.items()}}
    whole = {name: value for name, value in whole.items() if value != "unset"}
    done = subprocess.run([sys.executable, "-c", PROCESS], env=whole, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    value, compiled = done.stdout.split()
    return float(value), int(compiled)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTLAB_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def compiled(monkeypatch):
    """What LLVM is asked to compile."""
    texts, right = [], machine.optimised
    monkeypatch.setattr(machine, "optimised", lambda text: texts.append(text) or right(text))
    return texts


def fresh_kernel():
    """What leaky_relu's kernel gives for -4 and 2, made as a new process would make it."""
    made = ufuncs.value.__wrapped__
    ufuncs.elementwise.cache_clear()
    kernel = made(actlab.leaky_relu, "float32")
    x = np.array([-4.0, 2.0], np.float32)
    found = kernel(x, np.float32(0.25)).tolist()
    assert found == [-1, 2]
    return found


def test_the_second_process_finds_the_kernel(tmp_path):
    assert run_process(ACTLAB_CACHE=tmp_path) == (-1.0, 1)
    assert run_process(ACTLAB_CACHE=tmp_path) == (-1.0, 0)


def test_two_processes_at_once(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda _: run_process(ACTLAB_CACHE=tmp_path), range(2))
        assert {value for value, _ in found} == {-1.0}
    assert run_process(ACTLAB_CACHE=tmp_path) == (-1.0, 0)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".o"}


def test_a_person_without_a_home(tmp_path):
    homeless = {"ACTLAB_CACHE": "unset", "XDG_CACHE_HOME": "unset", "LOCALAPPDATA": "unset"}
    assert run_process(**homeless, HOME=tmp_path / "nowhere" / "to be found")[0] == -1.0
    file = tmp_path / "file"
    file.write_text("in the way")
    assert run_process(**homeless, HOME=file) == (-1.0, 1)


def test_a_home_that_nobody_knows(folder, monkeypatch, compiled):
    def refuse(*_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(storage, "cache_folder", refuse)
    fresh_kernel()
    fresh_kernel()
    assert len(compiled) == 2


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, -20, -1])
def test_a_file_that_was_half_written_is_made_anew(folder, compiled, size):
    fresh_kernel()
    (path,) = folder.rglob("*.o")
    whole = path.read_bytes()
    path.write_bytes(whole[:size])
    fresh_kernel()
    assert len(compiled) == 2
    assert path.read_bytes() == whole
    fresh_kernel()
    assert len(compiled) == 2


@pytest.mark.parametrize("place", [0, 31, 32, 200, -1])
def test_a_file_with_a_wrong_byte_is_made_anew(folder, compiled, place):
    fresh_kernel()
    (path,) = folder.rglob("*.o")
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)
    fresh_kernel()
    assert len(compiled) == 2


def test_what_is_kept_is_found_again(folder):
    assert fetch(b"origins") is None
    keep(b"origins", b"code")
    assert fetch(b"origins") == b"code"
    assert fetch(b"other origins") is None
    keep(b"origins", b"")
    assert fetch(b"origins") == b""


def test_a_folder_in_the_place_of_the_file(folder):
    (folder / "kernels" / f"{hashlib.sha256(b'origins').hexdigest()[:32]}.o").mkdir(parents=True)
    assert fetch(b"origins") is None
    keep(b"origins", b"code")
    assert fetch(b"origins") is None
    assert len(list((folder / "kernels").iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ACTLAB_CACHE", str(tmp_path / "file" / "cache"))
    fresh_kernel()
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]


def test_a_folder_that_cannot_be_written_is_done_without(folder, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    fresh_kernel()
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do all")
@pytest.mark.parametrize("mode", [0o000, 0o500, 0o300])
def test_a_folder_without_permissions_is_done_without(folder, mode):
    (folder / "kernels").mkdir()
    (folder / "kernels").chmod(mode)
    try:
        assert fresh_kernel() == [-1, 2]
        assert fetch(b"origins") is None
    finally:
        (folder / "kernels").chmod(stat.S_IRWXU)


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    fresh_kernel()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_stop_while_writing_leaves_nothing_behind(folder, monkeypatch):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        keep(b"origins", b"code")
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_another_processor_is_another_file(folder, monkeypatch):
    fresh_kernel()
    name, features = machine._cpu()
    monkeypatch.setattr(machine, "_cpu", lambda: (name, features + ",+another"))
    fresh_kernel()
    assert len(list(folder.rglob("*.o"))) == 2


def test_other_code_and_another_compiler_are_other_files(folder, monkeypatch):
    fresh_kernel()
    monkeypatch.setattr(machine.llvmlite, "__version__", "another")
    fresh_kernel()
    assert len(list(folder.rglob("*.o"))) == 2
    ufuncs.value.__wrapped__(actlab.relu6, "float32")
    assert len(list(folder.rglob("*.o"))) == 3


def test_kernels_are_compiled_only_when_asked_for(folder):
    kernels = layers.LayerKernels(actlab.softsign, "float32")
    assert not list(folder.rglob("*.o"))
    assert kernels.forward == kernels.forward
    assert len(list(folder.rglob("*.o"))) == 1


def test_the_folder_follows_the_environment(tmp_path):
    assert cache_folder({"ACTLAB_CACHE": str(tmp_path)}) == tmp_path
    if sys.platform == "linux":
        assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "actlab"
        assert cache_folder({"XDG_CACHE_HOME": ""}) == Path.home() / ".cache" / "actlab"
