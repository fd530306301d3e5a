"""Progress, as long work reports it."""

from typing import Protocol


class Advance(Protocol):
    """Called as work goes on."""

    def __call__(self, done: int, total: int) -> None:
        """Report that `done` of `total` steps are done."""


def silent(done: int, total: int) -> None:
    """Report nothing."""
