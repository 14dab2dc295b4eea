"""torch.compile, torch.export and torch.onnx see plain torch words, with our gradients."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import actlab  # noqa: E402
from actlab.catalogue import find, names  # noqa: E402

X = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
KINKS = torch.tensor([[-torch.inf, -3.0, -1.0, 0.0, 0.5, 1.0, 3.0, torch.inf]])


@pytest.fixture(autouse=True)
def _fresh():
    """Each test compiles its own, and torch's deprecations of its own parts are not ours to mend."""
    torch.compiler.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        yield


def value_and_gradients(function, *arrays):
    """Both by one call."""
    leaves = [array.clone().requires_grad_() for array in arrays]
    value = function(*leaves)
    return value, *torch.autograd.grad(value, leaves, torch.ones_like(value))


@pytest.mark.parametrize("name", names())
def test_whole_graphs_with_our_gradients(name):
    """Without Inductor, which takes seconds for each: what it would be given."""
    module = find(name).torch().eval()
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    for x in (X, KINKS) if find(name).univariate else (X,):
        ours, ends = value_and_gradients(compiled, x), value_and_gradients(module, x)
        for got, expected in zip(ours, ends, strict=True):
            torch.testing.assert_close(got, expected, rtol=3e-6, atol=1e-6)


def test_inductor_fuses_a_function_into_one_kernel():
    from torch._inductor import metrics

    metrics.reset()
    compiled = torch.compile(actlab.mish.torch(), fullgraph=True)
    for got, expected in zip(value_and_gradients(compiled, X), value_and_gradients(actlab.mish, X), strict=True):
        torch.testing.assert_close(got, expected, rtol=2e-6, atol=1e-7)
    assert metrics.generated_kernel_count == 2  # forward and backward


@pytest.mark.parametrize(
    ("function", "arrays"),
    [
        (lambda x: actlab.gelu(x) + actlab.leaky_relu(x, slope=0.3), (X,)),
        (lambda x: 1.0 * actlab.gelu.derivative(x), (X,)),
        (lambda x, slope: actlab.prelu(x, slope=slope), (X, torch.linspace(0.1, 0.8, 8))),
        (lambda x, y: actlab.swiglu.pullback(x, upstream=y)[:, :4], (X, X[:, :4])),
        (torch.func.vmap(torch.func.grad(lambda row: actlab.mish(row).sum())), (X,)),
    ],
    ids=["calls", "derivative", "learned", "pullback", "vmap of grad"],
)
def test_functions_compile_too(function, arrays):
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    for got, expected in zip(
        value_and_gradients(compiled, *arrays), value_and_gradients(function, *arrays), strict=True
    ):
        torch.testing.assert_close(got, expected, rtol=3e-6, atol=1e-6)


def test_compiling_may_be_the_first_thing_that_is_done():
    code = """
import actlab, torch
compiled = torch.compile(lambda x: actlab.leaky_relu(x, slope=0.3), fullgraph=True, backend="aot_eager")
print(compiled(torch.tensor([-1.0, 2.0])))
"""
    command = [sys.executable, "-W", "error::UserWarning", "-c", code]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed == "tensor([-0.3000,  2.0000])\n"


def test_features_random_parameters_and_other_shapes():
    module = actlab.prelu.torch(features=8)
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager", dynamic=True)
    for rows in (6, 3, 5):
        compiled(X[:rows]).sum().backward()
        slope, module.slope.grad = module.slope.grad, None
        torch.testing.assert_close(slope, X[:rows].clamp(max=0).sum(0))
    drawn = torch.compile(actlab.rrelu.torch().train(), fullgraph=True, backend="aot_eager")
    with torch.random.fork_rng(devices=[]):
        slopes = -drawn(torch.full((1000,), -1.0))
    assert 1 / 8 <= slopes.min() < slopes.max() <= 1 / 3


def test_mistakes_are_explained_while_compiling():
    with pytest.raises(Exception, match=r"write x.float\(\)"):
        torch.compile(actlab.mish.torch(), fullgraph=True, backend="aot_eager")(torch.arange(3))


@pytest.mark.parametrize("strict", [False, True])
def test_exported_programs_hold_torch_operators_only(strict):
    layers = torch.nn.Sequential(torch.nn.Linear(8, 4), actlab.gelu.torch(), actlab.prelu.torch(features=4)).eval()
    program = torch.export.export(layers, (X,), strict=strict)
    operators = {str(node.target).split(".")[0] for node in program.graph.nodes if node.op == "call_function"}
    assert operators == {"aten"}
    torch.testing.assert_close(program.module()(X), layers(X), rtol=1e-6, atol=1e-6)


def test_models_go_to_onnx(tmp_path: Path):
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    activations = [find(name).torch() for name in ("mish", "gelu", "tanhshrink", "squareplus", "hardswish", "softmax")]
    layers = torch.nn.Sequential(*activations, actlab.prelu.torch(features=8)).eval()
    path = tmp_path / "layers.onnx"
    torch.onnx.export(layers, (X,), path, dynamo=True, verbose=False, input_names=["x"])
    (got,) = runtime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": X.numpy()})
    np.testing.assert_allclose(got, layers(X).detach(), rtol=1e-5, atol=1e-6)


def test_traces_by_the_old_way():
    traced = torch.jit.trace(actlab.mish.torch(), X)
    torch.testing.assert_close(traced(KINKS), actlab.mish(KINKS), rtol=2e-6, atol=0)
    assert "PythonOp" not in str(traced.graph)
