"""What a store is: one file that holds a recording in its own way, a database or a table of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from recording.model import SourceFile


class Store(Protocol):
    """**Protocol:** takes the contents of one file out as text and pictures, and puts them back.

    A store is one module of `recording.stores` with a constant ``STORE``. Everything between reading and writing works
    on what was taken out (JSON lines, one for each row; pictures), whose formats are modules of `recording.formats`.
    """

    @property
    def name(self) -> str:
        """Unique name."""
        ...

    @property
    def suffixes(self) -> frozenset[str]:
        """Suffixes of the files that are asked about, lower case with the dot."""
        ...

    def claims(self, source: SourceFile) -> bool:
        """Whether this file is such a store; looks at its first bytes and its schema, and never raises."""
        ...

    def parts(self, name: str, files: Mapping[str, SourceFile]) -> tuple[str, ...]:
        """Names of files beside store ``name`` that belong to it (a write-ahead log) and do not pass by themselves."""
        ...

    def unpack(
        self, source: SourceFile, parts: Mapping[str, SourceFile], *, max_bytes: int
    ) -> Mapping[str, SourceFile]:
        """What is in the store, by a name inside it.

        The same content gives the same names and bytes, so that what `pack` made can be compared with what it got.

        Args:
            source: The store; it is not written to, and nothing is written beside it.
            parts: The files of `parts`, by name.
            max_bytes: Most bytes of text; pictures are better given as ``SourceFile.load``.

        Raises:
            InputError: Damaged, too large, or holds what this reader does not know how to put back.
        """
        ...

    def pack(self, source: SourceFile, parts: Mapping[str, SourceFile], files: Mapping[str, bytes]) -> bytes:
        """The store anew with ``files`` as its whole content, and no trace of what it held before.

        Args:
            source: The store that the files were taken out of, for its schema and what is in no file.
            parts: As for `unpack`.
            files: Content by the names of `unpack`; one that is missing is gone, a picture may have another suffix.

        Raises:
            InputError: The files cannot be put back.
        """
        ...


@runtime_checkable
class Settling(Protocol):
    """**Protocol:** a store whose content must fit together: row numbers without gaps, lengths, digests.

    What was taken out leaves rows missing and what was put in has no number yet. Before packing the files are settled,
    and what is packed is compared with that; settling adds numbers and fixed words alone, nothing that was recorded.
    """

    def settle(
        self, source: SourceFile, parts: Mapping[str, SourceFile], files: Mapping[str, bytes]
    ) -> Mapping[str, bytes]:
        """The content that `Store.pack` gets, by the names of `Store.unpack`; that of `unpack` is settled already.

        Raises:
            InputError: The files are no content of this store.
        """
        ...
