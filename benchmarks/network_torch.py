"""PyTorch's ways to train many small networks: one after the other, with stacked weights, and by torch.func.vmap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.network_work import BATCH, EPOCHS, HIDDEN, RATE, Data, Work, held_out, load, orders, right, starts

Weights = list[torch.Tensor]  # a weight and a bias a layer, then a slope a hidden layer
SLOPES = 2 * (len(HIDDEN) + 1)  # where in the list they begin

torch.set_num_threads(1)


def activated(name: str, z: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
    """An activation by its name; prelu's slope is learned."""
    return (
        torch.where(z > 0, z, slope * z)
        if name == "prelu"
        else getattr(torch if name == "tanh" else functional, name)(z)
    )


def losses(said: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """The mean loss, over the rows and over all that comes before them."""
    if said.shape[-1] == 1:
        return functional.binary_cross_entropy_with_logits(said[..., 0], wanted.to(said.dtype))
    return functional.cross_entropy(said.flatten(0, -2), wanted.flatten())


def started(work: Work, activation: str) -> Weights:
    """The first weights of one activation's networks, stacked along the first axis."""
    networks = starts(work, activation)
    layers = [(n.weights[k], n.biases[k][None]) for k in range(len(HIDDEN) + 1) for n in networks]
    per_layer = [layers[k : k + len(networks)] for k in range(0, len(layers), len(networks))]
    stacked = [torch.from_numpy(np.stack([layer[part] for layer in each])) for each in per_layer for part in (0, 1)]
    return [*stacked, *(torch.full((len(networks), 1, 1), 0.25) for _ in HIDDEN)]


class Loop:
    """One network after the other, as in a tutorial, with the fused Adam."""

    def prepare(self, work: Work) -> None:
        """Tensors of the table; the first network wakes the library."""
        data = load(work.table)
        self.work, self.data, self.orders, self.held = work, data, orders(work), held_out(work)
        self.X, self.y = torch.from_numpy(data.X), torch.from_numpy(data.y)
        self._train_one(work.activations[0], 0, 1)

    def train(self) -> None:
        """All of them."""
        pairs = [(name, seed) for name in self.work.activations for seed in range(len(self.work.seeds))]
        self.models = [self._train_one(name, seed, EPOCHS) for name, seed in pairs]

    def accuracy(self) -> float:
        """On the test rows."""
        with torch.no_grad():
            said = [model(torch.from_numpy(self.data.X_test)).numpy() for model in self.models]
        return right(np.stack(said), self.data)

    def _train_one(self, name: str, seed: int, epochs: int) -> nn.Module:
        model = self._model(name, seed)
        optimiser = torch.optim.Adam(model.parameters(), RATE, fused=True)
        lowest, best = float("inf"), model.state_dict()
        held = torch.from_numpy(self.held[seed])
        for order in self.orders[seed][:epochs]:
            for rows in torch.from_numpy(order).split(BATCH):
                optimiser.zero_grad()
                losses(model(self.X[rows]), self.y[rows]).backward()
                optimiser.step()
            with torch.no_grad():
                loss = float(losses(model(self.X[held]), self.y[held]))
            if loss < lowest:
                lowest, best = loss, {key: value.clone() for key, value in model.state_dict().items()}
        model.load_state_dict(best)
        return model

    def _model(self, name: str, seed: int) -> nn.Module:
        (network,) = starts(Work(self.work.table, (name,), (self.work.seeds[seed],)), name)
        layers: list[nn.Module] = []
        for weights, biases in zip(network.weights, network.biases, strict=True):
            linear = nn.Linear(*weights.shape)
            linear.weight.data, linear.bias.data = torch.from_numpy(weights.T.copy()), torch.from_numpy(biases)
            layers += [linear, MODULES[name]()]
        return nn.Sequential(*layers[:-1])


MODULES: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "prelu": nn.PReLU, "elu": nn.ELU, "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh, "gelu": nn.GELU, "silu": nn.SiLU, "softplus": nn.Softplus, "mish": nn.Mish,
}  # fmt: skip


