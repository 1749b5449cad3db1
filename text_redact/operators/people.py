"""Who is who: reads names as people write them, and knows which mentions in a session are one person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from text_redact.operators.tables import listed
from text_redact.operators.wordlists import folded, is_name, likely_role

Role = Literal["given", "family"]

_JOINS = " ._-+"


@dataclass(frozen=True, slots=True)
class Written:
    """A name as it is written.

    Attributes:
        given: Given name in lower case; an initial is one letter; empty where there is none.
        family: Family name, likewise.
        middle: The words between, in lower case.
        family_first: Written as "Doe, Jane".
        join: What stands between the two: a space, a comma and a space, or one of ``._-+``.
        titled: A title stands before it, so a single word is a family name.
        sure: Whether the place of a word says what it is; a single word's does not.
    """

    given: str = field(repr=False)
    family: str = field(repr=False)
    middle: tuple[str, ...] = field(default=(), repr=False)
    family_first: bool = False
    join: str = " "
    titled: bool = False
    sure: bool = True


def read_name(value: str) -> Written | None:
    """Read a name; ``None`` where there is no word in it. Of a single word ``given`` is that word.

    "Jane Doe", "Dr. Jane M. Doe", "Doe, Jane", "jane.doe", "jane_doe", "JANE DOE", "van der Berg" (family: berg).
    """
    text = unicodedata.normalize("NFC", value).strip()
    spaced = any(char.isspace() for char in text) or not text.islower()
    text = text.casefold()
    head, comma, tail = text.partition(",")
    before, after = (_words(part, hyphens=spaced) for part in (head, tail))
    titled = any(listed("titles", word) for word in before)
    before, after = _names(before), _names(after)
    if comma and before and after:
        return Written(after[0], before[-1], (*before[:-1], *after[1:]), family_first=True, join=", ")
    words = before or after
    if not words:
        return None
    if len(words) == 1:
        return Written("", words[0], titled=True) if titled else Written(words[0], "", sure=False)
    join = " " if " " in text else next((char for char in text if char in _JOINS), " ")
    return Written(words[0], words[-1], tuple(words[1:-1]), join=join)


def _words(text: str, *, hyphens: bool) -> list[str]:
    """Runs of letters; apostrophes join, and hyphens do in "Jean-Luc" but not in "jane-doe"."""
    out: list[str] = []
    inside = False
    joins = "'\u2019-" if hyphens else "'\u2019"
    for index, char in enumerate(text):
        letter = char.isalpha() or (inside and unicodedata.category(char).startswith("M"))
        if not letter and char in joins:
            letter = inside and text[index + 1 : index + 2].isalpha()
        if letter and inside:
            out[-1] += char
        elif letter:
            out.append(char)
        inside = letter
    return [folded(re.sub("['\u2019]s$", "", word)) for word in out]


def _names(words: Sequence[str]) -> list[str]:
    """Without titles, and without the particles of a family name."""
    kept = [word for word in words if not listed("titles", word) and not listed("particles", word)]
    return kept or [word for word in words if not listed("titles", word)]


# A session's people ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class People:
    """The people of a session.

    Attributes:
        persons: Given and family name of each, in lower case.
        roles: What each word of a name is.
        alike: Misspelt and second names -> the word of a name that they stand for.
        written: Names written in one word ("janedoe", "jdoe") -> the person, and how it is made of Given,
            Family and Initial: ``gf``, ``fg``, ``if``, ``fi``, ``gi``.
    """

    persons: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    roles: Mapping[str, Role] = field(default_factory=dict, repr=False)
    alike: Mapping[str, str] = field(default_factory=dict, repr=False)
    written: Mapping[str, tuple[int, str]] = field(default_factory=dict, repr=False)

    def read(self, value: str) -> Written | None:
        """`read_name`, which cannot know that a Jane-Doe is no Jean-Luc."""
        written = read_name(value)
        parts = (written.given if written else "").split("-")
        if written is None or written.sure or len(parts) == 1 or not all(part in self.roles for part in parts):
            return written
        return Written(parts[0], parts[-1], join="-")

    def known(self, word: str) -> str:
        """The word of a name that a word stands for: itself, most often."""
        return self.alike.get(word, word)

    def joined(self, word: str) -> tuple[tuple[str, str], str] | None:
        """The person whom a name in one word means, and how it is put together."""
        found = self.written.get(word)
        return (self.persons[found[0]], found[1]) if found else None

    def person(self, label: str, value: str) -> tuple[str, ...] | None:
        """Whom a value of a label names: given and family name, the one word that is known, or ``None`` for nobody.

        A name always names somebody; an address or an account does where it is made of a name.
        """
        if label not in {"PERSON", "EMAIL_ADDRESS", "USER_NAME"}:
            return None
        local = value.partition("@")[0]
        written = self.read(local)
        words = [self.known(word) for word in (written.given, written.family) if word] if written else []
        named = label == "PERSON" or not any(char.isdigit() for char in local)
        if not words or not named:
            return None
        found = self.joined(words[0]) if len(words) == 1 else None
        if found:
            return found[0]
        fits = [person for person in self.persons if all(_fits(word, person) for word in words)]
        if fits:
            return fits[0]
        return tuple(sorted(words)) if label == "PERSON" or len(words) == 2 else None


NOBODY = People()


def _fits(word: str, person: tuple[str, str]) -> bool:
    given, family = person
    return word in person or (len(word) == 1 and (given.startswith(word) or family.startswith(word)))


def people_of(values: Iterable[tuple[str, str]]) -> People:
    """The people whom the values of a session name: labels and values, those first that were found as they stand."""
    names, single = _named(values)
    # "Doe Jane" and a swapped address are the person that "Jane Doe" is, and so is a name of which a part is typed yet.
    whole: list[tuple[str, str]] = []
    for name in sorted(names, key=_best_spelt):
        if not any(_is(name, other) or _is(name[::-1], other) for other in whole):
            whole.append(name)
    roles: dict[str, Role] = {}
    for given, family in whole:
        roles.setdefault(given, "given")
        roles.setdefault(family, "family")
    alike = {
        word: meant for name, middle in names.items() for word, meant in _second(name, middle) if word not in roles
    }
    words = {word for name in names for word in name} | single
    alike |= {word: meant for word in sorted(words - set(roles)) if (meant := _misspelt(word, roles))}
    return People(tuple(whole), roles, alike, _one_word(whole))


def _named(values: Iterable[tuple[str, str]]) -> tuple[dict[tuple[str, str], tuple[str, ...]], set[str]]:
    """Given and family name with the words between them, and the words that stand alone."""
    names: dict[tuple[str, str], tuple[str, ...]] = {}
    single: set[str] = set()
    for label, value in dict.fromkeys(values):
        local = value.partition("@")[0] if label == "EMAIL_ADDRESS" else value
        if label not in {"PERSON", "EMAIL_ADDRESS"} or (label != "PERSON" and any(map(str.isdigit, local))):
            continue
        written = read_name(local)
        if written and written.given and written.family:
            names[written.given, written.family] = written.middle or names.get((written.given, written.family), ())
        elif written:
            single.add(written.given or written.family)
    return names, single


def _second(name: tuple[str, str], middle: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The words between given and family name -> the one of the two that they belong to."""
    given, family = name
    for word in middle:
        if len(word) > 1:
            yield word, given if likely_role(word) == "given" else family


