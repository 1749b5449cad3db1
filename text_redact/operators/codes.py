"""Operators that put a code in the place of a value: the same value gets the same code in the whole project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from text_redact.operators.common import canonical, or_label
from text_redact.operators.keyed import Keyed
from text_redact.operators.people import NOBODY, People, people_of

CODE_CHARS = 10
"""Length of a pseudonym's code: 50 bits, so that among a million values two share a code once in 2,000 projects."""


@dataclass(frozen=True, slots=True)
class Hash:
    """HMAC-SHA-256 of label and value under the project key, cut to ``length`` characters of 5 bits each.

    Case, spaces and punctuation make no other value, except in passwords and secrets. Without the key nobody can try
    out values, however few there are.
    """

    keyed: Keyed
    length: int

    def __call__(self, label: str, value: str) -> str:
        """The hash: a-z and 2-7."""
        return or_label(label, value, lambda: self.keyed.code(self.length, "hash", label, canonical(label, value)))


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """``PERSON_k3v7q2m4ab``: a code for each value, and for each person one, however they are named.

    In a session "Jane", "Doe, Jane", "J. Doe" and the address jane.doe@ of one Jane Doe have one code.
    """

    keyed: Keyed
    people: People = NOBODY

    def __call__(self, label: str, value: str) -> str:
        """Label and code."""
        return or_label(label, value, lambda: f"{label}_{self.code(label, value)}")

    def code(self, label: str, value: str) -> str:
        """The code alone."""
        person = self.people.person(label, value)
        who = ("person", *person) if person else ("value", label, canonical(label, value))
        return self.keyed.code(CODE_CHARS, "pseudonym", *who)

    def for_session(self, values: Sequence[tuple[str, str]], person: str | None) -> Pseudonym:
        """The same for one session, whose values say who is called how."""
        return replace(self, people=people_of(values))
