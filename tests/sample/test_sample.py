"""The committed sample is whole, and its truth is true."""

from __future__ import annotations

import difflib
import itertools
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
OFFICE = SAMPLES / "office"
WIDTH, HEIGHT = 1280, 800
MODIFIERS = {"ctrl_l", "alt_l"}


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (OFFICE / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """The truth file."""
    facts: dict[str, Any] = json.loads((SAMPLES / "office.truth.json").read_text("utf-8"))
    return facts


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    """Every event of the sample."""
    return _lines("events.jsonl")


def _states(events: list[dict[str, Any]]) -> Iterator[str]:
    """Every text a field ever held, a field ending at Tab, Enter, a click or a change of window."""
    text, caret = "", 0
    held: set[str] = set()
    for event in events:
        name = event.get("name", "")
        if event["action"] == "press" and name in MODIFIERS:
            held.add(name)
        elif event["action"] == "release" and name in MODIFIERS:
            held.discard(name)
        elif event["action"] == "click" or (name in ("tab", "enter") and event["action"] == "press"):
            text, caret = "", 0
        elif event["action"] == "press" and not held:
            if name == "left":
                caret = max(0, caret - 1)
            elif name == "end":
                caret = len(text)
            elif name == "backspace":
                text, caret = text[: max(0, caret - 1)] + text[caret:], max(0, caret - 1)
            elif name == "space" or len(name) == 1:
                char = " " if name == "space" else name
                text, caret = text[:caret] + char + text[caret:], caret + 1
            yield text


def test_every_line_is_json_with_the_keys_of_its_file_and_default_separators() -> None:
    """A line reads as JSON and is written as ``json.dumps`` writes it, as real recorders do."""
    keys = {
        "top_window.jsonl": {"time_stamp", "top_window_name", "window_title"},
        "element.jsonl": {"time_stamp", "a11y_tree"},
        "clipboard.jsonl": {"time_stamp", "text"},
        "screenshots.jsonl": {"time_stamp", "file", "trigger"},
    }
    for name, expected in keys.items():
        assert all(set(line) == expected for line in _lines(name)), name
    for path in OFFICE.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            assert json.dumps(json.loads(line)) == line, path.name
    for name in ("metadata.json", "task_name.json"):
        json.loads((OFFICE / name).read_text("utf-8"))


def test_event_times_never_go_back_and_indices_count_from_zero(events: list[dict[str, Any]]) -> None:
    """Events come in the order of one clock, and the other files use the same clock."""
    stamps = [e["time_stamp"] for e in events]
    assert stamps == sorted(stamps)
    assert [e["event_idx"] for e in events] == list(range(len(events)))
    for path in OFFICE.glob("*.jsonl"):
        assert all(stamps[0] - 10 < line["time_stamp"] < stamps[-1] + 10 for line in _lines(path.name)), path.name


def test_every_key_and_button_that_goes_down_comes_up(events: list[dict[str, Any]]) -> None:
    """Nothing is pressed twice without a release, and nothing stays down."""
    down: set[str] = set()
    for event in events:
        if event["action"] == "click":
            press, what = event["pressed"], f"button {event['button']}"
        elif event["action"] in ("press", "release"):
            press, what = event["action"] == "press", event["name"]
            assert event["pynput_key"] == (repr(what) if len(what) == 1 else f"Key.{what}")
        else:
            continue
        assert press != (what in down), event["event_idx"]
        down ^= {what}
    assert not down


def test_sample_is_large_enough_to_matter_and_small_enough_to_commit(events: list[dict[str, Any]]) -> None:
    """A few thousand events, mostly moves, twenty pictures or more, at most 3.5 MB."""
    assert len(events) > 2000
    assert sum(e["action"] == "move" for e in events) > len(events) / 2
    assert {e["action"] for e in events} == {"move", "click", "scroll", "press", "release"}
    assert len(_lines("screenshots.jsonl")) >= 20
    assert sum(p.stat().st_size for p in OFFICE.rglob("*") if p.is_file()) < 3.5e6


def test_every_screenshot_is_listed_and_has_the_size_of_the_screen() -> None:
    """The list and the folder name the same pictures, each a PNG of the whole screen."""
    from PIL import Image

    listed = [line["file"] for line in _lines("screenshots.jsonl")]
    assert sorted(listed) == sorted(p.relative_to(OFFICE).as_posix() for p in OFFICE.glob("screenshots/*"))
    for name in listed:
        with Image.open(OFFICE / name) as picture:
            assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))


def test_every_value_is_where_the_truth_says_and_nowhere_it_does_not(
    truth: dict[str, Any], events: list[dict[str, Any]]
) -> None:
    """Typed values come out of a replay, others out of the file they are said to be in."""
    typed = "\n".join(_states(events))
    documents = ("metadata.json", "task_name.json", "README.md")
    places = {
        "clipboard": "\n".join(line["text"] for line in _lines("clipboard.jsonl")),
        "title": "\n".join(line["window_title"] for line in _lines("top_window.jsonl")),
        "element": "\n".join(line["a11y_tree"]["Name"] for line in _lines("element.jsonl")),
        "file_name": "\n".join(line["file"] for line in _lines("screenshots.jsonl")),
        "metadata": "\n".join((OFFICE / name).read_text("utf-8") for name in documents),
        "screen": "\n".join(entry["value"] for entry in truth["screen"]),
    }
    seen = set()
    for entry in truth["values"]:
        seen |= set(entry["seen"])
        assert entry["seen"], entry["label"]
        assert ({"typed", "deleted"} & set(entry["seen"]) != set()) == (entry["value"] in typed), entry["label"]
        for place, text in places.items():
            assert (place in entry["seen"]) == (entry["value"] in text), (place, entry["label"])
    assert seen == {"typed", "deleted", *places}


