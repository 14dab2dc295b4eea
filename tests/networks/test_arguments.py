"""The estimators' arguments: layers and activations by any spelling, rows dealt out, sentences for what cannot be."""

from dataclasses import asdict, replace

import numpy as np
import pytest

import actlab
from actlab.networks import Training
from actlab.networks.arguments import draw, layer_names, layer_sizes, training_of

CLASSES = np.array([0] * 40 + [1] * 20 + [2] * 3)


def test_one_activation_is_for_every_layer():
    assert layer_names("Swish", 3) == ("silu",) * 3
    assert layer_names(actlab.mish, 2) == ("mish", "mish")
    assert layer_names(["relu", actlab.tanh], 2) == ("relu", "tanh")
    assert layer_names(np.array(["relu", "tanh"]), 2) == ("relu", "tanh")
    assert layer_names("relu", 0) == ()


@pytest.mark.parametrize("hidden", [(64, 32), [64, 32], np.array([64, 32])])
def test_layers_come_in_any_sequence(hidden):
    sizes = layer_sizes(hidden)
    assert sizes == (64, 32)
    assert {type(units) for units in sizes} == {int}


@pytest.mark.parametrize("hidden", [0, 64, "64", (0,), (64, -1), (64.0,), None])
def test_layers_without_units_get_a_sentence(hidden):
    with pytest.raises(ValueError, match=r"write the units of each hidden layer, such as hidden=\(64, 64\)"):
        layer_sizes(hidden)


def test_an_unknown_activation_gets_the_nearest():
    with pytest.raises(LookupError, match="Did you mean relu"):
        layer_names("rellu", 2)
    with pytest.raises(LookupError, match="Did you mean relu"):
        layer_names("rellu", 0)


@pytest.mark.parametrize("activation", [None, 3, np.tanh])
def test_what_is_no_activation_gets_a_sentence(activation):
    with pytest.raises(TypeError, match="write a name"):
        layer_names(activation, 2)


def test_another_function_of_a_known_name_gets_a_sentence():
    with pytest.raises(ValueError, match="This relu is not the one declared under that name"):
        layer_names(replace(actlab.relu), 2)


def test_as_many_activations_as_layers():
    with pytest.raises(ValueError, match="lists 3 functions for 2 hidden layers"):
        layer_names(["relu", "tanh", "mish"], 2)


def test_numbers_of_any_kind_become_plain_ones():
    given = asdict(Training()) | {"rate": np.float32(0.5), "epochs": np.int64(3), "momentum": 0}
    training = training_of(given)
    assert (training.rate, training.epochs, training.momentum) == (0.5, 3, 0.0)
    assert (type(training.rate), type(training.epochs), type(training.momentum)) == (float, int, float)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"rate": -1.0}, ValueError, "learning rate is -1.0"),
        ({"rate": "fast"}, TypeError, "rate is 'fast'; write a number, such as 0.001"),
        ({"epochs": 2.5}, TypeError, "epochs is 2.5; write a whole number, such as 200"),
        ({"batch": 0}, ValueError, "batch is 0"),
        ({"optimiser": "lbfgs"}, ValueError, 'Write "adam" or "sgd"'),
    ],
)
def test_a_training_that_cannot_be_gets_a_sentence(change, error, sentence):
    with pytest.raises(error, match=sentence):
        training_of(asdict(Training()) | change)


def test_rows_are_dealt_out_class_by_class():
    drawn = draw(CLASSES, 0.25, 0)
    assert np.bincount(CLASSES[drawn.held]).tolist() == [10, 5, 1]
    assert sorted([*drawn.learned, *drawn.held]) == list(range(len(CLASSES)))


def test_every_class_keeps_a_row_to_learn_from():
    drawn = draw(np.array([0, 0, 1, 1, 2]), 0.9, 0)
    assert np.bincount(np.array([0, 0, 1, 1, 2])[drawn.learned]).tolist() == [1, 1, 1]


@pytest.mark.parametrize(("classes", "share"), [(CLASSES, 0), (np.zeros(1, int), 0.5), (np.array([0, 1]), 0.15)])
def test_where_no_row_can_be_held_aside_those_learned_from_choose(classes, share):
    drawn = draw(classes, share, 0)
    assert drawn.learned.tolist() == drawn.held.tolist() == list(range(len(classes)))


def test_chance_comes_from_random_state_alone():
    first, same, other = (draw(CLASSES, 0.25, seed) for seed in (0, 0, 1))
    assert (first.held.tolist(), first.seed) == (same.held.tolist(), same.seed)
    assert first.held.tolist() != other.held.tolist()
    assert first.seed != other.seed
    state = np.random.RandomState(0)
    assert draw(CLASSES, 0.25, state).seed == first.seed
    assert draw(CLASSES, 0.25, state).seed != first.seed


@pytest.mark.parametrize("share", [1, -0.1, "15 %", float("nan")])
def test_a_share_that_cannot_be_gets_a_sentence(share):
    with pytest.raises(ValueError, match="validation_share is"):
        draw(CLASSES, share, 0)
