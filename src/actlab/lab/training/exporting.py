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

CHECKED = 4  # rows whose answers the file compares

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
CENTRE = torch.tensor({{ centre }})  # taken from the inputs, which are then divided by SPREAD
SPREAD = torch.tensor({{ spread }})


class Network(nn.Module):
    """Takes inputs of the shape (rows, 2); returns {{ returns }}."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
{%- for module in modules %}
            {{ module }},
{%- endfor %}
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
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
    rows = torch.tensor({{ rows }})
    expected = torch.tensor({{ answers }})
    with torch.no_grad():
        answers = trained()(rows)
    torch.testing.assert_close(answers, expected, rtol=1e-3, atol=1e-4)
    print(f"The same answers as in the lab: {answers.tolist()}")
'''


def files(trial: Trial) -> Mapping[str, str]:
    """The texts of the files by their names."""
    network, material, goal = trial.network, trial.material, trial.goal
    modules, weights = [], []
    for place, (matrix, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        inputs, units = matrix.shape
        modules.append(f"nn.Linear({inputs}, {units})")
        weights += [(f"layers.{2 * place}.weight", _numbers(matrix.T)), (f"layers.{2 * place}.bias", _numbers(biases))]
        if place < len(network.hidden):
            modules.append(_module(network.hidden[place]))
    sums = "self.layers((x - CENTRE) / SPREAD)"
    scale = material.scale
    if goal.outputs > 1:
        returns, answer = "the probability of each class, (rows, classes)", f"torch.softmax({sums}, 1)"
    elif goal.classes:
        returns, answer = "the probability of the second class, (rows,)", f"torch.sigmoid({sums}).squeeze(1)"
    else:
        returns, answer = (
            "the number that is predicted, (rows,)",
            f"{sums}.squeeze(1) * {scale.deviation!r} + {scale.mean!r}",
        )
    hidden = " ".join(f"{layer.units} {layer.activation.name}," for layer in trial.spec.layers)
    rows = material.train.X[:CHECKED]
    text = Environment(autoescape=False, keep_trailing_newline=True).from_string(CODE)
    return {
        "network.py": text.render(
            layers=f"{hidden} {goal.outputs} out",
            step=trial.step, names=repr(material.names), target=repr(material.target), classes=repr(material.classes),
            centre=_numbers(material.centre), spread=_numbers(material.spread), returns=returns, modules=modules,
            answer=answer, weights=weights, rows=_numbers(rows), answers=_numbers(trial.answers(rows)),
            ours=any("actlab." in each for each in modules),
            strict=not any("PReLU" in each or "actlab." in each for each in modules),
        )
    }  # fmt: skip


def _module(layer: Hidden) -> str:
    """PyTorch's own module where it has one, else actlab's."""
    own = framework_code(layer.activation)
    given = {each.name: each.default for each in layer.activation.parameters} | dict(layer.parameters)
    return (own["torch"].removeprefix("torch.") or own["actlab_torch"]).format(**given)


def _numbers(array: Matrix) -> str:
    """As a list of float32's shortest numbers."""
    return repr(np.asarray(array, np.float32).astype(str).astype(float).tolist())
