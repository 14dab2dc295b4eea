"""Swap one activation for another in every place of a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import torch
from torch import nn

from actlab.catalogue import Activation
from actlab.compilers.torch import ActivationModule
from actlab.networks.swapping.calls import TABLE, answer_calls, is_shielded, replacement_of, shield
from actlab.networks.swapping.counterparts import Found, of_module
from actlab.networks.swapping.reading import read
from actlab.networks.swapping.recipes import Recipe, old_activation, recipe
from actlab.networks.swapping.uses import counted, kept_functions, seen_calls, uses, walk

Model = TypeVar("Model", bound=nn.Module)


def swap(
    model: Model,
    old: str | Activation,
    new: Any,
    *,
    features: int | None = None,
    only: str | Sequence[str] | None = None,
    example: Any = None,
    inplace: bool = False,
    **parameters: float,
) -> Model:
    """A copy of a model in which one activation has taken another's place, in modules and in functional calls.

    Args:
        model: Any torch.nn.Module, before torch.compile; it stays as it is.
        old: The name of the activation to replace, one of its other names, or a function such as actlab.relu.
        new: The one to come: the same, or a module, which is copied for each place, or a function that makes one.
        features: How many numbers each learned parameter has; by default one for each place.
        only: Where, as paths from named_modules with * and ?; all that is inside is meant too.
        example: An input, a tuple of several or a dict of named ones: the model runs once, and calls are found that
            reading its code does not show.
        inplace: Change the model itself instead of a copy, as where memory is short.
        **parameters: Numbers for fixed parameters of the new activation, and where learned ones start.

    Returns:
        The copy. Weights and keys are the old ones; learned parameters of the new activation come in addition, one for
        each place, and a module that was used at several places remains one.

    Raises:
        ValueError: the old activation was found nowhere, the new one does not fit there, or the model cannot be read.
        UnknownActivationError: no activation of that name.
        TypeError: a model, activation or parameter of another kind.

    >>> from torch import nn
    >>> swap(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), "relu", "mish")
    Sequential(
      (0): Linear(in_features=2, out_features=2, bias=True)
      (1): ActivationModule(mish)
    )
    """
    _check(model)
    wanted = old_activation(old)
    make = recipe(wanted, new, features, parameters)
    swapped = model if inplace else _copied(model)
    plan = _planned(swapped, wanted.name, _Selection.of(swapped, only), example)
    return _Exchange(swapped, make).carry_out(plan)  # type: ignore[return-value]  # a model may itself be the activation


@dataclass(frozen=True)
class _Selection:
    """Which paths are meant."""

    patterns: tuple[str, ...] | None

    @classmethod
    def of(cls, model: nn.Module, only: Any) -> _Selection:
        if not (only is None or (isinstance(only, str | list | tuple) and all(isinstance(each, str) for each in only))):
            raise TypeError(f'only is {only!r}; write paths, such as only="encoder.*" or only=["head", "body.0"].')
        patterns = None if only is None else (only,) if isinstance(only, str) else tuple(only)
        for pattern in patterns or ():
            if not any(fnmatchcase(path, pattern) for path, _ in walk(model) if path):
                parts = ", ".join(name for name, _ in model.named_children()) or "none"
                raise ValueError(f"only={pattern!r} is no path in {_name(model)}; its parts are {parts}.")
        return cls(patterns)

    def __contains__(self, path: str) -> bool:
        steps = path.split(".")
        inside = [".".join(steps[:count]) for count in range(1, len(steps) + 1)]
        return self.patterns is None or any(fnmatchcase(each, one) for each in inside for one in self.patterns)


@dataclass
class _Plan:
    """What will be replaced: places of modules, functions that modules keep, answers to calls, and calls."""

    name: str
    reads_only: bool
    """Whether the code was read and not run, so that what reading leaves open must be taken for a call."""
    modules: list[tuple[str, nn.Module]] = field(default_factory=list)
    kept: list[tuple[nn.Module, str, Found]] = field(default_factory=list)
    answered: list[tuple[nn.Module, str]] = field(default_factory=list)
    callers: list[tuple[nn.Module, set[str]]] = field(default_factory=list)
    unsure: list[tuple[nn.Module, set[str]]] = field(default_factory=list)


def _planned(model: nn.Module, name: str, selection: _Selection, example: Any) -> _Plan:
    seen = Counter[tuple[int, str]]() if example is None else seen_calls(model, example)
    plan, done = _Plan(name, example is None), set[int]()
    for path, module in walk(model):
        if path not in selection:
            continue
        found = of_module(module)
        if found is not None and found.name == name:
            plan.modules.append((path, module))
        elif found is None and not is_shielded(module) and id(module) not in done:
            done.add(id(module))
            _plan_code(plan, module, seen)
    if not (plan.modules or plan.kept or plan.answered or plan.callers):
        raise ValueError(_nothing(model, name, selection, example))
    return plan


def _plan_code(plan: _Plan, module: nn.Module, seen: Counter[tuple[int, str]]) -> None:
    name = plan.name
    kept = [(module, place, found) for place, found in kept_functions(module).items() if found.name == name]
    plan.kept += kept
    table = vars(module).get(TABLE, {})
    for old, where in table.items():
        replacement = replacement_of(module, old)
        found = None if replacement is None or isinstance(where, str) else of_module(replacement)
        if found is not None and found.name == name:
            plan.answered.append((module, old))
    if name in table:
        return
    reading = read(module)
    if name in reading.own:
        raise ValueError(
            f"{_name(module)} calls actlab.{name} in its forward, where torch does not see it; write self.act = "
            f"actlab.{name}.torch() in its __init__ and self.act(x) in its forward."
        )
    if name in reading.calls or (seen[id(module), name] and not kept):
        _check_forward(module, name)
        plan.callers.append((module, reading.methods))
    elif reading.unsure and plan.reads_only and "forward" not in vars(module):
        plan.unsure.append((module, reading.methods))


class _Exchange:
    """Puts new modules into a model; for one old module it makes one, however many places share it."""

    def __init__(self, model: nn.Module, make: Recipe) -> None:
        self.model, self.make = model, make
        self.by_old: dict[int, nn.Module] = {}
        self.made: list[nn.Module] = []

    def carry_out(self, plan: _Plan) -> nn.Module:
        """Replace all that is planned; gives the model, or what came instead of it."""
        for owner, name, found in plan.kept:
            setattr(owner, name, self.new(found, owner))
            _leave_fast_path(owner, name)
        for owner, old in plan.answered:
            answer_calls(owner, old, self.new(Found(plan.name), owner))
        for owner, methods in (*plan.callers, *plan.unsure):
            answer_calls(owner, plan.name, self.new(Found(plan.name), owner), methods)
        for path, module in plan.modules:
            if not path:
                return self.instead_of(module, module)
            above, _, name = path.rpartition(".")
            owner = self.model.get_submodule(above)
            owner._modules[name] = self.instead_of(module, owner)
            _leave_fast_path(owner, name)
        self.shield()
        for module in self.model.modules():
            _pad_no_more(module)
        return self.model

    def instead_of(self, module: nn.Module, owner: nn.Module) -> nn.Module:
        """The new module for an old one."""
        if id(module) not in self.by_old:
            found = of_module(module)
            assert found is not None, "only activations are planned"
            self.by_old[id(module)] = self.new(found, owner).train(module.training)
        return self.by_old[id(module)]

    def new(self, found: Found, owner: nn.Module) -> nn.Module:
        """A new module where the owner's weights lie; ours in their dtype."""
        made = self.make(found).train(owner.training)
        like = next((each for each in _weights(owner, self.model) if each.is_floating_point()), None)
        if like is not None:
            made.to(like.device, like.dtype) if isinstance(made, ActivationModule) else made.to(like.device)
        self.made.append(made)
        return made

    def shield(self) -> None:
        """Keep what activations call apart from the calls that are answered around them."""
        made = {id(each) for each in self.made}
        for module in self.made:
            if of_module(module) is None:
                shield(module)
        for owner in [each for each in self.model.modules() if TABLE in vars(each)]:
            for module in owner.modules():
                if isinstance(module, ActivationModule) or id(module) in made:
                    shield(module)


