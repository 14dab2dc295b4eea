"""JAX's way to train many small networks: the whole training as scans, vmapped over networks, in one jitted program."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np
from jax import nn
from jax import numpy as jnp

from benchmarks.network_work import BATCH, HIDDEN, RATE, Work, held_out, load, orders, right, starts

Weights = list[Any]  # a weight and a bias a layer, then a slope a hidden layer
SLOPES = 2 * (len(HIDDEN) + 1)


def activated(name: str, z: Any, slope: Any) -> Any:
    """An activation by its name; prelu's slope is learned."""
    if name == "prelu":
        return jnp.where(z > 0, z, slope * z)
    return nn.gelu(z, approximate=False) if name == "gelu" else getattr(nn, name)(z)


def said_by(name: str, weights: Weights, x: Any) -> Any:
    """What one network says about rows."""
    for layer in range(len(HIDDEN) + 1):
        x = x @ weights[2 * layer] + weights[2 * layer + 1]
        if layer < len(HIDDEN):
            x = activated(name, x, weights[SLOPES + layer])
    return x


def loss(name: str, weights: Weights, x: Any, wanted: Any) -> Any:
    """The mean loss of one network."""
    said = said_by(name, weights, x)
    if said.shape[-1] == 1:
        return jnp.mean(nn.softplus(said[:, 0]) - said[:, 0] * wanted)
    return jnp.mean(nn.logsumexp(said, axis=1) - said[jnp.arange(len(said)), wanted])


def step(name: str, X: Any, y: Any, state: Any, rows: Any) -> Any:
    """One step of Adam."""
    weights, first, second, count = state
    gradient = jax.grad(partial(loss, name))(weights, X[rows], y[rows])
    count = count + 1
    first = [0.9 * m + 0.1 * g for m, g in zip(first, gradient, strict=True)]
    second = [0.999 * v + 0.001 * g * g for v, g in zip(second, gradient, strict=True)]
    pace, widen = RATE / (1 - 0.9**count), jnp.sqrt(1 - 0.999**count)
    moved = [w - pace * m / (jnp.sqrt(v) / widen + 1e-8) for w, m, v in zip(weights, first, second, strict=True)]
    return (moved, first, second, count), None


def train_one(name: str, X: Any, y: Any, weights: Weights, order: Any, held: Any) -> Weights:
    """The whole training of one network; an epoch is a scan of full batches, and one step with what is left."""
    whole = order.shape[1] // BATCH * BATCH
    zeros = [jnp.zeros_like(w) for w in weights]

    def epoch(carried: Any, rows: Any) -> Any:
        state, lowest, best = carried
        state, _ = jax.lax.scan(partial(step, name, X, y), state, rows[:whole].reshape(-1, BATCH))
        if whole < len(rows):
            state, _ = step(name, X, y, state, rows[whole:])
        seen = loss(name, state[0], X[held], y[held])
        best = [jnp.where(seen < lowest, new, old) for new, old in zip(state[0], best, strict=True)]
        return (state, jnp.minimum(seen, lowest), best), None

    (_, _, best), _ = jax.lax.scan(epoch, ((weights, zeros, zeros, 0.0), jnp.inf, weights), order)
    return best


class Mapped:
    """All networks in one program."""

    def prepare(self, work: Work) -> None:
        """Arrays on the device, and the program compiled."""
        data = load(work.table)
        self.work, self.data = work, data
        X, y = jnp.asarray(data.X), jnp.asarray(data.y)
        first = [self._started(work, name) for name in work.activations]
        order, held = jnp.asarray(orders(work)), jnp.asarray(held_out(work))

        def train_all(first: Any, order: Any, held: Any) -> Any:
            every = [jax.vmap(partial(train_one, name, X, y)) for name in work.activations]
            return [train(weights, order, held) for train, weights in zip(every, first, strict=True)]

        program = jax.jit(train_all).lower(first, order, held).compile()
        self.program = partial(program, first, order, held)

    def train(self) -> None:
        """All of them."""
        self.best = jax.block_until_ready(self.program())

    def accuracy(self) -> float:
        """On the test rows."""
        pairs = zip(self.work.activations, self.best, strict=True)
        said = [jax.vmap(partial(said_by, name, x=self.data.X_test))(weights) for name, weights in pairs]
        return right(np.concatenate(said), self.data)

    @staticmethod
    def _started(work: Work, name: str) -> Weights:
        networks = starts(work, name)
        layers = range(len(HIDDEN) + 1)
        stacked = [
            jnp.asarray(np.stack(each))
            for k in layers
            for each in ([n.weights[k] for n in networks], [n.biases[k] for n in networks])
        ]
        return [*stacked, *(jnp.full((len(networks), 1), 0.25) for _ in HIDDEN)]
