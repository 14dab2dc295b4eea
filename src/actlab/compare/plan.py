"""What will be run, checked before anything is: the plan is the whole recipe of the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import Any

from actlab.catalogue import Activation, UnknownActivationError, find
from actlab.compare.metrics import metric_for
from actlab.compare.models import ModelTable
from actlab.compare.records import Plan
from actlab.data import DataError, Table, UsageError
from actlab.networks import Training

ACTIVATIONS = ("step", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "mish")
BASELINE = "relu"

FRACTIONS = {
    "test_share": "share of the rows tested on",
    "validation_share": "share of the training rows that choose the learning rate",
}
COSTS = {
    "cost_false_positive": "cost of a false positive",
    "cost_false_negative": "cost of a false negative",
}


def make_plan(
    table: Table,
    *,
    activations: str | Sequence[str | Activation] = ACTIVATIONS,
    baseline: str | Activation = BASELINE,
    **settings: Any,
) -> Plan:
    """The plan of a comparison on a table.

    Args:
        table: what was read.
        activations: functions to compare, by name or alias, or declared ones; a text lists names with commas.
        baseline: the one that the others are compared with; it is added when it is not among them.
        **settings: any other field of `Plan`: repeats, hidden, rates, matters, cost_false_positive,
            cost_false_negative, test_share, validation_share, batch, epochs, patience, optimiser, weight_decay, seed.

    Returns:
        The plan, checked.

    Raises:
        UsageError: an unknown function, one that does not work on one number at a time, the same one twice, or a
            setting outside its range.
        DataError: a table with too few rows for the shares asked for.
    """
    known = {
        "repeats", "hidden", "rates", "matters", *FRACTIONS, *COSTS, "batch", "epochs", "patience", "optimiser",
        "weight_decay", "seed",
    }  # fmt: skip
    unknown = sorted(set(settings) - known)
    if unknown:
        raise UsageError(f"A plan has no setting {unknown[0]!r}; it has {', '.join(sorted(known))}.")
    if isinstance(table, ModelTable):
        settings |= _of_model(table, settings)
    for name, example in (("hidden", "[64, 64]"), ("rates", "[0.001, 0.01]")):
        if name in settings:
            if isinstance(settings[name], str) or not isinstance(settings[name], Iterable):
                raise UsageError(f"{name} is {settings[name]!r}; write a list, such as {example}.")
            settings[name] = tuple(settings[name])
    fitting = _known if isinstance(table, ModelTable) else _elementwise
    names = _distinct(activations.split(",") if isinstance(activations, str) else activations, fitting)
    first = fitting(baseline).name
    plan = Plan(
        data=table.name,
        target=table.target,
        task=table.task,
        metric=metric_for(table),
        activations=names if first in names else (first, *names),
        baseline=first,
        **settings,
    )
    _check(plan)
    _check_rows(plan, table)
    return plan


def duration(seconds: float) -> str:
    """A rough time in words: `20 s`, `3 min`, `1.5 h`.

    >>> duration(0.4), duration(19.2), duration(200), duration(5400)
    ('1 s', '19 s', '3 min', '1.5 h')
    """
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def in_words(plan: Plan, seconds: float | None = None) -> str:
    """The size of a plan: `10 activations × 10 repeats × 4 learning rates = 400 networks, about 20 s`."""
    rates = f"{len(plan.rates)} learning rate{'s' * (len(plan.rates) > 1)}"
    sentence = f"{len(plan.activations)} activations × {plan.repeats} repeats × {rates} = {plan.networks} networks"
    about = "about" if plan.model is None else "at most about"
    return sentence if seconds is None else f"{sentence}, {about} {duration(seconds)}"


def _of_model(table: ModelTable, settings: dict[str, Any]) -> dict[str, Any]:
    """What a person's own model and their own split settle."""
    if "hidden" in settings:
        raise UsageError("hidden is for actlab's own networks, and a model came; set its layers in the model itself.")
    decided: dict[str, Any] = {"model": table.own.plan, "hidden": ()}
    if not table.own.sizes:
        return decided
    named = [name for name in FRACTIONS if name in settings]
    if named:
        raise UsageError(f"{named[0]} is for rows that are split here, and three parts came; leave it out.")
    if table.own.batch is not None:
        if "batch" in settings:
            raise UsageError("batch is for rows that are batched here, and DataLoaders came; leave it out.")
        decided["batch"] = table.own.batch
    fitting, validation, test = table.own.sizes
    whole = fitting + validation + test
    return {**decided, "test_share": test / whole, "validation_share": validation / (fitting + validation)}


