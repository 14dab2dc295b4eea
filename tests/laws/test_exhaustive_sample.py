"""A sample of every float32 there is, as `benchmarks/exhaustive.py` looks at all of them."""

import numpy as np
import pytest

from actlab.catalogue import find
from benchmarks import exhaustive
from benchmarks.exhaustive import FEW_ULPS, Finding, Quick, doubt, look, search, subject
from tests.laws.oracle import NAMES

STRIDE = 65_521  # a prime: 65 thousand inputs of all sizes, each with other last digits
USUAL, SINGLE_WORD = 4.0, 2.0
WORDS = {"sigmoid", "tanh", "softplus", "logsigmoid", "tanhshrink", "elu", "celu"}  # rounded by one word, no more


def near(points):
    """The neighbours of some points, a few thousand of each."""
    bits = np.array(points, np.float32).view(np.int32)[:, None] + np.arange(-2000, 2000, dtype=np.int32)
    return bits.ravel().astype(np.int32).view(np.float32)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ["value", "derivative"])
def test_float32_keeps_its_digits_everywhere(name, what):
    of = subject(find(name), what)
    close = near([0.5, -0.5, -0.75, 1.0, -1.0, 3.0, -3.0, -10.0, 88.0, -88.0, -104.0])
    with np.errstate(all="ignore"):
        found = search(of, STRIDE) + look(of, close, Quick(of, len(close)))
    assert found.wrong == 0
    bound = SINGLE_WORD if name in WORDS and what == "value" else USUAL
    assert found.ulp <= bound, f"{found.ulp:.2f} ulp at x = {found.at!r}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", ["value", "derivative"])
def test_what_is_believed_is_right(name, what):
    assert doubt(subject(find(name), what), 30) <= FEW_ULPS


class Planted:
    """A kernel with a fault in the few numbers behind 1."""

    def __init__(self, kernel, fault):
        self.kernel, self.fault = kernel, fault

    def __call__(self, x, *arguments):
        result = self.kernel(x, *arguments)
        result[(x > 1) & (x < 1.001)] = self.fault
        return result


@pytest.mark.parametrize("fault", [1.5, np.nan, np.inf])
def test_a_planted_fault_is_found(fault):
    of = subject(find("tanh"), "value")
    broken = exhaustive.Subject(of.expression, of.activation, Planted(of.single, fault), of.double, None)
    found = search(broken, 1021)
    assert isinstance(found, Finding)
    assert 1 < found.at < 1.001
    assert found.ulp > 1e6
    assert (found.wrong > 0) == np.isnan(fault)


def test_a_planted_wrong_limit_is_found():
    of = subject(find("tanh"), "value")

    def without_limit(x, *arguments):
        return np.where(np.isinf(x), np.float32(0), of.single(x, *arguments))

    broken = exhaustive.Subject(of.expression, of.activation, without_limit, of.double, None)
    assert exhaustive.at_the_ends(broken) == 2
    assert exhaustive.at_the_ends(of) == 0


def test_a_whole_search_misses_no_number():
    found = [x.view(np.uint32) for x in exhaustive.inputs(1 << 20, chunk=1000)]
    assert [len(each) for each in found] == [1000] * 4 + [96]
    np.testing.assert_array_equal(np.concatenate(found), np.arange(0, 1 << 32, 1 << 20, dtype=np.uint32))
    assert sum(1 for _ in exhaustive.inputs(1 << 16)) == 2
