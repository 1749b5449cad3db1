"""What is sensitive in one place is sensitive everywhere in the session."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from policies.contract import BuildContext, Options, Phase, StepSpec
from text_redact.known import KnownValue, KnownValues, index_known, known_value
from text_redact.words import is_ordinary

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
    parts_of_names: bool = Field(
        True, description="Each word of a name is searched too, unless it is an ordinary word."
    )


@dataclass(frozen=True, slots=True)
class Linker:
    """Turns found values into values to search for."""

    names_from_email: bool
    parts_of_names: bool

    def __call__(self, found: Iterable[tuple[str, str]]) -> KnownValues:
        """Labels and values that were found -> distinct values to search for."""
        out: dict[str, KnownValue] = {}
        for label, value in found:
            if label in NOT_LINKED:
                continue
            derived = _names(value) if label == "EMAIL_ADDRESS" and self.names_from_email else ()
            parts = _parts(value) if label == "PERSON" and self.parts_of_names else ()
            for candidate in (known_value(label, value), *derived, *parts):
                if candidate is not None:
                    out.setdefault(candidate.key, candidate)
        return index_known(out.values())


def _parts(name: str) -> Iterator[KnownValue | None]:
    """``Jane Example`` is called Jane in the next window; a Mark is not every mark."""
    words = re.findall(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*", name)
    if len(words) > 1:
        yield from (known_value("PERSON", word) for word in words if not is_ordinary(word.casefold()))


def _names(address: str) -> tuple[KnownValue | None, ...]:
    """``jane.doe@example.org`` names Jane Doe; role mailboxes and single words name nobody."""
    parts = [part for part in re.split(r"[._-]+", address.partition("@")[0]) if part.isalpha() and len(part) > 1]
    if len(parts) != 2 or _ROLE_MAILBOXES & {part.casefold() for part in parts}:
        return ()
    first, last = parts
    return known_value("PERSON", f"{first} {last}"), known_value("PERSON", f"{last} {first}")


def _session(options: LinkOptions, context: BuildContext) -> Linker:
    return Linker(options.names_from_email, options.parts_of_names)


SESSION = StepSpec(
    name="link.session",
    phase=Phase.LINK,
    summary="Searches every value found in a session in all other texts and frames of that session.",
    options=LinkOptions,
    build=_session,
)
