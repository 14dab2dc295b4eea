"""What a model's activations do on given rows: which units are silent, dead or sparse, and how much arrives behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from actlab.catalogue import Activation, find
from actlab.networks.models.feeds import Feed, rows_in
from actlab.networks.swapping.calls import TABLE
from actlab.networks.swapping.counterparts import of_module
from actlab.networks.units import SPARSE_SHARE, LayerReading

READ_ROWS = 4096
"""So many rows are looked at; of more, the first ones."""

Loss = Callable[[nn.Module, Any], Tensor]


@dataclass
class _Seen:
    """One call of an activation in a forward pass, summed over the batches."""

    weight: nn.Parameter | None
    with_slope: Tensor
    zeros: int = 0
    elements: int = 0
    positions: int = 0


def unit_readings_of(
    model: nn.Module, activation: Activation, feed: Feed, size: int, loss: Loss
) -> tuple[LayerReading, ...]:
    """Read each place where the model has the activation as a module, in the order of a forward pass.

    A unit is a feature, or a channel where there are places in a row: dead where its slope is 0 on every row and at
    every place. The model is left in evaluation mode. Where nothing can be read, there are no readings.

    Args:
        model: made with this activation.
        activation: the one to look for.
        feed: rows.
        size: rows a batch.
        loss: of a batch, for the gradient.
    """
    watched = [module for module in _modules(model) if _is(module, activation)]
    if not watched:
        return ()
    watching = _Watching(channels_first=any(isinstance(each, nn.Conv1d) for each in model.modules()))
    model.eval().zero_grad(set_to_none=True)
    try:
        with suppress(Exception), watching.hooks(model, watched), torch.enable_grad():  # it is the scores that count
            _pass_over(model, feed, size, loss, watching)
            return tuple(_reading(place, seen) for place, seen in enumerate(watching.seen.values(), 1))
        return ()
    finally:
        model.zero_grad(set_to_none=True)


def _pass_over(model: nn.Module, feed: Feed, size: int, loss: Loss, watching: _Watching) -> None:
    """The gradient of the mean loss, summed over the batches."""
    rows = 0
    for batch in feed.batches(size):
        watching.calls.clear()
        (loss(model, batch) * rows_in(batch)).backward()
        rows += rows_in(batch)
        if rows >= READ_ROWS:
            break
    for seen in watching.seen.values():
        if seen.weight is not None and seen.weight.grad is not None and id(seen.weight) not in watching.scaled:
            watching.scaled.add(id(seen.weight))
            seen.weight.grad /= rows


def _reading(place: int, seen: _Seen) -> LayerReading:
    units = len(seen.with_slope)
    dead = int((seen.with_slope == 0).sum())
    sparse = int((seen.with_slope < SPARSE_SHARE * seen.positions).sum()) - dead
    grad = None if seen.weight is None else seen.weight.grad
    gradient = float("nan") if grad is None else float(grad.double().square().mean().sqrt())
    return LayerReading(place, units, seen.zeros / seen.elements, dead, sparse, units - dead - sparse, gradient)


class _Watching:
    """Hooks on activations, and on the modules with weights in front of them."""

    def __init__(self, *, channels_first: bool) -> None:
        self.channels_first = channels_first
        self.seen: dict[tuple[int, int], _Seen] = {}
        self.calls: Counter[int] = Counter()
        self.scaled: set[int] = set()
        self.last: nn.Parameter | None = None

    @contextmanager
    def hooks(self, model: nn.Module, watched: list[nn.Module]) -> Iterator[None]:
        """While these stand, each forward pass is seen."""
        weighted = [each for each in model.modules() if _matrix(each) is not None]
        handles = [module.register_forward_pre_hook(self._arrive) for module in watched]
        handles += [module.register_forward_pre_hook(self._pass) for module in weighted]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _pass(self, module: nn.Module, _args: Any) -> None:
        self.last = _matrix(module)

    def _arrive(self, module: nn.Module, args: Any) -> None:
        """Look at what an activation is about to get; some write their answer over it."""
        start = args[0].detach().clone().requires_grad_()
        values = module.forward(start * 1)
        (slope,) = torch.autograd.grad(values.sum(), start)
        by_unit = slope.movedim(self._axis(slope), -1).reshape(-1, slope.shape[self._axis(slope)])
        key = id(module), self.calls[id(module)]
        self.calls[id(module)] += 1
        found = self.seen.get(key)
        if found is None:
            nothing = torch.zeros(by_unit.shape[1], dtype=torch.int64, device=slope.device)
            found = self.seen[key] = _Seen(self.last, nothing)
        found.with_slope += (by_unit != 0).sum(0)
        found.zeros += int((values == 0).sum())
        found.elements += values.numel()
        found.positions += len(by_unit)

    def _axis(self, values: Tensor) -> int:
        """Features come last, channels of pictures and signals second."""
        return 1 if values.ndim > 3 or (values.ndim == 3 and self.channels_first) else -1


def _modules(model: nn.Module) -> Iterator[nn.Module]:
    """Every module once, those that answer a swapped call included."""
    known: set[int] = set()
    for module in model.modules():
        for each in (module, *vars(module).get(TABLE, {}).values()):
            if isinstance(each, nn.Module) and id(each) not in known:
                known.add(id(each))
                yield each


def _is(module: nn.Module, activation: Activation) -> bool:
    found = of_module(module)
    return found is not None and find(found.name) is activation and activation.univariate


def _matrix(module: nn.Module) -> nn.Parameter | None:
    """The weights of a layer; a normalisation's are not meant."""
    weight = module._parameters.get("weight")
    return weight if weight is not None and weight.ndim > 1 else None
