"""Clicks on keyboards and PIN pads on the screen are typed secrets."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from recording_help import parsed

from text_redact.keypads import Keypads, is_grid

FIND = Keypads()


class Log:
    """A DuckTrack log with a second copy of its clicks."""

    def __init__(self) -> None:
        self.now = 50.0
        self.files: dict[str, list[dict[str, object]]] = {}

    def put(self, file: str, **record: object) -> None:
        """A record of any file."""
        self.now = round(self.now + 0.05, 6)
        self.files.setdefault(f"{file}__jsonl", []).append({"time_stamp": self.now, **record})

    def window(self, app: str, title: str) -> None:
        """Another window gets the focus."""
        self.put("top_window", top_window_name=app, window_title=title)

    def click(self, x: float, y: float, name: str | None = None) -> None:
        """The mouse goes there and clicks; a screen reader may say what is there."""
        for step in range(3):
            self.put("events", action="move", x=x - 6 + 2 * step, y=y)
        if name is not None:
            self.put("element", a11y_tree={"Name": name, "ControlType": "ButtonControl", "Depth": 0, "Children": []})
        for pressed in (True, False):
            self.put("events", action="click", x=x, y=y, button="left", pressed=pressed)
        record = {"action": "click", "x": x, "y": y, "pre_move": {"trace": [[x - 6, y], [x, y]]}}
        self.files.setdefault("event_buffer__jsonl", []).append({"time_stamp": self.now - 0.05, **record})

    def left(self) -> list[dict[str, object]]:
        """What is left of every record that has a place."""
        recording = parsed(**{name: "".join(f"{json.dumps(r)}\n" for r in rows) for name, rows in self.files.items()})
        gone = FIND(recording)
        rows = recording.events.select(["seq", "file", "start", "end", "kind"]).to_pylist()
        data = {name: source.read() for name, source in recording.files.items()}
        return [
            {"kind": row["kind"], **json.loads(data[row["file"]][row["start"] : row["end"]])}
            for row in rows
            if row["seq"] not in gone
        ]


PAD = {digit: (700 + 60 * ((int(digit) - 1) % 3), 300 + 60 * ((int(digit) - 1) // 3)) for digit in "123456789"}


def places(left: list[dict[str, object]]) -> set[tuple[float, float]]:
    """Every position that is left."""
    return {(record["x"], record["y"]) for record in left if "x" in record}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("app", "title"),
    [
        ("osk.exe", "On-Screen Keyboard"),
        ("TextInputHost", ""),
        ("onboard", "Onboard"),
        ("bank", "Please enter your PIN"),
        ("kiosk", "PIN-Pad"),
        ("explorer", "Bildschirmtastatur"),
    ],
)
def test_clicks_in_a_window_that_is_a_keyboard_go_with_their_ways_and_copies(app: str, title: str):
    """Neither the clicks, nor the moves before and after them, nor records that copy them are left."""
    log = Log()
    log.window("notes", "List")
    log.click(50, 60)
    log.window(app, title)
    for digit in "2580"[:3]:
        log.click(*PAD[digit])
    log.window("notes", "List")
    log.put("events", action="move", x=3, y=4)
    log.put("events", action="press", name="a")
    log.put("events", action="release", name="a")
    left = log.left()
    assert (50, 60) in places(left)
    assert not places(left) & set(PAD.values())
    assert not any("pre_move" in record and record["x"] != 50 for record in left)
    assert [record["name"] for record in left if record["kind"].startswith("key")] == ["a", "a"]


def test_clicks_on_elements_named_by_one_character_are_typing_wherever_they_are():
    """A screen reader says what each button is."""
    log = Log()
    log.window("till", "Counter 4")
    log.click(20, 20, "Customers")
    for char in ("h", "Shift", "U", "7", "Enter"):
        log.click(300 + 40 * len(char), 500, char)
    log.click(900, 900, "Save")
    left = log.left()
    assert places(left) <= {(14, 20), (16, 20), (18, 20), (20, 20), (900, 900)}
    names = json.dumps([record.get("a11y_tree") for record in left])
    assert "Shift" not in names
    assert '"7"' not in names


def test_clicks_on_a_small_even_grid_in_a_sign_in_window_are_a_pin():
    """Where nothing names the keys their places do."""
    log = Log()
    log.window("bank", "Sign in - Example Bank")
    for digit in "1937":
        log.click(*PAD[digit])
    assert not places(log.left()) & set(PAD.values())


def test_the_same_clicks_in_an_ordinary_window_stay():
    """A grid of buttons is no secret by itself."""
    log = Log()
    log.window("paint", "Drawing 3")
    for digit in "1937":
        log.click(*PAD[digit])
    assert {PAD[digit] for digit in "1937"} <= places(log.left())


def test_a_recording_without_clicks_loses_nothing():
    """A pad over which nobody clicked was not typed on."""
    log = Log()
    log.window("osk.exe", "On-Screen Keyboard")
    log.put("events", action="move", x=3, y=4)
    assert places(log.left()) == {(3, 4)}


def test_more_titles_can_be_named():
    """A company knows its own pads."""
    log = Log()
    log.window("vault", "Vault door 7")
    log.click(10, 10)
    log.click(70, 10)
    recording = parsed(**{name: "".join(f"{json.dumps(r)}\n" for r in rows) for name, rows in log.files.items()})
    assert not FIND(recording)
    assert Keypads(("VAULT door*",))(recording)


def test_it_can_be_sent_to_another_process():
    """Engines pickle what they run."""
    assert pickle.loads(pickle.dumps(FIND)) == FIND


class TestGrid:
    def test_clicks_near_the_middle_of_keys_count(self):
        """Nobody hits the middle."""
        rng = np.random.default_rng(1)
        spots = np.array([PAD[digit] for digit in "14725836"], float) + rng.uniform(-8, 8, (8, 2))
        assert is_grid(spots[:, 0], spots[:, 1])

    @pytest.mark.parametrize("spots", [[(1, 1), (900, 10), (40, 700), (1500, 300)], [(5, 5)] * 4])
    def test_clicks_anywhere_and_clicks_on_one_spot_do_not(self, spots: list[tuple[float, float]]):
        """A pad has several keys, evenly apart."""
        x, y = np.array(spots, float).T
        assert not is_grid(x, y)
