"""Keys: which hold others down, which stand for no character, and which presses and releases are one stroke."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
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

_UNSHIFTED = MappingProxyType({plain: sign for sign, plain in _SHIFTED.items()})

_COMPOSING = frozenset({"compose", "process", "unknown", "unidentified", "convert", "nonconvert", "kana", "kanji"})

_TERMINALS = ("term", "konsole", "console", "powershell", "cmd.exe", "alacritty", "kitty", "tmux", "putty", "ssh")

_CHATS = ("slack", "teams", "discord", "whatsapp", "telegram", "signal", "messenger", "skype", "chat")

_ACCENTS = MappingProxyType(
    {
        "acute": "\u0301'",
        "grave": "\u0300`",
        "circumflex": "\u0302^",
        "tilde": "\u0303~",
        "diaeresis": '\u0308"',
        "cedilla": "\u0327,",
        "caron": "\u030c\u02c7",
        "abovering": "\u030a\u00b0",
    }
)
"""Dead key (X11's names) -> its combining character, and what it types with the space bar (X11's Compose table)."""

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


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a recorder calls a key, looked up once for all its events.

    Attributes:
        name: The key's name, or its text where it has none.
        key: The name in lower case, empty for none.
        text: What the press types, ``None`` for nothing.
        cap: The key cap, so that ``A`` and ``a`` are one key.
        held: Which modifier it is, empty for none.
        plain: It types its one character wherever nothing but Shift is held.
    """

    name: str = field(repr=False)
    key: str = field(repr=False)
    text: str | None = field(repr=False)
    cap: str = field(repr=False)
    held: Modifier
    plain: bool


def symbol(key: str | None, text: str | None) -> Symbol:
    """The symbol of an event's ``key`` and ``text``."""
    name = key or text or ""
    plain = text is not None and len(text) == 1 and text not in "\n\r\t" and modifier(key) is None
    plain = plain and key not in {"enter", "return", "tab", "backspace", "delete"}
    return Symbol(name, key or "", text, physical(name), modifier(key) or "", plain)


def shifted(key: str, *, shift: bool, caps: bool) -> str:
    """What a key of a US keyboard types: for recorders that name keys and never say what they type."""
    if key == "space":
        return " "
    if key.isalpha():
        return key.upper() if shift != caps else key.lower()
    return _UNSHIFTED.get(key, key) if shift else key


def accented(dead: str, char: str) -> str:
    """What a dead key (``dead_acute``) makes of the character after it; the bare one where they do not compose."""
    accent = _ACCENTS.get(dead.removeprefix("dead").strip("_ "))
    if accent is None:
        return char
    whole = unicodedata.normalize("NFC", char + accent[0])
    return accent[1] if char == " " else whole if len(whole) == 1 else char


@functools.lru_cache(maxsize=4096)
def stable_title(window: str) -> str:
    """A window's title without what comes and goes while one types: marks of unsaved text, counters of new mail."""
    return _UNSTABLE.sub("", window).strip()


_UNSTABLE = re.compile(
    r"^(?:[*•●◦∙]\s*|\(\d+\+?\)\s*)+|\s*\(\d+\+?\)(?=\s|$)|\s*(?:[*•●]|\[(?:modified|\+)\])$", re.IGNORECASE
)


def is_chat(app: str | None) -> bool:
    """Whether Enter sends what is typed, by the application's name: what was sent is out of reach."""
    return app is not None and any(part in app.lower() for part in _CHATS)


@functools.lru_cache(maxsize=1024)
def is_terminal(app: str | None) -> bool:
    """Whether the application is a terminal, by its name: its line editor is readline's and not the desktop's."""
    return app is not None and any(part in app.lower() for part in _TERMINALS)


Hold = list[int]
"""Rows of one stroke of a key: the press, its automatic repeats, the release."""


@dataclass(slots=True)
class _Down:
    """A stroke whose release is to come: when it began, as what, and whether it may end under another name.

    It does not change, but is not frozen, since there is one for every key that is pressed.
    """

    count: int
    name: str = field(repr=False)
    hold: Hold
    renamed: bool


