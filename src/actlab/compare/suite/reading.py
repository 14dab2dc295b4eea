"""From a TOML file to a suite; what is wrong in it is told in one sentence with the file and the key."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actlab.compare.plan import ACTIVATIONS, BASELINE
from actlab.compare.suite.records import Member, Suite
from actlab.data import UsageError
from actlab.data.errors import did_you_mean

BUNDLED = "sklearn:"


@dataclass(frozen=True)
class Kind:
    """What a key's value must be: a check, and how to say it with an example."""

    fits: Callable[[Any], bool]
    words: str


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _several(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


WHOLE = Kind(_whole, "a whole number, such as 10")
NUMBER = Kind(_number, "a number, such as 0.01")
TEXT = Kind(_text, 'a text, such as "target"')

EACH: Mapping[str, Kind] = {
    "repeats": WHOLE,
    "hidden": Kind(_several(_whole), "a list of whole numbers, such as [64, 64]"),
    "rates": Kind(_several(_number), "a list of numbers, such as [0.001, 0.01]"),
    "epochs": WHOLE,
    "batch": WHOLE,
    "patience": WHOLE,
    "matters": NUMBER,
    "cost_false_positive": NUMBER,
    "cost_false_negative": NUMBER,
    "test_share": NUMBER,
    "validation_share": NUMBER,
    "optimiser": Kind(_text, 'a text: "adam" or "sgd"'),
    "weight_decay": NUMBER,
    "seed": WHOLE,
}
"""Settings of the plan, for all data sets in [plan] or for one in its [[data]]."""

PLAN: Mapping[str, Kind] = {
    "activations": Kind(_several(_text), 'a list of names, such as ["relu", "gelu"]'),
    "baseline": Kind(_text, 'a name, such as "relu"'),
    **EACH,
}
DATA: Mapping[str, Kind] = {
    "name": TEXT,
    "source": Kind(_text, 'a text: a file such as "patients.csv", or "sklearn:wine"'),
    "target": TEXT,
    "task": Kind(_text, 'a text: "classification" or "regression"'),
    "positive": Kind(lambda value: _text(value) or _whole(value), 'a class, such as "yes"'),
    **EACH,
}
TOP: Mapping[str, Kind] = {
    "plan": Kind(lambda value: isinstance(value, dict), "a table: [plan], and its settings below"),
    "data": Kind(_several(lambda each: isinstance(each, dict)), "a list of tables: [[data]] for each data set"),
}
RESERVED = {"report.html", "suite.json", "runs.sqlite"}
NAME = re.compile(r"\w[\w. -]{0,59}(?<![. ])")


def read_suite(path: str | os.PathLike[str]) -> Suite:
    """Read a suite.

    Args:
        path: of a TOML file; files of data that it names are looked for beside it.

    Returns:
        The suite; whether its data can be read and its functions are known, `checked` finds out.

    Raises:
        UsageError: a missing file, no TOML, a key that is unknown or of another kind, no data set, a name twice.
    """
    file = Path(path)
    content = _content(file)
    _check(file.name, "", content, TOP)
    plan = content.get("plan", {})
    _check(file.name, "plan", plan, PLAN)
    given = content.get("data", [])
    if not given:
        raise UsageError(f'{file.name} names no data set; write [[data]] and below it source = "sklearn:wine".')
    common = {key: value for key, value in plan.items() if key in EACH}
    members = tuple(_member(file, number, each, common) for number, each in enumerate(given, start=1))
    _check_names(file.name, members)
    return Suite(
        file=str(file),
        activations=tuple(plan.get("activations", ACTIVATIONS)),
        baseline=plan.get("baseline", BASELINE),
        members=members,
    )


def _content(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        there = [each.name for each in file.parent.glob("*.toml")] if file.parent.is_dir() else []
        raise UsageError(f"There is no file {file}{did_you_mean(file.name, there)}.") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); name a TOML file.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name} is no text in UTF-8, as TOML is; name a TOML file.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file.name} is no TOML: {_lower(str(error))}.") from error


def _check(file: str, where: str, given: Mapping[str, Any], known: Mapping[str, Kind]) -> None:
    for key, value in given.items():
        place = f"{where}.{key}" if where else key
        if key not in known:
            raise UsageError(
                f"{file} has an unknown key {place}{did_you_mean(key, known)}; there are {', '.join(known)}."
            )
        if not known[key].fits(value):
            raise UsageError(f"{file}: {place} is {_shown(value)}; write {known[key].words}.")


def _member(file: Path, number: int, given: Mapping[str, Any], common: Mapping[str, Any]) -> Member:
    where = f"data[{number}]"
    _check(file.name, where, given, DATA)
    if "source" not in given:
        raise UsageError(f'{file.name}: {where} has no source; write source = "sklearn:wine" or the path of a file.')
    source = given["source"]
    bundled = source.startswith(BUNDLED)
    name = given.get("name", source.removeprefix(BUNDLED) if bundled else Path(source).stem)
    if not NAME.fullmatch(name) or name.casefold() in RESERVED:
        raise UsageError(
            f"{file.name}: {where} is called {name!r}, which can be no folder for its report; "
            'write a name of letters and digits, such as name = "patients".'
        )
    if not bundled and "target" not in given:
        raise UsageError(
            f'{file.name}: {where} ({name}) has no target; write the column to predict, such as target = "price".'
        )
    path = source if bundled else os.fspath(file.parent / source)
    if not bundled and not Path(path).is_file():
        near = did_you_mean(Path(path).name, [each.name for each in Path(path).parent.glob("*") if each.is_file()])
        raise UsageError(f"{file.name}: {where}.source is {source!r}, and there is no file {path}{near}.")
    positive = given.get("positive")
    return Member(
        name=name,
        source=path,
        target=given.get("target"),
        task=given.get("task"),
        positive=None if positive is None else str(positive),
        settings=tuple({**common, **{key: given[key] for key in EACH if key in given}}.items()),
    )


def _check_names(file: str, members: tuple[Member, ...]) -> None:
    seen: dict[str, int] = {}
    for number, each in enumerate(members, start=1):
        other = seen.setdefault(each.name.casefold(), number)
        if other != number:
            raise UsageError(
                f"{file}: data[{other}] and data[{number}] are both called {each.name}; "
                'give one of them another name, such as name = "second".'
            )


def _shown(value: Any) -> str:
    """A value as TOML has it, near enough."""
    kinds: dict[type, str] = {dict: "a table", bool: str(value).lower()}
    text = kinds.get(type(value), repr(value))
    return text if len(text) <= 60 else f"{text[:59]}…"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
