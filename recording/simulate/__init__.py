"""A simulated typist: scripts in, events and their exact truth out.

Nothing here knows how keys are read back; what it says was typed is kept by an editor of its own.
"""

from __future__ import annotations

from recording.simulate.hands import Place
from recording.simulate.layout import layout
from recording.simulate.play import type_text
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
    Sensitive,
    Setup,
    Undo,
    interrupted,
    say,
)
from recording.simulate.stream import FieldText, Stream, Trace, drop_events
from recording.simulate.typist import FIXES, Typist, draw_typist
from recording.simulate.write import ducktrack_files, logger_file

__all__ = [
    "FIXES",
    "Action",
    "Copy",
    "Enter",
    "Erase",
    "FieldText",
    "Focus",
    "Hold",
    "Jump",
    "Part",
    "Paste",
    "Place",
    "Say",
    "Sensitive",
    "Setup",
    "Stream",
    "Trace",
    "Typist",
    "Undo",
    "draw_typist",
    "drop_events",
    "ducktrack_files",
    "interrupted",
    "layout",
    "logger_file",
    "say",
    "type_text",
]
