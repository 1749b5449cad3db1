"""What stands before every page: who may talk to it at all, how much, and what a browser may do with the answer."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

LARGEST = 1_048_576
"""Bytes of a request, at most; a policy has a quarter of that."""
HEADERS = (
    (
        b"content-security-policy",
        b"; ".join(
            (
                b"default-src 'none'",
                b"script-src 'self'",
                b"style-src 'self'",
                b"img-src 'self'",
                b"connect-src 'self'",
                b"form-action 'self'",
                b"base-uri 'none'",
                b"frame-ancestors 'none'",
            )
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not no-referrer: with that, browsers send forms of this very page with the origin "null".
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), clipboard-read=()"),
)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Door:
    """The keys of one launch.

    Attributes:
        port: Where the page listens; cookies are not kept apart by port, so it is part of the cookie's name.
        token: Opens the page once, from the address that the terminal shows; empty when it was used.
        session: What the browser holds from then on.
    """

    port: int
    token: str = field(default_factory=secrets.token_urlsafe, repr=False)
    session: str = field(default_factory=secrets.token_urlsafe, repr=False)

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"boundary-review-{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which the page may be asked for: others point here by DNS rebinding."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    @property
    def origins(self) -> frozenset[str]:
        """Where a form or a script that writes may come from."""
        return frozenset(f"http://{host}" for host in self.hosts)


class _Refused(Exception):
    """Ends a request with a status and a word."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status, self.word = status, word


@dataclass(frozen=True, slots=True)
class Guarded:
    """An ASGI application behind a `Door`."""

    app: App
    door: Door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what may be answered; refuse the rest without a word about what is inside."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no web sockets here
        sent = _Headers(send)
        try:
            headers = _headers(scope["headers"])
            _check_length(headers)
            if _admit(scope, headers, self.door):
                await _land(sent, self.door)
                return
            body = await _whole(receive)
        except _Refused as refusal:
            await _answer(sent, refusal.status, refusal.word)
            return
        await self.app(scope, _Body(body, receive), sent)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        if key in out and key in {"host", "origin", "content-length"}:
            raise _Refused(400, "sent twice")
        out[key] = value.decode("latin-1") if key not in out else f"{out[key]}; {value.decode('latin-1')}"
    return out


def _check_length(headers: dict[str, str]) -> None:
    told = headers.get("content-length", "0")
    if not told.isdecimal():
        raise _Refused(400, "no length")
    if len(told) > 9 or int(told) > LARGEST:
        raise _Refused(413, "too large")


def _admit(scope: Scope, headers: dict[str, str], door: Door) -> bool:
    """Whether this is the first visit, with the token; raises `_Refused` where it is neither that nor the session."""
    if headers.get("host") not in door.hosts:
        raise _Refused(421, "wrong host")
    reads = scope["method"] in {"GET", "HEAD"}
    if not reads and headers.get("origin") not in door.origins:
        raise _Refused(403, "wrong origin")
    # Another page of this machine, on another port, is of the same site but not of the same origin.
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise _Refused(403, "wrong site")
    if _same(_cookie(headers.get("cookie", ""), door.cookie), door.session):
        return False
    given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    if reads and scope["path"] == "/" and door.token and _same(given, door.token):
        door.token = ""
        return True
    raise _Refused(403, "open the address that the terminal shows")


def _cookie(header: str, name: str) -> str:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


async def _land(send: _Headers, door: Door) -> None:
    """Give the session, and take the token out of the address."""
    cookie = f"{door.cookie}={door.session}; Path=/; HttpOnly; SameSite=Strict"
    headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _answer(send: _Headers, status: int, word: str) -> None:
    body = f"{word}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True, slots=True)
class _Headers:
    """Puts `HEADERS` on every answer."""

    send: Send

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await self.send(message)


async def _whole(receive: Receive) -> bytes:
    """The body of a request, counted while it comes: one that lies about its length ends here, too."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Refused(400, "gone")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST:
            raise _Refused(413, "too large")
        if not message.get("more_body"):
            return b"".join(parts)


@dataclass(slots=True)
class _Body:
    """Gives a body that was read already, then whatever comes behind it."""

    body: bytes
    receive: Receive
    given: bool = False

    async def __call__(self) -> MutableMapping[str, Any]:
        if self.given:
            return await self.receive()
        self.given = True
        return {"type": "http.request", "body": self.body, "more_body": False}
