"""What a page asks to be trained: frozen records, checked when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from actlab.catalogue import Activation, UnknownActivationError, find, names
from actlab.lab.refusal import Refusal
from actlab.lab.training import reading
from actlab.lab.training.toys import TOYS

LOSSES = ("cross_entropy", "squared_error")
OPTIMISERS = ("sgd", "momentum", "adam")
INITIALISATIONS = ("matched", "he", "glorot", "small", "zeros")
MOST_SIDES, MOST_LAYERS, MOST_UNITS, MOST_POINTS, FINEST, LARGEST_SEED = 2, 6, 16, 2000, 100, 2**31 - 1


@dataclass(frozen=True)
class Toy:
    """A made-up data set: `count` points with `noise`, moved by `shift` along both axes."""

    name: str = "circles"
    noise: float = 0.1
    count: int = 300
    shift: float = 0.0
    seed: int = 0

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Toy:
        """From a message."""
        reading.fields(document, "data", ("name", "noise", "count", "shift", "seed"))
        return cls(
            reading.choice(document, "name", cls.name, TOYS),
            reading.real(document, "noise", cls.noise, 0, 1),
            reading.whole(document, "count", cls.count, 10, MOST_POINTS),
            reading.real(document, "shift", cls.shift, -100, 100),
            reading.whole(document, "seed", cls.seed, 0, LARGEST_SEED),
        )


@dataclass(frozen=True)
class Columns:
    """Two columns of an uploaded table and a third to be predicted; the seed draws the test rows."""

    table: str
    inputs: tuple[str, str]
    target: str
    seed: int = 0

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Columns:
        """From a message."""
        reading.fields(document, "data", ("table", "columns", "target", "seed"))
        columns = reading.listed(document.get("columns"), "columns", 2)
        if len(columns) != 2 or not all(isinstance(each, str) for each in columns) or columns[0] == columns[1]:
            raise Refusal(
                "columns is {value}; it must be the names of two different columns.", value=reading.shown(columns)
            )
        target = reading.words(document, "target")
        if target in columns:
            raise Refusal(
                "{column} is both an input and what is to be predicted; choose another column.", column=target
            )
        seed = reading.whole(document, "seed", 0, 0, LARGEST_SEED)
        return cls(reading.words(document, "table"), (columns[0], columns[1]), target, seed)


Data = Toy | Columns


@dataclass(frozen=True)
class Layer:
    """A hidden layer; a learned parameter of its activation starts at its number, a random one stays at its mean."""

    units: int
    activation: Activation
    parameters: tuple[tuple[str, float], ...] = ()

    @classmethod
    def read(cls, document: object) -> Layer:
        """From a message."""
        given = reading.fields(document, "layer", ("units", "activation", "parameters"))
        activation = hidden_activation(given.get("activation", "relu"))
        parameters = _parameters(activation, given.get("parameters", {}))
        return cls(reading.whole(given, "units", 4, 1, MOST_UNITS), activation, parameters)


@dataclass(frozen=True)
class Watch:
    """What a frame shows beside losses and weights: how finely the surfaces are drawn (0: not), and sums of units."""

    surface: int = 0
    heat: int = 0
    before: bool = False

    @classmethod
    def read(cls, document: object) -> Watch:
        """From a message."""
        given = reading.fields(document, "watch", ("surface", "heat", "before"))
        surface, heat = (reading.whole(given, name, 0, 0, FINEST) for name in ("surface", "heat"))
        return cls(surface, heat, reading.flag(given, "before", False))


@dataclass(frozen=True)
class Spec:
    """One network with its data and how it is trained; `batch` 0 is all rows, `bias` is where hidden units start."""

    data: Data = field(default_factory=Toy)
    layers: tuple[Layer, ...] = ()
    loss: str | None = None
    rate: float = 0.1
    optimiser: str = "sgd"
    batch: int = 0
    initialisation: str = "matched"
    bias: float = 0.0
    seed: int = 0
    stop: bool = False
    watch: Watch = field(default_factory=Watch)

    @classmethod
    def read(cls, document: object) -> Spec:
        """From a message.

        Raises:
            Refusal: an unknown field or name, or a value outside its limits.
        """
        given = reading.fields(document, "side", tuple(cls.__dataclass_fields__))
        layers = reading.listed(given.get("layers", []), "layers", MOST_LAYERS)
        return cls(
            data=_data(given.get("data", {})),
            layers=tuple(map(Layer.read, layers)),
            loss=reading.choice(given, "loss", "", LOSSES) if given.get("loss") is not None else None,
            rate=reading.real(given, "rate", cls.rate, 1e-9, 1e6),
            optimiser=reading.choice(given, "optimiser", cls.optimiser, OPTIMISERS),
            batch=reading.whole(given, "batch", cls.batch, 0, MOST_POINTS),
            initialisation=reading.choice(given, "initialisation", cls.initialisation, INITIALISATIONS),
            bias=reading.real(given, "bias", cls.bias, -100, 100),
            seed=reading.whole(given, "seed", cls.seed, 0, LARGEST_SEED),
            stop=reading.flag(given, "stop", cls.stop),
            watch=Watch.read(given.get("watch", {})),
        )


def sides(document: object) -> tuple[Spec, ...]:
    """One or two specs.

    Raises:
        Refusal: anything else.
    """
    given = reading.listed(document, "sides", MOST_SIDES)
    if not given:
        raise Refusal("sides is empty; ask for one network or two.")
    return tuple(map(Spec.read, given))


def hidden_activation(name: object) -> Activation:
    """The activation of that name, where it works on one number at a time.

    Raises:
        Refusal: an unknown name, or a function that needs its whole layer or two inputs.
    """
    try:
        activation = find(name if isinstance(name, str) else "")
    except UnknownActivationError:
        near = get_close_matches(str(name), names(), n=3, cutoff=0)
        raise Refusal(
            "There is no activation called {name}; the nearest names are {nearest}.",
            name=reading.shown(name), nearest=", ".join(near),
        ) from None  # fmt: skip
    if not activation.univariate:
        raise Refusal(
            "{name} cannot stand in a hidden layer here, since it does not work on one number at a time; "
            "choose another one, such as relu.",
            name=activation.name,
        )
    return activation


def _data(document: object) -> Data:
    if isinstance(document, Mapping) and "table" in document:
        return Columns.read(document)
    return Toy.read(reading.fields(document, "data", ("name", "noise", "count", "shift", "seed")))


def _parameters(activation: Activation, document: object) -> tuple[tuple[str, float], ...]:
    known = {each.name: each for each in activation.parameters}
    given = reading.fields(document, f"parameters ({activation.name})", tuple(known))
    for name, value in given.items():
        low, high = known[name].low, known[name].high
        if not reading.finite(value) or not low < value < high:
            raise Refusal(
                "{name} of {activation} is {value}; it must be a number between {low} and {high}.",
                name=name, activation=activation.name, value=reading.shown(value), low=_end(low), high=_end(high),
            )  # fmt: skip
    return tuple((name, float(value)) for name, value in given.items())


def _end(limit: float) -> str:
    return f"{limit:g}".replace("inf", "∞")
