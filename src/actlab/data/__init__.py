"""A person's table becomes arrays, with findings about it."""

from actlab.data.errors import DataError, UsageError
from actlab.data.preparation import Preparation
from actlab.data.reading import read, table_of
from actlab.data.scale import Scale
from actlab.data.table import Column, Finding, Table

__all__ = ["Column", "DataError", "Finding", "Preparation", "Scale", "Table", "UsageError", "read", "table_of"]
