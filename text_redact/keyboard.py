"""Keys: which hold others down, which stand for no character, and which presses and releases are one stroke."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

Modifier = str
"""One of shift, ctrl, alt, alt_gr, cmd."""

_MODIFIERS = MappingProxyType(
    {
        name: held
        for held, names in {
            "shift": "shift shift_l shift_r",
            "ctrl": "ctrl ctrl_l ctrl_r",
            "alt": "alt alt_l alt_r",
            "alt_gr": "alt_gr",
            "cmd": "cmd cmd_l cmd_r",
        }.items()
        for name in names.split()
    }
)

_SHIFTED = MappingProxyType(dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True)))

_COMPOSING = frozenset({"compose", "process", "unknown", "unidentified", "convert", "nonconvert", "kana", "kanji"})

_TERMINALS = ("term", "konsole", "console", "powershell", "cmd.exe", "alacritty", "kitty", "tmux", "putty", "ssh")

RECENT = 8
"""Within how many presses a release that names no key that is down may still belong to one of them."""


def modifier(key: str | None) -> Modifier | None:
    """Which modifier a key is, if any; sides are not told apart."""
    return _MODIFIERS.get(key) if key else None


def composes(key: str) -> bool:
    """Whether a named key is a part of the next character: a dead key, an input method."""
    return key in _COMPOSING or key.startswith("dead")


def physical(key: str) -> str:
    """The key cap behind a name: ``A`` and ``a``, ``!`` and ``1`` are one key (US layout for punctuation)."""
    return _SHIFTED.get(key) or modifier(key) or key.lower()


def needs_shift(char: str) -> bool:
    """Whether a US keyboard holds Shift to type ``char``."""
    return char in _SHIFTED or (char.isascii() and char.isupper())


def is_terminal(app: str | None) -> bool:
    """Whether the application is a terminal, by its name: its line editor is readline's and not the desktop's."""
    return app is not None and any(part in app.lower() for part in _TERMINALS)


Hold = list[int]
"""Rows of one stroke of a key: the press, its automatic repeats, the release."""


@dataclass(slots=True)
class KeysDown:
    """The keys that are down at a moment, while a stream is read in file order."""

    modifiers: dict[str, Modifier] = field(default_factory=dict)
    _open: dict[str, tuple[int, Hold]] = field(default_factory=dict)
    _last: str = ""
    _count: int = 0

    def press(self, name: str, row: int, *, released: bool) -> Hold:
        """A key goes down; the hold it belongs to. ``released``: the record stands for the release too."""
        self._count += 1
        key = physical(name)
        held = modifier(name)
        repeated = self._open.get(key)
        # A keyboard repeats only the key pressed last; the same key after another one has lost its release.
        if repeated is not None and self._last == key and not released:
            repeated[1].append(row)
            return repeated[1]
        hold = [row]
        self._last = "" if released else key
        if not released:
            self._open[key] = (self._count, hold)
            if held:
                self.modifiers[name] = held
        return hold

    def release(self, name: str, row: int) -> None:
        """A key goes up: the row joins the hold it ends.

        A release that names no key that is down (another layout, a missed event) still tells a key, so it joins every
        recent hold that it may end, and goes wherever one of them goes.
        """
        held = modifier(name)
        if held and self.modifiers.pop(name, None) is None:
            self.modifiers.pop(next((n for n, m in self.modifiers.items() if m == held), ""), None)
        key = physical(name)
        if key in self._open:
            self._open.pop(key)[1].append(row)
            return
        waiting = [key for key, (count, _) in self._open.items() if count > self._count - RECENT and not modifier(key)]
        for key in waiting:
            self._open[key][1].append(row)
        if waiting:
            del self._open[waiting[0]]
