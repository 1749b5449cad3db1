"""The nouns: what was captured, places in it, and what was found there.

A `Recording` is a projection over its verbatim source. Typed columns describe the events; every row, text field and
frame points back at the bytes it came from, so that what is not edited is copied through byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from recording.mappings import HOUSE, Mappings

EVENTS = pa.schema(
    [
        # Order in the file; never re-sorted on writing.
        pa.field("seq", pa.int64(), nullable=False),
        # Nanoseconds on the recorder's own clock, null where the source has no time.
        pa.field("t_ns", pa.int64()),
        # One of KINDS.
        pa.field("kind", pa.string(), nullable=False),
        # Normalised key name ("shift", "enter", "a"), null for rows that are not keys.
        pa.field("key", pa.string()),
        # The text a key press produces ("A", " "), null when it produces none.
        pa.field("text", pa.string()),
        pa.field("x", pa.float64()),
        pa.field("y", pa.float64()),
        pa.field("button", pa.string()),
        # Focused application, window title, address and field at that moment; null where unknown.
        pa.field("app", pa.string()),
        pa.field("window", pa.string()),
        pa.field("url", pa.string()),
        pa.field("field", pa.string()),
        # True where the recorder says that the focused field hides its content.
        pa.field("secure", pa.bool_(), nullable=False),
        # Key rows of one stream belong to one keyboard history; a copy of the keys in another file is another stream.
        pa.field("stream", pa.int16(), nullable=False),
        # The verbatim record, line end included: bytes start..end of a source file.
        pa.field("file", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
    ]
)
"""Columns of `Recording.events`, one row per captured event."""

KINDS = (
    "key_down",
    "key_up",
    "key_pair",  # one record that stands for press and release
    "text",  # a whole piece of text at once: paste, IME, aggregated typing
    "input",  # a field holds another value now; its text field has the whole of it
    "move",
    "button_down",
    "button_up",
    "scroll",
    "window",
    "clipboard",
    "frame",
    "element",
    "marker",  # pause, resume, comments
    "other",
)
"""Values of the ``kind`` column."""

KEY_KINDS = frozenset({"key_down", "key_up", "key_pair"})


@dataclass(frozen=True, slots=True)
class Before:
    """A file as it was before patches, and what was read in it.

    Attributes:
        data: Its bytes.
        events: Columns ``start``, ``end``, ``t_ns``, ``x`` and ``y`` of its rows (see `EVENTS`).
        moves: bool, shape ``(rows,)``: `Recording.moves` of them.
        spans: First and last byte (exclusive) of what no patch touches, and how far the patched file has it behind.
    """

    data: bytes = _field(repr=False)
    events: pa.Table = _field(repr=False)
    moves: npt.NDArray[np.bool_] = _field(repr=False)
    spans: tuple[tuple[int, int, int], ...] = _field(repr=False)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a recording as it was handed in.

    Attributes:
        name: Path relative to the recording, with forward slashes.
        data: The verbatim bytes; ``None`` for media that are read from ``path`` when needed.
        path: Where the bytes can be read; ``None`` when only ``data`` exists.
        load: Makes the bytes whenever they are asked for: pictures taken out of a video, which no file holds.
        store: Name of the file that this one was taken out of (`recording.stores`); empty for a file of its own.
        before: The file that this one was made of, if any.
    """

    name: str
    data: bytes | None = _field(default=None, repr=False)
    path: Path | None = _field(default=None, repr=False)
    load: Callable[[], bytes] | None = _field(default=None, repr=False)
    store: str = ""
    before: Before | None = _field(default=None, repr=False, compare=False)

    def read(self) -> bytes:
        """The verbatim bytes, from memory or from disk."""
        if self.data is not None:
            return self.data
        if self.load is not None:
            return self.load()
        if self.path is None:
            raise ValueError("a source file needs data, a path or a way to make them")
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class TextField:
    """A text held outside the keys: a title, an address, a host name, an accessibility name.

    Attributes:
        file: Source file that holds it; the text of role ``file_name`` is the name itself.
        start: First byte of the encoded value in the file.
        end: One past its last byte.
        codec: ``json`` (a literal with its quotes, also a number), ``plain`` (UTF-8 as it stands), ``words`` (a line of
            `recording.words`), ``json-part`` (part of a JSON string), ``python``, ``python-name`` and ``python-part``
            (a literal, a name and anything else of Python that are such a part), ``null`` (a JSON literal that takes
            no text: null once it changes), ``reference`` (a JSON string, null once it names nothing).
        role: What it is: ``window_title``, ``url``, ``host_name``, ``device_id``, ``person``, ``clipboard``,
            ``description``, ``a11y_name``, ``file_name``, ``app`` ... ; ``text`` when nothing better is known;
            ``media`` for pictures and other data written as text, which no step can read.
        text: The decoded value.
        row: ``seq`` of the event it belongs to, ``None`` for metadata.
        series: Names the thing whose value this is at one time (a field of a form, a piece of a page); the values of
            one series stand in the order of time. Empty where the source tells no such thing.
        label: What introduces the value: the name of its field.
        secure: Its field hides what is in it.
    """

    file: str
    start: int
    end: int
    codec: str
    role: str
    text: str = _field(repr=False)
    row: int | None = None
    series: str = ""
    label: str = _field(default="", repr=False)
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A screenshot: the source file with its pixels, and the event row that points to it, if any."""

    file: str
    t_ns: int | None = None
    row: int | None = None
    app: str | None = None
    window: str | None = _field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Joined:
    """A text whose pieces are text fields, typed in steps or drawn piece by piece: what is split is found here.

    Attributes:
        text: The whole, code points; a line break where something else happened in between.
        parts: Where each piece starts in ``text``, and the place that holds it, which is as long. Named keys ("space")
            are in no part: they tell nothing.
        role: ``typed``, or ``block`` for what a page shows as one text.
    """

    text: str = _field(repr=False)
    parts: tuple[tuple[int, Field], ...] = _field(repr=False)
    role: str = "typed"


@dataclass(frozen=True, slots=True)
class Recording:
    """What was captured in one session.

    Attributes:
        name: The source's own name; may be sensitive, so it never leaves by itself.
        format: Name of the format that read it and that can write it back.
        files: Every source file by relative name, those without a reader included; stores unpacked.
        events: Table with the schema `EVENTS`.
        fields: Every text outside the keys.
        frames: Every screenshot.
        attributes: Scalars of the metadata by dotted key, to name the person by.
        packed: The files as they were handed in, where some of them are stores; empty where none is.
        joined: Texts whose pieces are several text fields: typed in steps, or drawn piece by piece.
        mappings: How the policy had it read.
        listed: Files whose records are elements of JSON arrays: commas go and come with them (`recording.separated`).
        unread: Rows (``seq``) whose content no step can read: drawings, fonts, packed data.
        moves: bool, shape ``(events,)``: rows whose record says when the mouse was where, and nothing else; ``None``
            where the format does not tell.
    """

    name: str = _field(repr=False)
    format: str
    files: Mapping[str, SourceFile] = _field(repr=False)
    events: pa.Table = _field(repr=False)
    fields: tuple[TextField, ...] = _field(default=(), repr=False)
    frames: tuple[Frame, ...] = _field(default=(), repr=False)
    attributes: Mapping[str, str] = _field(default_factory=lambda: MappingProxyType({}), repr=False)
    packed: Mapping[str, SourceFile] = _field(default_factory=lambda: MappingProxyType({}), repr=False)
    joined: tuple[Joined, ...] = _field(default=(), repr=False)
    mappings: Mappings = HOUSE
    listed: frozenset[str] = frozenset()
    unread: frozenset[int] = _field(default=frozenset(), repr=False)
    moves: npt.NDArray[np.bool_] | None = _field(default=None, repr=False, compare=False)

    @property
    def handed_in(self) -> Mapping[str, SourceFile]:
        """The files as they lie on disk, stores whole."""
        return self.packed or self.files


# Places ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chars:
    """Code points ``start..end`` of a plain text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Keys:
    """Event rows (``seq``) of one key stream that contributed to a span, in file order."""

    stream: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels of a frame: left, top, width and height."""

    frame: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Field:
    """Code points ``start..end`` of the text field with index ``field``."""

    field: int
    start: int
    end: int


Span = Chars | Keys | Box | Field
"""Where a finding is."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a text detector returns: code points ``start..end`` of the text it was given."""

    label: str
    start: int
    end: int
    score: float
    rule: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something sensitive: what, where, how sure, which rule and why. Never the value.

    ``link`` is a keyed hash; equal values of one project have equal links.
    """

    label: str
    span: Span
    score: float
    rule: str
    why: str
    link: str


# Texts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that the recording ever held, with the way back to its place.

    Attributes:
        text: The text that detectors read.
        kind: ``typed``, ``field`` or ``screen``.
        role: For fields the role of the `TextField`; for typed text ``final``, ``before_edit``, ``erased`` or ``raw``.
        secure: Typed into a field that hides its content.
        label: What introduces it: the name of the field it was typed into, the caption beside it on a screen.
        app: For typed text the application that it was typed into.
        windows: For typed text the titles of the window while it was typed, first to last.
        url: For typed text the address of the page that it was typed into.
        stream: Key stream of typed text.
        rows: For typed text the event row behind each code point, ``-1`` where no key stands behind it (pasted text).
        field: Index of the text field.
        echo: The value of a series of which a later or earlier one holds all of it: words may be cut short here, so
            that models read that one instead.
        frame: Source file of the frame that shows a screen line.
        line: Index of that line.
        parts: For a text whose pieces are text fields, as in `Joined`; its hits are those of the fields.
    """

    text: str = _field(repr=False)
    kind: str
    role: str = ""
    secure: bool = False
    label: str = _field(default="", repr=False)
    stream: int = 0
    rows: tuple[int, ...] = _field(default=(), repr=False)
    field: int | None = None
    echo: bool = False
    app: str = ""
    windows: tuple[str, ...] = _field(default=(), repr=False)
    url: str = _field(default="", repr=False)
    frame: str | None = None
    line: int | None = None
    parts: tuple[tuple[int, Field], ...] = _field(default=(), repr=False)
