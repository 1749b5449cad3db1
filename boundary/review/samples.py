"""The sample recordings of a review, and the name that somebody acts under."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from boundary.opening import open_under
from policies import Policy
from recording import discover
from recording.errors import InputError
from recording.model import Recording

MOST = 200
"""Sample recordings of a review, at most: nobody looks at more, and larger batches are for the audit."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


def acting(name: str) -> str:
    """The name as the log has it: one person has one spelling.

    Raises:
        InputError: It is no name such as ``ann`` or ``ann@example.org``.
    """
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    if not _NAME.fullmatch(plain):
        hint = "letters a to z, digits and . _ @ + -, such as a user name"
        raise InputError("this name cannot be used", code="bad-name", hint=hint)
    return plain


def found(places: Iterable[Path]) -> tuple[Path, ...]:
    """Every recording at ``places``, sorted.

    Raises:
        InputError: There is none, or there are more than `MOST`.
    """
    out = tuple(dict.fromkeys(path.resolve() for place in places for path in discover(place.resolve())))
    if len(out) > MOST:
        hint = "draw a smaller sample; boundary audit takes large ones"
        raise InputError(f"a review has at most {MOST} sample recordings", code="sample-too-large", hint=hint)
    return out


def opened(path: Path, policy: Policy) -> Recording:
    """A sample recording, as a policy has it read.

    Raises:
        InputError: It cannot be read; the place says no name, since recordings are named after people.
    """
    try:
        return open_under(path, policy)
    except InputError as error:
        raise InputError(error.message, code=error.code, hint=error.hint) from None
