"""What the processor is given: wide registers, no calls in the loop; and how long it stays."""

import re
import subprocess
import sys
from collections import Counter

import pytest
from llvmlite import binding, ir

from actlab.catalogue import find, names
from actlab.compilers.native import gradients, layers, machine, rows, ufuncs

ELEMENTWISE = [name for name in names() if find(name).elementwise]
PLAIN = {"identity", "step"}  # nothing is computed there but a copy or a constant
OWN = {"steady", "varying", "span", "task"}
WIDE = machine.is_x86() and binding.get_host_cpu_features().get("avx2", False)
CALL = re.compile(r"^\s+(?:callq?|jmp)\s+\*?([A-Za-z_]\w*)", re.MULTILINE)
PACKED = re.compile(r"^\s+v\w+p[sd]\s.*%[yz]mm", re.MULTILINE)
ALONE = re.compile(r"^\s+v(?:add|sub|mul|div|sqrt|fn?m(?:add|sub)\d+)s[sd]\s", re.MULTILINE)
TOGETHER = re.compile(r"^\s+v(?:add|sub|mul|div|sqrt|fn?m(?:add|sub)\d+)p[sd]\s.*%[yz]mm", re.MULTILINE)


def calls(listing):
    """The functions of others that the machine code calls."""
    return {name for name in CALL.findall(listing) if name not in OWN}


def loop_of(listing, name):
    """The machine code of one function."""
    found = re.search(rf"^{name}:\n(.*?)^\.Lfunc_end", listing, re.MULTILINE | re.DOTALL)
    assert found, f"no function {name}"
    return found[1]


@pytest.mark.skipif(not WIDE, reason="wide registers are looked for on x86 with AVX2")
@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_loops_are_vectorised_and_call_nothing(name, dtype):
    listing = ufuncs.listing(find(name), dtype)
    assert not calls(listing) - {"memcpy", "memset"}
    if name in PLAIN:
        return
    for loop in {"steady", *(["varying"] if find(name).parameters else [])}:
        text = loop_of(listing, loop)
        assert PACKED.search(text), loop
        # Single numbers are those that are left over behind the loop, and parameters before it.
        assert len(ALONE.findall(text)) <= 1.5 * len(TOGETHER.findall(text)) + 2, loop


@pytest.mark.skipif(not WIDE, reason="wide registers are looked for on x86 with AVX2")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_width_is_converted_in_wide_registers_too(dtype):
    listing = ufuncs.listing(find("mish"), dtype)
    assert not calls(listing)
    assert TOGETHER.search(loop_of(listing, "steady"))


OTHERS = {
    "a layer's forward": (layers, lambda dtype: layers.LayerKernels(find("mish"), dtype).forward),
    "a layer's gradient": (layers, lambda dtype: layers.LayerKernels(find("prelu"), dtype).parameter_gradient),
    "gradients along": (gradients, lambda dtype: gradients._kernel.__wrapped__(find("prelu"), dtype, across=False)),
    "gradients across": (gradients, lambda dtype: gradients._kernel.__wrapped__(find("prelu"), dtype, across=True)),
    "softmax": (rows, lambda dtype: rows.value.__wrapped__(find("softmax"), dtype)),
    "softmax's pullback": (rows, lambda dtype: rows.pullback.__wrapped__(find("softmax"), dtype)),
}


@pytest.mark.skipif(not WIDE, reason="wide registers are looked for on x86 with AVX2")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("what", OTHERS)
def test_other_kernels_are_vectorised_too(monkeypatch, what, dtype):
    room, make = OTHERS[what]
    modules, right = [], machine.addresses
    monkeypatch.setattr(room, "addresses", lambda module, names: modules.append(module) or right(module, names))
    make(dtype)
    (module,) = modules
    listing = machine.assembly(module)
    assert not calls(listing) - {"memcpy", "memset", "block", "blocks", "row"}
    sums = re.findall(r"^\s+v(?:add|fmadd\d+)pd\s.*%[yz]mm", listing, re.MULTILINE)
    assert sums or what == "a layer's forward", "the sums in double precision"
    assert len(TOGETHER.findall(listing)) >= 3


