"""Gathers what the page for a recorded person tells: their recordings, what left of them, what was hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from boundary.folders import refuse_inside, unwritable
from boundary.holdings import Holding, holdings
from boundary.opening import open_under
from boundary.register import fold, today
from boundary.release import digest_of
from boundary.state import retired_keys
from boundary.subject_own import Typed, typed_by
from boundary.writer import write_durably
from policies import Policy
from policies.contract import BuildContext
from recording import discover
from recording.errors import BoundaryError, InputError
from recording.model import Recording

IDLE_NS = 5 * 60 * 10**9
"""A pause that is longer does not count as time recorded."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one recording holds; figures alone.

    Attributes:
        digest: Keyed digest, as manifests have it.
        keys: Keys that went down.
        clicks: Mouse buttons that went down.
        screens: Pictures of the screen.
        seconds: Time recorded, long pauses left out.
        apps: Seconds by application.
        days: First and last UTC day, where its clock or its metadata tell them.
    """

    digest: str
    keys: int
    clicks: int
    screens: int
    seconds: float
    apps: dict[str, float] = field(repr=False)
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that the page tells.

    Attributes:
        unread: Recordings that could not be read, or name nobody.
        holdings: What each release holds of the person.
        consent: What the register says today: a code of `boundary.register.Register.refusal`, or the scope; ``None``
            where the policy asks no register.
        typed: The person's own words, where they asked for them; ``None`` where not.
    """

    person: str = field(repr=False)
    made: datetime
    policy: Policy
    recorded: Sequence[Recorded]
    unread: int
    holdings: Sequence[Holding]
    consent: str | frozenset[str] | None
    typed: Sequence[Typed] | None = field(default=None, repr=False)


def write_report(
    person: str, source: Path, policy: Policy, releases: Sequence[Path], key: bytes, out: Path, *, own: bool = False
) -> tuple[str, ...]:
    """Write the page; its file is readable by its owner alone.

    Returns:
        What could not be told, in words; empty where all could.

    Raises:
        InputError: ``out`` is there already, lies in a source or a release or cannot be written; the policy names no
            person; a source or a release is not there.
        BoundaryError: With ``own``, a step of the policy cannot be built.
    """
    from boundary.subject_page import page

    refuse_inside((source, *releases), out)
    if out.exists():
        raise InputError("the page is there already", code="out-not-empty", place=str(out), hint="choose a new --out")
    if policy.person is None:
        raise InputError("the policy does not say who a person is", code="person-unknown", hint="set 'person:' in it")
    recorded, typed, unread = [], [], 0
    plan = _plan(policy, key) if own else None
    for recording in _opened(source, policy):
        if recording is None or not (whose := recording.attributes.get(policy.person, "").strip()):
            unread += 1
        elif fold(whose) == fold(person):
            recorded.append(_recorded(recording, key))
            if plan is not None:
                typed += typed_by(recording, plan)
    known = {one.digest for one in recorded}
    found = holdings(releases, person, key, older=retired_keys(), sources=known) if releases else []
    told = Told(
        person,
        datetime.now(UTC),
        policy,
        recorded,
        unread,
        found,
        _consent(policy, person, key),
        typed if own else None,
    )
    try:
        write_durably(out, page(told).encode("utf-8", "replace"), mode=0o600)
    except OSError as error:
        raise unwritable(out, error) from None
    return tuple(_gaps(told))


def _gaps(told: Told) -> Iterator[str]:
    if not told.recorded:
        yield "no recording of this person is at --source"
    if told.unread:
        yield f"recordings that could not be read, or name nobody: {told.unread}"
    for one in told.holdings:
        if one.problem or one.unknown:
            yield f"{one.folder}: {one.problem or f'records that do not say whose they are: {one.unknown}'}"


def _plan(policy: Policy, key: bytes) -> Any:
    from boundary.plan import build_plan

    return build_plan(policy, key=key)


def _opened(source: Path, policy: Policy) -> Iterator[Recording | None]:
    for path in discover(source.resolve() if source.is_symlink() else source):
        try:
            yield open_under(path, policy)
        except (BoundaryError, OSError):
            yield None


def _consent(policy: Policy, person: str, key: bytes) -> str | frozenset[str] | None:
    from boundary.admit import Consent

    for use in policy.admit:
        if use.spec.name == "admit.consent":
            step = use.spec.build(use.options, BuildContext(folder=policy.folder, key=key))
            assert isinstance(step, Consent)
            register, day = step.register(), today()
            return register.refusal(person, step.require, first=day, last=day) or register.scope(person)
    return None


def _recorded(recording: Recording, key: bytes) -> Recorded:
    from boundary.admit import recorded_days

    kinds = Counter(recording.events["kind"].to_pylist())
    apps = _seconds(recording.events)
    return Recorded(
        digest=digest_of(recording, key),
        keys=kinds["key_down"] + kinds["key_pair"],
        clicks=kinds["button_down"],
        screens=len(recording.frames),
        seconds=sum(apps.values()),
        apps=apps,
        days=recorded_days(recording),
    )


def _seconds(events: pa.Table) -> dict[str, float]:
    """Seconds by application: from each event to the next, long pauses left out."""
    timed = events.select(["t_ns", "app"]).filter(pc.is_valid(events["t_ns"])).sort_by("t_ns").combine_chunks()
    if len(timed) < 2:
        return {}
    times = timed["t_ns"]
    gaps = pc.subtract(times.slice(1), times.slice(0, len(times) - 1))
    kept = pc.if_else(pc.greater(gaps, IDLE_NS), 0, gaps)
    table = pa.table({"app": pc.fill_null(timed["app"].slice(0, len(timed) - 1), ""), "ns": kept})
    rows = table.group_by("app").aggregate([("ns", "sum")]).to_pylist()
    return {row["app"]: row["ns_sum"] / 1e9 for row in rows}
