"""What a call of a module on 64 numbers costs, beside the same of PyTorch: one thread, the two in turn.

python benchmarks/small_calls.py [--rounds 60] [--markdown]
"""

from __future__ import annotations

import argparse
import timeit
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

import actlab

CALLS = 200  # a round


class Words(nn.Module):
    """A function of plain words as a module."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self._function = function

    def forward(self, x: Tensor) -> Tensor:
        """The function."""
        return self._function(x)


def _swiglu(x: Tensor) -> Tensor:
    gate, value = x.chunk(2, -1)
    return functional.silu(gate) * value


PAIRS: dict[str, tuple[nn.Module, nn.Module]] = {
    "relu": (actlab.relu.torch(), nn.ReLU()),
    "mish": (actlab.mish.torch(), nn.Mish()),
    "gelu": (actlab.gelu.torch(), nn.GELU()),
    "tanhshrink": (actlab.tanhshrink.torch(), nn.Tanhshrink()),
    "elu": (actlab.elu.torch(), nn.ELU()),
    "squareplus, beside torch's words": (
        actlab.squareplus.torch(),
        Words(lambda x: (x + torch.sqrt(x * x + 4)) / 2),
    ),
    "swiglu, beside torch's words": (actlab.swiglu.torch(), Words(_swiglu)),
    "prelu, one slope": (actlab.prelu.torch(), nn.PReLU()),
    "prelu, a slope for each of 64 features": (actlab.prelu.torch(features=64), nn.PReLU(64)),
    "mish in bfloat16": (actlab.mish.torch(), nn.Mish()),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    rows = {name: measured(pair, asked.rounds, "bfloat16" in name) for name, pair in PAIRS.items()}
    if asked.markdown:
        print("| | forward | `torch.nn` | forward + backward | `torch.nn` |\n|---|---|---|---|---|")
    for name, numbers in rows.items():
        cells = " | ".join(f"{each:.1f}" if each < 20 else f"{each:.0f}" for each in numbers)
        print(f"| {name} | {cells} |" if asked.markdown else f"{name:36}{cells}")


def measured(pair: tuple[nn.Module, nn.Module], rounds: int, short: bool) -> list[float]:
    """Microseconds of a call, the best round of each: forward of both, then forward, sum and backward of both."""
    x = torch.randn(1, 64, dtype=torch.bfloat16 if short else torch.float32)
    trained = x.clone().requires_grad_()

    def forward(module: nn.Module) -> Callable[[], object]:
        return lambda: module(x)

    def both(module: nn.Module) -> Callable[[], object]:
        def call() -> None:
            trained.grad = None
            module(trained).sum().backward()

        return call

    timers = [timeit.Timer(way(module)) for way in (forward, both) for module in pair]
    for timer in timers:
        timer.timeit(CALLS)
    best = [float("inf")] * len(timers)
    for _ in range(rounds):
        best = [min(old, timer.timeit(CALLS) / CALLS * 1e6) for old, timer in zip(best, timers, strict=True)]
    return best


if __name__ == "__main__":
    main()
