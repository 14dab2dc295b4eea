"""What stands before every request: only this page, on this machine, with its token, and not too much of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actlab.lab.refusal import Refusal

LARGEST_UPLOAD = 64 << 20  # bytes
SAFE = frozenset({"GET", "HEAD"})
POLICY_VIOLATION = 1008  # RFC 6455: the close code of a socket that may not be opened
NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Door:
    """Where the server listens, and the secret that its page was given."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def hosts(self) -> frozenset[str]:
        """What a request's Host may be: another name means that a foreign site's name leads here."""
        return frozenset(f"{name}:{self.port}" for name in NAMES)

    @property
    def headers(self) -> Mapping[str, str]:
        """Of every answer: nothing is loaded from elsewhere, and no other page may hold this one."""
        sockets = " ".join(f"ws://{host}" for host in sorted(self.hosts))  # 'self' does not cover ws: in every browser
        return {
            "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
            f"img-src 'self' data: blob:; font-src 'self'; connect-src 'self' {sockets}; frame-src 'self'; "
            "frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-cache",
        }


class Guard:
    """The middleware around the whole application."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may pass, and give every answer the headers of the door."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": str(refusal)[:120]})
            return
        await self._answer(scope, receive, send, refusal)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None) -> None:
        begun, came = False, 0

        async def limited() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > LARGEST_UPLOAD:
                raise too_large()
            return message

        async def headed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun, headers = True, MutableHeaders(scope=message)
                for name, value in self._door.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if refusal is None:
            try:
                await self._app(scope, limited, headed)
            except Refusal as raised:  # from `limited`, where the application reads the body before its own handlers
                if begun:
                    raise
                refusal = raised
        if refusal is not None:
            await JSONResponse(refusal.document, refusal.status)(scope, receive, headed)

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers, socket = Headers(scope=scope), scope["type"] == "websocket"
        if headers.get("host") not in self._door.hosts:
            return Refusal("The lab answers to 127.0.0.1 and localhost only.", 421)
        origin = headers.get("origin")
        if origin not in {f"http://{host}" for host in self._door.hosts} and (socket or origin is not None):
            return Refusal("Only the lab's own page may ask for this.", 403)
        if not socket and scope["method"] in SAFE:
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        token = query.get("token", [""])[0] if socket else headers.get("x-actlab-token", "")
        if not secrets.compare_digest(token.encode(), self._door.token.encode()):
            return Refusal("The server was started anew; load the page again.", 403)
        if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > LARGEST_UPLOAD:
            return too_large()
        return None


def too_large() -> Refusal:
    """Of an upload."""
    return Refusal(
        "A file of at most {limit} MB can be taken in; a larger one goes through `actlab compare`.",
        413,
        limit=LARGEST_UPLOAD >> 20,
    )
