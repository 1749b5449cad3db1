"""What operators share: the label as a last resort, when two spellings are one value, when a text tells a value."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from text_redact.normalise import plain_char

EXACT_LABELS = frozenset({"PASSWORD", "SECRET"})
"""Labels whose values differ where a letter's case or a sign does."""

MIN_TOLD = 4
"""Fewer letters and digits are in other words by chance."""


def label_text(label: str) -> str:
    """What stands for a value of which nothing may be said: ``[EMAIL_ADDRESS]``."""
    return f"[{label}]"


def plain(value: str) -> str:
    """What all spellings of a value share: its letters and digits, case-folded, disguised characters brought back."""
    if value.isascii():
        return "".join(filter(str.isalnum, value.lower()))
    return "".join(part for char in value for part in plain_char(char).casefold() if _is_letter(part))


def canonical(label: str, value: str) -> str:
    """The spelling under which keyed operators know a value; passwords and secrets are known as they were typed."""
    exact = "".join(value.split())
    return exact if label in EXACT_LABELS else plain(value) or exact


def _is_letter(char: str) -> bool:
    # Vowel signs of Indic scripts are marks and no letters, and yet tell one name from another.
    return char.isalnum() or unicodedata.category(char).startswith("M")


def tells(text: str, value: str) -> bool:
    """Whether a replacement holds the value it replaces, apart from case and punctuation."""
    told, secret = plain(text), plain(value)
    return text == value or (len(secret) >= MIN_TOLD and secret in told)


def or_label(label: str, value: str, make: Callable[[], str | None]) -> str:
    """What ``make`` gives, or the label where it gives nothing, raises, tells the value, or cannot be typed.

    Values are anything that a person or a recorder wrote; one that a parser chokes on must not stop the recording, and
    must not pass.
    """
    try:
        text = make()
    except Exception:  # noqa: BLE001  whatever an odd value does to a parser, its label stands in for it
        text = None
    if not text or not text.isprintable() or tells(text, value):
        return label_text(label)
    return text
