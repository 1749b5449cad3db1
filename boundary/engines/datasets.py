"""The stage in Hugging Face datasets: a batched ``map`` over Arrow that is never answered from a cache."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boundary.engines.shipping import recording_columns, ship
from boundary.stage import SCHEMA, Stage
from policies import Policy
from recording.errors import not_installed

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset


def apply(
    dataset: Dataset | IterableDataset,
    stage: Stage | Policy | str | Path,
    *,
    workers: int | None = None,
    rows: int = 16,
) -> Dataset | IterableDataset:
    """Take recordings through the boundary: at once, or while a streamed dataset is read.

    What passes changes from day to day with the consent register and with what lies at a path. So no verdict is taken
    from a cache, and the fingerprint is new each time (policy, key, version, and a number drawn once): what is computed
    from the result is not taken from a cache of another day either.

    Args:
        dataset: Columns as in `Shipped.stream`; no other is read.
        stage: A stage, or a policy.
        workers: Processes, for a dataset that is not streamed.
        rows: Recordings of a batch; the releases of one are in memory together.

    Returns:
        A dataset of the same kind with the columns of `Stage.schema`.

    Raises:
        MissingExtra: datasets is not installed.
        BoundaryError: The policy was refused.
    """
    try:
        import datasets
    except ImportError:
        raise not_installed("Hugging Face datasets", "datasets") from None
    shipped = ship(stage)
    recordings = dataset.select_columns(recording_columns(dataset.column_names or ())).with_format("arrow")
    # Of a function that gives tables, `map` takes these and no column of its input.
    options: dict[str, Any] = {"batched": True, "batch_size": rows}
    options["features"] = datasets.Features.from_arrow_schema(SCHEMA)
    if isinstance(dataset, datasets.Dataset):
        told = (shipped.stage.policy_digest, shipped.mark, shipped.version, secrets.token_hex(16))
        options["new_fingerprint"] = hashlib.sha256("\0".join(told).encode()).hexdigest()[:32]
        options |= {"num_proc": workers, "load_from_cache_file": False, "writer_batch_size": rows}
    return recordings.map(shipped, **options)
