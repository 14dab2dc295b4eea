"""What the tests of whole comparisons share: a catalogue that can be added to."""

from importlib import import_module

import pytest


@pytest.fixture
def catalogue(monkeypatch):
    """Functions declared in a test are forgotten after it."""
    declarations = import_module("actlab.catalogue.activation")
    monkeypatch.setattr(declarations, "_declared", dict(declarations._declared))
    monkeypatch.setattr(declarations, "_by_name", dict(declarations._by_name))
    return declarations
