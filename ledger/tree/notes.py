"""Signed notes: who keeps the ledger says how long it is and what its root is, in text that others can check.

The forms are those of transparency logs: a checkpoint is a C2SP tlog-checkpoint, signed as a C2SP signed-note with
Ed25519, with the instant as an extension line. Keys are written as Go's `sumdb/note` writes them. A witness of another
make can therefore collect and co-sign our checkpoints.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from errors import DataError, LedgerError

# The algorithm's number among those of signed notes.
_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]{1,100}")
_LABEL = "PRIVATE+KEY+"
_DASH = "\u2014"
_LENGTH = 32
_TIME = "time "


@dataclass(frozen=True)
class Checkpoint:
    """How long a ledger was at an instant, and the root of its tree.

    Attributes:
        origin: Which ledger: the name of the key that signs for it.
        size: Number of events.
        root: Root of the Merkle tree over them.
        time: The instant, as events tell it.
    """

    origin: str
    size: int
    root: bytes
    time: str

    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{_TIME}{self.time}\n"

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return the checkpoint that `text` spells.

        Raises:
            LedgerError: It spells none.
        """
        lines = text.split("\n")
        try:
            origin, size, root, *more = lines
            found = cls(origin, int(size), _decoded(root), next(line for line in more if line.startswith(_TIME))[5:])
        except (ValueError, StopIteration):
            raise LedgerError("this is no checkpoint", fix="give it as it was collected") from None
        if found.text() != text:
            raise LedgerError("this is no checkpoint of this form", fix="give it as it was collected")
        return found


@dataclass(frozen=True)
class Verifier:
    """The public half of a key.

    Attributes:
        name: Its name, which is the ledger's.
        public: Its 32 bytes.
    """

    name: str
    public: bytes

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return the key that was printed when it was made.

        Raises:
            DataError: It is none.
        """
        fix = "give it as `strandcast audit key` printed it, NAME+HASH+KEY"
        name, _, rest = text.strip().partition("+")
        digest, _, key = rest.partition("+")
        try:
            decoded = _decoded(key)
        except ValueError:
            decoded = b""
        if not _NAME.fullmatch(name) or decoded[:1] != _ED25519 or len(decoded) != _LENGTH + 1:
            raise DataError("this is no public key of checkpoints", fix=fix)
        found = cls(name, decoded[1:])
        if found.digest.hex() != digest:
            raise DataError("the public key of checkpoints has an error in it", fix=fix)
        return found

    @property
    def digest(self) -> bytes:
        """Short hash that names the key in signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def text(self) -> str:
        """Return the key as it is handed out."""
        return f"{self.name}+{self.digest.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    def opened(self, note: str) -> Checkpoint:
        """Return the checkpoint of a note that this key signed.

        Raises:
            LedgerError: It did not sign it, or it is no checkpoint.
        """
        text, divided, signatures = note.rpartition("\n\n")
        if not divided:
            raise LedgerError("this is no signed note", fix="give it as it was collected")
        text += "\n"
        for line in signatures.splitlines():
            if self._signed(line, text):
                checkpoint = Checkpoint.of_text(text)
                if checkpoint.origin != self.name:
                    problem = f"the checkpoint is of {checkpoint.origin}, and the key of {self.name}"
                    raise LedgerError(problem, fix="give the key of that ledger")
                return checkpoint
        raise LedgerError(f"the note is not signed by the key of {self.name}", fix="give the key that signed it")

    def named_in(self, note: str) -> bool:
        """Return whether a signature under a note says that it is of this key; it may be none."""
        begin = f"{_DASH} {self.name} "
        lines = note.rpartition("\n\n")[2].splitlines()
        return any(line.startswith(begin) and self._named(line.removeprefix(begin)) for line in lines)

    def _named(self, signature: str) -> bool:
        try:
            return _decoded(signature)[:4] == self.digest
        except ValueError:
            return False

    def _signed(self, line: str, text: str) -> bool:
        dash, _, rest = line.partition(" ")
        name, _, signature = rest.partition(" ")
        try:
            decoded = _decoded(signature)
            if (dash, name, decoded[:4]) != (_DASH, self.name, self.digest):
                return False
            Ed25519PublicKey.from_public_bytes(self.public).verify(decoded[4:], text.encode())
        except (ValueError, InvalidSignature):
            return False
        return True


def is_note(text: str) -> bool:
    """Return whether a text has the form of a signed checkpoint, whoever signed it."""
    said, _, signatures = text.rpartition("\n\n")
    try:
        Checkpoint.of_text(f"{said}\n")
    except LedgerError:
        return False
    return any(line.startswith(f"{_DASH} ") for line in signatures.splitlines())


def named_in(note: str, verifiers: Iterable[Verifier]) -> Verifier | None:
    """Return the key that a note says it is signed with; None where it names none of these, as of a former key."""
    return next((verifier for verifier in verifiers if verifier.named_in(note)), None)


@dataclass(frozen=True)
class Kept:
    """A checkpoint as the database keeps it.

    Attributes:
        size: Number of events.
        note: The signed note.
        key: The public key that it is signed with, as text.
    """

    size: int
    note: str
    key: str

    def opened(self) -> Checkpoint:
        """Return what the note says.

        Raises:
            StrandcastError: The row is not as it was written.
        """
        found = Verifier.of_text(self.key).opened(self.note)
        if found.size != self.size:
            raise LedgerError(f"the note says {found.size:,} events, and its row {self.size:,}")
        return found


@dataclass(frozen=True)
class Signer:
    """The secret half of a key.

    Attributes:
        verifier: The public half.
    """

    verifier: Verifier
    _key: Ed25519PrivateKey

    @classmethod
    def make(cls, name: str, seed: bytes) -> Self:
        """Return the key of a ledger.

        Args:
            name: Name of the ledger, such as essex.police.uk/strandcast.
            seed: 32 random bytes.

        Raises:
            DataError: The name cannot stand in a note.
        """
        if not _NAME.fullmatch(name):
            fix = "use up to 100 characters without spaces and plus signs, such as essex.police.uk/strandcast"
            raise DataError("this is no name for a key", fix=fix)
        key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(Verifier(name, key.public_key().public_bytes_raw()), key)

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return the key that `text` holds.

        Raises:
            DataError: It holds none; what it holds is not repeated.
        """
        name, _, rest = text.strip().removeprefix(_LABEL).partition("+")
        _, _, key = rest.partition("+")
        try:
            decoded = _decoded(key)
        except ValueError:
            decoded = b""
        if not text.startswith(_LABEL) or decoded[:1] != _ED25519 or len(decoded) != _LENGTH + 1:
            raise DataError("this is no secret key of checkpoints", fix="make one with strandcast audit key")
        return cls.make(name, decoded[1:])

    def text(self) -> str:
        """Return the key as it is kept: a secret."""
        encoded = base64.b64encode(_ED25519 + self._key.private_bytes_raw()).decode()
        return f"{_LABEL}{self.verifier.name}+{self.verifier.digest.hex()}+{encoded}"

    def note(self, size: int, root: bytes, time: str) -> str:
        """Return the signed checkpoint of a ledger."""
        text = Checkpoint(self.verifier.name, size, root, time).text()
        signature = base64.b64encode(self.verifier.digest + self._key.sign(text.encode())).decode()
        return f"{text}\n{_DASH} {self.verifier.name} {signature}\n"


def _decoded(text: str) -> bytes:
    """Return what base64 text holds.

    Raises:
        ValueError: It is none.
    """
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
