"""What a forward may call: its code is read, without running it, as far as functions can be followed."""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from torch import nn

from actlab.catalogue import Activation
from actlab.networks.swapping.calls import plain_class
from actlab.networks.swapping.counterparts import FUNCTIONS, WORDS, Counterpart, is_function, of_function

MOST = 500  # functions that are followed
ELSEWHERE = {
    "torch",
    "numpy",
    "actlab",
    "builtins",
    *sys.stdlib_module_names,
}  # code that calls no activation of theirs
UNKNOWN = object()


@dataclass
class Reading:
    """The activations that a module's own code may call."""

    calls: set[str] = field(default_factory=set)
    """By functions and methods of torch."""
    own: set[str] = field(default_factory=set)
    """By actlab's functions themselves, which no function mode sees."""
    methods: set[str] = field(default_factory=set)
    """The module's own methods that were read, from which it is called."""
    unsure: bool = False
    """Whether it may call others: it uses getattr, or is too long to follow."""


def read(module: nn.Module) -> Reading:
    """Follow a module's forward through its own methods and the functions it calls, but not into other modules."""
    reading = Reading()
    if plain_class(module).__module__.startswith("torch.nn."):
        return reading
    forward = module.__dict__.get("forward", plain_class(module).forward)
    todo: list[tuple[FunctionType, Any]] = []
    seen: set[tuple[CodeType, int]] = set()
    first = _Visit(reading, todo, module)
    first.value(forward)
    reading.calls |= {name for row in first.rows for name in row.names}
    while todo:
        function, own = todo.pop()
        if (function.__code__, id(own)) in seen:
            continue
        seen.add((function.__code__, id(own)))
        if len(seen) > MOST:
            reading.unsure = True
            break
        _Visit(reading, todo, own).code(function)
        if own is module and getattr(plain_class(module), function.__name__, None) is function:
            reading.methods.add(function.__name__)
    return reading


@dataclass(frozen=True)
class _Visit:
    """One function is looked through; `own` is what its first argument stands for, if it is a method."""

    reading: Reading
    todo: list[tuple[FunctionType, Any]]
    own: Any
    rows: list[Counterpart] = field(default_factory=list)
    """What was met so far, before it is known with which options."""

    def code(self, function: FunctionType) -> None:
        """Follow names to what they stand for, and attributes of that."""
        names = _names_of(function)
        if self.own is not None and function.__code__.co_argcount:
            names[function.__code__.co_varnames[0]] = self.own
        for code in _codes(function.__code__):
            current = UNKNOWN
            for kind, name in _steps(code):
                if kind == "local":
                    current = names.get(name, UNKNOWN) if names.get(name) is self.own else UNKNOWN
                elif kind == "name":
                    current = names.get(name, UNKNOWN)
                    self.value(current)
                elif kind == "attribute":
                    current = self.attribute(current, name, "super" in code.co_names)
                elif kind == "super":
                    current = self.attribute(UNKNOWN, name, True)
                else:
                    current = UNKNOWN
        for row in self.rows:
            self.reading.calls |= _variants(row, self.rows.count(row), function.__code__)

    def attribute(self, holder: Any, name: str, inherits: bool) -> Any:
        """What an attribute stands for; of something unknown it may be a tensor's method, or of what super() gave."""
        if holder is UNKNOWN:
            if name in WORDS:
                self.rows.append(WORDS[name])
            for kind in type(self.own).__mro__ if inherits and self.own is not None else ():
                self.follow(vars(kind).get(name), self.own)
            return UNKNOWN
        found = _looked_up(holder, name)
        is_kept = isinstance(holder, nn.Module) and name in vars(holder) and of_function(found) is not None
        if not is_kept:  # a function that a module keeps is replaced there
            self.value(found)
        return found

    def value(self, value: Any, depth: int = 0) -> None:
        """Note what may be called, or follow it later."""
        if isinstance(value, Activation):
            self.reading.own.add(value.name)
        elif value is getattr or value is eval:
            self.reading.unsure = True
        elif is_function(value):
            self.rows.append(FUNCTIONS[value][0])
        elif isinstance(value, MethodType):
            self.follow(value.__func__, value.__self__)
        elif isinstance(value, FunctionType):
            self.follow(value, self.own if self.is_method(value) else None)
        elif isinstance(value, partial):
            self.value(value.func)
        elif isinstance(value, list | tuple | dict) and depth < 3:
            for each in value.values() if isinstance(value, dict) else value:
                self.value(each, depth + 1)
        elif isinstance(value, property):
            self.value(value.fget)

    def follow(self, function: Any, own: Any) -> None:
        """Read a function later, unless it is a library's that calls no activation for a person."""
        function = getattr(function, "__wrapped__", function)
        if isinstance(function, FunctionType) and (function.__module__ or "").split(".")[0] not in ELSEWHERE:
            self.todo.append((function, own))

    def is_method(self, function: FunctionType) -> bool:
        """Whether it is a function of the class of the object at hand."""
        return (
            any(function in vars(kind).values() for kind in type(self.own).__mro__) if self.own is not None else False
        )


def _looked_up(holder: Any, name: str) -> Any:
    """An attribute, without running properties."""
    if isinstance(holder, nn.Module):
        for home in (holder.__dict__, holder._modules, *(vars(kind) for kind in type(holder).__mro__)):
            if name in home:
                found = home[name]
                is_bound = isinstance(found, FunctionType) and home is not holder.__dict__
                return MethodType(found, holder) if is_bound else found
        return UNKNOWN
    if isinstance(holder, ModuleType | type):
        return getattr(holder, name, UNKNOWN)
    return UNKNOWN


def _names_of(function: FunctionType) -> dict[str, Any]:
    """What a function's free names stand for."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    return {**function.__globals__, **{name: _contents(cell) for name, cell in cells}, "getattr": getattr, "eval": eval}


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return UNKNOWN


def _variants(row: Counterpart, calls: int, code: CodeType) -> frozenset[str]:
    """Which activations the calls of one function may be, by the constants beside them; all of them where in doubt."""
    if not row.variants or calls > 1:
        return row.names
    constants = [const for each in _codes(code) for const in each.co_consts]
    named = {name for const in constants if isinstance(const, tuple) for name in const if isinstance(name, str)}
    said = {name for values, name in row.variants.items() if values and all(each in constants for each in values)}
    if named & {*row.options} and not said:
        return row.names
    return frozenset(said or {row.variants[()]})


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code, and that of the functions written inside it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


@lru_cache(maxsize=4096)
def _steps(code: CodeType) -> tuple[tuple[str, str], ...]:
    """Each instruction as a local variable, a free name, an attribute of what came before, or something else."""
    steps = []
    for instruction in dis.get_instructions(code):
        name = instruction.argval[-1] if isinstance(instruction.argval, tuple) else instruction.argval
        for start, kind in KINDS.items():
            if instruction.opname.startswith(start):
                steps.append((kind, str(name)))
                break
        else:
            if instruction.opname not in ("CACHE", "PUSH_NULL", "EXTENDED_ARG"):
                steps.append(("other", ""))
    return tuple(steps)


KINDS = {
    "LOAD_FAST": "local",
    "LOAD_GLOBAL": "name",
    "LOAD_NAME": "name",
    "LOAD_DEREF": "name",
    "LOAD_CLASSDEREF": "name",
    "IMPORT_FROM": "attribute",
    "LOAD_ATTR": "attribute",
    "LOAD_METHOD": "attribute",
    "LOAD_SUPER": "super",
}
