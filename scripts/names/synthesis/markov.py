"""Made-up words that look like those of a list: a Markov chain over letters."""

from __future__ import annotations

import random
from collections.abc import Iterable

_ORDER = 3


class Chain:
    """Learns which letter follows three others, and makes words from that."""

    def __init__(self, words: Iterable[str]) -> None:
        self.known = {word.casefold() for word in words}
        self.after: dict[str, list[str]] = {}
        for word in sorted(self.known):
            padded = "^" * _ORDER + word + "$"
            for at in range(_ORDER, len(padded)):
                self.after.setdefault(padded[at - _ORDER : at], []).append(padded[at])

    def make(self, rng: random.Random, *, longest: int = 14) -> str:
        """A word, capitalised, that is not in the list where the chain allows it."""
        word = ""
        for _ in range(12):
            state, letters = "^" * _ORDER, ""
            while len(letters) <= longest and (new := rng.choice(self.after[state])) != "$":
                letters += new
                state = state[1:] + new
            word = letters
            if 3 <= len(word) <= longest and word not in self.known and word[-1].isalpha():
                break
        return capitalised(word)


def capitalised(word: str) -> str:
    """Each part of ``word`` with a capital: after a space, a hyphen or an early apostrophe."""
    out = []
    for at, char in enumerate(word):
        first = at == 0 or word[at - 1] in " -" or (word[at - 1] in "'’" and at <= 2)
        out.append(char.upper() if first and len(char.upper()) == 1 else char)
    return "".join(out)