class Stacked:
    """All networks at once: every weight has one more axis, and every layer is one baddbmm."""

    compiled = False

    def prepare(self, work: Work) -> None:
        """Stacks of weights and row numbers; one step of each size is done, so that all is compiled."""
        data: Data = load(work.table)
        self.work, self.data = work, data
        self.X, self.y = torch.from_numpy(data.X), torch.from_numpy(data.y)
        groups = [started(work, name) for name in work.activations]
        self.first = [torch.cat(parts) for parts in zip(*groups, strict=True)]
        each = len(work.activations)
        self.orders = torch.from_numpy(np.tile(orders(work), (each, 1, 1)))
        self.held = torch.from_numpy(np.tile(held_out(work), (each, 1)))
        self.forward = torch.compile(self._forward, dynamic=False) if self.compiled else self._forward
        self._train(1)

    def train(self) -> None:
        """All of them."""
        self._train(EPOCHS)

    def accuracy(self) -> float:
        """On the test rows."""
        with torch.no_grad():
            X = torch.from_numpy(self.data.X_test).expand(len(self.held), -1, -1)
            return right(self._forward(self.best, X).numpy(), self.data)

    def _forward(self, weights: Weights, x: torch.Tensor) -> torch.Tensor:
        count = len(self.work.seeds)
        for layer in range(len(HIDDEN) + 1):
            x = torch.baddbmm(weights[2 * layer + 1], x, weights[2 * layer])
            if layer < len(HIDDEN):
                groups = zip(x.split(count), weights[SLOPES + layer].split(count), self.work.activations, strict=True)
                x = torch.cat([activated(name, z, slope) for z, slope, name in groups])
        return x

    def _gradients(self, weights: Weights, rows: torch.Tensor) -> None:
        # the mean over the stack, times its size: each network's loss counts whole
        (losses(self.forward(weights, self.X[rows]), self.y[rows]) * len(rows)).backward()

    def _held_losses(self, weights: Weights) -> torch.Tensor:
        said, wanted = self.forward(weights, self.X[self.held]), self.y[self.held]
        return torch.stack([losses(each, known) for each, known in zip(said, wanted, strict=True)])

    def _train(self, epochs: int) -> None:
        weights = [each.clone().requires_grad_() for each in self.first]
        optimiser = torch.optim.Adam(weights, RATE, fused=True)
        lowest, self.best = torch.full((len(self.held),), float("inf")), [each.detach().clone() for each in weights]
        for epoch in range(epochs):
            for rows in self.orders[:, epoch].split(BATCH, dim=1):
                optimiser.zero_grad()
                self._gradients(weights, rows)
                optimiser.step()
            with torch.no_grad():
                seen = self._held_losses(weights)
                better = (seen < lowest)[:, None, None]
                lowest = torch.minimum(seen, lowest)
                self.best = [torch.where(better, new, old) for new, old in zip(weights, self.best, strict=True)]


class Compiled(Stacked):
    """The same through torch.compile."""

    compiled = True


class Vmap(Stacked):
    """A loss of one network, which torch.func turns into gradients of many; one call for each activation."""

    def prepare(self, work: Work) -> None:
        """One mapped function for each activation."""
        functions = [partial(self._loss_of_one, name) for name in work.activations]
        self.mapped = [torch.func.vmap(torch.func.grad(function)) for function in functions]
        self.every = torch.compile(self._every, dynamic=False) if self.compiled else self._every
        super().prepare(work)

    def _loss_of_one(self, name: str, weights: Weights, x: torch.Tensor, wanted: torch.Tensor) -> Any:
        for layer in range(len(HIDDEN) + 1):
            x = torch.addmm(weights[2 * layer + 1], x, weights[2 * layer])
            if layer < len(HIDDEN):
                x = activated(name, x, weights[SLOPES + layer])
        return losses(x, wanted)

    def _gradients(self, weights: Weights, rows: torch.Tensor) -> None:
        found = self.every([weight.detach() for weight in weights], self.X[rows], self.y[rows])
        for weight, gradient in zip(weights, found, strict=True):
            weight.grad = gradient

    def _every(self, weights: Weights, x: torch.Tensor, wanted: torch.Tensor) -> Weights:
        count = len(self.work.seeds)
        given, rows, known = [weight.split(count) for weight in weights], x.split(count), wanted.split(count)
        found = [f([w[k] for w in given], rows[k], known[k]) for k, f in enumerate(self.mapped)]
        return [torch.cat(parts) for parts in zip(*found, strict=True)]


class CompiledVmap(Vmap):
    """The same through torch.compile."""

    compiled = True
