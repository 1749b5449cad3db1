"""What comes out of the boundary: a release, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boundary.versions import PACKAGES
from recording.errors import BoundaryError

_CODE = re.compile(r"[a-z0-9]{1,24}(?:-[a-z0-9]{1,24}){0,6}")


Timing = tuple[str, int, int]
"""A part of the pipeline, and when it began and ended: nanoseconds since 1970. For `boundary.metrics`; never leaves."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures about one recording. Counts, labels and codes only; never content.

    Attributes:
        events: Event rows read.
        removed: Event rows that were not admitted.
        key_events: Key events in the result minus those in the source: bursts have a length of their own.
        frames: Frames read.
        findings: Places changed, by label and kind of place (``typed``, ``field``, ``screen``).
        rules: Places changed, by rule.
        frames_withheld: Frames that did not pass, by code.
        files_dropped: Files that did not pass, by code.
    """

    events: int = 0
    removed: int = 0
    key_events: int = 0
    frames: int = 0
    findings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)
    frames_withheld: Mapping[str, int] = field(default_factory=dict)
    files_dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """What may leave: the files of one recording, cleared by policy and verification.

    Attributes:
        files: Bytes by relative name.
        digest_in: Keyed digest (HMAC-SHA-256, hex) of the source. Keyed, since the plain digest of a short recording
            would let anybody test guesses about its content.
        digests_out: SHA-256 (hex) of every file that leaves.
        person: Whose recording it is; stays inside.
        subject: A keyed mark of the person for this record alone (`boundary.release.subject_mark`).
        tallies: For each aggregate of the policy, this recording's counts. They stay inside until noised.
        timings: How long each part of the pipeline took; stays inside.
        name_cleared: Whether nothing was found in the recording's own name, so that the output may bear it.
    """

    files: Mapping[str, bytes] = field(repr=False)
    report: Report
    digest_in: str
    digests_out: Mapping[str, str]
    person: str | None = field(default=None, repr=False)
    subject: str | None = None
    tallies: tuple[Any, ...] = field(default=(), repr=False)
    name_cleared: bool = False
    timings: tuple[Timing, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a recording did not leave.

    Attributes:
        code: Stable kebab-case identifier.
        step: The step that raised or refused.
        place: File, line and column where the source could not be read; for the operator's eyes, not for the output.
        first: Code of the first of two failures, of one that is ``quarantined``.
    """

    code: str
    step: str
    message: str = ""
    hint: str = ""
    place: str = field(default="", repr=False)
    first: str = ""
    timings: tuple[Timing, ...] = field(default=(), repr=False, compare=False)

    @classmethod
    def because(cls, error: BoundaryError, step: str) -> Withheld:
        """The verdict for an error that was raised on purpose.

        Errors of this toolkit hold no recorded content. Those of a step from elsewhere may, whatever the contract says:
        of them only the code is told.
        """
        if _is_ours(error):
            return cls(error.code, step, error.message, error.hint, error.place)
        return cls(code_of(error), step, "a step of another package refused", "ask who made the step")


def code_of(error: BoundaryError) -> str:
    """The code of an error, ``step-failed`` where it is not a short kebab-case word."""
    return error.code if _CODE.fullmatch(error.code) else "step-failed"


def _is_ours(error: BoundaryError) -> bool:
    """Whether the error was raised in a module of this toolkit."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0] in PACKAGES


Outcome = Release | Withheld
