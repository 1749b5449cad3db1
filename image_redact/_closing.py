"""What sessions share: a ``with`` block that ends them."""

from __future__ import annotations

from typing import Self


class Closing:
    """Ends with a ``with`` block by its ``close``."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of threads and of everything read."""
        raise NotImplementedError
