"""``date_shift``: the dates of a person all move by one number of days, so that the time between two of them stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from text_redact.operators.common import label_text, or_label, plain
from text_redact.operators.dates import read_dates, rewrite
from text_redact.operators.keyed import Keyed

DATES = frozenset({"DATE_TIME", "DATE", "DATE_OF_BIRTH"})
"""Labels of values that are dates."""


@dataclass(frozen=True, slots=True)
class DateShift:
    """Moves dates by ``min_days`` to ``max_days``, earlier or later: by the project key, one number for each person.

    A date stays written as it was (see `text_redact.operators.dates`), so its form shows, and with it how long it is.
    What cannot be read, what has no day or month to move (a time, "last week"), and a date that would be moved onto
    another one of the session get the label.

    Attributes:
        person: Whose dates; without one the number is that of the project.
        taken: Dates of the session, to which none is moved.
    """

    keyed: Keyed
    min_days: int = 30
    max_days: int = 365
    keep_time: bool = False
    day_first: bool = False
    person: str | None = field(default=None, repr=False)
    taken: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def days(self) -> int:
        """By how many days dates move: never 0."""
        who = ("person", self.person) if self.person else ("project",)
        size = self.min_days + self.keyed.number(self.max_days - self.min_days + 1, "date_shift", *who)
        return size if self.keyed.number(2, "date_shift/sign", *who) else -size

    def __call__(self, label: str, value: str) -> str:
        """The moved date, or the label."""
        text = or_label(label, value, lambda: self.moved(value))
        return label_text(label) if plain(text) in self.taken else text

    def moved(self, value: str) -> str | None:
        """The moved date, ``None`` where none can be read."""
        read = read_dates(value.strip(), day_first=self.day_first)
        return rewrite(read, self.days, keep_time=self.keep_time) if read else None

    def for_session(self, values: Sequence[tuple[str, str]], person: str | None) -> DateShift:
        """The same for one session and whose it is."""
        taken = frozenset(plain(value) for _, value in values)
        return replace(self, person=person, taken=taken)
