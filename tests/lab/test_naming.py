"""The code that the page shows for each framework runs there and gives our numbers."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import actlab
from actlab.catalogue import Activation, find, names
from actlab.lab.naming import FRAMEWORKS, OWN, framework_code, framework_names

X = np.linspace(-4, 4, 64, dtype=np.float32)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", sorted(OWN))
def test_a_framework_gives_the_same_numbers(name: str, framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    activation = find(name)
    code = framework_code(activation)[framework]
    if not code:
        return
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    library = pytest.importorskip(framework)
    jax = framework == "jax"
    x = importlib.import_module("jax.numpy").array(X) if jax else importlib.import_module("torch").tensor(X)
    found = eval(filled(code, activation), {framework: library, "x": x})
    if callable(found):
        found = (found.eval() if framework == "torch" else found)(x)
    found = found.detach().cpu().numpy() if hasattr(found, "detach") else np.asarray(found)
    np.testing.assert_allclose(found, activation(X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", names())
def test_our_own_code_runs(name: str) -> None:
    activation = find(name)
    pytest.importorskip("torch")
    code = framework_code(activation)
    assert callable(eval(filled(code["actlab_torch"], activation), {"actlab": actlab}))
    eval(filled(code["actlab_jax"], activation), {"actlab": actlab, **dict.fromkeys(activation.inputs, X)})


def test_the_table_names_functions_of_the_catalogue() -> None:
    assert set(OWN) <= set(names())


def test_the_name_is_what_stands_before_the_arguments() -> None:
    assert framework_names(find("softplus"))["keras"] == "keras.activations.softplus"
    assert framework_names(find("step")) == {"torch": "", "keras": "", "jax": ""}


def filled(code: str, activation: Activation) -> str:
    """The code with the usual parameters."""
    for each in activation.parameters:
        code = code.replace(f"{{{each.name}}}", repr(each.default))
    return code
