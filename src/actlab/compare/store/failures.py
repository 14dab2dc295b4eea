"""The ways in which a store says no."""

from __future__ import annotations


class StoreRefusal(ValueError):
    """A store that cannot be used as asked: not there, not ours, of another version, or in use (exit code 2)."""


class StoreFailure(RuntimeError):
    """A store that was sound and can no longer be read or written: a full disk, a lost server (exit code 1).

    Attributes:
        passing: whether the reason may go away by itself, so that trying again makes sense.
    """

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


class LeaseLost(StoreFailure):
    """Another process has taken the comparison over, for this one was not heard of for too long."""


class NotKept(UserWarning):
    """Results are there, and the store does not have all of their networks."""