def module_calling(name):
    """A loop with a call in it, as a word would be that has no polynomial."""
    module = machine.new_module("test")
    kind = ir.FunctionType(ir.DoubleType(), [ir.DoubleType()])
    outside = ir.Function(module, kind, name)
    function = ir.Function(module, kind, "steady")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(builder.fadd(builder.call(outside, function.args), function.args[0]))
    return module


def test_a_call_is_found():
    assert calls(machine.assembly(module_calling("expf"))) == {"expf"}


def test_a_tail_call_is_found():
    module = machine.new_module("test")
    kind = ir.FunctionType(ir.DoubleType(), [ir.DoubleType()])
    outside, function = ir.Function(module, kind, "sin"), ir.Function(module, kind, "steady")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(builder.call(outside, function.args, tail=True))
    assert calls(machine.assembly(module)) == {"sin"}


def test_a_listing_is_that_of_the_kernel():
    found = Counter(re.findall(r"^(\w+):", ufuncs.listing(find("mish"), "float32"), re.MULTILINE))
    assert found["loop"] == found["steady"] == found["span"] == 1
    assert ufuncs.listing(find("mish"), "float32") != ufuncs.listing(find("mish"), "float64")


def test_what_llvm_refuses_is_not_swallowed(monkeypatch):
    module = machine.new_module("test")
    function = ir.Function(module, ir.FunctionType(ir.DoubleType(), []), "wrong")
    ir.IRBuilder(function.append_basic_block()).ret(ir.FloatType()(1))
    with pytest.raises(RuntimeError, match="ret"):
        machine.addresses(module, ["wrong"])


RELOAD = """
import gc, importlib
import numpy as np
import actlab
from actlab.compilers.native import machine, threads, ufuncs
x = np.linspace(-3, 3, 300_000, dtype=np.float32)
kernel = ufuncs.value(actlab.mish, "float32")
before = actlab.mish(x)
for module in (machine, threads, ufuncs):
    importlib.reload(module)
gc.collect()
filling = [bytes(range(256)) for _ in range(10_000)]
assert np.array_equal(kernel(x), before) and repr(kernel) == "<ufunc 'mish'>"
assert np.array_equal(ufuncs.value(actlab.mish, "float32")(x), before)

class Late:
    def __init__(self):
        self.kernel, self.x, self.before = kernel, x, before
    def __del__(self):
        print((self.kernel(self.x) == self.before).all())

import builtins
builtins.late = Late()
"""


def test_kernels_outlive_a_reload_and_the_end_of_python():
    done = subprocess.run([sys.executable, "-c", RELOAD], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


AT_ONCE = """
import sys, threading
import numpy as np
import actlab
x = np.linspace(-3, 3, 100_001, dtype=np.float32)
found, together = {}, threading.Barrier(6)
def work(who):
    together.wait()
    for name in ("mish", "gelu", "softmax"):
        found[who, name] = actlab.find(name)(x)
workers = [threading.Thread(target=work, args=(who,)) for who in range(6)]
for each in workers: each.start()
for each in workers: each.join()
assert len(found) == 18
print(all(np.array_equal(result, found[0, name]) for (_, name), result in found.items()))
"""


def test_many_threads_may_ask_for_the_same_kernel_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTLAB_CACHE", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


APART = """
import ctypes, mmap
import numpy as np
import actlab
x = np.linspace(-3, 3, 1001, dtype=np.float32)
actlab.relu(x)
system = ctypes.CDLL(None)
system.mmap.restype, system.munmap.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t]
system.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + 3 * [ctypes.c_int] + [ctypes.c_long]

def taken(size):  # from the highest free place on
    return system.mmap(None, size, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)

size = 16 << 30
start = taken(size)
for hole in (1 << 24, 1 << 20, 1 << 16, 1 << 12):
    while taken(hole) > start:
        pass
for number, name in enumerate(("mish", "gelu", "silu", "tanh", "softplus", "elu")):
    for pages in (1, 2, 3, 5):  # one of them takes the code and leaves nothing for its constants but what lies below
        system.munmap(start + size - (1 + 4 * number + pages) * (1 << 20), pages * mmap.PAGESIZE)
    assert np.isfinite(actlab.find(name)(x)).all()
print("there")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it fills the address space of Linux, from above")
def test_kernels_work_wherever_memory_is_free(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTLAB_CACHE", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", APART], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "there\n", "")
