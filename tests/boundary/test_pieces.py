"""Searching piece by piece finds what searching at once finds."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from boundary import pieces as module
from boundary.pieces import pieces, without_written

TEXTS = st.text("ab\n", max_size=60)


@given(TEXTS, st.text("ab\n", min_size=1, max_size=6), st.integers(1, 9))
def test_what_is_in_the_whole_is_in_a_piece(text: str, value: str, most: int) -> None:
    """Every string stands whole in some piece, however many line breaks it has; pieces hold nothing else."""
    with patch.object(module, "MOST", most):
        found = [part for part, _ in pieces(text.encode(), (), breaks=value.count("\n"))]
    assert any(value.encode() in part for part in found) == (value in text)
    assert all(part.decode() in text for part in found)


@given(st.lists(st.tuples(TEXTS, TEXTS.filter(bool)), max_size=6), st.integers(1, 9), st.integers(0, 2))
def test_what_was_written_is_blanked_in_every_piece(parts: list[tuple[str, str]], most: int, breaks: int) -> None:
    """No cut goes through what was written: blanked piece by piece, nothing of it is left, and all else is there."""
    data, written = b"", []
    for kept, new in parts:
        data += kept.encode()
        written.append((len(data), new.upper().encode(), b"_"))
        data += new.upper().encode()
    with patch.object(module, "MOST", most):
        found = [without_written(part, inside) for part, inside in pieces(data, written, breaks=breaks)]
        alone = [without_written(part, inside) for part, inside in pieces(data, written, breaks=0)]
    assert not any(char in part for part in found for char in (b"A", b"B"))
    assert b"".join(alone) == without_written(data, written)
