"""Declaring and finding activations."""

import copy
import pickle
from importlib import import_module

import pytest

import actlab
from actlab.catalogue import Source, UnknownActivationError, activation, find, fixed, learned, names, uniform
from actlab.formula import FormulaError
from actlab.formula.primitives import tanh, where

HERE = Source("Nobody", 2000)


@pytest.fixture
def registry(monkeypatch):
    """What a test declares is forgotten after it."""
    declarations = import_module("actlab.catalogue.activation")
    monkeypatch.setattr(declarations, "_declared", dict(declarations._declared))
    monkeypatch.setattr(declarations, "_by_name", dict(declarations._by_name))


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
    with pytest.raises(AttributeError, match=r"'rellu'.* Did you mean .*relu"):
        actlab.rellu  # noqa: B018 (looking it up is the test)


@pytest.mark.parametrize("name", ["swish", "ReLU", "LeakyReLU", "hard_swish"])
def test_other_spellings_are_attributes_too(name):
    assert getattr(actlab, name) is find(name)


def test_private_names_are_not_searched_for(monkeypatch):
    monkeypatch.setattr(actlab, "find", lambda name: pytest.fail(f"searched for {name}"))
    assert not hasattr(actlab, "__wrapped__")
    assert not hasattr(actlab, "_relu")


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


def no_input():
    """Takes nothing."""


def parameters_only(x=1.0):
    """Takes no input."""


def any_number(*x):
    """Takes any number of inputs."""


def by_keyword(x, *, slope=0.1):
    """Takes a parameter by keyword only."""


def with_axis(x, axis=2.0):
    """Takes a word of the call."""


def with_upstream(upstream):
    """Takes a word of the pullback."""


DRAWN = uniform(0, 1)


def two_draws(x, a=DRAWN, b=DRAWN):
    """Draws twice."""


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (no_input, "no_input has no input"),
        (parameters_only, "parameters_only has no input"),
        (any_number, r"has the argument \*x"),
        (by_keyword, "has the argument slope"),
        (with_axis, "called axis"),
        (with_upstream, "called upstream"),
        (two_draws, "draws a and b at random"),
    ],
)
def test_arguments_that_no_activation_can_have_are_refused(body, why):
    with pytest.raises(FormulaError, match=why):
        activation("test", HERE)(body)
    assert body.__name__ not in names()


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        (lambda x: x > 0, r"uses x > 0 as a number; write where\(x > 0, 1, 0\)"),
        (lambda x: x + (x > 0), "as a number"),
        (lambda x: where(x > 0, x, x > 1), "uses x > 1 as a number"),
        (lambda x: where((x > 0) & x, x, 0), "uses x as a condition"),
    ],
)
def test_a_formula_is_a_number(formula, why):
    def condition(x):
        """Mixes numbers and conditions."""
        return formula(x)

    with pytest.raises(FormulaError, match=why):
        activation("test", HERE)(condition)


@pytest.mark.parametrize("name", ["properties", "compilers", "Figures", "compare", "find"])
def test_names_of_the_package_itself_are_refused(name):
    def body(x):
        """Has a name that is in use."""
        return tanh(x)

    with pytest.raises(ValueError, match="belongs to actlab itself"):
        activation("test", HERE, aliases=(name,))(body)
    body.__name__ = name
    with pytest.raises(ValueError, match="belongs to actlab itself"):
        activation("test", HERE)(body)


@pytest.mark.parametrize("aliases", ["abc", (1, 2), ("-",)])
def test_aliases_are_names(aliases):
    with pytest.raises(TypeError, match="Aliases are several names"):
        activation("test", HERE, aliases=aliases)


def test_a_source_is_a_source():
    with pytest.raises(TypeError, match="write Source"):
        activation("test", "Nobody 2000")


def declare_bend(*aliases):
    @activation("test", HERE, aliases=aliases)
    def bend(x):
        """Bends."""
        return tanh(x) * (1 + len(aliases))

    return bend


def test_declared_anew_it_loses_its_old_aliases(registry):
    declare_bend("curve", "bow")
    new = declare_bend("bow")
    assert find("bow") is find("bend") is new
    with pytest.raises(UnknownActivationError):
        find("curve")


def test_copies_and_pickles_are_never_another_function(registry):
    old = declare_bend("bow")
    new = declare_bend()
    assert copy.copy(old) is copy.deepcopy(old) is old
    assert pickle.loads(pickle.dumps(new)) is new
    with pytest.raises(pickle.PicklingError, match="declare it again"):
        pickle.dumps(old)


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
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        actlab.elu(x, alpha=-1)
