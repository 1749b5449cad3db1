"""Choices that only the project key repeats: HMAC-SHA-256 (RFC 2104) in the place of a random generator."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

_DOMAIN = "boundary/operators/1"


@dataclass(frozen=True, slots=True)
class Keyed:
    """The project key. Equal parts give equal answers; nothing about the parts can be told from them."""

    key: bytes = field(repr=False)

    def digest(self, *parts: str) -> bytes:
        """32 bytes for the parts; each is preceded by its length, so that no two lists of parts are one message."""
        message = bytearray()
        for part in (_DOMAIN, *parts):
            data = part.encode("utf-8", "surrogatepass")
            message += len(data).to_bytes(8, "big") + data
        return hmac.new(self.key, bytes(message), hashlib.sha256).digest()

    def number(self, below: int, *parts: str) -> int:
        """A number from 0 up to ``below``, which is far below 2**256, so that none is likelier than another."""
        return int.from_bytes(self.digest(*parts), "big") % below

    def pick(self, choices: Sequence[T], *parts: str) -> T:
        """One of the choices."""
        return choices[self.number(len(choices), *parts)]

    def digits(self, pattern: str, *parts: str) -> str:
        """The pattern with a digit for each ``#``."""
        left = self.number(10 ** max(1, pattern.count("#")), *parts)
        out = []
        for char in pattern:
            if char == "#":
                left, digit = divmod(left, 10)
                out.append(str(digit))
            else:
                out.append(char)
        return "".join(out)

    def code(self, size: int, *parts: str) -> str:
        """``size`` characters (at most 51) of a-z and 2-7, which need no Shift: RFC 4648 base32 in lower case."""
        return base64.b32encode(self.digest(*parts)).decode("ascii").lower()[:size]
