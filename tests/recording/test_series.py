"""Rules of carrying what is said of one value over to the next."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from recording.series import Edit, carry, echoes, edit_between

WORDS = st.text("ab @", max_size=12)


@given(WORDS, WORDS)
def test_an_edit_makes_the_next_value(before: str, after: str) -> None:
    """What stays and what is put in are all of the next value; turned around, it is the way back."""
    edit = edit_between(before, after)
    tail = before[edit.kept + edit.old :]
    assert before[: edit.kept] + after[edit.kept : edit.kept + edit.new] + tail == after
    assert edit.turned() == Edit(edit.kept, edit.new, edit.old)
    assert edit_between(after, before).old == edit.new


@given(WORDS, WORDS, st.data())
def test_what_stays_of_a_value_stays_found(before: str, after: str, data: st.DataObject) -> None:
    """Every character of a found value that the edit leaves is found in the next value, and nothing lies outside it."""
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    edit = edit_between(before, after)
    moved = carry(start, end, edit, after, broken=False)
    shift = edit.new - edit.old
    left = [
        at if at < edit.kept else at + shift for at in range(start, end) if not edit.kept <= at < edit.kept + edit.old
    ]
    first, last = moved[:2] if moved is not None else (0, 0)
    assert 0 <= first <= last <= len(after)
    assert all(first <= at < last for at in left)


def through(values: list[str], start: int, end: int) -> list[str]:
    """What is found of ``start..end`` of the last value in each value before it, the nearest first."""
    out, broken = [], False
    for after, before in itertools.pairwise(reversed(values)):
        moved = carry(start, end, edit_between(after, before), before, broken=broken)
        if moved is None:
            break
        start, end, broken = moved
        out.append(before[start:end])
    return out


def test_beginnings_of_a_value_are_found() -> None:
    """Typing one character after the other, each beginning is a piece of what it becomes."""
    values = ["to j"[:n] for n in range(5)] + ["to " + "jane@x"[:n] for n in range(2, 7)]
    assert through(values, 3, 9) == ["jane@", "jane", "jan", "ja", "j"]


def test_an_attempt_that_was_taken_back_is_found() -> None:
    """What was typed for a part of the value and deleted again belongs to it, up to the next blank."""
    assert through(["jane@co", "jane@crop", "jane@cro", "jane@c", "jane@co", "jane@corp"], 0, 9) == [
        "jane@co", "jane@c", "jane@cro", "jane@crop", "jane@co",
    ]  # fmt: skip
    assert through(["jane and me", "jane", "jane@x"], 0, 6) == ["jane", "jane"]


def test_a_whole_value_does_not_grow() -> None:
    """What is typed behind a value is no part of it."""
    assert carry(0, 6, edit_between("jane@x", "jane@x,and"), "jane@x,and", broken=False) == (0, 6, False)
    assert carry(0, 6, edit_between("jane@x", "hi jane@x"), "hi jane@x", broken=False) == (3, 9, False)


def test_values_that_others_hold_are_echoes() -> None:
    """Before something is taken away, and at the end, stands a value that is read for those around it."""
    values = ["", "a", "ab", "abc", "ab", "abx", "", "q"]
    edits = [edit_between(one, other) for one, other in itertools.pairwise(values)]
    assert [value for value, echo in zip(values, echoes(values, edits), strict=True) if not echo] == ["abc", "abx", "q"]
