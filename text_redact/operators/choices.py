"""Which stand-in a value gets: the first by the project key that is nobody's and no other value's in the session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from text_redact.known import KnownValues, find_known, index_known, known_value
from text_redact.operators.common import plain
from text_redact.operators.keyed import Keyed

TRIES = 200
"""How many candidates are looked at before the label takes the value's place."""

Make = Callable[[int], str]
"""The candidate with a number, from 0 up."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Stand-ins by kind and canonical value.

    Attributes:
        avoid: Values of the session and their words (`plain`): no stand-in is one of them.
        chosen: Stand-ins given to this session's values, all different; made once and never changed after.
    """

    keyed: Keyed
    avoid: frozenset[str] = field(default=frozenset(), repr=False)
    chosen: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def choose(self, kind: str, canon: str, make: Make) -> str:
        """The stand-in for a value.

        Raises:
            LookupError: No candidate is free.
        """
        given = self.chosen.get((kind, canon))
        if given is not None:
            return given
        for number in range(TRIES):
            text = make(number)
            if self.is_free(text, canon):
                return text
        raise LookupError

    def pick(self, kind: str, canon: str, options: Sequence[str]) -> str:
        """One of the options, as `choose` does."""
        return self.choose(kind, canon, lambda number: self.keyed.pick(options, kind, canon, str(number)))

    def digits(self, kind: str, canon: str, pattern: str) -> str:
        """The pattern with digits, as `choose` does."""
        return self.choose(kind, canon, lambda number: self.keyed.digits(pattern, kind, canon, str(number)))

    def is_free(self, text: str, canon: str) -> bool:
        """Whether a candidate is none of the session's values, nor too close to the one it stands for."""
        told, value = plain(text), plain(canon)
        near = min(len(told), len(value)) >= NEAR and (told.startswith(value) or value.startswith(told))
        return told != value and not near and told not in self.avoid


NEAR = 3
"""From this length on a stand-in and its value must not begin with one another: "Jan" is not hidden by "Janet"."""


@dataclass(frozen=True, slots=True)
class Assigning(Choices):
    """Makes the table of a session: no two values share a stand-in, and none is a real value but for a typo."""

    known: KnownValues = field(default_factory=index_known, repr=False)
    used: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def choose(self, kind: str, canon: str, make: Make) -> str:
        """The stand-in for a value, noted; a shared one where the session has more values than the kind has stand-ins.

        Raises:
            LookupError: No candidate is free.
        """
        given = self.chosen.get((kind, canon))
        if given is not None:
            return given
        spare = None
        for number in range(TRIES):
            text = make(number)
            if not self.is_free(text, canon) or find_known(text, self.known):
                continue
            if (kind, text) not in self.used:
                break
            spare = spare or text
        else:
            if spare is None:
                raise LookupError
            text = spare
        self.used.add((kind, text))
        self.chosen[kind, canon] = text
        return text


def assigning(keyed: Keyed, values: Iterable[tuple[str, str]]) -> Assigning:
    """A table still to be filled for a session with these values."""
    distinct = sorted(set(values))
    avoid = {plain(value) for _, value in distinct}
    avoid |= {word for _, value in distinct for word in map(plain, _parts(value)) if len(word) >= NEAR}
    known = index_known(made for label, value in distinct if (made := known_value(label, value)) is not None)
    return Assigning(keyed, frozenset(avoid), known=known)


def _parts(value: str) -> list[str]:
    return "".join(char if char.isalpha() or char in "'\u2019" else " " for char in value).split()
