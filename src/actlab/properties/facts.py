"""A function's facts as plain values, for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from actlab.catalogue import Activation
from actlab.compilers.latex import latex
from actlab.properties.claims import Claim, Properties
from actlab.properties.study import of


def entry(activation: Activation) -> dict[str, Any]:
    """What a list says of a function."""
    return {
        "name": activation.name,
        "aliases": list(activation.aliases),
        "family": activation.family,
        "year": activation.source.year,
        "summary": activation.summary,
    }


def facts(activation: Activation) -> dict[str, Any]:
    """Everything that is known of a function."""
    source = activation.source
    slopes = zip(activation.inputs, activation.slopes, strict=True) if activation.elementwise else ()
    return {
        **entry(activation),
        "source": {"authors": source.authors, "year": source.year, "reference": source.reference},
        "text": activation.doc,
        "inputs": list(activation.inputs),
        "parameters": [
            {"name": each.name, "default": each.default, "role": each.role} for each in activation.parameters
        ],
        "formula": {"text": str(activation.formula), "latex": activation.latex},
        "derivatives": {name: {"text": str(slope), "latex": latex(slope)} for name, slope in slopes},
        "properties": {name: {"value": plain(each.value), "how": each.how} for name, each in claims(activation)},
    }


def claims(activation: Activation) -> Iterator[tuple[str, Claim[Any]]]:
    """Each property by name; none for functions of several numbers."""
    if activation.univariate:
        known = of(activation)
        for each in fields(Properties):
            yield each.name, getattr(known, each.name)


def plain(value: Any) -> Any:
    """A value as JSON can hold it; infinities and nan become text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in asdict(value).items()}
    return value
