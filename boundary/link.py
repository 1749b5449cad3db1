"""What is sensitive in one place is sensitive everywhere in the session."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from policies.contract import BuildContext, Options, Phase, StepSpec
from text_redact.known import KnownValue, known_value

NOT_LINKED = frozenset({"FREE_TEXT", "TYPED_TEXT"})
"""Labels that say nothing about a value: everything is found under them."""

_ROLE_MAILBOX_LIST = """
    abuse accounts admin billing contact help hello hr info it jobs mail marketing news no noreply office orders reply
    root sales security service shop support team test user webmaster
"""
_ROLE_MAILBOXES = frozenset(_ROLE_MAILBOX_LIST.split())


class LinkOptions(Options):
    """Options of ``link``."""

    within: Literal["session"] = Field("session", description="How far a value is searched: the recording it is from.")
    names_from_email: bool = Field(True, description="A name in an address (jane.doe@) is searched as a name too.")


@dataclass(frozen=True, slots=True)
class Linker:
    """Turns found values into values to search for."""

    names_from_email: bool

    def __call__(self, found: Iterable[tuple[str, str]]) -> tuple[KnownValue, ...]:
        """Labels and values that were found -> distinct values to search for, longest first."""
        out: dict[str, KnownValue] = {}
        for label, value in found:
            if label in NOT_LINKED:
                continue
            derived = _names(value) if label == "EMAIL_ADDRESS" and self.names_from_email else ()
            for candidate in (known_value(label, value), *derived):
                if candidate is not None:
                    out.setdefault(candidate.key, candidate)
        return tuple(sorted(out.values(), key=_length, reverse=True))


def _length(value: KnownValue) -> int:
    return len(value.key)


def _names(address: str) -> tuple[KnownValue | None, ...]:
    """``jane.doe@example.org`` names Jane Doe; role mailboxes and single words name nobody."""
    parts = [part for part in re.split(r"[._-]+", address.partition("@")[0]) if part.isalpha() and len(part) > 1]
    if len(parts) != 2 or _ROLE_MAILBOXES & {part.casefold() for part in parts}:
        return ()
    first, last = parts
    return known_value("PERSON", f"{first} {last}"), known_value("PERSON", f"{last} {first}")


def _session(options: LinkOptions, context: BuildContext) -> Linker:
    return Linker(options.names_from_email)


SESSION = StepSpec(
    name="link.session",
    phase=Phase.LINK,
    summary="Searches every value found in a session in all other texts and frames of that session.",
    options=LinkOptions,
    build=_session,
)
