"""A plan is run and judged: which activation function to take on a table, whether that is real, what it costs.

The room can be called:

    results = actlab.compare("patients.csv", target="outcome", activations=["relu", "silu"], out="report")
    print(results)

`data` is the path of a CSV or Parquet file, `sklearn:NAME`, a Polars or pandas frame, or a pair (X, y); `out` names
a folder for the report, and without it nothing is written. What was stopped in the middle goes on:

    results = actlab.compare.resume("report")

`help(actlab.compare.compare)` lists every argument. What is inside is imported when it is first asked for, so that
`import actlab` stays light.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actlab.compare.comparing import carry_out, compare, resume
    from actlab.compare.estimate import estimate_seconds
    from actlab.compare.metrics import METRICS
    from actlab.compare.plan import in_words, make_plan
    from actlab.compare.records import Plan, Progress, Results
    from actlab.compare.results import document, write

__all__ = [
    "METRICS",
    "Plan",
    "Progress",
    "Results",
    "carry_out",
    "compare",
    "document",
    "estimate_seconds",
    "in_words",
    "make_plan",
    "resume",
    "write",
]

_HOMES = {
    "METRICS": "metrics",
    "Plan": "records",
    "Progress": "records",
    "Results": "records",
    "carry_out": "comparing",
    "compare": "comparing",
    "document": "results",
    "estimate_seconds": "estimate",
    "in_words": "plan",
    "make_plan": "plan",
    "resume": "comparing",
    "write": "results",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


class _Room(ModuleType):
    """A module that can be called."""

    def __call__(self, *args: Any, **options: Any) -> Results:
        """Compare activation functions on a table: see `actlab.compare.compare`."""
        results: Results = __getattr__("compare")(*args, **options)
        return results


sys.modules[__name__].__class__ = _Room
