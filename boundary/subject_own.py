"""A person's own words, for themselves: what they typed, and what of it the policy hides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from boundary.admission import Rows
from boundary.bursts import typed_values
from boundary.looking import look
from boundary.plan import Plan
from boundary.scope import shown
from recording.errors import BoundaryError
from recording.model import Recording


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that was typed into one field.

    Attributes:
        app: The application.
        into: The name of the field, where it is known.
        parts: The text in pieces: whether each is hidden, and the piece; empty for a field that hides what is typed.
        secure: Whether the field hides what is typed; then it is shown to nobody.
        problem: A code where the policy could not be asked, and nothing is shown.
    """

    app: str = ""
    into: str = field(default="", repr=False)
    parts: tuple[tuple[bool, str], ...] = field(default=(), repr=False)
    secure: bool = False
    problem: str = ""


class _Patience:
    """No limit: the person waits for their own page."""

    def __call__(self) -> None:
        """Goes on."""

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """The time of one step."""
        yield


def typed_by(recording: Recording, plan: Plan) -> list[Typed]:
    """What was typed, field by field. Pictures are not read: what only they tell is not taken into account.

    Nothing that a library raises leaves; a recording that the policy cannot be asked about gives its code alone.
    """
    try:
        return _typed(shown(recording, frozenset({"keys"})), plan)
    except BoundaryError as error:
        return [Typed(problem=error.code)]
    except Exception:  # noqa: BLE001  messages of libraries quote what they choke on
        return [Typed(problem="step-raised")]


def _typed(recording: Recording, plan: Plan) -> list[Typed]:
    seen = look(recording, Rows(), plan, _Patience())
    hidden = {row for rows, _ in typed_values(seen.decisions) for row in rows}
    out = []
    for number, passage in enumerate(seen.session.passages):
        if passage.kind != "typed" or passage.role != "final" or not passage.text.strip():
            continue
        parts: list[tuple[bool, str]] = []
        # No key stands behind what was pasted (row -1): there it counts what was found in this very text.
        pasted = {at for found in seen.found[number] for at in range(found.hit.start, found.hit.end)}
        for at, (char, row) in enumerate(zip(passage.text, passage.rows, strict=True)):
            gone = row in hidden or (row < 0 and at in pasted)
            if parts and parts[-1][0] == gone:
                parts[-1] = gone, parts[-1][1] + char
            else:
                parts.append((gone, char))
        out.append(Typed(passage.app, passage.label, () if passage.secure else tuple(parts), passage.secure))
    return out
