"""Every error the toolkit raises on purpose.

    BoundaryError            has a code, a place and a hint; never recorded content
    +-- PolicyError          the policy was refused; holds every diagnostic at once
    +-- InputError           a recording, a frame or a register cannot be read
    +-- StepFailed           a step raised or ran out of time: its record is withheld
    +-- BudgetExceeded       a release would cost more than the ledger has left
    +-- MissingExtra         a library, program or model that a step needs is absent
    +-- ApprovalMissing      the policy digest has not been approved

Who must act: the reviewer (PolicyError, ApprovalMissing), the operator (InputError, MissingExtra), us (StepFailed),
nobody before the next period (BudgetExceeded).
"""

from __future__ import annotations

from dataclasses import dataclass


class BoundaryError(Exception):
    """Root of the tree.

    Args:
        message: What is wrong, in words that hold no recorded content.
        code: Stable kebab-case identifier such as ``json-syntax``.
        place: File, ``file:line:col`` or recording number; empty when there is none.
        hint: What the reader can do about it.
    """

    def __init__(self, message: str, *, code: str, place: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        """Render ``place: code: message (hint)``, leaving out what is empty."""
        return render(self.place, self.code, self.message, self.hint)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword-only fields, since errors cross process borders."""
        return _rebuild, (type(self), self.message, self.code, self.place, self.hint)


def render(place: str, code: str, message: str, hint: str) -> str:
    """One line for people and for ``grep``: ``place: code: message (hint)``."""
    head = f"{place}: {code}" if place else code
    return f"{head}: {message}" + (f" ({hint})" if hint else "")


def _rebuild(kind: type[BoundaryError], message: str, code: str, place: str, hint: str) -> BoundaryError:
    return kind(message, code=code, place=place, hint=hint)


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One mistake in a policy. ``line`` and ``column`` count from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """``file:line:col: code: message (hint)``."""
        return render(f"{self.file}:{self.line}:{self.column}", self.code, self.message, self.hint)


class PolicyError(BoundaryError):
    """A reviewer wrote something the policy language does not accept; all mistakes are listed."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        count = len(diagnostics)
        super().__init__(
            f"{count} mistake{'' if count == 1 else 's'} in the policy",
            code="policy-refused",
            place=diagnostics[0].file if diagnostics else "",
        )
        self.diagnostics = tuple(sorted(diagnostics))

    def __str__(self) -> str:
        """Every diagnostic on its own line."""
        return "\n".join(str(d) for d in self.diagnostics)

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the diagnostics alone."""
        return PolicyError, (self.diagnostics,)


class InputError(BoundaryError):
    """A recording, a frame or a register given by the operator cannot be read."""


class StepFailed(BoundaryError):
    """A step raised, ran out of time or was unsure; the record it worked on is withheld."""


class BudgetExceeded(BoundaryError):
    """A release asks for more privacy budget than the ledger has left."""


class MissingExtra(BoundaryError):
    """A library, program or model that the policy needs is not installed here."""


class ApprovalMissing(BoundaryError):
    """The policy's digest is not among the approved ones."""


def not_installed(library: str, extra: str) -> MissingExtra:
    """The error where a library is missing, with the command that adds its extra."""
    hint = f"pip install 'boundary-redaction[{extra}]'"
    return MissingExtra(f"{library} is not installed", code="missing-extra", hint=hint)
