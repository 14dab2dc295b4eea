"""Where a model uses activations: in modules, in functions that a module keeps, and in the calls of forward code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from actlab.networks.swapping.calls import TABLE, is_shielded, replacement_of
from actlab.networks.swapping.counterparts import FUNCTIONS, Found, of_call, of_function, of_module
from actlab.networks.swapping.reading import read


@dataclass(frozen=True)
class Use:
    """One activation at one place.

    A module's calls of one activation are one use; `times` counts them where an example was run.
    """

    place: str
    activation: str
    kind: Literal["module", "function", "call"]
    parameters: Mapping[str, float] = field(default_factory=dict)
    times: int = 1


def uses(model: nn.Module, example: Any = None) -> tuple[Use, ...]:
    """Every activation that is found in a model, in the order of its modules.

    Args:
        model: The model; it is not changed.
        example: An input; a tuple of several, or a dict of named ones. The model then runs once, without gradients and
            as in evaluation, and calls are those that were seen; without it they are those that the code may make.

    >>> from torch import nn
    >>> [(use.place, use.activation) for use in uses(nn.Sequential(nn.Linear(2, 2), nn.GELU("tanh")))]
    [('1', 'gelu_tanh')]
    """
    seen = None if example is None else seen_calls(model, example)
    return tuple(use for path, module in walk(model) for use in _uses_of(path, module, seen))


def counted(found: Iterable[Use]) -> str:
    """The activations and how often each was found, such as "gelu ×12 and softmax ×12"; "" for none."""
    counts = Counter(use.activation for use in found if use.activation != "identity")
    told = [f"{name} ×{count}" for name, count in counts.most_common()]
    return " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))


def walk(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Each place and the module there, a shared one at each of its places; not into what was put there by a swap."""
    todo = [("", model)]
    while todo:
        path, module = todo.pop()
        yield path, module
        if not is_shielded(module):
            inside = [(f"{path}.{name}" if path else name, each) for name, each in module._modules.items() if each]
            todo += reversed(inside)


def kept_functions(module: nn.Module) -> dict[str, Found]:
    """The activations among a module's attributes that are no modules, such as self.activation = F.relu."""
    found = {name: of_function(value) for name, value in vars(module).items() if name != "forward"}
    return {name: each for name, each in found.items() if each is not None}


def seen_calls(model: nn.Module, example: Any) -> Counter[tuple[int, str]]:
    """Run the model once, and count the calls by the module, its id, whose code made them."""
    args, kwargs = (), {}
    if isinstance(example, dict):
        kwargs = example
    else:
        args = tuple(example) if isinstance(example, tuple | list) else (example,)
    watching = _Watching()
    training = [module for module in model.modules() if module.training]
    hooks = (
        register_module_forward_pre_hook(watching.enter),
        register_module_forward_hook(watching.leave, always_call=True),
    )
    model.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=()), watching:
            model(*args, **kwargs)
    finally:
        for module in training:
            module.training = True
        for hook in hooks:
            hook.remove()
    return watching.seen


class _Watching(TorchFunctionMode):
    """Counts calls of activations that no module of their own makes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[tuple[int, str]] = Counter()
        self.running: list[nn.Module] = []

    def enter(self, module: nn.Module, _args: Any) -> None:
        self.running.append(module)

    def leave(self, _module: nn.Module, _args: Any, _result: Any) -> None:
        self.running.pop()

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function in FUNCTIONS and self.running and of_module(self.running[-1]) is None:
            found = of_call(function, args, kwargs)
            if found is not None:
                self.seen[id(self.running[-1]), found.name] += 1
        return function(*args, **kwargs)


def _uses_of(path: str, module: nn.Module, seen: Counter[tuple[int, str]] | None) -> Iterator[Use]:
    found = of_module(module)
    if found is not None:
        yield Use(path, found.name, "module", found.parameters)
        return
    kept = kept_functions(module)
    for each in kept.values():
        yield Use(path, each.name, "function", each.parameters)
    yield from _answered(path, module)
    if is_shielded(module):
        return
    if seen is None:
        for name in sorted(read(module).calls - {*vars(module).get(TABLE, ())}):
            yield Use(path, name, "call")
        return
    for (which, name), times in seen.items():
        if which == id(module) and name not in {each.name for each in kept.values()}:
            yield Use(path, name, "call", times=times)


def _answered(path: str, module: nn.Module) -> Iterator[Use]:
    """What answers a module's calls since an earlier swap, unless it is a submodule."""
    for name, where in vars(module).get(TABLE, {}).items():
        replacement = replacement_of(module, name)
        found = None if replacement is None or isinstance(where, str) else of_module(replacement)
        if found is not None:
            yield Use(path, found.name, "call", found.parameters)
