"""First weights keep a signal's size, and are numbers whatever the activation."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from actlab.networks import Architecture, initialisation, initialise
from actlab.properties import Claim

TWO_LAYERS = Architecture(20, (400, 400), ("gelu", "gelu"), 1, "binary")


def test_weights_have_the_deviation_of_the_gain():
    weights = initialise(TWO_LAYERS, 3).weights
    gain = initialisation.of(TWO_LAYERS.functions[0]).gain.value
    assert np.std(weights[1]) * math.sqrt(400) == pytest.approx(gain, rel=0.01)
    assert gain != pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("gain", [0.0, math.inf, math.nan])
def test_a_gain_that_is_none_counts_as_one(monkeypatch, gain):
    monkeypatch.setattr(initialisation, "of", lambda _: SimpleNamespace(gain=Claim(gain, "sampled")))
    assert np.std(initialise(TWO_LAYERS, 3).weights[1]) * math.sqrt(400) == pytest.approx(1, rel=0.01)
