"""From LLVM's language to machine code in memory, for the processor at hand and its widest registers."""

from __future__ import annotations

import ctypes
import platform
import sys
import threading
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any

import llvmlite
from llvmlite import binding, ir

from actlab.compilers.native import storage

_compiling = threading.RLock()
_numbers = count()


def addresses(module: ir.Module, names: Sequence[str]) -> list[int]:
    """Compile a module, or find it on disk, and give the addresses of its functions."""
    text = str(module)
    with _compiling:
        made_of = f"{llvmlite.__version__} {_cpu()} {text}".encode()
        code = storage.fetch(made_of)
        if code is None:
            code = _machine().emit_object(optimised(text))
            storage.keep(made_of, code)
        library = binding.JITLibraryBuilder().add_object_img(code).add_current_process()
        for name in names:
            library.export_symbol(name)
        linked = keep_forever(library.link(_linker(), f"kernels {next(_numbers)}"))
        return [linked[name] for name in names]


def assembly(module: ir.Module) -> str:
    """What the processor will be given, for people and tests to read."""
    with _compiling:
        written: str = _machine().emit_assembly(optimised(str(module)))
        return written


def optimised(text: str) -> Any:
    """The module after LLVM's passes, its loops vectorised."""
    module = binding.parse_assembly(text)
    module.verify()
    tuning = binding.create_pipeline_tuning_options(speed_level=3)
    tuning.loop_vectorization = tuning.loop_interleaving = True
    passes = binding.create_pass_builder(_machine(), tuning)
    passes.getModulePassManager().run(module, passes)
    return module


def keep_forever(thing: Any) -> Any:
    """Keep what machine code is in or reads: a thread or a ufunc may use it while Python ends, or reloads this."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    return thing


def new_module(name: str) -> ir.Module:
    """An empty module for this machine."""
    module = ir.Module(name)
    module.triple = _machine().triple
    return module


def is_x86() -> bool:
    """Whether floating-point flags are in the register of SSE."""
    return platform.machine().lower() in ("x86_64", "amd64")


@cache
def _cpu() -> tuple[str, str]:
    """The processor's name and features. LLVM prefers half registers on some; for long loops the whole are faster."""
    features = binding.get_host_cpu_features()
    wide = features.get("avx512f", False)
    return binding.get_host_cpu_name(), features.flatten() + (",-prefer-256-bit" if wide else "")


@cache
def _machine() -> Any:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    name, features = _cpu()
    target = binding.Target.from_default_triple()
    return target.create_target_machine(cpu=name, features=features, opt=3, reloc="pic", codemodel="small")


@cache
def _linker() -> Any:
    # LLVM's older linker may lay code and constants more than 2 GiB apart, which the code cannot bridge: it aborts.
    return keep_forever(binding.create_lljit_compiler(_machine(), use_jit_link=sys.platform != "win32"))
