"""What an event says of the request that it answers, so that the request can be asked again."""

from fastapi import Request

from ledger.events import Scalar
from models.replay.manifest import ASKED
from serving.access.caller import Scope
from serving.access.identity import scope_text

SCOPE, MEDIA = "scope", "media"


def asked_details(request: Request, media: str | None, scope: Scope) -> dict[str, Scalar]:
    """Return what is recorded of a request: its path with the query as sent, the form of its answer, and the scope.

    Args:
        request: The request.
        media: Subtype of the answer's text, such as "csv"; None: it is JSON.
        scope: How far the caller's sight reaches.
    """
    path = (request.scope.get("raw_path") or request.url.path.encode()).decode("latin-1").partition("?")[0]
    query = request.scope.get("query_string", b"").decode("latin-1")
    return asked_of(f"{path}?{query}" if query else path, media, scope)


def asked_of(address: str, media: str | None, scope: Scope) -> dict[str, Scalar]:
    """Return what is recorded of a request under an address, with its query, as `asked_details` does."""
    told: dict[str, Scalar] = {ASKED: address}
    if media is not None:
        told[MEDIA] = media
    if scope != Scope():
        told[SCOPE] = scope_text(scope)
    return told
