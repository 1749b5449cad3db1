"""The presses of a key stream, in columns: there are as many as keys were pressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload


@dataclass(frozen=True, slots=True)
class Press:
    """One key press.

    Attributes:
        row: Its event.
        rows: Every event of the same stroke: the press, its automatic repeats, the releases it may have had.
        does: ``text`` (typed a character), ``shift`` (held for the characters under it), ``part`` (makes a part of the
            next character: a dead key, an input method), ``modifier`` (any other), ``erase`` (deleted), ``move`` (moved
            the caret), ``break`` (Enter, Tab, a shortcut: never part of a value).
        field: Number of the text field it went to.
        erased: Rows whose characters it deleted.
    """

    row: int
    rows: tuple[int, ...]
    does: str
    field: int
    erased: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Presses(Sequence[Press]):
    """Presses in file order; a sequence of `Press`.

    Attributes:
        at: Row of each.
        holds: Rows of its stroke; presses of one stroke (automatic repeats) share the list.
        does: See `Press.does`.
        fields: See `Press.field`.
        erased: By number of the press, the rows that it deleted; only of those that did.
    """

    at: list[int] = field(default_factory=list, repr=False)
    holds: list[Sequence[int]] = field(default_factory=list, repr=False)
    does: list[str] = field(default_factory=list, repr=False)
    fields: list[int] = field(default_factory=list, repr=False)
    erased: dict[int, frozenset[int]] = field(default_factory=dict, repr=False)

    def add(self, row: int, hold: Sequence[int], does: str, number: int, erased: Sequence[int] = ()) -> None:
        """Append a press."""
        if erased:
            self.erased[len(self.at)] = frozenset(erased)
        self.at.append(row)
        self.holds.append(hold)
        self.does.append(does)
        self.fields.append(number)

    def extend(self, rows: Sequence[int], holds: Sequence[Sequence[int]], does: str, number: int) -> None:
        """Append presses that do one thing in one field."""
        self.at.extend(rows)
        self.holds.extend(holds)
        self.does.extend([does] * len(rows))
        self.fields.extend([number] * len(rows))

    def __len__(self) -> int:
        """Number of presses."""
        return len(self.at)

    @overload
    def __getitem__(self, index: int) -> Press: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Press]: ...
    def __getitem__(self, index: int | slice) -> Press | Sequence[Press]:
        """The press with this number."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        erased = self.erased.get(number, frozenset())
        return Press(self.at[number], tuple(self.holds[number]), self.does[number], self.fields[number], erased)

    def __iter__(self) -> Iterator[Press]:
        """Every press in order."""
        return (self[number] for number in range(len(self)))
