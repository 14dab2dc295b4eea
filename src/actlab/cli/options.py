"""Values of options, checked under the options' own names before anything heavy is imported."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import typer

from actlab.catalogue import find
from actlab.cli.ending import Refusal
from actlab.compare.store import address_of

Value = TypeVar("Value", str, int, float)
BUNDLED = "sklearn:"
BUNDLED_TARGET = "target"


def several(text: str, kind: Callable[[str], Value], option: str, example: str) -> tuple[Value, ...]:
    """The values of an option that are written with commas between them.

    Args:
        text: What came, such as "64,64".
        kind: What turns a word into a value: str, int or float.
        option: The option's name, for the error.
        example: What could have come, for the error.

    Returns:
        The values, at least one, in the order given.

    Raises:
        typer.BadParameter: when nothing is there, or a word is not such a value.

    >>> several("64, 32", int, "--hidden", "64,64")
    (64, 32)
    """
    words = [word.strip() for word in text.split(",")]
    try:
        values = tuple(kind(word) for word in words if word)
    except ValueError:
        values = ()
    if not values:
        raise typer.BadParameter(f"{text!r} came; write something such as {example}.", param_hint=option)
    return values


def check_sizes(sizes: Iterable[int]) -> None:
    """Refuse a hidden layer without units."""
    for size in sizes:
        if size < 1:
            raise typer.BadParameter(
                f"a layer of {size} came, and each layer needs at least 1 unit; write something such as 64,64.",
                param_hint="--hidden",
            )


def check_above_zero(values: Iterable[float], option: str, what: str) -> None:
    """Refuse rates and costs that are not above 0, or not finite."""
    for value in values:
        if not 0 < value < math.inf:
            raise typer.BadParameter(f"{value:g} came, and a {what} is above 0.", param_hint=option)


def check_rates(rates: tuple[float, ...]) -> None:
    """Refuse learning rates that are not above 0, and one written twice."""
    check_above_zero(rates, "--rates", "learning rate")
    if len(set(rates)) < len(rates):
        raise typer.BadParameter("a learning rate came twice; write each once.", param_hint="--rates")


def check_names(names: Iterable[str]) -> None:
    """Refuse a function that the catalogue does not know, with the nearest that it does."""
    for name in names:
        find(name)


def check_model(model: str | None, device: str | None, *, sizes_named: bool) -> None:
    """Refuse options that a model does not go with, and those that need one."""
    if model is None and device is not None:
        raise typer.BadParameter("it is for a model of your own; name that with --model.", param_hint="--device")
    if model is not None and sizes_named:
        raise typer.BadParameter(
            "it is for actlab's own networks; set the layers in your model itself.", param_hint="--hidden"
        )


def check_data(data: str) -> None:
    """Refuse a file that is not there, with the nearest name that is."""
    path = Path(data)
    if data.startswith(BUNDLED) or path.exists():
        return
    there = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, there, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise Refusal(f"There is no file {data}{hint}.")


def check_store(store: str | None) -> None:
    """Refuse what is no store: another kind of database, or a file in a folder that is not there."""
    path = address_of(store).path if store is not None else None
    if path is not None and not path.parent.is_dir():
        raise typer.BadParameter(
            f"There is no folder {path.parent} for it; make it first, or name another one.", param_hint="--store"
        )


def target_of(data: str, target: str | None) -> str:
    """The column to predict; only bundled tables have one by default."""
    if target is not None:
        return target
    if data.startswith(BUNDLED):
        return BUNDLED_TARGET
    raise Refusal("Which column is to be predicted? Write --target COLUMN.")


def seconds_in(duration: str | None) -> float | None:
    """The seconds of a duration such as 90s, 10m or 1.5h; a number alone counts seconds.

    Raises:
        typer.BadParameter: when it is none, or not above 0.

    >>> seconds_in("1.5m"), seconds_in("20"), seconds_in(None)
    (90.0, 20.0, None)
    """
    if duration is None:
        return None
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    text = duration.strip().lower()
    unit = units.get(text[-1:])
    try:
        seconds = float(text[:-1]) * unit if unit else float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise typer.BadParameter(f"{duration!r} is no time; write 90s, 10m or 1.5h.", param_hint="--time-limit")
    return seconds
