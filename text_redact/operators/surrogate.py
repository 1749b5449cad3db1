"""``surrogate``: a realistic value of the same kind, the same wherever the value appears in the project.

What it keeps: the kind and how it is written (case, separators, script, order of a name's parts); gender and locale of
a name, brand of a card, country of a number, an account or a city, as far as they can be told. What it does not:
length, age, employer, exact place. Passwords, secrets and whatever has no kind here get their label.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from text_redact.operators import standin_names as names
from text_redact.operators import standin_numbers as numbers
from text_redact.operators import standin_places as places
from text_redact.operators.choices import Choices, assigning
from text_redact.operators.common import label_text, or_label, plain
from text_redact.operators.date_shift import DATES, DateShift
from text_redact.operators.keyed import Keyed
from text_redact.operators.people import NOBODY, People, people_of


@dataclass(frozen=True, slots=True)
class Surrogate:
    """Stand-ins under a project key; `for_session` makes it one that knows whom and what a session speaks of.

    By itself it is consistent too, but knows no real values to keep clear of, and a name only as it is written.
    """

    choices: Choices
    people: People = NOBODY
    dates: DateShift | None = None

    def __call__(self, label: str, value: str) -> str:
        """The stand-in, or the label."""
        make = MAKERS.get(label)
        if label in DATES and self.dates:
            return self.dates(label, value)
        if make is None or not plain(value):
            return label_text(label)
        return or_label(label, value, lambda: make(self.choices, self.people, value))

    def for_session(self, values: Sequence[tuple[str, str]], person: str | None) -> Surrogate:
        """The same for one session: no stand-in is one of its values, and no two values share one."""
        people = people_of(values)
        table = assigning(self.choices.keyed, values)
        making = replace(self, choices=table, people=people, dates=None)
        # Names that are written out first: they say what the words of the others are.
        for label, value in sorted(set(values), key=_order):
            making(label, value)
        dates = self.dates.for_session(values, person) if self.dates else None
        return Surrogate(Choices(table.keyed, table.avoid, table.chosen), people, dates)


def surrogate(key: bytes, dates: DateShift | None = None) -> Surrogate:
    """Stand-ins under a project key; dates are moved by ``dates``, or else get their label."""
    return Surrogate(Choices(Keyed(key)), dates=dates)


def _order(item: tuple[str, str]) -> tuple[bool, str, str]:
    return item[0] != "PERSON", *item


def _email(choices: Choices, people: People, value: str) -> str | None:
    local, at, domain = value.strip().rpartition("@")
    if not at or not local or not domain:
        return None
    return f"{names.for_account(choices, people, local)}@{places.domain_for(choices, domain)}"


def _user(choices: Choices, people: People, value: str) -> str | None:
    if "@" in value:
        return _email(choices, people, value)
    return names.for_account(choices, people, value.rpartition("\\")[2])


def _no_people(make: Callable[[Choices, str], str | None]) -> Make:
    def made(choices: Choices, people: People, value: str) -> str | None:
        return make(choices, value)

    return made


Make = Callable[[Choices, People, str], str | None]

_PLACES: dict[str, Callable[[Choices, str], str | None]] = {
    "LOCATION": places.for_location,
    "GPE": places.for_location,
    "ADDRESS": places.for_address,
    "STREET_ADDRESS": places.for_address,
    "ORGANIZATION": places.for_organisation,
    "ORGANISATION": places.for_organisation,
    "ORG": places.for_organisation,
    "HOST_NAME": places.for_host,
    "URL": places.for_url,
    "PHONE_NUMBER": numbers.for_phone,
    "CREDIT_CARD": numbers.for_card,
    "IBAN_CODE": numbers.for_iban,
    "US_SSN": numbers.for_ssn,
    "IP_ADDRESS": numbers.for_ip,
    "MAC_ADDRESS": numbers.for_mac,
}
MAKERS: Mapping[str, Make] = MappingProxyType(
    {
        "PERSON": names.for_person,
        "EMAIL_ADDRESS": _email,
        "USER_NAME": _user,
        **{label: _no_people(make) for label, make in _PLACES.items()},
    }
)
"""Label -> how its stand-ins are made. Dates are those of `DateShift`."""
