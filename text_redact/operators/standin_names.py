"""Stand-ins for names of people, and for the mailboxes and accounts that are made of them.

Each word of a name has a stand-in of its own, so that "Jane Doe", "Jane", "Doe, Jane" and ``jane.doe@`` agree, in a
session and in all others of the project. What a reader can tell is how often a name occurs, and that two people share
one; who needs less takes ``pseudonym``.
"""

from __future__ import annotations

import re

from text_redact.operators.choices import Choices
from text_redact.operators.people import People, Written
from text_redact.operators.tables import listed, table
from text_redact.operators.wordlists import about, ascii_of, is_name, likely_role, name_list

_ONE_WORD_SCRIPTS = frozenset({"zh_CN", "ja_JP", "ko_KR"})


def for_person(choices: Choices, people: People, value: str) -> str | None:
    """A name like the one given: the same parts in the same order, case and script; ``None`` where none can be read."""
    written = people.read(value)
    if written is None:
        return None
    if not (written.given and written.family):
        return _styled(_one_word(choices, people, written), value)
    given, family = (
        name_word(choices, people, role, word) for role, word in (("given", written.given), ("family", written.family))
    )
    if len(written.given) == 1:
        given = _initial(choices, people, written) + ("." if "." in value and written.join in " , " else "")
    if written.family_first:
        return _styled(f"{family}, {given}", value)
    return _styled(f"{given}{written.join}{family}", value)


def name_word(choices: Choices, people: People, role: str, word: str) -> str:
    """The stand-in of one word of a name (in lower case): of its locale, and of its gender where it tells one."""
    word = people.known(word)
    role = people.roles.get(word, role)
    locale, gender = about(role, word)
    return choices.pick(f"name/{role}", word, name_list(role, locale).of(gender))


def _initial(choices: Choices, people: People, written: Written) -> str:
    """The initial of whom "J. Doe" means: Jane's stand-in's where the session has a Jane Doe."""
    family = people.known(written.family)
    fits = [given for given, other in people.persons if other == family and given.startswith(written.given)]
    return name_word(choices, people, "given", fits[0] if fits else written.given)[0]


def _one_word(choices: Choices, people: People, written: Written) -> str:
    word = people.known(written.given or written.family)
    joined = people.joined(word)
    if joined and word not in people.roles:
        return _put_together(choices, people, *joined)
    locale, _ = about("given", word)
    if locale in _ONE_WORD_SCRIPTS and len(word) > 1 and not is_name(word):
        size = 2 if len(word) > 3 or word[:2] in name_list("family", locale).any else 1
        return name_word(choices, people, "family", word[:size]) + name_word(choices, people, "given", word[size:])
    role = "family" if written.titled else likely_role(word)
    return name_word(choices, people, role, word)


def _put_together(choices: Choices, people: People, person: tuple[str, str], how: str) -> str:
    given = name_word(choices, people, "given", person[0])
    family = name_word(choices, people, "family", person[1])
    parts = {"g": given, "f": family, "i": given[:1] if "f" in how else family[:1]}
    return "".join(parts[part] for part in how)


def _styled(text: str, value: str) -> str:
    """Case as in the value: lower, upper, or as names are written; no diacritics where the value has none."""
    text = ascii_of(text) or text if value.isascii() else text
    letters = [char for char in value if char.isalpha()]
    if all(char == char.lower() for char in letters):
        return text.lower()
    if len(letters) > 1 and all(char == char.upper() for char in letters):
        return text.upper()
    return text


# Mailboxes and accounts --------------------------------------------------------------------------------------------


def for_account(choices: Choices, people: People, value: str) -> str:
    """A mailbox or user name: made of the stand-ins of the name in it, else of another name. Lower case, ASCII."""
    local = value.casefold().strip()
    letters = re.sub(r"[\W\d_]+", "", local)
    if listed("role_mailboxes", letters):
        return choices.pick("mailbox", letters, table("words")["mailboxes"])
    found = people.joined(people.known(letters))
    if found and letters == re.sub(r"\d+$", "", local):
        return _plain_account(_put_together(choices, people, *found), choices, local)
    parts = [part for part in re.split(r"[^\w]+|[\d_]+", local) if part]
    named = [part for part in parts if people.known(part) in people.roles or is_name(part)]
    if (len(parts) == 2 and all(map(str.isalpha, parts)) and named) or (len(parts) == 1 == len(named)):
        name = for_person(choices, people, _joined(local, parts))
        if name:
            return _plain_account(name, choices, local)
    first = choices.pick("account/given", local, name_list("given", "en_US").any)
    family = choices.pick("account/family", local, name_list("family", "en_US").any)
    return f"{first[0]}{family}".lower()


def _joined(local: str, parts: list[str]) -> str:
    sign = next((char for char in local if char in "._-+"), ".")
    return sign.join(parts)


def _plain_account(name: str, choices: Choices, local: str) -> str:
    """A name as an account is written; of another script it is a Latin name."""
    text = ascii_of(name).lower()
    if any(map(str.isalpha, text)):
        return text
    return choices.pick("account/given", local, name_list("given", "en_US").any).lower()
