"""What pytest leaves out where an extra is not installed: the modules that import it, and its guide."""

import os
from importlib.util import find_spec

NEEDING = {
    "torch": (
        "docs/pytorch.md",
        "docs/swap.md",
        "docs/models.md",
        "src/actlab/compilers/torch",
        "src/actlab/networks/modules.py",
        "src/actlab/networks/swapping",
        "src/actlab/networks/models",
    ),
    "distributed": ("docs/cluster.md", "src/actlab/compare/executors/cluster.py"),
    "jax": ("docs/jax.md", "src/actlab/compilers/jax.py"),
    "onnx": ("docs/onnx.md", "src/actlab/compilers/onnx"),
    "keras": ("docs/keras.md", "src/actlab/compilers/keras.py"),
}

collect_ignore = [path for package, paths in NEEDING.items() if find_spec(package) is None for path in paths]
os.environ.setdefault("KERAS_BACKEND", "jax")  # Keras reads it once, and would take TensorFlow
