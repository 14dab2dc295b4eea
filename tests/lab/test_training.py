"""The small networks of the playground: right gradients, the same numbers from a seed, and honest endings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from actlab.catalogue import find
from actlab.lab.refusal import Refusal
from actlab.lab.training.network import made, passed
from actlab.lab.training.spec import Spec
from actlab.lab.training.toys import TOYS
from actlab.lab.training.trial import Trial
from actlab.lab.training.units import HEALTH
from tests.lab.trials import LAYERS, run, trial


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("data", ["circles", "clouds", "hills"])
def test_gradients_are_the_slopes_of_the_loss(data: str, loss: str) -> None:
    if data == "hills" and loss == "cross_entropy":
        with pytest.raises(Refusal, match="y is a number"):
            trial(data={"name": data}, loss=loss)
        return
    one = trial(data={"name": data}, loss=loss, bias=0.1)
    X, y = one.material.train.X, one.material.train.y
    now = passed(one.network, one.goal, X, y)
    for place, gradient in enumerate(now.weights):
        for index in np.ndindex(gradient.shape):
            sides = []
            for way in (1, -1):
                weights = [each.copy() for each in one.network.weights]
                weights[place][index] += way * 1e-5
                nudged = replace(one.network, weights=tuple(weights))
                sides.append(one.goal.loss(nudged.outputs(X), y)[0])
            assert gradient[index] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_a_learned_parameter_learns_by_its_own_gradient(optimiser: str) -> None:
    layers = [{"units": units, "activation": name} for units, name in ((4, "prelu"), (3, "mish"), (2, "prelu"))]
    one, again = (trial(layers=layers, optimiser=optimiser, rate=0.02, bias=0.1) for _ in range(2))
    X, y = one.material.train.X, one.material.train.y
    count = len(one.network.arrays)
    for place in (count - 2, count - 1):
        sides = []
        for way in (1, -1):
            arrays = list(one.network.arrays)
            arrays[place] = arrays[place] + way * 1e-5
            sides.append(one.goal.loss(one.network.moved(tuple(arrays)).outputs(X), y)[0])
        found = passed(one.network, one.goal, X, y).gradients[place]
        assert found == pytest.approx([(sides[0] - sides[1]) / 2e-5], rel=1e-4)
    run(one, 200), run(again, 200)
    slopes = [layer["learned"] for layer in one.frame(0)[0]["layers"][:3]]
    assert slopes[1] == {}
    assert all(abs(each["slope"] - 0.25) > 1e-3 for each in (slopes[0], slopes[2]))
    assert all((a == b).all() for a, b in zip(one.network.arrays, again.network.arrays, strict=True))


def test_an_activation_that_learns_can_be_swapped_in_and_out() -> None:
    one = trial(optimiser="adam")
    for name in ("relu", "prelu", "tanh", "prelu"):
        run(one, 3)
        one.swap(find(name))
    run(one, 3)
    assert one.network.hidden[0].numbers != [0.25]


@pytest.mark.parametrize(("optimiser", "rate"), [("sgd", 0.3), ("momentum", 0.05), ("adam", 0.02)])
def test_it_learns(optimiser: str, rate: float) -> None:
    one = trial(optimiser=optimiser, rate=rate, batch=16)
    before, _ = one.frame(0)
    run(one, 1500)
    after, _ = one.frame(0)
    assert after["accuracy"]["test"] > 0.95 > before["accuracy"]["test"]
    assert after["loss"]["train"] < 0.2 * before["loss"]["train"]


@pytest.mark.parametrize("name", TOYS)
def test_every_toy_set_can_be_learned_better_than_by_guessing(name: str) -> None:
    one = trial(data={"name": name}, optimiser="adam", rate=0.02, batch=32,
                layers=[{"units": 12, "activation": "tanh"}] * 2)  # fmt: skip
    run(one, 1500)
    header, arrays = one.frame(0)
    if header["accuracy"] is None:
        wanted = one.material.test.y
        assert np.mean((arrays["0/scores/test"] - wanted) ** 2) < 0.2 * wanted.var()
    else:
        assert header["accuracy"]["test"] > (0.75 if name == "spirals" else 0.85)


def test_the_same_seed_gives_the_same_network_and_another_activation_the_same_numbers() -> None:
    first, second = (trial(seed=3, initialisation="glorot") for _ in range(2))
    run(first, 30), run(second, 30)
    assert all((a == b).all() for a, b in zip(first.network.weights, second.network.weights, strict=True))
    other = Spec.read(
        {"seed": 3, "initialisation": "glorot", "layers": [{**each, "activation": "relu"} for each in LAYERS]}
    )
    assert (made(other, 1).weights[0] == made(first.spec, 1).weights[0]).all()


def test_a_step_has_no_slope_so_its_hidden_weights_never_move() -> None:
    one = trial(layers=[{"units": 5, "activation": "step"}], rate=0.5)
    run(one, 500)
    header, _ = one.frame(0)
    hidden, output = header["layers"]
    assert (hidden["gradient"], hidden["moved"]) == (0.0, 0.0)
    assert output["moved"] > 0.05
    assert hidden["units"]["dead"] == 5


def test_units_are_told_apart() -> None:
    one = trial(layers=[{"units": 6, "activation": "relu"}], data={"name": "xor"})
    weights = np.zeros((2, 6))
    weights[0, 4] = 1.0
    biases = np.array([1.0, -1.0, 1.0, 0.5, -np.quantile(one.material.train.X[:, 0], 0.97), -100.0])
    output = (one.network.weights[1], one.network.biases[1])
    one.network = replace(one.network, weights=(weights, output[0]), biases=(biases, output[1]))
    _, arrays = one.frame(0)
    said = [HEALTH[int(code)] for code in arrays["0/status/0"]]
    assert said == ["alive", "dead", "alive", "alive", "sparse", "dead"]
    one.swap(find("leaky_relu"))
    _, arrays = one.frame(0)
    assert {HEALTH[int(code)] for code in arrays["0/status/0"]} == {"alive"}
    assert (one.network.weights[0] == weights).all()
    one.swap(find("tanh"))
    header, _ = one.frame(0)
    assert header["layers"][0]["units"]["saturated"] == 1


def test_a_plateau_ends_it_and_it_can_go_on() -> None:
    one = trial(layers=[{"units": 4, "activation": "step"}], initialisation="zeros", stop=True, rate=0.001)
    ending = run(one, 20_000)
    assert (one.state, ending.why) == ("plateau", "plateau")
    assert next(each.values.get("activation") for each in ending.advice) == "tanh"
    step = one.step
    one.resume()
    one.stops = False
    assert run(one, 1200) is None
    assert one.step == step + 1200


def test_a_network_that_learned_ends_too() -> None:
    one = trial(data={"name": "xor"}, optimiser="adam", rate=0.02, batch=16, stop=True)
    ending = run(one, 20_000)
    assert (ending.why, one.step < 10_000) == ("plateau", True)
    assert one.frame(0)[0]["accuracy"]["test"] > 0.95


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"layers": []}, ["Without a hidden layer"]),
        ({"layers": [{"activation": "identity"}] * 2}, ["Layers of identity add up to one straight line"]),
        (
            {"layers": [{"activation": "relu"}] * 2, "bias": -5},
            ["Units have been dead from the start: their first bias", "Dead hidden units: 8 of 8. Use leaky", "If"],
        ),
        (
            {"layers": [{"activation": "relu"}] * 2, "rate": 10, "batch": 16},
            ["Units died while learning", "Dead hidden units: ", "If the loss is still too high"],
        ),
        ({"layers": [{"activation": "tanh"}], "optimiser": "adam", "data": {"name": "gaussians", "noise": 0}}, []),
    ],
    ids=["no layer", "identity", "bias", "rate", "perfect"],
)  # fmt: skip
def test_a_plateau_is_explained(fields: dict[str, Any], advice: list[str]) -> None:
    ending = run(trial(stop=True, seed=1, **fields), 20_000)
    said = [each.text.format(**each.values) for each in ending.advice]
    assert len(said) == len(advice), said
    assert all(text.startswith(start) for text, start in zip(said, advice, strict=True)), said
    assert ending.sentence.text.startswith("Every point has the right answer") == (advice == [])


def test_a_divergence_keeps_the_last_numbers_and_says_what_to_try() -> None:
    one = trial(data={"name": "hills"}, rate=100, layers=[{"units": 8, "activation": "relu"}])
    ending = run(one, 500)
    assert (one.state, ending.why) == ("diverged", "diverged")
    assert [each.values for each in ending.advice] == [{"rate": 10.0}, {"optimiser": "adam", "rate": 0.01}]
    assert all(np.isfinite(each).all() for each in one.network.weights)
    json.dumps(one.frame(0)[0], allow_nan=False)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"rate": "fast"}, 'rate is "fast"; it must be a number from'),
        ({"rate": float("nan")}, "rate is NaN"),
        ({"layers": [{}] * 7}, "at most 6"),
        ({"layers": [{"units": 2.5}]}, "units is 2.5; it must be a whole number from 1 to 16"),
        ({"layers": [{"activation": "softmax"}]}, "softmax cannot stand in a hidden layer"),
        ({"layers": [{"activation": "relo"}]}, "nearest names are relu"),
        ({"layers": [{"activation": "elu", "parameters": {"beta": 1}}]}, "no field"),
        ({"data": {"name": "moon"}}, 'name is "moon"'),
        ({"data": {"table": "t", "columns": ["a", "a"], "target": "c"}}, "two different columns"),
        ({"data": {"table": "t", "columns": ["a", "b"], "target": "c"}}, "no longer kept"),
        ({"speed": 1}, "has no field"),
        ([], "must be an object"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_a_sentence(spec: Any, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        Trial(Spec.read(spec))
    assert said in str(refused.value)
