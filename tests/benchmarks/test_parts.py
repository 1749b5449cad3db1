"""Rules of what benchmarks are made from: generated values, generated typing, the peer loop, pixels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import _loop, _pixels
from benchmarks._typing import typed_events
from benchmarks.detect import mask
from recording.simulate.values import KINDS, luhn_digit, negatives, texts

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


def test_generated_texts_are_the_same_every_time_and_hold_their_value_where_they_say() -> None:
    """Figures of two runs are about the same texts, one of each kind in turn."""
    made = list(texts(3))
    assert made == list(texts(3))
    assert [item.kind for item in made] == [*KINDS] * 3
    for item in made:
        value = item.text[item.start : item.end]
        assert value
        assert value == value.strip()
    assert all(item.start == item.end for item in negatives(9))


@given(st.from_regex(r"[0-9]{12,18}", fullmatch=True))
def test_generated_cards_pass_the_check_of_their_standard(body: str) -> None:
    """ISO/IEC 7812-1: every second digit from the right doubled, the sum of all digits a multiple of ten."""
    number = body + luhn_digit(body)
    total = sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(number)))
    assert total % 10 == 0


def test_generated_ibans_pass_the_check_of_their_standard() -> None:
    """ISO 13616: the rearranged number is 1 modulo 97."""
    for item in texts(20):
        if item.kind == "IBAN":
            plain = item.text[item.start : item.end].replace(" ", "")
            assert int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


@given(st.lists(PRINTABLE, max_size=3))
def test_generated_typing_gives_its_sentences_back_and_closes_every_key(sentences: list[str]) -> None:
    """Playing the presses types the sentences, and what goes down comes up."""
    events = [json.loads(line) for line in typed_events(sentences)]
    names = {"space": " ", "enter": "\n", "shift": ""}
    typed = "".join(names.get(e["name"], e["name"]) for e in events if e["action"] == "press")
    assert typed == "".join(f"{sentence}\n" for sentence in sentences)
    down: list[str] = []
    for event in events:
        down.append(event["name"]) if event["action"] == "press" else down.remove(event["name"])
    assert not down


@dataclass(frozen=True)
class Digits:
    """Stands for Presidio: finds runs of digits."""

    entities: tuple[str, ...] = ()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Every digit on its own."""
        return [(i, i + 1) for i, char in enumerate(text) if char.isdigit()]


def test_peer_loop_drops_found_keys_and_stars_found_texts(tmp_path: Path) -> None:
    """The peer does the job it is timed for."""
    analyzer: Any = Digits()
    lines = list(typed_events(["ab1c2"]))
    kept = [json.loads(line) for line in _loop._events(lines, analyzer)]
    assert [e["name"] for e in kept if e["action"] == "press"] == ["a", "b", "c", "enter"]
    (tmp_path / "events.jsonl").write_text("\n".join(lines))
    (tmp_path / "metadata.json").write_text('{"node": "host7", "n": [1, "x"]}')
    assert _loop.redact_folder(tmp_path, analyzer) == sum(len(json.dumps(e)) for e in kept) + len(
        '{"node": "host*", "n": [1, "x"]}'
    )


def test_mask_marks_exactly_the_code_points_of_the_spans() -> None:
    """Overlaps count once."""
    assert mask(6, [(1, 3), (2, 4)]).tolist() == [False, True, True, True, False, False]


@pytest.fixture
def page() -> _pixels.Picture:
    """A white page with a thin black mark, two pixels wide."""
    picture = np.full((40, 60, 3), 255, np.uint8)
    picture[10:20, 20:22] = 0
    return picture


BOX = (15, 8, 20, 16)


def test_glyphs_are_the_pixels_that_stand_out_from_the_box(page: _pixels.Picture) -> None:
    """The commonest colour of the box is its background."""
    assert _pixels.glyphs(page, BOX).sum() == 20
    assert _pixels.glyphs(255 - page, BOX).sum() == 20


@pytest.mark.parametrize("paint", [0, 255, 128])
def test_painted_glyphs_are_hidden_whatever_the_colour_of_the_paint(page: _pixels.Picture, paint: int) -> None:
    """Also black on black, where no pixel of the glyph changes."""
    after = page.copy()
    after[6:26, 13:37] = paint
    assert _pixels.hidden(page, after)[_pixels.glyphs(page, BOX)].all()


def test_glyphs_left_as_they_are_are_not_hidden(page: _pixels.Picture) -> None:
    """Paint beside a glyph hides nothing of it."""
    after = page.copy()
    after[30:38, 30:50] = 0
    assert not _pixels.hidden(page, after)[_pixels.glyphs(page, BOX)].any()


def test_half_covered_glyphs_are_half_hidden(page: _pixels.Picture) -> None:
    """The share is counted in pixels of the glyph, not of the box."""
    after = page.copy()
    after[15:26, 13:37] = 200
    assert _pixels.hidden(page, after)[_pixels.glyphs(page, BOX)].mean() == 0.5


def test_picture_smaller_than_the_square_has_nothing_flat() -> None:
    """Nothing is called covered for want of pixels."""
    assert not _pixels.flat(np.zeros((3, 80, 3), np.uint8)).any()
