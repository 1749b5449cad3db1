"""Runs an audit and writes its folder: ``audit.json``, ``index.html``, ``items.json`` and later ``labels.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boundary.audit.gates import Gate, parse_gate
from boundary.audit.labels import Task, read_labels, read_task, write_task
from boundary.audit.measure import Audit, Options, Progress, look
from boundary.audit.page import page
from boundary.audit.report import judged, passed, to_data
from boundary.plan import Plan, build_plan
from boundary.sheet import check_place
from boundary.state import project_key
from boundary.writer import write_durably
from policies import Policy, load_policy
from recording.errors import InputError

DATA, PAGE = "audit.json", "index.html"


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit on disk.

    Attributes:
        out: Its folder.
        data: What ``audit.json`` holds.
    """

    out: Path
    data: Mapping[str, Any] = field(repr=False)

    @property
    def passed(self) -> bool:
        """Whether no gate fails."""
        return passed(self.data)

    @property
    def metrics(self) -> Mapping[str, float | None]:
        """Every metric that a gate may name; ``None`` for one that was not measured."""
        found: Mapping[str, float | None] = self.data["metrics"]
        return found


def run(
    source: str | Path,
    policy: str | Path | Policy | Plan,
    out: str | Path,
    *,
    options: Options | None = None,
    gates: Sequence[str] = (),
    key: bytes | None = None,
    progress: Progress | None = None,
) -> Audited:
    """Audit what a policy does to the recordings at ``source``, and write the report to a new folder.

    Args:
        policy: A file, the name of a shipped policy, a loaded one, or one that is built.
        gates: Conditions under which the audit fails, such as ``leak.CREDIT_CARD > 0.01``.
        key: Project key; by default the one in the state folder.

    Raises:
        InputError: A gate, the options or the source are wrong, or the folder may not or cannot be written.
        PolicyError: The policy was refused.
        MissingExtra: A library is absent.
    """
    source, out = Path(source), Path(out)
    options, checked = options or Options(), tuple(map(parse_gate, gates))
    check_folder(source, out, reveal=options.reveal)
    done = look(source, _plan(policy, key), options, progress)
    task = Task(
        str(source.resolve()),
        done.sample.numbers,
        tuple(done.shapes),
        {f"{part} {kind}": count for (part, kind), count in sorted(done.lottery.seen.items())},
        tuple(done.lottery.items()),
        done.plan.policy.limits.file_mb,
        done.plan.policy.read,
    )
    return _write(out, done, task, checked)


def refresh(out: Path) -> Audited:
    """Write the report of a folder again, with the labels that are there now; the gates are judged again.

    Raises:
        InputError: It is no folder of an audit.
    """
    task, labels = read_task(out), read_labels(out)
    try:
        data = json.loads((out / DATA).read_text("utf-8"))
        gates = [parse_gate(gate["text"]) for gate in data["gates"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            "the audit cannot be read", code="audit-broken", place=str(out / DATA), hint="run the audit again"
        ) from None
    data = judged(data, gates, task, labels)
    _save(out, data)
    return Audited(out, data)


def check_folder(source: Path, out: Path, *, reveal: bool) -> None:
    """Raise `InputError` where an audit must not be written, before anything is read."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "the output folder is not empty", code="out-not-empty", place=str(out), hint="choose a new one"
        )
    made = out.parent
    try:
        made.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(out, error) from None
    check_place(source, out / PAGE if out.exists() else out, reveal=reveal)


def _plan(policy: str | Path | Policy | Plan, key: bytes | None) -> Plan:
    if isinstance(policy, Plan):
        return policy
    loaded = policy if isinstance(policy, Policy) else load_policy(policy)
    return build_plan(loaded, key=key or project_key())


def _write(out: Path, done: Audit, task: Task, gates: Sequence[Gate]) -> Audited:
    data = judged(to_data(done), gates, task, {})
    try:
        # Positions in recordings and, with reveal, values: for the auditor alone.
        out.mkdir(exist_ok=True)
        out.chmod(0o700)
        write_task(out, task)
    except OSError as error:
        raise _unwritable(out, error) from None
    _save(out, data)
    return Audited(out, data)


def _save(out: Path, data: Mapping[str, Any]) -> None:
    try:
        write_durably(out / DATA, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
        write_durably(out / PAGE, page(data).encode())
    except OSError as error:
        raise _unwritable(out, error) from None


def _unwritable(out: Path, error: OSError) -> InputError:
    return InputError(
        f"the audit cannot be written ({error.strerror})", code="out-unwritable", place=str(out),
        hint="check the disk and the permissions",
    )  # fmt: skip
