"""Consent registers: who let what be collected, from when until when, and who took it back.

A register is a CSV file, UTF-8, with a header. ``person`` and ``status`` must be there; ``from``, ``until``, ``scope``
and ``withdrawn`` may be. What cannot be understood lets nobody in.
"""

from __future__ import annotations

import csv
import functools
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

from recording.errors import InputError

SCOPES = ("keys", "screens", "statistics")
"""What somebody may consent to: what was typed and other text, pictures of the screen, counting in statistics."""
EVERYTHING = frozenset(SCOPES)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SEPARATORS = re.compile(r"[\s;,|+/]+")


@dataclass(frozen=True, slots=True)
class Grant:
    """What the register says of a person.

    Attributes:
        spelt: The person as the register writes them.
        status: Their status.
        begins: First UTC day on which it holds; ``None``: always held.
        ends: First UTC day on which it holds no longer; ``None``: holds on.
        scope: What they consented to.
        withdrawn: Whether anything stands in the column ``withdrawn``, a day or not.
        clear: Whether all of it could be understood.
    """

    spelt: str = field(repr=False)
    status: str
    begins: date | None = None
    ends: date | None = None
    scope: frozenset[str] = EVERYTHING
    withdrawn: bool = False
    clear: bool = True

    def refusal(self, require: str, *, first: date, last: date) -> str | None:
        """Why it does not cover the days from ``first`` to ``last``; see `Register.refusal`."""
        if self.status != require:
            return "consent-missing"
        if self.begins is not None and first < self.begins:
            return "consent-not-yet"
        return "consent-ended" if self.ends is not None and last >= self.ends else None


@dataclass(frozen=True, slots=True)
class Register:
    """Every person's grants; more than one where lines disagree."""

    grants: Mapping[str, tuple[Grant, ...]] = field(repr=False)

    def refusal(self, person: str | None, require: str, *, first: date, last: date) -> str | None:
        """Why nothing of somebody may leave that was collected, or would leave, on any day from ``first`` to ``last``.

        Returns:
            A code: ``person-unknown``, ``consent-unknown``, ``consent-withdrawn``, ``consent-unclear``,
            ``consent-missing``, ``consent-not-yet``, ``consent-ended``; ``None`` where consent covers all these days.
        """
        if person is None or not person.strip():
            return "person-unknown"
        grants = self.grants.get(fold(person), ())
        if any(grant.withdrawn for grant in grants):
            return "consent-withdrawn"
        # Consent is given in one spelling; a withdrawal counts in every spelling of the name.
        if all(grant.spelt != person.strip() for grant in grants):
            return "consent-unknown"
        if len(set(grants)) > 1 or not grants[0].clear:
            return "consent-unclear"
        return grants[0].refusal(require, first=first, last=last)

    def scope(self, person: str) -> frozenset[str]:
        """What somebody consented to who is not refused."""
        grants = self.grants.get(fold(person), ())
        return grants[0].scope if grants else frozenset()

    def counting(self, require: str, day: date) -> tuple[str, ...]:
        """Everybody, as the register spells them, who counts in statistics of that day; sorted."""
        return tuple(
            sorted(
                grants[0].spelt
                for grants in self.grants.values()
                if "statistics" in grants[0].scope
                and self.refusal(grants[0].spelt, require, first=day, last=day) is None
            )
        )


def fold(person: str) -> str:
    """One spelling of a person's id: composed, trimmed, case-folded; as statistics tell people apart (`dp.rows`)."""
    return unicodedata.normalize("NFC", person.strip().casefold())


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def read_register(path: Path) -> Register:
    """Read a consent register as it is now.

    Raises:
        InputError: ``register-unreadable``; ``register-columns``: a column is missing or there twice;
            ``register-nameless``: a withdrawal names nobody.
    """
    try:
        return _parsed(path.read_bytes())
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(
            "the consent register cannot be read", code="register-unreadable", place=str(path), hint="a UTF-8 CSV file"
        ) from None
    except InputError as error:
        raise InputError(error.message, code=error.code, place=f"{path}{error.place}", hint=error.hint) from None


# A stage reads the register for every recording, since a withdrawal may come at any time; it parses it when it changed.
@functools.lru_cache(maxsize=4)
def _parsed(data: bytes) -> Register:
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    header = columns(next(rows, []))
    found: dict[str, list[Grant]] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[index].strip() if index < len(row) else "" for name, index in header.items()}
        # More cells than columns: nobody knows which of them is which.
        grant = _grant(cells, header, clear=not any(cell.strip() for cell in row[max(header.values()) + 1 :]))
        if not cells["person"]:
            if grant.withdrawn:
                raise InputError("a withdrawal names nobody", code="register-nameless", place=f":{rows.line_num}",
                                 hint="say in that line whose it is")  # fmt: skip
            continue
        found.setdefault(fold(cells["person"]), []).append(grant)
    return Register(MappingProxyType({person: tuple(grants) for person, grants in found.items()}))


def columns(header: list[str]) -> dict[str, int]:
    """Where each column of a register is; names in any case.

    Raises:
        InputError: ``register-columns``.
    """
    names = [cell.strip().casefold() for cell in header]
    known = [name for name in names if name in {"person", "status", "from", "until", "scope", "withdrawn"}]
    if not {"person", "status"} <= set(known) or len(set(known)) < len(known):
        raise InputError(
            "a consent register has the columns person and status, each once",
            code="register-columns",
            place=":1",
            hint="the header line is 'person,status' or 'person,status,from,until,scope,withdrawn'",
        )
    return {name or f"column {index}": index for index, name in enumerate(names)}


def _grant(cells: Mapping[str, str], header: Mapping[str, int], *, clear: bool) -> Grant:
    told = [cells.get(name, "") for name in ("from", "until")]
    begins, ends = map(_day, told)
    words = {word for word in _SEPARATORS.split(cells.get("scope", "").casefold()) if word}
    scope = EVERYTHING if "scope" not in header or words == {"all"} else frozenset(words)
    understood = clear and scope <= EVERYTHING and [bool(text) for text in told] == [bool(begins), bool(ends)]
    if begins and ends and begins >= ends:
        understood = False
    return Grant(
        spelt=cells["person"],
        status=cells["status"],
        begins=begins,
        ends=ends,
        scope=scope & EVERYTHING,
        withdrawn=bool(cells.get("withdrawn")),
        clear=understood,
    )


def _day(text: str) -> date | None:
    """A day as ``YYYY-MM-DD``; ``None`` where it is none."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
