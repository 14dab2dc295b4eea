"""The stores that the contracts are held against."""

import itertools

import pytest

from tests.contracts import servers

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server():
    """One PostgreSQL for all tests."""
    if reason := servers.why_not():
        pytest.skip(reason)
    with servers.running() as running:
        yield running


@pytest.fixture
def server_url(server):
    """An empty place in it."""
    return server.url(f"place_{next(_numbers)}")