def _distinct(
    activations: Iterable[str | Activation], fitting: Callable[[str | Activation], Activation]
) -> tuple[str, ...]:
    given: dict[str, str] = {}
    for each in activations:
        asked = each if isinstance(each, str) else each.name
        name = fitting(each).name
        if name in given:
            other = "" if asked == given[name] == name else f" ({given[name]} and {asked} are the same function)"
            raise UsageError(
                f"{name} is listed twice{other}; to compare it with a copy, declare it under another name."
            )
        given[name] = asked
    if not given:
        raise UsageError("No activation was named; name at least one, such as gelu, to compare with the baseline.")
    return tuple(given)


def _known(activation: str | Activation) -> Activation:
    try:
        return find(activation if isinstance(activation, str) else activation.name)
    except UnknownActivationError as error:
        raise UsageError(str(error)) from error


def _elementwise(activation: str | Activation) -> Activation:
    found = _known(activation)
    if not found.elementwise or len(found.inputs) != 1:
        raise UsageError(
            f"{found.name} does not work on one number at a time, as a hidden unit needs it; "
            "leave it out or take an elementwise function such as gelu."
        )
    return found


def _check(plan: Plan) -> None:
    _require(len(plan.activations) > 1, f"Only the baseline {plan.baseline} was named; name one to compare it with.")
    _require(
        isinstance(plan.repeats, int) and plan.repeats >= 2,
        f"repeats is {plan.repeats}, and at least 2 are needed to see luck at all; 10 are usual.",
    )
    if plan.model is None:
        _require(bool(plan.hidden), "hidden is empty; write the units of at least one layer, such as 64,64.")
        _require(min(plan.hidden) >= 1, f"hidden is {plan.hidden}; each layer needs at least 1 unit, such as 64,64.")
    _require(bool(plan.rates), "rates is empty; write at least one learning rate, such as 0.001.")
    _require(len(set(plan.rates)) == len(plan.rates), "rates names a learning rate twice; write each once.")
    _require(0 <= plan.matters < float("inf"), f"matters is {plan.matters}; write 0 or more, such as 0.01.")
    _require(isinstance(plan.seed, int) and plan.seed >= 0, f"seed is {plan.seed}; write a whole number from 0 on.")
    for field, words in () if plan.model and plan.model.given_parts else FRACTIONS.items():
        share = getattr(plan, field)
        _require(0.05 <= share <= 0.5, f"{field} is {share}; the {words} lies between 0.05 and 0.5.")
    for field, words in COSTS.items():
        _require(0 < getattr(plan, field) < float("inf"), f"{field} is {getattr(plan, field)}; a {words} is above 0.")
    for rate in plan.rates:
        training(plan, rate)


def training(plan: Plan, rate: float, epochs: int | None = None) -> Training:
    """How the plan's networks are trained at one learning rate, or for fewer epochs than the plan's."""
    try:
        return Training(
            rate=rate,
            optimiser=plan.optimiser,
            weight_decay=plan.weight_decay,
            batch=plan.batch,
            epochs=plan.epochs if epochs is None else epochs,
            patience=plan.patience,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def _check_rows(plan: Plan, table: Table) -> None:
    """Every class must reach every part of a split: the test, the validation and the fitting rows."""
    if plan.model and plan.model.given_parts:
        return
    smallest = min(table.class_counts, default=table.rows)
    aside = smallest * (1 - plan.test_share) * plan.validation_share
    if min(smallest * plan.test_share, aside) < 1:
        what = f"class of `{table.target}`" if table.classes else "table"
        needed = ceil(1 / min(plan.test_share, (1 - plan.test_share) * plan.validation_share) - 1e-9)
        raise DataError(
            f"The smallest {what} has {smallest} rows, and these shares need at least {needed}: "
            "bring more rows or set larger shares aside."
        )


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise UsageError(otherwise)
