"""What an activation is called in PyTorch, Keras and JAX, and the code that gives the same numbers there."""

from __future__ import annotations

from collections.abc import Mapping

from actlab.catalogue import Activation

FRAMEWORKS = ("torch", "keras", "jax")

# A module of PyTorch, and in Keras a layer or, like in JAX, an expression of x; empty where there is none. {names} are
# the activation's parameters: the defaults of the three differ from each other.
OWN: Mapping[str, tuple[str, str, str]] = {
    "celu": (
        "torch.nn.CELU(alpha={alpha})",
        "keras.activations.celu(x, alpha={alpha})",
        "jax.nn.celu(x, alpha={alpha})",
    ),
    "elu": ("torch.nn.ELU(alpha={alpha})", "keras.activations.elu(x, alpha={alpha})", "jax.nn.elu(x, alpha={alpha})"),
    "gelu": ("torch.nn.GELU()", "keras.activations.gelu(x)", "jax.nn.gelu(x, approximate=False)"),
    "gelu_tanh": (
        'torch.nn.GELU(approximate="tanh")',
        "keras.activations.gelu(x, approximate=True)",
        "jax.nn.gelu(x, approximate=True)",
    ),
    "glu": ("torch.nn.GLU(dim=-1)", "keras.activations.glu(x, axis=-1)", "jax.nn.glu(x, axis=-1)"),
    "hardshrink": (
        "torch.nn.Hardshrink(lambd={threshold})",
        "keras.activations.hard_shrink(x, threshold={threshold})",
        "",
    ),
    "hardsigmoid": ("torch.nn.Hardsigmoid()", "keras.activations.hard_sigmoid(x)", "jax.nn.hard_sigmoid(x)"),
    "hardswish": ("torch.nn.Hardswish()", "keras.activations.hard_swish(x)", "jax.nn.hard_swish(x)"),
    "hardtanh": ("torch.nn.Hardtanh()", "keras.activations.hard_tanh(x)", "jax.nn.hard_tanh(x)"),
    "identity": ("torch.nn.Identity()", "keras.activations.linear(x)", "jax.nn.identity(x)"),
    "leaky_relu": (
        "torch.nn.LeakyReLU(negative_slope={slope})",
        "keras.activations.leaky_relu(x, negative_slope={slope})",
        "jax.nn.leaky_relu(x, negative_slope={slope})",
    ),
    "logsigmoid": ("torch.nn.LogSigmoid()", "keras.activations.log_sigmoid(x)", "jax.nn.log_sigmoid(x)"),
    "mish": ("torch.nn.Mish()", "keras.activations.mish(x)", "jax.nn.mish(x)"),
    "prelu": (
        "torch.nn.PReLU(init={slope})",
        "keras.layers.PReLU(alpha_initializer=keras.initializers.Constant({slope}))",
        "",
    ),
    "relu": ("torch.nn.ReLU()", "keras.activations.relu(x)", "jax.nn.relu(x)"),
    "relu6": ("torch.nn.ReLU6()", "keras.activations.relu6(x)", "jax.nn.relu6(x)"),
    "rrelu": ("torch.nn.RReLU()", "", ""),
    "selu": ("torch.nn.SELU()", "keras.activations.selu(x)", "jax.nn.selu(x)"),
    "sigmoid": ("torch.nn.Sigmoid()", "keras.activations.sigmoid(x)", "jax.nn.sigmoid(x)"),
    "silu": ("torch.nn.SiLU()", "keras.activations.silu(x)", "jax.nn.silu(x)"),
    "softmax": ("torch.nn.Softmax(dim=-1)", "keras.activations.softmax(x)", "jax.nn.softmax(x)"),
    "softplus": (
        "torch.nn.Softplus(beta={beta})",
        "keras.activations.softplus({beta} * x) / {beta}",
        "jax.nn.softplus({beta} * x) / {beta}",
    ),
    "softshrink": (
        "torch.nn.Softshrink(lambd={threshold})",
        "keras.activations.soft_shrink(x, threshold={threshold})",
        "",
    ),
    "softsign": ("torch.nn.Softsign()", "keras.activations.softsign(x)", "jax.nn.soft_sign(x)"),
    "squareplus": ("", "keras.activations.squareplus(x, b={b})", "jax.nn.squareplus(x, b={b})"),
    "tanh": ("torch.nn.Tanh()", "keras.activations.tanh(x)", "jax.nn.tanh(x)"),
    "tanhshrink": ("torch.nn.Tanhshrink()", "keras.activations.tanh_shrink(x)", ""),
}


def framework_code(activation: Activation) -> dict[str, str]:
    """What to write in each framework: its own code, and under `actlab_…` ours, with {names} for the parameters."""
    own = dict(zip(FRAMEWORKS, OWN.get(activation.name, ("", "", "")), strict=True))
    given = ", ".join(f"{each.name}={{{each.name}}}" for each in activation.parameters)
    arguments = ", ".join([*activation.inputs, given] if given else activation.inputs)
    ours = (f"{way}({given})" for way in (f"actlab.{activation.name}.torch", f"actlab.{activation.name}.keras"))
    names = (f"actlab_{framework}" for framework in FRAMEWORKS)
    return own | dict(zip(names, (*ours, f"actlab.{activation.name}({arguments})"), strict=True))


def framework_names(activation: Activation) -> dict[str, str]:
    """The name alone in each framework; empty where it has none."""
    own = framework_code(activation)
    return {each: own[each].split("(")[0] for each in FRAMEWORKS}
