"""Why somebody is turned away at the door."""

from errors import AccessError


class UnknownCallerError(AccessError):
    """Nobody is named, or by a key or a token that does not hold.

    Attributes:
        claimed: What is recorded of how they claimed to be known, such as "none" or "failed:api-key:ID".
    """

    claimed: str = "none"


class TooManyAttemptsError(AccessError):
    """More attempts than are looked at.

    Args:
        seconds: After how many the next one is looked at.
        problem: Why it is not looked at now.
    """

    def __init__(self, seconds: int, problem: str = "too many attempts have failed") -> None:
        self.seconds = seconds
        super().__init__(problem, fix=f"wait {seconds} seconds and use a key that holds")
