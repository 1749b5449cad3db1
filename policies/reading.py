"""The section ``read``: what becomes of strings that nobody knows, and how a vendor's own columns are read."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from policies.contract import Options
from policies.globs_option import Globs
from recording.mappings import Mappings, TableMapping

Column = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Kind = Literal[
    "key_down", "key_up", "key_pair", "text", "input", "move", "button_down", "button_up", "scroll", "window",
    "clipboard", "frame", "element", "marker", "other",
]  # fmt: skip
Role = Literal[
    "text", "host_name", "device_id", "person", "device", "a11y_name", "window_title", "app", "url", "clipboard",
    "description", "file_ref", "wall_clock", "typed",
]  # fmt: skip
Unknown = Literal["scan", "drop"]


class TimeColumn(Options):
    """The column of the time."""

    column: Column = Field(description="Its name.")
    unit: Literal["s", "ms", "us", "ns", "iso"] = Field(
        "s", description="What it counts: s, ms, us or ns; or iso for ISO 8601."
    )


class KindColumn(Options):
    """The column of the kind of event."""

    column: Column = Field(description="Its name.")
    values: dict[Annotated[str, StringConstraints(min_length=1, max_length=256)], Kind] = Field(
        {}, description="The kind that each of its values means: key_down, key_up, key_pair, text, move ..."
    )


class TableSpec(Options):
    """How the Parquet file or the JSON lines of a vendor are read; a column in an object is written outer.inner."""

    files: Globs = Field(
        description="Names of files, * and ? as in a shell, case does not matter; with a slash, from the recording on."
    )
    time: TimeColumn | None = Field(None, description="The time on the recorder's clock.")
    kind: KindColumn | None = Field(None, description="The kind of event; without one, what is filled in tells it.")
    key: Column | None = Field(None, description="Name of the key.")
    char: Column | None = Field(None, description="What the key types.")
    text: Column | None = Field(None, description="Text typed at once; pieces that follow each other are read as one.")
    x: Column | None = Field(None, description="Position of the mouse, pixels from the left.")
    y: Column | None = Field(None, description="Position of the mouse, pixels from the top.")
    button: Column | None = Field(None, description="Button of the mouse.")
    app: Column | None = Field(None, description="Application with the focus.")
    window: Column | None = Field(None, description="Title of its window.")
    url: Column | None = Field(None, description="Address of its page.")
    field: Column | None = Field(None, description="Name of the field that is typed into.")
    secure: Column | None = Field(None, description="Whether that field hides its content.")
    person: Column | None = Field(
        None, description="Whose the rows are; 'person' at the top names this column. One person for each file."
    )
    screenshot: Column | None = Field(None, description="A picture: the name of its file, or its bytes.")
    texts: dict[Column, Role] = Field({}, description="Any other column of text, and what it is.")
    keep: tuple[Column, ...] = Field(
        (), description="Columns that pass as they are, whatever they hold. Numbers pass without, but for long ones."
    )
    unknown: Unknown | None = Field(
        None, description="Strings in all other columns: scan or drop; as above by default."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = [*self.named().values(), *self.texts, *self.keep]
        if not named:
            raise PydanticCustomError("no_column", "this declares no column", {"hint": "name at least one"})
        if len(set(named)) != len(named):
            raise PydanticCustomError("twice", "a column is declared twice", {"hint": "one column is one thing"})
        if (self.x is None) != (self.y is None):
            raise PydanticCustomError("half", "a position has x and y", {"hint": "give both or neither"})
        return self

    def named(self) -> dict[str, str]:
        """The column of each thing that is declared by itself."""
        single = ("key", "char", "text", "x", "y", "button", "app", "window", "url", "field", "secure", "person",
                  "screenshot")  # fmt: skip
        out = {name: getattr(self, name) for name in single if getattr(self, name) is not None}
        out |= {"time": self.time.column} if self.time else {}
        return out | ({"kind": self.kind.column} if self.kind else {})

    def mapping(self) -> TableMapping:
        """What readers take."""
        return TableMapping(
            files=self.files,
            unit=self.time.unit if self.time else "s",
            kinds=tuple(self.kind.values.items()) if self.kind else (),
            texts=tuple(self.texts.items()),
            keep=frozenset(self.keep),
            unknown=self.unknown or "",
            **self.named(),
        )


class Read(Options):
    """How recordings are read."""

    unknown: Unknown = Field(
        "scan",
        description="Strings that no known recorder writes: 'scan' looks for sensitive values in them as in any text, "
        "'drop' empties them.",
    )
    mappings: list[TableSpec] = Field(
        [], description="Tables with a vendor's own columns; the first that fits a file's name holds."
    )

    def all_mappings(self) -> Mappings:
        """What readers take."""
        return Mappings(self.unknown, tuple(one.mapping() for one in self.mappings))
