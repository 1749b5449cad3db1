"""What somebody means to do: texts to type, fields to go to, things to copy, undo and send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as _field


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A value whose keys are to be known exactly; parts with an equal one are parts of the same value.

    Attributes:
        kind: What it is, for reports.
        value: The value as meant; mistakes may leave another one in the field.
        number: Tells equal values apart where they are to be counted on their own.
    """

    kind: str
    value: str = _field(repr=False)
    number: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text, sensitive or not."""

    text: str = _field(repr=False)
    mark: Sensitive | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """Type a text. ``how``: ``keys``, ``ime`` (each word composed and committed), ``words`` (one record a word)."""

    parts: tuple[Part, ...]
    how: str = "keys"


@dataclass(frozen=True, slots=True)
class Focus:
    """Go to a field.

    Attributes:
        app: Application; one with a terminal's name edits as readline does.
        window: Title.
        field: Name of the field, ``None`` where the recorder does not see it.
        secure: The field hides its content, and the recorder says so.
        how: ``click`` (caret after the last character), ``keys`` (Alt-Tab: caret where it was), ``tab`` (the Tab key).
        sends: Enter sends the text and empties the field, as in a chat.
        url: Address of the page.
    """

    app: str
    window: str = _field(repr=False)
    field: str | None = _field(default=None, repr=False)
    secure: bool = False
    how: str = "click"
    sends: bool = False
    url: str | None = _field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Paste:
    """Paste a text that was copied where no recorder saw it typed; ``None``: what was last copied here."""

    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """Select the last ``count`` characters before the caret (0: everything) and copy, or cut, them."""

    count: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """Put the caret ``back`` characters before the end of the text; ``how``: ``keys`` or ``mouse``."""

    back: int = 0
    how: str = "keys"


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete characters before the caret.

    ``how``: ``backspace``, ``select`` or ``delete`` (by going before them) for ``count`` characters, ``word`` for
    ``count`` words, ``line`` for everything on the line.
    """

    count: int = 1
    how: str = "backspace"


@dataclass(frozen=True, slots=True)
class Undo:
    """Take ``count`` steps back, or forth again with ``redo``."""

    count: int = 1
    redo: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold a character's key until it has typed itself ``count`` times."""

    char: str
    count: int
    mark: Sensitive | None = None


@dataclass(frozen=True, slots=True)
class Enter:
    """Press Enter: a line break, a message sent, a command carried out."""


Action = Say | Focus | Paste | Copy | Jump | Erase | Undo | Hold | Enter


@dataclass(frozen=True, slots=True)
class Setup:
    """The machine and its recorder.

    Attributes:
        platform: ``linux``, ``windows`` or ``macos``: shortcuts, and how a letter under Ctrl is recorded.
        layout: ``us``, ``us-intl``, ``de`` or ``fr``.
        pairs: One record stands for press and release, and nobody can tell what was held: no shortcuts are used.
        composed: A letter after a dead key is recorded as it appears ("é"); otherwise as the bare letter.
        clipboard: The recorder writes down what is copied.
        contested: Also edit in ways on which editors disagree (words around punctuation, Ctrl-Right on Windows).
        blind: Also move the caret with the mouse, to where no recorder can tell.
    """

    platform: str = "linux"
    layout: str = "us"
    pairs: bool = False
    composed: bool = True
    clipboard: bool = True
    contested: bool = False
    blind: bool = True


def say(*parts: str | Sensitive | Part, how: str = "keys") -> Say:
    """Type texts and values one after the other."""
    return Say(tuple(_part(part) for part in parts), how)


def _part(part: str | Sensitive | Part) -> Part:
    if isinstance(part, Sensitive):
        return Part(part.value, part)
    return Part(part) if isinstance(part, str) else part


def interrupted(action: Say, at: int, meanwhile: Iterable[Action], back: Action) -> list[Action]:
    """``action`` broken off after ``at`` characters for ``meanwhile``, then ``back`` to where it was and on."""
    first: list[Part] = []
    rest: list[Part] = []
    for part in action.parts:
        cut = max(0, min(len(part.text), at))
        first += [Part(part.text[:cut], part.mark)] if cut else []
        rest += [Part(part.text[cut:], part.mark)] if cut < len(part.text) else []
        at -= len(part.text)
    return [Say(tuple(first), action.how), *meanwhile, back, Say(tuple(rest), action.how)]
