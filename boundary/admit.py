"""What is allowed in: consent, applications, windows. What is not allowed is gone before anything looks at it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from policies.contract import BuildContext, Options, Phase, StepSpec
from policies.globs import matches
from policies.listed import names_file
from recording.errors import InputError
from recording.model import Recording


@dataclass(frozen=True, slots=True)
class Admission:
    """What an admit step decided: a code where the whole recording is refused, else the rows (``seq``) that must go."""

    refused: str | None = None
    removed: pa.Array | None = field(default=None, repr=False)


class AdmitStep(Protocol):
    """**Protocol:** decides what of a recording is let in. Built by ``admit`` steps."""

    def __call__(self, recording: Recording, person: str | None) -> Admission:
        """Look at metadata and event columns only."""
        ...


class ConsentOptions(Options):
    """Options of ``admit.consent``."""

    register_file: str = Field(
        alias="register",
        description="CSV file beside the policy with the columns person, status.",
        json_schema_extra=names_file("register"),
    )
    require: str = Field("opted_in", min_length=1, description="The status that lets a person's recordings in.")


class GlobOptions(Options):
    """Options of ``admit.apps`` and ``admit.windows``."""

    deny: tuple[str, ...] = Field(
        (), description="Names that are removed; * and ? as in a shell, case does not matter."
    )
    allow: tuple[str, ...] = Field((), description="When given, only these names pass, and unknown ones do not.")


@dataclass(frozen=True, slots=True)
class Consent:
    """Lets a recording in when the register gives its person the required status; in doubt it does not."""

    require: str
    status: Mapping[str, str] = field(repr=False)

    def __call__(self, recording: Recording, person: str | None) -> Admission:
        """Refuse the recording unless its person has the status."""
        return Admission(self.refusal(person))

    def refusal(self, person: str | None) -> str | None:
        """Why somebody is not let in; ``None`` where the register gives the required status."""
        if person is None:
            return "person-unknown"
        status = self.status.get(person)
        if status is None:
            return "consent-unknown"
        return None if status == self.require else "consent-missing"


@dataclass(frozen=True, slots=True)
class Globs:
    """Removes the rows whose ``column`` is denied, or not allowed."""

    column: Literal["app", "window"]
    deny: tuple[str, ...]
    allow: tuple[str, ...]

    def __call__(self, recording: Recording, person: str | None) -> Admission:
        """Remove the rows of denied names."""
        return Admission(removed=recording.events["seq"].filter(self.barred(recording.events)).combine_chunks())

    def barred(self, events: pa.Table) -> pa.ChunkedArray:
        """Whether each row goes."""
        values = events[self.column]
        names = [name for name in pc.unique(values).to_pylist() if name is not None]
        gone = [name for name in names if self._denied(name)]
        mask = pc.is_in(values, value_set=pa.array(gone, pa.string()))
        if self.allow:
            mask = pc.or_(mask, pc.is_null(values))
        return mask

    def _denied(self, name: str) -> bool:
        if matches(name, self.deny):
            return True
        return bool(self.allow) and not matches(name, self.allow)


def read_register(path: Path) -> Mapping[str, str]:
    """Read a consent register: CSV, UTF-8, columns ``person`` and ``status``; a person named twice takes the last line.

    Raises:
        InputError: The file cannot be read or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"person", "status"} <= set(rows.fieldnames or ()):
                raise InputError(
                    "a consent register has the columns person and status",
                    code="register-columns",
                    place=f"{path}:1",
                    hint="add the header line 'person,status'",
                )
            return {(row["person"] or "").strip(): (row["status"] or "").strip() for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(
            "the consent register cannot be read", code="register-unreadable", place=str(path), hint="a UTF-8 CSV file"
        ) from None


def _consent(options: ConsentOptions, context: BuildContext) -> AdmitStep:
    return Consent(options.require, read_register(context.folder / options.register_file))


def _apps(options: GlobOptions, context: BuildContext) -> AdmitStep:
    return Globs("app", options.deny, options.allow)


def _windows(options: GlobOptions, context: BuildContext) -> AdmitStep:
    return Globs("window", options.deny, options.allow)


CONSENT = StepSpec(
    name="admit.consent",
    phase=Phase.ADMIT,
    summary="Lets in recordings of people whose entry in the consent register says so.",
    options=ConsentOptions,
    build=_consent,
    needs=frozenset({"person"}),
    examples=({"register": "consent.csv"},),
)
APPS = StepSpec(
    name="admit.apps",
    phase=Phase.ADMIT,
    summary="Removes what happened in denied applications: keys, mouse, titles and frames.",
    options=GlobOptions,
    build=_apps,
    examples=({"deny": ["*Password*", "Signal"]},),
)
WINDOWS = StepSpec(
    name="admit.windows",
    phase=Phase.ADMIT,
    summary="Removes what happened in windows with denied titles.",
    options=GlobOptions,
    build=_windows,
    examples=({"deny": ["*Private Browsing*"]},),
)
