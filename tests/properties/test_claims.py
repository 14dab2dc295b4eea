"""Properties against known values and against sampling."""

import math

import numpy as np
import pytest

from actlab import properties
from actlab.catalogue import Source, activation, find, names
from actlab.formula.primitives import sigmoid

UNIVARIATE = [name for name in names() if find(name).univariate]

GAINS = {  # 1 / sqrt(E[f(z)²]), each worked out by hand or from its paper
    "identity": 1,
    "relu": math.sqrt(2),  # He et al. 2015
    "leaky_relu": math.sqrt(2 / (1 + 0.01**2)),
    "prelu": math.sqrt(2 / (1 + 0.25**2)),
    "selu": 1,  # Klambauer et al. 2017: the fixed point
    "step": math.sqrt(2),
    "squareplus": math.sqrt(2 / 3),  # E[(z + sqrt(z² + 4))²] / 4 = (2 + 4) / 4: the mixed term is odd
}


@pytest.mark.parametrize("name", GAINS)
def test_gain(name):
    assert properties.of(find(name)).gain.value == pytest.approx(GAINS[name], rel=1e-9)


@pytest.mark.parametrize("name", UNIVARIATE)
def test_claims_hold_on_a_sample(name):
    declared = find(name)
    known = properties.of(declared)
    x = np.random.default_rng(0).normal(size=200_000)
    values, slopes = declared(x), declared.derivative(x)
    low, high = known.range.value
    assert low <= values.min() + 1e-12
    assert values.max() - 1e-12 <= high
    assert np.abs(slopes).max() <= known.largest_slope.value + 1e-9
    assert np.mean(values == 0) == pytest.approx(known.zeros.value, abs=0.005)
    assert np.mean(values**2) == pytest.approx(known.gain.value**-2, rel=0.02)
    assert (abs(np.mean(values)) < 0.01) == known.zero_centred.value
    steps = np.diff(declared(np.sort(x)))
    assert (steps >= -1e-15).all() == (known.monotone.value == "rising")


@pytest.mark.parametrize(
    ("name", "field", "value", "how"),
    [
        ("relu", "range", (0, math.inf), "proved"),
        ("relu", "zeros", 0.5, "proved"),
        ("relu", "saturation", ("left",), "proved"),
        ("sigmoid", "range", (0, 1), "proved"),
        ("sigmoid", "saturation", ("left", "right"), "proved"),
        ("sigmoid", "largest_slope", 0.25, "sampled"),
        ("tanh", "zero_centred", True, "proved"),
        ("silu", "monotone", "neither", "proved"),
        ("gelu", "range", (pytest.approx(-0.16997120747990369), math.inf), "sampled"),
        ("mish", "range", (pytest.approx(-0.3088432444850652), math.inf), "sampled"),
        ("selu", "largest_slope", pytest.approx(1.7580993408473766), "sampled"),
        ("hardtanh", "monotone", "rising", "proved"),
    ],
)
def test_known_values(name, field, value, how):
    claim = getattr(properties.of(find(name)), field)
    assert claim.value == value
    assert claim.how == how


def test_a_falling_function():
    @activation("test", Source("Nobody", 2000))
    def falling_sigmoid(x):
        """A sigmoid upside down."""
        return sigmoid(-x)

    known = properties.of(falling_sigmoid)
    assert known.monotone == properties.Claim("falling", "proved")
    assert known.range.value == (0, 1)


@pytest.mark.parametrize("name", ["softmax", "swiglu"])
def test_functions_of_many_numbers_have_none(name):
    with pytest.raises(TypeError, match="not a function of one number"):
        properties.of(find(name))
