"""What a recording format is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from recording.model import Recording, SourceFile
from recording.timeline import Bools, Ints, Timeline


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key event to be written.

    Attributes:
        kind: ``key_down`` or ``key_up``.
        key: Normalised key name, as in the ``key`` column.
        text: What a press types, ``None`` for nothing; not looked at for ``key_up``.
        t_ns: Nanoseconds on the recorder's clock; ``None`` where the source has no times.
    """

    kind: str
    key: str | None = field(repr=False)
    text: str | None = field(repr=False)
    t_ns: int | None


class Format(Protocol):
    """**Protocol:** reads one kind of recording and writes key events in its shape.

    A format is one module of `recording.formats` with a constant ``FORMAT``.
    """

    @property
    def name(self) -> str:
        """Unique name, as in `Recording.format`."""
        ...

    @property
    def priority(self) -> int:
        """Formats that claim the same files are tried from the highest priority down."""
        ...

    def claims(self, files: Mapping[str, SourceFile]) -> bool:
        """True when these files are a recording of this format, judged by their names.

        Where names do not decide, by how a document begins too (`recording.json_records.head`); it need not be loaded.
        """
        ...

    def parse(self, name: str, files: Mapping[str, SourceFile]) -> Recording:
        """The projection over the files. Raises `InputError` for what it cannot read."""
        ...

    def render_keys(self, recording: Recording, strokes: Sequence[Stroke], like: int) -> bytes:
        """Verbatim lines for ``strokes`` in the shape of key row ``like``, each with its line end.

        Reading them back gives the strokes, as far as the source can tell them (a logger of presses alone has no
        releases, a clock of milliseconds no nanoseconds). Nothing of the row's keys and free texts is copied.
        """
        ...

    def times(self, recording: Recording) -> tuple[Ints, Bools]:
        """Times of the event rows in nanoseconds, and which rows have one; both of shape ``(rows,)``.

        These are the times of the event table and those that the table has no column for (a time of day alone).
        """
        ...

    def retime(self, recording: Recording, timeline: Timeline) -> Mapping[str, bytes]:
        """The files that hold times, with those of ``timeline`` in their place and everything else as it was.

        Every time on the recorder's clock changes, in whatever member it stands. Raises `InputError` where it cannot.
        """
        ...
