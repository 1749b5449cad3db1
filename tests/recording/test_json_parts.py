"""Rules of finding a piece of a text in its JSON literal."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from recording.json_parts import JsonText

CHARS = st.one_of(st.characters(exclude_categories=("Cs",)), st.sampled_from('"\\/\n\t\u00e9\u2028\U0001f600'))


@given(st.text(CHARS), st.booleans(), st.data())
def test_the_bytes_of_a_piece_are_the_piece(text: str, ascii_only: bool, data: st.DataObject) -> None:
    """Whatever is escaped, and however: the literal's bytes of any piece decode to that piece."""
    literal = json.dumps(text, ensure_ascii=ascii_only).encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    held = JsonText(literal)
    first, last = held.span(start, end)
    assert held.text == text
    assert json.loads(b'"' + literal[first:last] + b'"') == text[start:end]


def test_a_lone_surrogate_is_one_character() -> None:
    """What is no character has a place all the same."""
    held = JsonText(b'"a\\ud800b\\uD83D\\uDE00c"')
    assert held.text == "a\ufffdb\U0001f600c"
    assert held.span(2, 3) == (8, 9)
    assert held.span(4, 5) == (21, 22)
