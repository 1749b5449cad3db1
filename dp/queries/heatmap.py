"""``heatmap``: where on the screen people clicked, on a fixed public grid for each class of screens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from dp.contract import Column, Limit, Noisy, Part, QueryOptions
from dp.queries._guard import noise_is_safe
from dp.rows import Coded, coded, column, partial, persons
from policies.schema import ColumnName, Slug
from recording.errors import InputError

MAX_CELLS = 2_000_000

Side = Annotated[int, Field(ge=1, le=100_000)]


class HeatmapOptions(QueryOptions):
    """Options of ``dp.heatmap``."""

    grid: Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], Annotated[int, Field(ge=1, le=4096)]], Field()] = Field(
        (64, 36), description="Columns and rows of the grid."
    )
    screens: Annotated[dict[Slug, tuple[Side, Side]], Field(min_length=1, max_length=32)] = Field(
        description="Classes of screens by name, each with width and height in pixels; clicks on others are left out."
    )
    x: ColumnName = Field("click_x", description="Column of pixels from the left.")
    y: ColumnName = Field("click_y", description="Column of pixels from the top.")
    screen: ColumnName | None = Field(
        "screen", description="Column with the size of the screen, such as 1920x1080; null: all are of the one class."
    )
    max_groups: Annotated[int, Field(ge=1)] = Field(
        description="Largest number of cells that one person adds to: those the person clicked in most."
    )
    max_per_group: Limit = Field(1, description="Largest number of clicks that one person adds to a cell.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.grid[0] * self.grid[1] * len(self.screens) > MAX_CELLS:
            raise ValueError(f"a heat map has at most {MAX_CELLS} cells over all screens")
        if len(set(self.screens.values())) != len(self.screens):
            raise ValueError("two classes of screens have the same size")
        if self.screen is None and len(self.screens) > 1:
            raise ValueError("without a column 'screen' there can be only one class")
        if self.max_groups > self.grid[0] * self.grid[1] * len(self.screens):
            raise ValueError("max_groups must not exceed the number of cells")
        return noise_is_safe(self)

    def keys(self) -> tuple[str, ...]:
        """``screen/row/column`` of each cell, padded with zeros, sorted by code points."""
        return _cells(self.grid, self._names())

    def _names(self) -> tuple[str, ...]:
        # As the keys sort: "fhd-2/..." comes before "fhd/...".
        return tuple(sorted(self.screens, key=lambda name: f"{name}/"))

    def parts(self) -> tuple[Part, ...]:
        """One vector: clicks in each cell of each class of screens."""
        top = self.max_per_group
        return (Part(name="clicks", unit="clicks", keys=self.keys(), groups=self.max_groups, per_group=top),)

    def columns(self) -> tuple[Column, ...]:
        """Where the clicks were, and on how large a screen."""
        wide, high = (max(size[axis] for size in self.screens.values()) for axis in (0, 1))
        found = (
            Column(name=self.x, kind="number", samples=(0, wide - 1, wide)),
            Column(name=self.y, kind="number", samples=(0, high - 1, high)),
        )
        sizes = tuple(f"{width}x{height}" for width, height in self.screens.values())
        return found if self.screen is None else (*found, Column(name=self.screen, kind="text", samples=sizes))

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Clicks by person and cell; what is on no screen is left out. See `dp.contract.Query.partial`."""
        who = persons(events, person, by_day=self.unit_of_privacy == "person_day")
        return partial(who, self._cell(events), {"clicks": np.ones(events.num_rows, dtype=np.int64)})

    def _cell(self, events: pa.Table) -> Coded:
        wide, high = self.grid
        names = self._names()
        by_size = {f"{width}x{height}": name for name, (width, height) in self.screens.items()}
        if self.screen is None:
            kind = np.zeros(events.num_rows, dtype=np.int64)
        else:
            seen = coded(column(events, self.screen), lambda text: by_size.get(text or ""))
            kind = np.array([*(names.index(name) for name in seen.names), -1], dtype=np.int64)[seen.codes]
        places = []
        inside = kind >= 0
        for axis, name, cells in ((0, self.x, wide), (1, self.y, high)):
            size = np.array([self.screens[one][axis] for one in names], dtype=np.float64)[kind]
            pixels = _numbers(column(events, name))
            # NaN compares as outside.
            inside &= (pixels >= 0) & (pixels < size)
            places.append(np.floor(np.where(inside, pixels, 0) * cells / size).astype(np.int64))
        cell = (kind * high + np.minimum(places[1], high - 1)) * wide + np.minimum(places[0], wide - 1)
        return Coded(np.where(inside, cell, -1), self.keys())

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """For each class of screens its rows from the top, each a list of cells from the left, without negatives."""
        wide, high = self.grid
        _, values = noisy["clicks"]
        cells = np.maximum(np.asarray(values, dtype=np.int64), 0).reshape(len(self.screens), high, wide)
        maps = {name: cells[index].tolist() for index, name in enumerate(self._names())}
        return {"steps": ["negative counts set to 0"], "screens": maps}


# Names of a million cells take a second to make, and every part of a release asks for them.
@lru_cache(maxsize=4)
def _cells(grid: tuple[int, int], screens: tuple[str, ...]) -> tuple[str, ...]:
    wide, high = grid
    return tuple(
        f"{screen}/{row:04d}/{place:04d}" for screen in screens for row in range(high) for place in range(wide)
    )


def _numbers(values: pa.ChunkedArray) -> np.ndarray:
    kind = values.type
    if not (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    ):
        raise InputError("the column of places does not hold numbers", code="dp-column")
    try:
        return np.asarray(values.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    except pa.ArrowException:
        raise InputError("the column of places cannot be read as numbers", code="dp-column") from None
