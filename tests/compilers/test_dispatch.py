"""Whose arrays they are decides who computes, and no framework is imported to find out."""

import subprocess
import sys

import numpy as np
import pytest

import actlab
from actlab.compilers import arrays, dispatch


class Recorder:
    """Stands in for a framework's compiler."""

    def __init__(self):
        self.asked = []

    def compute(self, activation, given, parameters, axis):
        self.asked.append(("compute", activation.name, dict(parameters), axis))
        return "computed"

    def differentiate(self, activation, given, parameters):
        self.asked.append(("differentiate", activation.name, dict(parameters)))
        return "differentiated"

    def pull_back(self, activation, given, upstream, parameters, axis):
        self.asked.append(("pull_back", activation.name, dict(parameters), axis))
        return "pulled back"


def kind_of(package, *parents):
    """A type that says that it comes from a package."""
    return type("Tensor", parents, {"__module__": package})


@pytest.fixture
def recorder(monkeypatch):
    recorder, names = Recorder(), []
    monkeypatch.setattr(dispatch, "import_module", lambda name: names.append(name) or recorder)
    monkeypatch.setitem(sys.modules, "actlab.compilers.torch", recorder)
    monkeypatch.setattr(actlab.compilers, "torch", recorder, raising=False)
    recorder.names = names
    return recorder


@pytest.mark.parametrize(
    ("package", "compiler"),
    [
        ("torch", "torch"),
        ("torch.nn.parameter", "torch"),
        ("jax", "jax"),
        ("jaxlib._jax", "jax"),
        ("keras.src", "keras"),
    ],
)
def test_the_package_of_a_type_names_its_compiler(recorder, package, compiler):
    tensor = kind_of(package)()
    assert actlab.prelu(tensor) == "computed"
    assert actlab.prelu.derivative(tensor, slope=0.5) == "differentiated"
    assert actlab.softmax.pullback(tensor, upstream=tensor, axis=0) == "pulled back"
    assert actlab.mish.value_and_derivative(tensor) == ("computed", "differentiated")
    assert set(recorder.names) == ({f"actlab.compilers.{compiler}"} if compiler != "torch" else set())
    assert recorder.asked == [
        ("compute", "prelu", {"slope": 0.25}, -1),
        ("differentiate", "prelu", {"slope": 0.5}),
        ("pull_back", "softmax", {}, 0),
        ("compute", "mish", {}, -1),
        ("differentiate", "mish", {}),
    ]


def test_any_of_the_arrays_and_parameters_may_be_a_tensor(recorder):
    tensor = kind_of("torch")()
    assert actlab.glu(np.ones(2), tensor) == "computed"
    assert actlab.prelu(np.ones(2), slope=tensor) == "computed"
    assert actlab.mish.pullback(np.ones(2), upstream=tensor) == "pulled back"


def test_values_and_derivatives_of_several_inputs_are_one_tuple(recorder):
    recorder.differentiate = lambda *_: ("in gate", "in value")
    tensor = kind_of("torch")()
    assert actlab.glu.value_and_derivative(tensor, tensor) == ("computed", "in gate", "in value")


def test_a_tensor_of_a_tensor_is_one_too(recorder):
    own = kind_of("somebody.layers", kind_of("torch"))
    assert actlab.mish(own()) == "computed"


@pytest.mark.parametrize("package", ["torchlike", "jaxtyping", "numpy.torch", "", None])
def test_other_packages_are_none_of_them(recorder, package):
    with pytest.raises(TypeError, match="works on floats and arrays"):
        actlab.mish(kind_of(package)())
    assert recorder.names == []


def test_what_only_numpy_can_is_explained(recorder):
    tensor = kind_of("torch")()
    with pytest.raises(TypeError, match="mish writes into NumPy arrays only, and got out=Tensor; leave out away"):
        actlab.mish(tensor, out=tensor)
    with pytest.raises(TypeError, match="mish writes into NumPy arrays only"):
        actlab.mish.derivative(tensor, out=np.empty(2))
    with pytest.raises(TypeError, match="mish writes into NumPy arrays only"):
        actlab.mish.value_and_derivative(tensor, out=(np.empty(2), np.empty(2)))
    with pytest.raises(TypeError, match=r"prelu.pullback\(wrt=…\) works on NumPy arrays"):
        actlab.prelu.pullback(tensor, upstream=tensor, wrt="slope")
    with pytest.raises(ValueError, match=r"mish got out=Tensor, but its result is float64 of shape \(2,\)"):
        actlab.mish(np.ones(2), out=tensor)
    assert recorder.asked == []


def test_a_shortcut_leaves_tensors_to_their_compiler(recorder):
    x, tensor = np.ones(2), kind_of("torch")()
    actlab.prelu(x)
    actlab.glu(x, x)
    actlab.prelu.pullback(x, upstream=x)
    assert actlab.glu(x, tensor) == "computed"
    assert actlab.prelu(x, slope=tensor) == "computed"
    assert actlab.prelu.pullback(x, upstream=tensor) == "pulled back"


def test_the_package_lends_nothing_else():
    with pytest.raises(AttributeError, match="The package lends activations no colour"):
        actlab._Rooms().colour  # noqa: B018


def test_plain_things_stay_with_numpy():
    for value in (1.0, np.float32(1), np.ones(2), None, [1.0]):
        assert dispatch._compiler([value], {"slope": 0.5}) is arrays


IMPORTS = """
import sys, time
import actlab
heavy = {"llvmlite", "numba", "torch", "jax", "keras", "onnx", "sklearn", "scipy", "matplotlib", "mpmath"}
print(sorted(heavy & {*sys.modules}))
import numpy as np
print(actlab.relu(np.array([-1.0, 2.0])).tolist())
print(sorted(heavy & {*sys.modules}))
"""


def test_importing_imports_no_compiler_and_the_first_call_only_llvm():
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[0.0, 2.0]", "['llvmlite']"]
