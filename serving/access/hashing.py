"""The hash under which the secret of a key is kept: Argon2id (RFC 9106), with its salt and its cost in its text."""

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass(frozen=True)
class Cost:
    """What one look at a secret costs.

    The secret of a key is 256 bits of chance, which nobody guesses at any cost. So the least that OWASP's Password
    Storage Cheat Sheet names for Argon2id is enough, and a worker is not held up for longer.

    Attributes:
        kibibytes: Memory.
        passes: Times that it is gone over.
    """

    kibibytes: int = 19_456
    passes: int = 2


def hashed(secret: str, cost: Cost) -> str:
    """Return the text that a secret is kept as."""
    hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.kibibytes, parallelism=1)
    return hasher.hash(secret)


def holds(kept: str, secret: str) -> bool:
    """Return whether a secret is the one that is kept; text that is no hash keeps none."""
    try:
        return PasswordHasher().verify(kept, secret)
    except (VerificationError, InvalidHashError):
        return False
