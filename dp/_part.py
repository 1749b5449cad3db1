"""What a query is to a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One bounded integer vector of a query that gets its own noise."""

    name: str
    unit: str
    keys: tuple[str, ...] | None
    groups: int
    per_group: int
    share: Fraction


Vectors = Mapping[str, tuple[tuple[str, ...], NDArray[np.int64]]]


class Query(Protocol):
    """**Protocol:** one statistic."""

    id: str

    def parts(self) -> tuple[Part, ...]:
        """What gets noise."""
        ...

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Contributions of one recording."""
        ...

    def vectors(self, partials: Iterable[pa.Table]) -> Vectors:
        """Merged and bounded, by part; keys sorted."""
        ...

    def finish(self, noisy: Mapping[str, tuple[tuple[str, ...], Sequence[int]]]) -> Mapping[str, object]:
        """Post-processing."""
        ...
