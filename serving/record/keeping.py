"""Keeping checkpoints: while the service runs, the record is signed as often as the settings say."""

import os
from collections.abc import Callable, Mapping

from errors import ServiceError
from features.secrets import secret
from features.workspace import Workspace
from ledger.ledger import Clock, Ledger
from ledger.tree.checkpoints import Keeper, Policy
from ledger.tree.notes import Signer

KEY_VARIABLE = "STRANDCAST_CHECKPOINT_KEY"
KEY_FILE_VARIABLE = f"{KEY_VARIABLE}_FILE"


def signing_key(environment: Mapping[str, str] = os.environ) -> Signer | None:
    """Return the key that signs checkpoints, from the environment or a file that it names; None where it names none.

    Raises:
        DataError: There is no key where one should be.
    """
    text = secret(KEY_VARIABLE, environment)
    return None if text is None else Signer.of_text(text)


def check_keeping(workspace: Workspace) -> tuple[Signer, Policy] | None:
    """Return the key and the policy of a workspace; None where its settings name no folder for checkpoints.

    Raises:
        DataError: The key cannot be read.
        ServiceError: There is a folder and no key: nothing would be signed.
    """
    if workspace.checkpoint_folder is None:
        return None
    signer = signing_key()
    if signer is None:
        problem = "checkpoint_folder is set and there is no key to sign with"
        fix = f"set {KEY_FILE_VARIABLE} or {KEY_VARIABLE}, or empty checkpoint_folder"
        raise ServiceError(problem, place="strandcast.toml, [ledger]", fix=fix)
    settings = workspace.settings.ledger
    return signer, Policy(workspace.checkpoint_folder, settings.checkpoint_events, settings.checkpoint_minutes)


def keeper(workspace: Workspace, ledger: Ledger, clock: Clock, told: Callable[[Exception], None]) -> Keeper | None:
    """Return the thread that writes checkpoints of a ledger; None where none are written.

    Raises:
        StrandcastError: As `check_keeping` says.
    """
    found = check_keeping(workspace)
    return None if found is None else Keeper(ledger.database, *found, clock, told)
