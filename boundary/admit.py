"""What is allowed in: consent, applications, windows. What is not allowed is gone before anything looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from boundary.register import EVERYTHING, Register, read_register, today
from policies.contract import BuildContext, Options, Phase, StepSpec
from policies.globs import matches
from policies.listed import names_file
from recording.model import Recording


@dataclass(frozen=True, slots=True)
class Admission:
    """What an admit step decided.

    Attributes:
        refused: A code where the whole recording is refused.
        removed: The rows (``seq``) that must go.
        scope: What may leave of the rest, as `boundary.register.SCOPES`.
    """

    refused: str | None = None
    removed: pa.Array | None = field(default=None, repr=False)
    scope: frozenset[str] = EVERYTHING


class AdmitStep(Protocol):
    """**Protocol:** decides what of a recording is let in. Built by ``admit`` steps."""

    def __call__(self, recording: Recording, person: str | None) -> Admission:
        """Look at metadata and event columns only."""
        ...


class ConsentOptions(Options):
    """Options of ``admit.consent``."""

    register_file: str = Field(
        alias="register",
        description="CSV file beside the policy: person, status, and where wanted from, until, scope, withdrawn.",
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
    """Lets a recording in when the register gives its person the required status; in doubt it does not.

    The register is read anew for every recording: what is withdrawn while a stream runs holds from then on.
    """

    require: str
    file: Path

    def __call__(self, recording: Recording, person: str | None) -> Admission:
        """Refuse the recording unless its person consents today, and did on the days it was recorded.

        Raises:
            InputError: The register cannot be read.
        """
        register, day = self.register(), today()
        refused = register.refusal(person, self.require, first=day, last=day)
        if refused is None:
            days = (day, *recorded_days(recording))
            refused = register.refusal(person, self.require, first=min(days), last=max(days))
        return Admission(refused) if refused or person is None else Admission(scope=register.scope(person))

    def register(self) -> Register:
        """What the register says now."""
        return read_register(self.file)


def recorded_days(recording: Recording) -> tuple[date, ...]:
    """First and last UTC day of a recording, as far as its clock or its metadata tell them."""
    from dp.days import days, start_day

    told = days(recording.events["t_ns"], start_day(recording.attributes))
    found = pc.min_max(told).as_py().values()
    return tuple(date(1970, 1, 1) + timedelta(days=day) for day in found if day is not None)


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


def _consent(options: ConsentOptions, context: BuildContext) -> AdmitStep:
    consent = Consent(options.require, context.folder / options.register_file)
    consent.register()  # one that cannot be read refuses the policy
    return consent


def _apps(options: GlobOptions, context: BuildContext) -> AdmitStep:
    return Globs("app", options.deny, options.allow)


def _windows(options: GlobOptions, context: BuildContext) -> AdmitStep:
    return Globs("window", options.deny, options.allow)


CONSENT = StepSpec(
    name="admit.consent",
    phase=Phase.ADMIT,
    summary="Lets in recordings of people whose entry in the consent register says so, for what they consented to.",
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
