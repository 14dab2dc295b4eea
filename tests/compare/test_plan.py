"""Plans: the defaults, what is added, and what is refused before anything is trained."""

import numpy as np
import pytest

from actlab.catalogue import find
from actlab.compare import in_words, make_plan
from actlab.compare.metrics import metric_for
from actlab.compare.plan import ACTIVATIONS
from actlab.data import DataError, UsageError, read, table_of


@pytest.fixture(scope="module")
def wine():
    return read("sklearn:wine", "target")


def test_defaults(wine):
    plan = make_plan(wine)
    assert plan.activations == ACTIVATIONS
    assert (plan.baseline, plan.repeats, plan.hidden, len(plan.rates)) == ("relu", 10, (64, 64), 4)
    assert (plan.data, plan.target, plan.task, plan.metric) == (
        "sklearn:wine",
        "target",
        "multiclass",
        "balanced_accuracy",
    )
    assert in_words(plan, 19.6) == "10 activations × 10 repeats × 4 learning rates = 400 networks, about 20 s"


def test_baseline_is_added_and_aliases_become_names(wine):
    plan = make_plan(wine, activations=["swish", find("gelu")], baseline="tanh", rates=[0.01], hidden=[8])
    assert plan.activations == ("tanh", "silu", "gelu")
    assert (plan.rates, plan.hidden) == ((0.01,), (8,))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activations": ["gleu"]}, "Did you mean .*gelu"),
        ({"activations": ["gelu"], "baseline": "rello"}, "Did you mean .*relu"),
        ({"activations": ["softmax"]}, "softmax does not work on one number at a time"),
        ({"activations": ["swiglu"]}, "swiglu does not work on one number at a time"),
        ({"activations": ["gelu", "gelu"]}, "gelu is listed twice"),
        ({"activations": ["silu", "swish"]}, "silu and swish are the same function"),
        ({"activations": []}, "name at least one"),
        ({"activations": ["relu"]}, "Only the baseline relu"),
        ({"repeats": 1}, "repeats is 1, and at least 2"),
        ({"hidden": []}, "at least one layer"),
        ({"hidden": [8, 0]}, "each layer needs at least 1 unit"),
        ({"rates": []}, "at least one learning rate"),
        ({"rates": [0.1, 0.1]}, "twice"),
        ({"rates": [0.0]}, "learning rate"),
        ({"matters": -0.1}, "matters is -0.1"),
        ({"matters": float("nan")}, "matters is nan"),
        ({"seed": -1}, "seed is -1"),
        ({"test_share": 0.9}, "test_share is 0.9"),
        ({"validation_share": 0.0}, "validation_share is 0.0"),
        ({"cost_false_negative": 0.0}, "cost of a false negative is above 0"),
        ({"batch": 0}, "batch"),
        ({"epochs": 0}, "epochs"),
        ({"repeat": 3}, "no setting 'repeat'"),
    ],
)
def test_refused(wine, settings, words):
    with pytest.raises(UsageError, match=words):
        make_plan(wine, **settings)


def test_class_too_small_for_the_shares():
    table = table_of({"x": np.linspace(0, 1, 60) ** 2, "y": [0] * 50 + [1] * 10}, "y")
    assert make_plan(table).task == "binary"
    with pytest.raises(DataError, match="smallest class of `y` has 10 rows, and these shares need at least 25"):
        make_plan(table, validation_share=0.05)


def test_metric_fits_the_task():
    x = np.linspace(0, 1, 200) ** 2
    assert metric_for(table_of({"x": x, "y": [0] * 160 + [1] * 40}, "y")) == "roc_auc"
    assert metric_for(table_of({"x": x, "y": [0] * 181 + [1] * 19}, "y")) == "average_precision"
    assert metric_for(table_of({"x": x, "y": [0] * 19 + [1] * 181}, "y")) == "average_precision"
    assert metric_for(table_of({"x": x, "y": x + 0.1}, "y")) == "rmse_over_deviation"


def test_names_may_come_as_one_text(wine):
    assert make_plan(wine, activations="relu,tanh").activations == ("relu", "tanh")


@pytest.mark.parametrize(("setting", "value"), [("rates", 0.003), ("hidden", 16), ("hidden", "64")])
def test_lists_are_asked_for(wine, setting, value):
    with pytest.raises(UsageError, match="write a list"):
        make_plan(wine, **{setting: value})
