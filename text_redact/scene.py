"""What a reader of keys is told besides the keys: places, the clipboard, the mouse, the machine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from text_redact.commands import Action
from text_redact.keyboard import stable_title


@dataclass(frozen=True, slots=True)
class Clip:
    """What the clipboard held from a moment on."""

    t_ns: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key goes, as the recorder sees it."""

    app: str | None
    window: str | None = field(repr=False)
    url: str | None = field(repr=False)
    field: str | None = field(repr=False)
    secure: bool

    @property
    def key(self) -> tuple[str | None, str | None, str | None, bool]:
        """What tells fields apart."""
        return self.app, None if self.window is None else stable_title(self.window), self.field, self.secure


@dataclass(frozen=True, slots=True)
class Machine:
    """What the whole stream tells about the machine.

    Attributes:
        system: One of `text_redact.commands.SYSTEMS`.
        bare: The recorder names keys and never says what they type.
    """

    system: str = "desktop"
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Mouse:
    """A button event: ``down`` or up, where."""

    down: bool
    x: float | None
    y: float | None


class Watch(Protocol):
    """**Protocol:** is told of each press by its number, before and after it is played."""

    @property
    def stops(self) -> Collection[int]:
        """Rows of presses that it must be told of; no others but those that follow from them."""
        ...

    def room(self) -> int:
        """How many characters may be typed next where the last one was without its being told of each."""
        ...

    def typed(self, chars: Sequence[str], rows: Sequence[int]) -> None:
        """So many were typed."""
        ...

    def ahead(self, press: int) -> None:
        """A press that is no modifier is about to be played."""
        ...

    def done(self, press: int, actions: Sequence[Action]) -> None:
        """A press was played; ``actions`` are what it did to the field."""
        ...
