"""A model from a file: `models.py:make_model`, read again wherever it is needed."""

from __future__ import annotations

import difflib
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from actlab.catalogue import Activation, find
from actlab.data import UsageError
from actlab.networks.models.failures import ModelError, told
from actlab.networks.models.making import FunctionMaker, Maker, SwappingMaker, function_maker, maker_of

_read: dict[tuple[str, str], ModuleType] = {}


@dataclass(frozen=True, eq=False)
class FileMaker:
    """A function or a module in a person's file, which travels as its text and is run once in each process."""

    path: str
    text: str = field(repr=False)
    function: str
    baseline: str
    name: str
    fingerprint: str
    is_new: bool

    def model(self, activation: Activation, inputs: int, outputs: int) -> nn.Module:
        """As the function or the module gives it."""
        with told(f"reading {Path(self.path).name}"):
            found = getattr(_module(self.path, self.text), self.function)
        return _maker(found, self.name, self.fingerprint, self.baseline).model(activation, inputs, outputs)


def from_file(place: str, baseline: str) -> Maker:
    """The maker of what `FILE.py:NAME` names.

    Args:
        place: a path of a Python file, a colon and a name in it.
        baseline: which activation is replaced where the name stands for a ready module; the file may declare it.

    Raises:
        UsageError: no such file or name, or a file that fails.
        UnknownActivationError: no such baseline.
    """
    path, _, name = place.rpartition(":")
    if not path.endswith(".py") or not name.isidentifier():
        raise UsageError(f"The model is {place!r}; write a file and a name in it, such as models.py:make_model.")
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"There is no file {path}; write a file and a name in it, such as models.py:make_model.")
    text = file.read_text(encoding="utf-8")
    try:
        with told(f"{path} cannot be run"):
            known = vars(_module(str(file.absolute()), text))
    except ModelError as error:
        raise UsageError(f"{error}.") from error
    if name not in known:
        near = difflib.get_close_matches(name, [each for each in known if callable(known[each])], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise UsageError(f"{path} has no {name}{hint}.")
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    shown = f"{file.name}:{name}"
    maker = _maker(known[name], shown, fingerprint, baseline)
    return FileMaker(str(file.absolute()), text, name, baseline, shown, fingerprint, maker.is_new)


def _maker(found: Any, name: str, fingerprint: str, baseline: str) -> FunctionMaker | SwappingMaker:
    if isinstance(found, nn.Module):
        return SwappingMaker(found, find(baseline), name, fingerprint)
    if not isinstance(found, Callable) or isinstance(found, Activation | type):  # type: ignore[arg-type]
        maker_of(found, find(baseline))  # which says what is wrong with it
    return function_maker(found, name, fingerprint)


def _module(path: str, text: str) -> ModuleType:
    """The file as a module, run when it is first needed here; files beside it can be imported."""
    if (path, text) not in _read:
        module = ModuleType(Path(path).stem)
        module.__file__ = path
        folder = str(Path(path).parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        sys.modules.setdefault(module.__name__, module)  # where classes and pickles look for their home
        try:
            exec(compile(text, path, "exec"), vars(module))
        except BaseException:
            if sys.modules.get(module.__name__) is module:
                del sys.modules[module.__name__]
            raise
        _read[path, text] = module
    return _read[path, text]
