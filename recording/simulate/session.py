"""Sessions: given texts typed in as many ways as people have, over windows and fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np

from recording.simulate.script import (
    Action,
    Copy,
    Enter,
    Erase,
    Focus,
    Hold,
    Jump,
    Part,
    Paste,
    Say,
    Setup,
    Undo,
    interrupted,
    say,
)

_FIELDS = ("Subject", "Body", "Notes", "Search", "Comment", "Title", "Description", "Reply", "Memo", "Summary")
_PLACES = (("mail", "Inbox - Mail"), ("notes", "Untitled - Notes"), ("browser", "Ticket 27 - Browser"), ("crm", "Crm"))
_ASIDES = ("ok", "on my way", "two minutes", "done, thanks", "yes please")
_LAYOUTS = ("us", "us", "us", "de", "fr", "us-intl")

Way = Callable[[Say, Focus, np.random.Generator], list[Action]]


def draw_setup(rng: np.random.Generator, *, blind: bool = True, contested: bool = False) -> Setup:
    """Some machine and recorder; see `Setup` for ``blind`` and ``contested``."""
    return Setup(
        platform=("linux", "windows", "macos")[int(rng.integers(3))],
        layout=_LAYOUTS[int(rng.integers(len(_LAYOUTS)))],
        pairs=bool(rng.random() < 0.08),
        blind=blind,
        contested=contested,
    )


def draw_script(
    texts: Sequence[Say], rng: np.random.Generator, *, ways: Sequence[str] | None = None, terminals: float = 0.1
) -> list[Action]:
    """Type each text in a field of its own, one after the other, in a way that is drawn from ``ways``.

    Args:
        texts: At most ten of one line each; each is typed at least once, in order.
        ways: Names of `WAYS`, by default all.
        terminals: Share of the texts that are typed as commands in a terminal.

    Raises:
        ValueError: There are more texts than fields.
    """
    if len(texts) > len(_FIELDS):
        raise ValueError("a session has no more than ten texts")
    names = rng.permutation(_FIELDS).tolist()
    chosen = list(ways or WAYS)
    script: list[Action] = []
    for number, text in enumerate(texts):
        if rng.random() < terminals:
            shell = Focus("gnome-terminal", f"shell {number}")
            way = _COMMANDS[int(rng.integers(len(_COMMANDS)))]
            script += [shell, *way(text, shell, rng), Enter()]
            continue
        app, window = _PLACES[int(rng.integers(len(_PLACES)))]
        there = Focus(app, window, names[number])
        script.append(there)
        script += WAYS[chosen[int(rng.integers(len(chosen)))]](text, there, rng)
    return script


def _length(text: Say) -> int:
    return sum(len(part.text) for part in text.parts)


def _head(text: Say, count: int) -> Say:
    action = interrupted(text, count, (), Enter())[0]
    return action if isinstance(action, Say) else text


def _tail(text: Say, count: int) -> Say:
    action = interrupted(text, count, (), Enter())[-1]
    return action if isinstance(action, Say) else text


def _middle(text: Say, rng: np.random.Generator) -> int:
    return int(rng.integers(1, max(2, _length(text))))


def _back(there: Focus, how: str) -> Focus:
    return Focus(there.app, there.window, there.field, there.secure, how, there.sends, there.url)


def _straight(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    return [text]


def _composed(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    return [Say(text.parts, ("ime", "words")[int(rng.integers(2))])]


def _switched(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    aside = say(_ASIDES[int(rng.integers(len(_ASIDES)))])
    chat = Focus("chat", "Team - Chat", "Message", how=("keys", "click")[int(rng.integers(2))], sends=True)
    back = _back(there, ("keys", "click")[int(rng.integers(2))])
    return interrupted(text, _middle(text, rng), [chat, aside, Enter()], back)


def _retyped(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """The end of it is taken back, in one way or the other, and typed again."""
    at = _middle(text, rng)
    how = ("backspace", "select", "delete")[int(rng.integers(3))]
    return [text, Jump(0), Erase(_length(text) - at, how), _tail(text, at)]


def _given_up(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """All of it is taken back, and something else is said."""
    erase: list[Action] = [Erase(0, "line")] if rng.random() < 0.5 else [Erase(_length(text) + 5)]
    return [text, *erase, say("never mind")]


def _front_last(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """The end first, then the front before it."""
    at = _middle(text, rng)
    return [_tail(text, at), Jump(_length(text) + 40), _head(text, at), Jump(0)]


def _hole_filled(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """A gap in the middle is filled by going back with the arrows."""
    size = _length(text)
    low = _middle(text, rng)
    high = min(size, low + int(rng.integers(1, 6)))
    hole, rest = _head(_tail(text, low), high - low), _tail(text, high)
    return [_head(text, low), rest, Jump(_length(rest)), hole, Jump(0)]


def _pasted(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """The sensitive parts come from a clipboard that nobody filled by keys."""
    return [Say((part,)) if part.mark is None else Paste(part) for part in text.parts]


def _copied(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """Typed here, copied, and pasted there."""
    there_too = Focus("chat", "Team - Chat", "Draft")
    return [text, Copy(), there_too, say("fyi "), Paste()]


def _moved(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """Typed, cut, and pasted again behind something."""
    return [text, Copy(_length(text) // 2 + 1, cut=True), say(" - "), Paste()]


def _undone(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """Deleted with a selection and brought back; a paste that is undone."""
    if rng.random() < 0.5:
        return [text, Erase(_middle(text, rng), "select"), Undo()]
    return [text, Paste(Part("an old clipping")), Undo()]


def _redone(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    return [text, Erase(_middle(text, rng), "select"), Undo(), Undo(redo=True)]


def _repeated(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """A key held too long, and backspaced."""
    extra = int(rng.integers(3, 9))
    return [text, Hold("abcdefgh"[extra - 3], extra), Erase(extra)]


def _words_back(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """Words added and deleted by words."""
    return [text, say(" and so on"), Erase(3, "word")]


def _clicked(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """The mouse goes into the middle and back to the end; what is put there is known, where is not."""
    return [text, Jump(_middle(text, rng), "mouse"), say("x"), Jump(0, "mouse")]


def _killed(text: Say, there: Focus, rng: np.random.Generator) -> list[Action]:
    """The line is taken back as a whole and typed anew."""
    return [text, Erase(0, "line"), text]


_COMMANDS: tuple[Way, ...] = (_straight, _straight, _words_back, _killed, _pasted)

WAYS = MappingProxyType(
    {
        "straight": _straight,
        "composed": _composed,
        "switched": _switched,
        "retyped": _retyped,
        "given up": _given_up,
        "front last": _front_last,
        "hole filled": _hole_filled,
        "pasted": _pasted,
        "copied": _copied,
        "moved": _moved,
        "undone": _undone,
        "redone": _redone,
        "repeated": _repeated,
        "words back": _words_back,
        "clicked": _clicked,
    }
)
"""Ways to type a text. ``clicked`` puts the caret where no recorder can tell."""
