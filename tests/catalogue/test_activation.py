"""Declaring and finding activations."""

import pickle

import pytest

import actlab
from actlab.catalogue import Source, UnknownActivationError, activation, find, fixed, learned, names, uniform
from actlab.formula import FormulaError
from actlab.formula.primitives import tanh, where

HERE = Source("Nobody", 2000)


def test_every_issue_name_is_declared():
    wanted = """step identity sigmoid tanh relu leaky_relu prelu rrelu relu6 elu selu celu gelu gelu_tanh silu
    softplus softsign logsigmoid tanhshrink hardtanh hardsigmoid hardswish hardshrink softshrink mish squareplus
    softmax glu geglu swiglu"""
    assert set(wanted.split()) <= set(names())


@pytest.mark.parametrize("name", names())
def test_a_declaration_is_whole(name):
    declared = find(name)
    assert 1940 < declared.source.year <= 2026
    assert len(declared.source.authors) > 3
    assert declared.summary.endswith(".")
    assert declared.name in dir(actlab)
    assert getattr(actlab, name) is declared
    assert pickle.loads(pickle.dumps(declared)) is declared


@pytest.mark.parametrize(
    ("written", "name"),
    [("swish", "silu"), ("ReLU", "relu"), ("Leaky ReLU", "leaky_relu"), ("hard-swish", "hardswish")],
)
def test_names_are_found_as_people_write_them(written, name):
    assert find(written).name == name


def test_a_wrong_name_is_helped():
    with pytest.raises(UnknownActivationError, match=r"Did you mean .*relu"):
        find("rellu")
    with pytest.raises(UnknownActivationError, match="Known are: celu"):
        find("zzzzzzzz")
    with pytest.raises(AttributeError, match="names"):
        actlab.no_such_function  # noqa: B018 (looking it up is the test)


def test_roles_come_from_the_signature():
    slope = find("prelu").parameters[0]
    assert (slope.name, slope.role, slope.default) == ("slope", "learned", 0.25)
    drawn = find("rrelu").parameters[0]
    assert (drawn.role, drawn.low, drawn.high) == ("random", 1 / 8, 1 / 3)
    assert drawn.default == pytest.approx(11 / 48)


def test_declarations_are_checked_at_birth():
    with pytest.raises(FormulaError, match="does not use slope"):

        @activation("test", HERE)
        def ignores(x, slope=0.1):
            """Ignores its slope."""
            return tanh(x)

    with pytest.raises(FormulaError, match="no docstring"):

        @activation("test", HERE)
        def silent(x):
            return tanh(x)

    with pytest.raises(FormulaError, match="truth value"):

        @activation("test", HERE)
        def branches(x):
            """Branches in Python."""
            return max(0, x)

    with pytest.raises(ValueError, match="already belongs to relu"):

        @activation("test", HERE)
        def relu(x):
            """Takes a name."""
            return where(x > 0, x, 0)

    with pytest.raises(TypeError, match="write a number"):

        @activation("test", HERE)
        def text(x, slope="steep"):
            """Has a word for a number."""
            return x * slope

    assert not {"ignores", "silent", "branches", "text"} & set(names())


@pytest.mark.parametrize("role", [lambda: fixed(-1.0, low=0), lambda: uniform(1.0, 1.0), lambda: learned(2.0, high=1)])
def test_a_default_lies_in_its_domain(role):
    with pytest.raises(ValueError, match="must be"):
        role()


def test_activations_compose_on_symbols():
    from actlab.formula import symbol

    x = symbol("x")
    assert actlab.relu(x) is find("relu").formula
    assert actlab.leaky_relu(x, slope=0.5) is where(x > 0, x, 0.5 * x)
    with pytest.raises(FormulaError, match="takes 1"):
        actlab.relu(x, x)
