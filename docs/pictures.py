"""Draws the article's pictures from the declarations of the catalogue: `python docs/pictures.py` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import actlab
from actlab.figures import functions
from actlab.figures.canvas import Picture

FOLDER = Path(__file__).parent / "pictures"
WIDTH = 420  # narrow enough that a phone shows its letters nearly in full size

EVERY = (
    "step", "sigmoid", "tanh", "softsign", "relu", "leaky_relu", "prelu", "relu6",
    "elu", "selu", "gelu", "silu", "mish", "softplus", "hardswish",
)  # fmt: skip


def pictures() -> Mapping[str, Picture]:
    """The pictures by file name."""
    found = {name: actlab.find(name) for name in EVERY}
    return {
        "step": functions.overlay(
            [found["step"]],
            width=WIDTH,
            title="The step says 0 or 1 and nothing between: its slope is 0, so it cannot learn by small steps",
        ),
        "sigmoid": functions.overlay(
            [found["sigmoid"]],
            width=WIDTH,
            title="The sigmoid smooths the step: a small change of the input makes a small change of the output",
            low=-8,
            high=8,
        ),
        "sigmoid-and-tanh": functions.overlay(
            [found["sigmoid"], found["tanh"]],
            width=WIDTH,
            title="Tanh is the sigmoid’s relative between −1 and 1, centred on zero and up to four times as steep",
        ),
        "relu": functions.overlay(
            [found["relu"]],
            width=WIDTH,
            title="ReLU lets positive inputs through and gives 0 otherwise",
            notes=["max(0, x)"],
        ),
        "leaky-relu-and-prelu": functions.overlay(
            [found["leaky_relu"], found["prelu"]],
            width=WIDTH,
            title="A leaky ReLU lets a little of the negative side through; PReLU learns how much",
            notes=["0.01 x below zero", "starts at 0.25 x below zero"],
        ),
        "all-with-derivatives": functions.wall(
            [found[name] for name in EVERY],
            width=WIDTH,
            title="From the step to its smooth relatives: what each lets through, and how steeply",
        ),
    }


def main() -> None:
    """Write every picture as SVG: on a ground of its own it follows light and dark wherever it is shown."""
    FOLDER.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        picture.save(FOLDER / f"{name}.svg")


if __name__ == "__main__":
    main()
