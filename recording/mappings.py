"""What a policy says of how files are read: columns of a vendor's own, and what becomes of unknown strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from glob import escape
from types import MappingProxyType
from typing import Any

UNITS: Mapping[str, int] = MappingProxyType({"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1})
"""Nanoseconds of each unit of time; the other way to write a time is ``iso``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """How the JSON lines or the Parquet file of a vendor are read; a column in an object is written ``outer.inner``.

    Attributes:
        files: Globs of file names, case ignored; one without a slash is matched with the bare name.
        time: Column of the time on the recorder's clock.
        unit: How it counts: a key of `UNITS`, or ``iso`` for ISO 8601.
        kind: Column of the kind of event.
        kinds: Its values, and the kind (`recording.model.KINDS`) that each means.
        key: Column of the name of the key.
        char: Column of what the key types.
        text: Column of text that was typed at once.
        screenshot: Column of a picture: its file, or its bytes.
        texts: Role (`recording.model.TextField`) of each other column of text.
        keep: Columns that pass as they are, whatever they hold. All other numbers pass unless they may name somebody.
        unknown: What becomes of strings in columns that are not declared: ``scan`` or ``drop``; empty: as everywhere.
    """

    files: tuple[str, ...]
    time: str = ""
    unit: str = "s"
    kind: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    key: str = ""
    char: str = ""
    text: str = ""
    x: str = ""
    y: str = ""
    button: str = ""
    app: str = ""
    window: str = ""
    url: str = ""
    field: str = ""
    secure: str = ""
    person: str = ""
    screenshot: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    keep: frozenset[str] = frozenset()
    unknown: str = ""

    def columns(self) -> frozenset[str]:
        """Every column that is declared."""
        single = (self.time, self.kind, self.key, self.char, self.text, self.x, self.y, self.button, self.app)
        more = (self.window, self.url, self.field, self.secure, self.person, self.screenshot)
        return frozenset({*single, *more, *(column for column, _ in self.texts), *self.keep} - {""})

    def claims(self, name: str) -> bool:
        """Whether a file of this name is read so."""
        whole = name.lower()
        bare = whole.rpartition("/")[2]
        return any(fnmatchcase(whole if "/" in glob else bare, glob.lower()) for glob in self.files)


@dataclass(frozen=True, slots=True)
class Mappings:
    """How a policy has recordings read.

    Attributes:
        unknown: What becomes of strings of which nothing is known: ``scan`` or ``drop``.
        tables: Mappings; the first that claims a file holds.
    """

    unknown: str = "scan"
    tables: tuple[TableMapping, ...] = field(default=())

    def of(self, name: str) -> TableMapping | None:
        """The mapping of a file, by the name that it was handed in with."""
        return next((table for table in self.tables if table.claims(name)), None)

    def renamed(self, names: Mapping[str, str]) -> Mappings:
        """The same for files that have other names: what was claimed by its old name is claimed by its new one.

        Args:
            names: New name by old name.
        """
        extra = []
        for old, new in names.items():
            table = self.of(old)
            if table is not None and self.of(new) != table:
                extra.append(replace(table, files=(escape(new),)))
        return replace(self, tables=(*extra, *self.tables)) if extra else self

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        tables = [{**asdict(table), "keep": sorted(table.keep)} for table in self.tables]
        return {"unknown": self.unknown, "tables": tables}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Mappings:
        """The mappings that `to_json` wrote.

        Raises:
            ValueError: It did not write this; also `TypeError`, `KeyError` and `AttributeError`.
        """
        return Mappings(str(data["unknown"]), tuple(map(_table, data["tables"])))


def _table(data: Mapping[str, Any]) -> TableMapping:
    said: dict[str, Any] = {name: str(value) for name, value in data.items()}
    said["files"] = tuple(map(str, data["files"]))
    said["keep"] = frozenset(map(str, data["keep"]))
    for name in ("kinds", "texts"):
        said[name] = tuple((str(one), str(other)) for one, other in data[name])
    return TableMapping(**said)


HOUSE = Mappings()
"""Nothing is declared: what no known recorder writes is scanned as text."""
