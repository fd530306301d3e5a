"""Headers that tell browsers and proxies what they must not do with an answer."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Answers are data: nothing in them is to be run, framed, guessed at or kept, and they lead nowhere else.
_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cache-control": b"no-store",
}
# Only over TLS: a browser must ignore it elsewhere (RFC 6797, section 7.2).
_SECURE = {b"strict-transport-security": b"max-age=31536000; includeSubDomains"}


class SecurityHeaders:
    """ASGI middleware that adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = {**_ALWAYS, **_SECURE} if scope.get("scheme") == "https" else _ALWAYS

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                added = [(name, value) for name, value in wanted.items() if name not in said]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self.app(scope, receive, guarded)
