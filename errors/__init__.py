"""What can go wrong, as one tree.

Every error that a user can cause or meet derives from `StrandcastError`. A message is one sentence built from data: the
place (file, row, field), the problem, and the fix. Messages may repeat values of declared code lists, never of other
cells, so that no personal value reaches a log.
"""


class StrandcastError(Exception):
    """Base of all errors that the project raises on purpose.

    Args:
        problem: What is wrong, without a full stop.
        place: Where: a file, a row, a field, an identifier.
        fix: What the user can do about it, as an instruction.
    """

    def __init__(self, problem: str, *, place: str | None = None, fix: str | None = None) -> None:
        self.problem = problem
        self.place = place
        self.fix = fix
        super().__init__(problem, place, fix)

    def __str__(self) -> str:
        """Return the one sentence shown to the user."""
        head = f"{self.place}: {self.problem}" if self.place else self.problem
        return f"{head}; {self.fix}." if self.fix else f"{head}."


class DataError(StrandcastError):
    """Input data, a mapping or a setting that cannot be used."""


class ModelError(StrandcastError):
    """A model that cannot be fitted, loaded, verified or asked for."""


class AllocationError(StrandcastError):
    """A plan that cannot be made: contradictory rules, no solution, bad limits."""


class ServiceError(StrandcastError):
    """A request that the service cannot answer, or a service that cannot start."""


class LedgerError(StrandcastError):
    """A record that is absent, cannot be written, or has been rewritten."""


class AccessError(StrandcastError):
    """Somebody who is not known, or who may not do what they ask for."""
