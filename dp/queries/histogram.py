"""``histogram``: how often each public key of the keyboard or named shortcut was pressed. Never sequences of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from dp.contract import OTHER, Column, Limit, Noisy, Part, PublicKeys, QueryOptions, non_negative
from dp.queries._guard import noise_is_safe
from dp.queries.counts import public_keys
from dp.rows import Coded, coded, column, partial, persons
from recording.keys import normal_name

MODIFIERS = ("ctrl", "alt", "shift", "cmd")


class HistogramOptions(QueryOptions):
    """Options of ``dp.histogram``."""

    by: Literal["press", "shortcut"] = Field(
        "press", description="What is counted: keys that went down, or keys with the modifiers held."
    )
    keys: Annotated[PublicKeys, Field(min_length=1)] = Field(
        description="Public keys: single characters, names of keys, modifiers+key (ctrl, alt, shift, cmd in order)."
    )
    max_groups: Annotated[int, Field(ge=1)] = Field(
        description="Largest number of keys that one person counts under: those the person pressed most."
    )
    max_per_group: Limit = Field(description="Largest number of presses that one person adds to a key.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for key in self.keys:
            check_key(key, shortcut=self.by == "shortcut")
        if self.max_groups > len(self.keys) + 1:
            raise ValueError("max_groups must not exceed the number of keys plus one ('other')")
        return noise_is_safe(self)

    def parts(self) -> tuple[Part, ...]:
        """One vector: presses of each key."""
        keys = public_keys(self.by, self.keys)
        return (Part(name="presses", unit="presses", keys=keys, groups=self.max_groups, per_group=self.max_per_group),)

    def columns(self) -> tuple[Column, ...]:
        """The keys that were pressed."""
        return (Column(name=self.by, kind="text", samples=self.keys),)

    def partial(self, events: pa.Table, person: str | None) -> pa.Table:
        """Presses by person and key; rows that are no press do not count. See `dp.contract.Query.partial`."""
        who = persons(events, person, by_day=self.unit_of_privacy == "person_day")
        return partial(who, self._pressed(events), {"presses": np.ones(events.num_rows, dtype=np.int64)})

    def _pressed(self, events: pa.Table) -> Coded:
        public = frozenset(self.keys)
        return coded(
            column(events, self.by), lambda name: None if name is None else (name if name in public else OTHER)
        )

    def finish(self, noisy: Noisy) -> Mapping[str, object]:
        """Counts without negative ones."""
        return {"steps": ["negative counts set to 0"], "presses": non_negative(noisy["presses"])}


def check_key(key: str, *, shortcut: bool) -> None:
    """Refuse what is not one key: a run of characters would be an n-gram of what somebody typed.

    Raises:
        ValueError: It is not.
    """
    head, plus, last = key.rpartition("+")
    if last == "" and plus:
        # The key is the plus sign itself; "ctrl+" alone names none.
        head, last = (head[:-1], "+") if head.endswith("+") else ("", "" if head else "+")
    if len(last) != 1 and normal_name(last) != last:
        raise ValueError("a key is a single character or the name of a key, with modifiers before it")
    held = tuple(head.split("+")) if head else ()
    if held != tuple(name for name in MODIFIERS if name in held) or (held and not shortcut):
        raise ValueError("modifiers are ctrl, alt, shift, cmd, in this order, and only with 'by: shortcut'")
