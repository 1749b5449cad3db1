"""A simulated stream as files on disk, in the shapes of real recorders, so that everything can be run on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from recording.keys import pynput_form, write_key
from recording.simulate.stream import Stream

_EPOCH_S = 1_700_000_000


def ducktrack_files(stream: Stream, *, user: str = "user-01", node: str = "desk-01") -> dict[str, bytes]:
    """Files of a DuckTrack folder with OpenCUA's side files, by name.

    ``events.jsonl`` has one line for each row of ``stream.events``, in order; ``top_window.jsonl``, ``element.jsonl``
    and ``clipboard.jsonl`` tell where the focus was and what was copied; ``metadata.json`` names user and machine.
    """
    lines: list[str] = []
    windows: list[str] = []
    elements: list[str] = []
    place: tuple[Any, ...] = ()
    for number, row in enumerate(stream.events.to_pylist()):
        time_s = row["t_ns"] / 1e9
        here = row["app"], row["window"], row["url"], row["field"], row["secure"]
        if here != place:
            if here[:3] != place[:3]:
                said = {"top_window_name": row["app"], "window_title": row["window"]}
                url = {"url": row["url"]} if row["url"] else {}
                windows.append(json.dumps({"time_stamp": time_s, **said, **url}, ensure_ascii=False))
            if row["field"] is not None or row["secure"] or here[:3] == place[:3]:
                tree = {"Name": row["field"], "ControlType": "EditControl", "IsPassword": row["secure"], "Depth": 0}
                elements.append(json.dumps({"time_stamp": time_s, "a11y_tree": tree}, ensure_ascii=False))
            place = here
        lines.append(json.dumps({"time_stamp": time_s, **_event(row), "event_idx": number}, ensure_ascii=False))
    clips = [json.dumps({"time_stamp": t_ns / 1e9, "text": text}, ensure_ascii=False) for t_ns, text in stream.clips]
    about = {"system": "Linux", "node": node, "user_id": user, "screen_width": 1920, "screen_height": 1080}
    logs = {"events": lines, "top_window": windows, "element": elements, "clipboard": clips}
    return {
        **{f"{name}.jsonl": "".join(f"{line}\n" for line in log).encode() for name, log in logs.items() if log},
        "metadata.json": (json.dumps(about, indent=1) + "\n").encode(),
    }


def _event(row: dict[str, Any]) -> dict[str, Any]:
    match row["kind"]:
        case "move":
            return {"action": "move", "x": row["x"], "y": row["y"]}
        case "button_down" | "button_up":
            pressed = row["kind"] == "button_down"
            return {"action": "click", "x": row["x"], "y": row["y"], "button": row["button"], "pressed": pressed}
        case "text":
            # As in OpenCUA's reduced events; a list of one character reads as a key.
            return {"action": "type", "key_names": ["space" if char == " " else char for char in row["text"]]}
        case "key_pair":
            name = write_key(row["key"], row["text"], press=True)
            return {"action": "key", "name": name, "pynput_key": pynput_form(name)}
    press = row["kind"] == "key_down"
    name = write_key(row["key"], row["text"], press=press)
    return {"action": "press" if press else "release", "name": name, "pynput_key": pynput_form(name)}


def logger_file(stream: Stream) -> dict[str, bytes]:
    """One file of the lines that pynput examples log, times in milliseconds: keys and clicks, nothing else.

    Whether a field hides its content, its name and the application are not in it, as in real logs; titles are.
    """
    return {"keys.log": "".join(f"{line}\n" for line in _log(stream)).encode()}


def _log(stream: Stream) -> Iterator[str]:
    for row in stream.events.to_pylist():
        moment = datetime.fromtimestamp(_EPOCH_S + row["t_ns"] / 1e9, UTC)
        stamp = f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03d}"
        kind = row["kind"]
        if kind == "button_down":
            yield f"{stamp} - Mouse clicked at ({row['x']}, {row['y']}) with Button.left"
        elif kind in {"key_down", "key_up", "key_pair"}:
            name = write_key(row["key"], row["text"], press=kind != "key_up")
            verb = {"key_down": "Key pressed", "key_up": "Key released", "key_pair": "Key pressed"}[kind]
            yield f"{stamp} - {verb}: {pynput_form(name)}"
