"""Both databases, held against the contract of a store."""

import pytest

from tests.contracts.store_contract import StoreContract


class TestSQLite(StoreContract):
    @pytest.fixture
    def address(self, tmp_path):
        return str(tmp_path / "ru ns?.sqlite")


class TestPostgreSQL(StoreContract):
    @pytest.fixture
    def address(self, server_url):
        return server_url
