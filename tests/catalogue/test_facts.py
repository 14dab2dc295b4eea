"""Values written down from other implementations (facts.json: evaluated in float64, [x, f(x)] pairs)."""

import json
from pathlib import Path

import numpy as np
import pytest

from actlab.catalogue import find

FACTS = json.loads((Path(__file__).parent / "facts.json").read_text())


@pytest.mark.parametrize("name", sorted(FACTS))
def test_formula_agrees_with_other_implementations(name):
    xs, values = np.array(FACTS[name]).T
    np.testing.assert_allclose(find(name)(xs), values, rtol=1e-12, atol=1e-15)
