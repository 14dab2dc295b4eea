"""A trained network as a file of PyTorch code with its weights in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from jinja2 import Environment

from actlab.lab.naming import framework_code
from actlab.lab.training.network import Hidden, Matrix

if TYPE_CHECKING:
    from actlab.lab.training.trial import Trial

CHECKED, CLOSE = 4, 1e-4  # rows whose answers the file compares, and how well, in deviations of the answers

CODE = '''\
"""A network of the actlab lab: {{ layers }}, trained for {{ step }} steps.

`python network.py` checks that it answers as it did in the lab.
"""

import torch
from torch import nn
{%- if ours %}

import actlab  # https://pypi.org/project/actlab
{%- endif %}

INPUTS = {{ names }}
TARGET = {{ target }}
CLASSES = {{ classes }}
CENTRE = torch.tensor({{ centre }}, dtype=torch.float64)  # taken from the inputs, which are then divided by SPREAD
SPREAD = torch.tensor({{ spread }}, dtype=torch.float64)


class Network(nn.Module):
    """Takes inputs of the shape (rows, 2), large ones in float64; returns {{ returns }}."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
{%- for module in modules %}
            {{ module }},
{%- endfor %}
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sums = self.layers(((x - CENTRE) / SPREAD).float())
        return {{ answer }}


WEIGHTS = {  # as PyTorch has them: (units, inputs)
{%- for name, values in weights %}
    "{{ name }}": {{ values }},
{%- endfor %}
}


def trained() -> Network:
    """The network with the weights of the lab."""
    network = Network()
    network.load_state_dict({name: torch.tensor(values) for name, values in WEIGHTS.items()}, strict={{ strict }})
    return network.eval()


if __name__ == "__main__":
    rows = torch.tensor({{ rows }}, dtype=torch.float64)
    expected = torch.tensor({{ answers }}, dtype=torch.float64)
    with torch.no_grad():
        answers = trained()(rows).double()
    torch.testing.assert_close(answers, expected, rtol=0, atol={{ tolerance }})  # the layers are in float32
    print(f"The same answers as in the lab: {answers.tolist()}")
'''


def files(trial: Trial) -> Mapping[str, str]:
    """The texts of the files by their names."""
    network, material = trial.network, trial.material
    modules, weights = [], []
    for place, (matrix, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        inputs, units = matrix.shape
        modules.append(f"nn.Linear({inputs}, {units})")
        weights += [(f"layers.{2 * place}.weight", _numbers(matrix.T)), (f"layers.{2 * place}.bias", _numbers(biases))]
        if place < len(network.hidden):
            modules.append(_module(network.hidden[place]))
    returns, answer = _answer(trial)
    hidden = " ".join(f"{layer.units} {layer.activation.name}," for layer in trial.spec.layers)
    rows = material.train.X[:CHECKED]
    answers = trial.answers(rows)
    tolerance = CLOSE * (material.scale.deviation + np.abs(answers - material.scale.mean).max())
    text = Environment(autoescape=False, keep_trailing_newline=True).from_string(CODE)
    return {
        "network.py": text.render(
            layers=f"{hidden} {trial.goal.outputs} out",
            step=trial.step, names=repr(material.names), target=repr(material.target), classes=repr(material.classes),
            centre=material.centre.tolist(), spread=material.spread.tolist(), returns=returns, modules=modules,
            answer=answer, weights=weights, rows=rows.tolist(), answers=answers.tolist(), tolerance=f"{tolerance:.2g}",
            ours=any("actlab." in each for each in modules),
            strict=not any("PReLU" in each or "actlab." in each for each in modules),
        )
    }  # fmt: skip


def _answer(trial: Trial) -> tuple[str, str]:
    """What the network returns, in words and as code."""
    scale = trial.material.scale
    if trial.goal.outputs > 1:
        return "the probability of each class, (rows, classes)", "torch.softmax(sums, 1)"
    if trial.goal.classes:
        return "the probability of the second class, (rows,)", "torch.sigmoid(sums).squeeze(1)"
    number = f"sums.squeeze(1).double() * {scale.deviation!r} + {scale.mean!r}"
    return "the number that is predicted, (rows,)", number


def _module(layer: Hidden) -> str:
    """PyTorch's own module where it has one that can take the layer's parameters, else actlab's."""
    code = framework_code(layer.activation)
    usual = {each.name: each.default for each in layer.activation.parameters}
    moved = [name for name, number in layer.parameters if number != usual[name]]
    able = all(f"{{{name}}}" in code["torch"] for name in moved)
    own = code["torch"].removeprefix("torch.") if able else ""
    return (own or code["actlab_torch"]).format(**{**usual, **dict(layer.parameters)})


def _numbers(array: Matrix) -> str:
    """As a list of float32's shortest numbers."""
    return repr(np.asarray(array, np.float32).astype(str).astype(float).tolist())
