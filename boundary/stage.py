"""The one object that pipeline engineers import: recordings in, verdicts out, on Arrow tables or one by one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from boundary.approvals import require_approved
from boundary.opening import open_under
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan, cached_plan
from boundary.state import project_key
from policies import Policy, load_policy
from recording import Recording, SourceFile, parse_files
from recording.errors import InputError

if TYPE_CHECKING:
    from boundary.live.flow import Flow
    from boundary.live.hold import Hold

FILES = pa.list_(pa.struct([pa.field("name", pa.string()), pa.field("data", pa.binary())]))

SCHEMA = pa.schema(
    [
        # The row's number in its table, so that verdicts can be joined without passing an id through.
        pa.field("row", pa.int64(), nullable=False),
        # "released" or "withheld".
        pa.field("verdict", pa.string(), nullable=False),
        # Why it was withheld: code, step, message and hint; null for a release.
        pa.field("code", pa.string()),
        pa.field("step", pa.string()),
        pa.field("message", pa.string()),
        pa.field("hint", pa.string()),
        # What leaves; null for what is withheld.
        pa.field("files", FILES),
        # Figures as JSON (see boundary.Report), and the keyed digest of the source.
        pa.field("report", pa.string()),
        pa.field("digest_in", pa.string()),
        pa.field("policy_digest", pa.string(), nullable=False),
    ]
)
"""Columns of what `Stage` returns for a table, one row for each row that came in, in the same order."""


class Stage:
    """A policy as a callable for a loop, for Ray Data, for Spark's ``mapInArrow`` or a broker's consumer.

    Args:
        policy: A policy file, the name of a shipped policy, or a loaded `Policy`.
        key_file: File with the project key; by default the one in the state folder of whichever machine runs it.
        approvals: Log of ``boundary review``, or its folder: only a policy that it approves is taken. It is asked here,
            where the stage is made; processes that it is sent to take this policy, with these lists, and no other.

    The pickled state is the policy's text, its digest and the options; models and the key stay where they are, and each
    process builds its plan once.

    Raises:
        PolicyError: The policy was refused.
        ApprovalMissing: It is not among the approved ones.
    """

    schema = SCHEMA

    def __init__(
        self,
        policy: str | Path | Policy,
        *,
        key_file: str | Path | None = None,
        approvals: str | Path | None = None,
    ) -> None:
        loaded = policy if isinstance(policy, Policy) else load_policy(policy)
        if approvals is not None:
            require_approved(loaded, approvals)
        self._state = (loaded.sources, loaded.folder, loaded.digest, None if key_file is None else str(key_file))

    def __getstate__(self) -> tuple[Any, ...]:
        return self._state

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def __repr__(self) -> str:
        return f"Stage(policy_digest={self.policy_digest!r})"

    @property
    def policy_digest(self) -> str:
        """SHA-256 (hex) of the effective policy."""
        return str(self._state[2])

    @property
    def key_file(self) -> Path | None:
        """File with the project key, ``None`` for the one in the state folder."""
        return Path(self._state[3]) if self._state[3] else None

    def __call__(self, batch: Any) -> Any:
        """Take recordings through the boundary.

        Args:
            batch: An Arrow table or record batch with a column ``path`` (string) or ``files`` (list of structs of
                ``name`` and ``data``); or an iterable of `Recording` objects or paths.

        Returns:
            A table or batch with `Stage.schema`; or an iterator of `Release` and `Withheld`. What a recording does
            wrong becomes its verdict and never an exception.

        Raises:
            InputError: The table has neither column, or the batch is a single recording.
            BoundaryError: The policy cannot be built on this machine.
        """
        plan = self.plan()
        if isinstance(batch, pa.Table | pa.RecordBatch):
            rows = _rows(batch, plan)
            if isinstance(batch, pa.RecordBatch):
                return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)
            # A chunk for each row: together their files may be larger than one Arrow array can be.
            return pa.Table.from_batches([pa.RecordBatch.from_pylist([row], schema=SCHEMA) for row in rows], SCHEMA)
        if isinstance(batch, str | Path | Recording):
            raise InputError("a stage takes recordings, not one", code="not-a-batch", hint="put it into a list")
        return (_one(item, plan) for item in batch)

    def stream(
        self, events: Iterable[Any], *, hold: Hold | None = None, metadata: bytes | None = None
    ) -> Iterator[Any]:
        """Take one recording through while it is made: events in, cleared events out, in their order.

        Args:
            events: Bytes of ``events.jsonl``, cut anywhere; or dicts, one an event; or pairs of the name of a
                JSON-lines file of the recording and one line of it (bytes), in the order in which they happened.
            hold: How many events, for how long, are held back at most. Seconds count from when an event came, so that
                what was recorded before is taken in large pieces.
            metadata: Content of the recording's ``metadata.json``. It is read for who typed where, and does not leave.

        Yields:
            What came in, as it may leave: whole lines as bytes, dicts, or pairs. What could not be cleared is a record
            with ``"action": "withheld"``, a code and a count.

        Raises:
            InputError: The policy has steps that need the whole recording (``stream-timing``, ``stream-statistics``).
            BoundaryError: The policy cannot be built on this machine.
        """
        from boundary.live.shapes import through

        return through(events, self.flow(hold=hold, metadata=metadata, clock=time.monotonic_ns))

    def flow(
        self, *, hold: Hold | None = None, metadata: bytes | None = None, clock: Callable[[], int] | None = None
    ) -> Flow:
        """What `stream` is made of: a `boundary.live.flow.Flow` for one recording, with its figures.

        Args:
            hold: As for `stream`.
            metadata: As for `stream`.
            clock: Nanoseconds by which seconds count, such as ``time.monotonic_ns``; by default the recorder's.
        """
        from boundary.live.flow import Flow

        return Flow(self.plan(), hold=hold, metadata=metadata, clock=clock)

    def plan(self) -> Plan:
        """The policy, built once a process.

        Raises:
            BoundaryError: It cannot be built on this machine, or is another one here: ``policy-differs``.
        """
        sources, folder, digest, key_file = self._state
        plan = cached_plan(sources, folder, project_key(Path(key_file) if key_file else None))
        if plan.policy.digest != digest:
            raise InputError(
                "the policy reads differently here than where it was loaded",
                code="policy-differs",
                hint="install the same version of boundary-redaction everywhere",
            )
        return plan


def _one(item: Any, plan: Plan) -> Outcome:
    def read() -> Recording:
        if isinstance(item, Recording):
            return item
        if not isinstance(item, str | Path):
            raise InputError("this is neither a recording nor a path", code="no-recording", hint="see Stage.__call__")
        return open_under(item, plan.policy)

    return process(read, plan)


def _rows(batch: Any, plan: Plan) -> list[dict[str, object]]:
    names = batch.schema.names
    if "files" in names:
        outcomes = (process(from_files(batch["files"][row], plan), plan) for row in range(batch.num_rows))
    elif "path" in names:
        outcomes = (_one(path.as_py(), plan) for path in batch["path"])
    else:
        raise InputError(
            "a table of recordings has a column 'path' or 'files'",
            code="no-recording-column",
            hint="see Stage.__call__",
        )
    return [_row(number, outcome, plan) for number, outcome in enumerate(_fitting(outcomes, batch))]


def _fitting(outcomes: Iterable[Outcome], batch: Any) -> Iterator[Outcome]:
    """Withhold releases whose files do not fit; those of a record batch share one array, those of a table do not."""
    size = 0
    for outcome in outcomes:
        weight = sum(len(data) for data in outcome.files.values()) if isinstance(outcome, Release) else 0
        if weight > MAX_BYTES - (size if isinstance(batch, pa.RecordBatch) else 0):
            yield Withheld("batch-too-large", "write", "the files do not fit into one array", "use smaller batches")
        else:
            size += weight
            yield outcome


MAX_BYTES = 2**31 - 2**20
"""Most bytes of files in one array: Arrow's binary type counts them in 32 bits."""