def _best_spelt(name: tuple[str, str]) -> tuple[int, int, bool]:
    """Names that are on lists first, then the longest, then in the usual order: of two spellings the better one."""
    given, family = name
    usual = likely_role(given) == "given" and likely_role(family) == "family"
    return -sum(map(is_name, name)), -len(given) - len(family), not usual


def _is(name: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether each word begins the other's or is a typo of it: "J. Doe", "Jane D" (being typed), "Jnae Doe"."""
    return all(theirs.startswith(mine) or _is_typo(mine, theirs) for mine, theirs in zip(name, other, strict=True))


def _is_typo(word: str, name: str) -> bool:
    """Whether a word is a name but for one letter; short words and names of their own are none."""
    from rapidfuzz.distance import OSA

    return min(len(word), len(name)) >= 4 and not is_name(word) and OSA.distance(word, name, score_cutoff=1) <= 1


def _misspelt(word: str, roles: Mapping[str, Role]) -> str | None:
    """The one name of the session that a word is a typo of."""
    near = [name for name in roles if _is_typo(word, name)]
    return near[0] if len(near) == 1 else None


def _one_word(persons: Sequence[tuple[str, str]]) -> dict[str, tuple[int, str]]:
    """Names as accounts are called; one that two people may have is left out."""
    out: dict[str, tuple[int, str]] = {}
    shared: set[str] = set()
    for number, (given, family) in enumerate(persons):
        forms = {"gf": given + family, "fg": family + given, "if": given[:1] + family, "fi": family + given[:1]}
        forms["gi"] = given + family[:1]
        for how, form in forms.items():
            if form in out and out[form][0] != number:
                shared.add(form)
            out.setdefault(form, (number, how))
    words = {word for person in persons for word in person}
    return {form: meant for form, meant in out.items() if form not in shared and form not in words}
