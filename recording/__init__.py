"""What was captured: reading recordings, places in them, and writing them back with only the edited bytes changed."""

from __future__ import annotations

from recording.documents import unread_files
from recording.edit import Patch, apply_patches, field_patch, row_removal
from recording.errors import InputError
from recording.formats import FORMATS, Format, Stroke, find_format, format_named
from recording.mappings import Mappings, TableMapping
from recording.model import (
    EVENTS,
    KEY_KINDS,
    KINDS,
    Finding,
    Frame,
    Hit,
    Recording,
    SourceFile,
    Span,
    TextField,
)
from recording.read import discover, is_recording, open_recording, parse_files, with_files
from recording.separators import separated

__all__ = [
    "EVENTS",
    "FORMATS",
    "KEY_KINDS",
    "KINDS",
    "Finding",
    "Format",
    "Frame",
    "Hit",
    "InputError",
    "Mappings",
    "Patch",
    "Recording",
    "SourceFile",
    "Span",
    "Stroke",
    "TableMapping",
    "TextField",
    "apply_patches",
    "discover",
    "field_patch",
    "find_format",
    "format_named",
    "is_recording",
    "open_recording",
    "parse_files",
    "row_removal",
    "separated",
    "unread_files",
    "with_files",
]