def _weights(owner: nn.Module, model: nn.Module) -> Iterator[torch.Tensor]:
    yield from owner.parameters()
    yield from model.parameters()


def _leave_fast_path(owner: nn.Module, name: str) -> None:
    """A layer of a transformer has a kernel for evaluation that knows relu and gelu only."""
    if name == "activation" and hasattr(owner, "activation_relu_or_gelu"):
        vars(owner)["activation_relu_or_gelu"] = 0


def _pad_no_more(module: nn.Module) -> None:
    """A transformer's encoder packs padded rows for that kernel."""
    if isinstance(module, nn.TransformerEncoder) and any(
        not getattr(each, "activation_relu_or_gelu", 1) for each in module.layers
    ):
        module.use_nested_tensor = False


def _check(model: Any) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"model is of type {type(model).__name__}; give a torch.nn.Module, such as nn.Sequential(…).")
    if "_orig_mod" in dict(model.named_children()):
        raise ValueError("The model is compiled already; write torch.compile(swap(model, …)) instead.")
    scripted = [each for each in model.modules() if isinstance(each, torch.jit.ScriptModule)]
    if scripted:
        raise ValueError("The model holds a TorchScript module, whose code is fixed; swap first, then script it.")


def _check_forward(module: nn.Module, name: str) -> None:
    if "forward" in vars(module):
        raise ValueError(
            f"This {_name(module)} has a forward of its own beside its class's, and it calls {name}; put the code into "
            f"a class."
        )


def _copied(model: nn.Module) -> nn.Module:
    try:
        return deepcopy(model)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"{_name(model)} cannot be copied ({error}); write inplace=True to change it itself."
        ) from error


def _nothing(model: nn.Module, name: str, selection: _Selection, example: Any) -> str:
    there = uses(model, example)
    chosen = [use for use in there if use.place in selection]
    hint = "" if example is not None else "; if its code calls it in hidden ways, write example=x with an input"
    if len(chosen) < len(there):
        places = ", ".join(use.place for use in there if use.activation == name)
        return f"There is no {name} in the part that only=… chooses; {name} is at {places or 'no other place'}{hint}."
    if not (found := counted(there)):
        return f"There is no {name} in {_name(model)}, nor any other activation{hint}."
    first = next(use.activation for use in there if use.activation != "identity")
    return f'There is no {name} in {_name(model)}, but {found}; write swap(model, "{first}", …){hint}.'


def _name(module: nn.Module) -> str:
    return type(module).__name__