def test_rows_of_a_value_type_exactly_that_value(truth: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """The events between a row's first and last one, replayed alone, leave the value and nothing else."""
    for row in truth["rows"]:
        chosen = [events[i] for i in row["events"]]
        assert {e["action"] for e in chosen} == {"press", "release"}
        presses, releases = ([e["name"] for e in chosen if e["action"] == a] for a in ("press", "release"))
        assert sorted(presses) == sorted(releases)
        span = [e for e in events[row["events"][0] : row["events"][-1] + 1] if e["action"] != "move"]
        assert list(_states(span))[-1] == row["value"], row["label"]
        marked = set(row["events"])
        for event in span:
            loose = event.get("name") in ("shift", "backspace", "left", "end", "tab", "enter")
            # A neighbour may overlap at the edges: its key was still down, or came down early.
            assert loose or event["event_idx"] in marked or event["event_idx"] - row["events"][0] < 3, row["label"]


def test_deleted_values_are_followed_by_as_many_backspaces(truth: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """A value called deleted was typed and then taken back character by character."""
    for entry in truth["values"]:
        if "deleted" not in entry["seen"]:
            continue
        runs = []
        for row in truth["rows"]:
            if row["value"] == entry["value"]:
                presses = [e["name"] for e in events[row["events"][-1] :] if e["action"] == "press"]
                later = [name for name in presses if name != "end"]
                runs.append(next((i for i, name in enumerate(later) if name != "backspace"), len(later)))
        assert max(runs) >= len(entry["value"]), entry["label"]


def test_boxes_lie_inside_the_picture_and_hold_ink(truth: dict[str, Any]) -> None:
    """Every rectangle of the truth is on the screen and is not an empty patch."""
    from PIL import Image

    for entry in truth["screen"]:
        x, y, width, height = entry["box"]
        assert 0 <= x < x + width <= WIDTH, entry
        assert 0 <= y < y + height <= HEIGHT, entry
        with Image.open(OFFICE / entry["file"]) as picture:
            ink = picture.convert("L").crop((x, y, x + width, y + height)).tobytes()
        assert max(ink) - min(ink) > 60, entry


def test_boxes_of_one_frame_read_as_their_values(truth: dict[str, Any]) -> None:
    """OCR of the rectangles in the fullest picture gives the values back, near enough."""
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    import pytesseract
    from PIL import Image

    files = [entry["file"] for entry in truth["screen"] if not entry.get("clipped")]
    fullest = max(set(files), key=files.count)
    with Image.open(OFFICE / fullest) as picture:
        grey = picture.convert("L")
    for entry in truth["screen"]:
        if entry["file"] == fullest and not entry.get("clipped"):
            x, y, width, height = entry["box"]
            crop = grey.crop((x - 4, y - 4, x + width + 4, y + height + 4))
            crop = crop.resize((crop.width * 3, crop.height * 3), Image.Resampling.BICUBIC)
            read = pytesseract.image_to_string(crop, config="--psm 7").strip()
            assert difflib.SequenceMatcher(None, read, entry["value"]).ratio() > 0.8, entry["label"]


def test_texts_to_keep_were_typed(truth: dict[str, Any], events: list[dict[str, Any]]) -> None:
    """What must survive is really there, and holds no value."""
    typed = "\n".join(_states(events))
    for text in truth["keep"]:
        assert text in typed
        assert not any(entry["value"] in text for entry in truth["values"])


def test_password_is_typed_into_a_password_field_and_into_another_one(truth: dict[str, Any]) -> None:
    """The recorder says which field hides its content; the same password also went where it can be read."""
    events, elements = _lines("events.jsonl"), _lines("element.jsonl")
    secure = set()
    for row in truth["rows"]:
        if row["label"] == "PASSWORD":
            start = events[row["events"][0]]["time_stamp"]
            secure.add([e for e in elements if e["time_stamp"] < start][-1]["a11y_tree"]["IsPassword"])
    assert secure == {True, False}


def test_people_list_names_every_person(truth: dict[str, Any]) -> None:
    """The directory and the truth agree on who is in the sample."""
    lines = (SAMPLES / "people.txt").read_text("utf-8").splitlines()
    people = {line for line in lines if line and not line.startswith("#")}
    assert people == {entry["value"] for entry in truth["values"] if entry["label"] == "PERSON"}


def test_numbers_are_valid_in_shape(truth: dict[str, Any]) -> None:
    """Card numbers pass Luhn and the IBAN its checksum, so that checking detectors see them."""
    for entry in truth["values"]:
        if entry["label"] == "CREDIT_CARD":
            digits = [int(d) for d in entry["value"] if d.isdigit()][::-1]
            total = sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits))
            assert total % 10 == 0
        if entry["label"] == "IBAN_CODE":
            plain = entry["value"].replace(" ", "")
            assert int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def test_pointer_moves_like_a_hand(events: list[dict[str, Any]]) -> None:
    """Moves come in small steps close together, never as one jump."""
    moves = [e for e in events if e["action"] == "move"]
    steps = [math.dist((a["x"], a["y"]), (b["x"], b["y"])) for a, b in itertools.pairwise(moves)]
    assert max(steps) < 80
    assert sorted(steps)[len(steps) // 2] < 8


def test_no_file_names_a_path_of_the_machine_it_was_made_on() -> None:
    """Nothing in the sample says where it was made."""
    for path in (*OFFICE.glob("*.*"), SAMPLES / "office.truth.json"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert not any(place in text for place in ("/work/", "/tmp/", "/root", "/home/")), path.name