def from_files(cell: Any, plan: Plan) -> Callable[[], Recording]:
    """Reads the recording in a cell of the column ``files``; raises `InputError` when it is called."""

    def read() -> Recording:
        files = cell.as_py()
        if not files:
            raise InputError("the row holds no files", code="no-files", hint="fill the column 'files'")
        found: dict[str, SourceFile] = {}
        for file in files:
            name, data = file["name"], file["data"]
            if not isinstance(name, str) or not isinstance(data, bytes) or name in found or not is_relative(name):
                raise InputError(
                    "a file needs a relative name of its own, and data", code="files-invalid", hint="see Stage.__call__"
                )
            found[name] = SourceFile(name, data)
        limit = plan.policy.limits.file_mb * 2**20
        return parse_files("recording", found, max_bytes=limit, mappings=plan.policy.read)

    return read


def is_relative(name: str) -> bool:
    """Whether a name can be that of a file inside a recording."""
    parts = name.split("/")
    return bool(name) and name.isprintable() and "\\" not in name and not {"", ".", ".."} & set(parts)


def _row(number: int, outcome: Outcome, plan: Plan) -> dict[str, object]:
    common: dict[str, object] = {"row": number, "policy_digest": plan.policy.digest}
    if isinstance(outcome, Withheld):
        told = {name: getattr(outcome, name) or None for name in ("code", "step", "message", "hint")}
        return common | {"verdict": "withheld"} | told
    return common | {
        "verdict": "released",
        "files": [{"name": name, "data": data} for name, data in outcome.files.items()],
        "report": json.dumps(asdict(outcome.report), sort_keys=True),
        "digest_in": outcome.digest_in,
    }