@dataclass(slots=True)
class KeysDown:
    """The keys that are down at a moment, while a stream is read in file order; ``open`` are they, by key cap."""

    modifiers: dict[str, Modifier] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    count: int = 0
    open: dict[str, list[_Down]] = field(default_factory=dict)
    _last: str = ""

    def press(self, key: Symbol, row: int, *, released: bool) -> Hold:
        """A key goes down; the hold it belongs to. ``released``: the record stands for the release too."""
        self.count += 1
        cap = key.cap
        others: list[_Down] = []
        # Two signs that are on one key cap here are on two where the layout is another one: both may be down.
        downs = self.open.pop(cap, None)
        if downs:
            others = [] if _is_letter(cap) or key.held else [down for down in downs if down.name != key.name]
            repeated = next((down for down in downs if down not in others), None)
            # A keyboard repeats only the key pressed last; the same key after another one has lost its release.
            if repeated is not None and self._last == cap and not released:
                self.open[cap] = [*others, repeated]
                repeated.hold.append(row)
                return repeated.hold
        hold = [row]
        self._last = "" if released else cap
        if not released:
            self.open[cap] = [*others, _Down(self.count, key.name, hold, self._renamed(cap))]
            if key.held:
                self.modifiers[key.name] = key.held
                self.since[key.held] = self.count
        return hold

    def pressed(self, count: int, last: str, down: Iterable[tuple[int, Symbol, Hold]]) -> None:
        """So many characters were typed, the last by key cap ``last`` (empty: with its release).

        ``down`` are those whose keys are still down, in order: number among them, symbol, and hold.
        """
        for number, key, hold in down:
            self.open[key.cap] = [_Down(self.count + 1 + number, key.name, hold, self._renamed(key.cap))]
        self.count += count
        self._last = last

    def _renamed(self, cap: str) -> bool:
        """Whether a key may come up under another name: what took AltGr, or Shift on another layout; letters do not."""
        if not cap.isascii():
            return True
        return bool(self.modifiers) and not (_is_letter(cap) and set(self.modifiers.values()) == {"shift"})

    def release(self, key: Symbol, row: int) -> bool:
        """A key goes up: the row joins the hold it ends; false where its press is not there.

        A release that names no key that is down may end one that was pressed under another name (another layout, Shift
        let go first). It tells that key, so it joins every recent hold that it may end, and goes wherever one goes.
        """
        held, cap = key.held, key.cap
        if held and self.modifiers.pop(key.name, None) is None:
            self.modifiers.pop(next((n for n, m in self.modifiers.items() if m == held), ""), None)
        downs = self.open.get(cap)
        if downs and len(downs) == 1:
            downs[0].hold.append(row)
            del self.open[cap]
            return True
        if downs:
            self._end(cap, next((down for down in downs if down.name == key.name), downs[0]), row)
            return True
        if held:
            return False
        letter = len(cap) == 1 and cap.isascii() and cap.isalpha()
        waiting = [
            (name, down)
            for name, downs in self.open.items()
            for down in downs
            if down.count > self.count - RECENT
            and len(name) == 1
            and (down.renamed or not (letter or _is_letter(name)))
        ]
        for _, down in waiting[1:]:
            down.hold.append(row)
        if waiting:
            self._end(*waiting[0], row)
        return bool(waiting)

    def _end(self, cap: str, down: _Down, row: int) -> None:
        down.hold.append(row)
        left = [other for other in self.open[cap] if other is not down]
        if left:
            self.open[cap] = left
        else:
            del self.open[cap]

    def heal(self, held: Modifier) -> None:
        """A modifier cannot be down any more: its release is missing."""
        for name in [name for name, kind in self.modifiers.items() if kind == held]:
            del self.modifiers[name]
            self.open.pop(physical(name), None)


def _is_letter(name: str) -> bool:
    return name.isascii() and name.isalpha()
