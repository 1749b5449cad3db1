"""What leaves: integers with their interval, how they were made, and what they cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dp.ledger import canonical

CAVEAT = (
    "The interval covers the noise only; what the bounds cut off can pull a number further below the true one. "
    "Numbers are not cut at 0, since that would bias their sums."
)
PROTECTS = "add or remove one person, with all recordings and devices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One vector of a statistic.

    Attributes:
        name: Of the part.
        unit: Of the values.
        keys: Sorted; of unknown keys only those that appear.
        values: Noisy integers in the order of the keys.
        half_width: ``value - half_width .. value + half_width`` covers the bounded value with probability ``level``.
        level: Of the interval.
        mechanism: Name of the mechanism.
        sampler: What drew it, with its version.
        event: The mechanism with its exact parameters, for any accountant.
        scale: Of geometric noise the scale, of Gaussian noise the variance; an exact fraction.
        groups: Keys that one person counts under.
        per_group: What one person adds to a key at most.
        amount: Price in millionths.
        delta_noise: Delta of the mechanism's implementation, an exact fraction.
        delta_threshold: Delta of showing unknown keys, likewise.
        threshold: Smallest value with which an unknown key appears; ``None`` where keys are public.
        min_people: Smallest number of people, before noise, of a key that appears.
        suppressed: What the threshold hid, in words: its number is no public figure.
    """

    name: str
    unit: str
    keys: tuple[str, ...]
    values: tuple[int, ...] = field(repr=False)
    half_width: int
    level: str = "0.95"
    mechanism: str
    sampler: str
    event: Mapping[str, object]
    scale: str
    groups: int
    per_group: int
    amount: int
    delta_noise: str
    delta_threshold: str = "0"
    threshold: int | None = None
    min_people: int | None = None
    suppressed: str = "nothing: every public key is listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One statistic. Amounts of budget are integer millionths of ``currency``.

    Attributes:
        release_id: Identity of the release.
        query: Name of the statistic in the policy.
        step: Name of the step that made it.
        protects: Who is protected: what neighbouring data differ by.
        numbers: Noisy vectors, by part.
        derived: What was computed from the noisy numbers alone (post-processing): quantiles, a mean.
        caveat: What the intervals leave out.
        currency: ``epsilon`` or ``rho``.
        amount: Price.
        price: The same as a decimal.
        delta: Delta of the whole release, an exact fraction.
        grid: Columns and rows of a heat map; empty otherwise.
        forecast: What was expected before it was charged.
        scope: Account in the ledger.
        total: Total of the scope when the release was charged.
        before: Spent before it.
        after: Spent with it.
        left: Left after it.
        ledger_head: Hash of this charge in the ledger's chain.
        policy_digest: Digest of the policy.
    """

    release_id: str
    query: str
    step: str
    protects: str = PROTECTS
    numbers: tuple[Numbers, ...]
    derived: Mapping[str, Any]
    caveat: str = CAVEAT
    currency: str
    amount: int
    price: str
    delta: str
    grid: tuple[int, ...] = ()
    forecast: Mapping[str, Any]
    scope: str
    total: int
    before: int
    after: int
    left: int
    ledger_head: str
    policy_digest: str

    def to_json(self) -> bytes:
        """One line of UTF-8 JSON with sorted keys; equal answers have equal bytes."""
        return canonical(asdict(self)).encode() + b"\n"

    @staticmethod
    def from_json(data: bytes) -> Answer:
        """The answer that `to_json` wrote."""
        fields = json.loads(data)
        numbers = tuple(
            Numbers(**{**one, "keys": tuple(one["keys"]), "values": tuple(one["values"])}) for one in fields["numbers"]
        )
        return Answer(**{**fields, "numbers": numbers, "grid": tuple(fields["grid"])})

    def to_parquet(self) -> bytes:
        """The numbers as a Parquet file: part, unit, key, value, low, high; what else is in the JSON as metadata."""
        import io

        import pyarrow as pa
        import pyarrow.parquet as pq

        rows: dict[str, list[Any]] = {name: [] for name in ("part", "unit", "key", "value", "low", "high")}
        for one in self.numbers:
            rows["part"] += [one.name] * len(one.keys)
            rows["unit"] += [one.unit] * len(one.keys)
            rows["key"] += one.keys
            rows["value"] += one.values
            rows["low"] += [value - one.half_width for value in one.values]
            rows["high"] += [value + one.half_width for value in one.values]
        types = {"part": pa.string(), "unit": pa.string(), "key": pa.string()}
        table = pa.table({name: pa.array(cells, types.get(name, pa.int64())) for name, cells in rows.items()})
        about = {name: getattr(self, name) for name in ("release_id", "query", "step", "policy_digest", "ledger_head")}
        out = io.BytesIO()
        pq.write_table(table.replace_schema_metadata({"dp.release": canonical(about)}), out, compression="zstd")
        return out.getvalue()
