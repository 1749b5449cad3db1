"""Begins a run in its folder, or finds the one that was broken off there and says whether it may go on."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from boundary.aggregates import ledger_place
from boundary.holdings import MANIFEST
from boundary.journal import JOURNAL, Log, busy, create, reopen
from boundary.plan import Plan
from boundary.record import Record
from boundary.state import key_mark, state_folder
from boundary.versions import versions
from recording.errors import InputError


def open_record(out: Path, paths: Sequence[Path], plan: Plan, *, ledger: str | Path | None, resume: bool) -> Record:
    """Begin the record of a run in ``out``, which is new or empty; or go on with the one that lies there.

    Raises:
        InputError: ``out-not-empty``, ``run-unfinished``, ``run-finished``, ``run-in-progress``, ``resume-differs``,
            ``journal-unreadable``.
        OSError: The disk.
    """
    out.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in out.iterdir()}
    about = _about(paths, plan, ledger)
    if JOURNAL in there:
        return _resumed(out, paths, plan, about, resume=resume, more=len(there) > 1)
    if there:
        finished = resume and MANIFEST in there
        raise InputError(
            "the run in this folder has ended" if finished else "the output folder is not empty",
            code="run-finished" if finished else "out-not-empty",
            place=str(out),
            hint="nothing is left to do; choose a new folder for another run" if finished else "choose a new one",
        )
    return _begun(create(out / JOURNAL, plan.key), paths, plan, about)


def _begun(journal: Log, paths: Sequence[Path], plan: Plan, about: Mapping[str, object]) -> Record:
    name = secrets.token_hex(8)
    counts = None
    if plan.aggregates:
        _counts_file(name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        counts = create(_counts_file(name), plan.key)
    journal.append({"journal": 1, "run": name, **about})
    return Record(paths, journal, counts)


def _resumed(
    out: Path, paths: Sequence[Path], plan: Plan, about: Mapping[str, object], *, resume: bool, more: bool
) -> Record:
    try:
        journal = reopen(out / JOURNAL, plan.key)
    except FileNotFoundError:  # that run ended just now
        raise busy(out / JOURNAL) from None
    if not resume:
        journal.close()
        raise InputError(
            "the folder holds a run that was broken off",
            code="run-unfinished",
            place=str(out),
            hint="add --resume to go on with it, or choose a new folder",
        )
    try:
        lines = journal.replay()
        head: dict[str, Any] = next(lines, (0, {}))[1]
        if not head and not more:  # it was broken off before it had begun
            journal.cut()
            return _begun(journal, paths, plan, about)
        _check(head, about, out)
        try:
            counts = reopen(_counts_file(head["run"]), plan.key) if plan.aggregates else None
        except FileNotFoundError:
            counts = create(_counts_file(head["run"]), plan.key)
        record = Record(paths, journal, counts)
        record.replay(lines, counted=bool(plan.aggregates))
        journal.cut()
    except BaseException:
        journal.close()
        raise
    return record


def _check(head: Mapping[str, Any], about: Mapping[str, object], out: Path) -> None:
    if head.get("journal") != 1:
        raise InputError(
            "the journal of the run that was broken off was made with another project key, or changed",
            code="journal-unreadable",
            place=str(out / JOURNAL),
            hint="give the key of that run with --key-file, or choose a new folder",
        )
    for name, what in _COMPARED.items():
        if head.get(name) != about[name]:
            raise InputError(
                f"the run that was broken off had {what}",
                code="resume-differs",
                place=str(out),
                hint="call it as it was called, or choose a new folder",
            )


_COMPARED = {
    "policy": "another policy",
    "key": "another project key",
    "sources": "other sources, or in another order",
    "ledger": "another budget ledger",
    "versions": "other versions of the toolkit or its libraries",
}


def _about(paths: Sequence[Path], plan: Plan, ledger: str | Path | None) -> dict[str, object]:
    """What a run that goes on must have in common with the one that began; keyed, since paths tell of people."""
    told = hmac.new(plan.key, b"sources\0", hashlib.sha256)
    for path in paths:
        told.update(str(path.absolute()).encode("utf-8", "surrogateescape") + b"\0")
    place = str(ledger_place(plan.policy, ledger)) if plan.aggregates else ""
    return {
        "policy": plan.policy.digest,
        "key": key_mark(plan.key),
        "sources": [len(paths), told.hexdigest()],
        "ledger": plan.keyed(place if ":/" in place else str(Path(place).absolute())),
        "versions": hashlib.sha256(json.dumps(versions(), sort_keys=True).encode()).hexdigest(),
    }


def _counts_file(run: str) -> Path:
    return state_folder() / "runs" / f"{run}.counts"
