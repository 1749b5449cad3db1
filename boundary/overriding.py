"""What is different in some places: which overrides of a policy hold for which text of a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from boundary.plan import Plan
from boundary.regions import frame_views
from policies.contract import ScreenView
from policies.globs import matches
from policies.policy import OverrideUse, StepUse
from policies.schema import When
from recording.model import Passage, Recording


@dataclass(frozen=True, slots=True)
class Where:
    """Names of the place that a text is from. There are several where it may be from more than one."""

    apps: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    fields: tuple[str, ...] = field(default=(), repr=False)
    windows: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Overriding:
    """By passage, the numbers of the overrides that hold there.

    Attributes:
        maybe: Those whose detectors look there: in doubt more is found.
        surely: Those that change something else there: every name of the place fits.
    """

    maybe: Sequence[tuple[int, ...]] = ()
    surely: Sequence[tuple[int, ...]] = ()

    def ignored(self, passage: int, plan: Plan) -> frozenset[str]:
        """Labels that stay in a passage."""
        numbers = self.surely[passage] if self.surely else ()
        return frozenset().union(*(plan.policy.overrides[number].ignore for number in numbers))

    def operator(self, passage: int, label: str, plan: Plan) -> tuple[StepUse, str]:
        """What changes a label in a passage: the step, and its name among the plan's operators.

        Overrides lie on the policy like policies on each other: the last with the label wins, then the last with a
        default, unless the policy itself names the label.
        """
        numbers = self.surely[passage] if self.surely else ()
        change = plan.policy.change
        for wanted in (label, "default"):
            for number in reversed(numbers):
                use = plan.policy.overrides[number].change.get(wanted)
                if use is not None:
                    return use, operator_name(number, wanted)
            if wanted in change:
                return change[wanted], wanted
        raise KeyError("default")  # a policy that finds texts has one


def operator_name(override: int, label: str) -> str:
    """The name of an override's operator among the plan's."""
    return f"{override}:{label}"


NONE = Overriding()


def overriding(recording: Recording, passages: Sequence[Passage], plan: Plan) -> Overriding:
    """Which overrides hold for each passage."""
    overrides = plan.policy.overrides
    if not overrides:
        return NONE
    rows = _rows(recording, passages)
    views = frame_views(recording, recording.frames)
    fitting: dict[Where, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    maybe, surely = [], []
    for passage in passages:
        where = _where(passage, recording, rows, views)
        if where not in fitting:
            fitting[where] = _fitting(where, overrides)
        maybe.append(fitting[where][0])
        surely.append(fitting[where][1])
    return Overriding(maybe, surely)


def _fitting(where: Where, overrides: Iterable[OverrideUse]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    numbered = list(enumerate(overrides))
    return (
        tuple(number for number, one in numbered if _fits(one.when, where, every=False)),
        tuple(number for number, one in numbered if _fits(one.when, where, every=True)),
    )


def _fits(when: When, where: Where, *, every: bool) -> bool:
    """Whether each pattern that is given fits some name of the place, or every one."""
    for patterns, names in (
        (when.app, where.apps),
        (tuple(p.removeprefix("*.") for p in when.site if p.startswith("*.")) + when.site, where.sites),
        (when.field, where.fields),
        (when.window, where.windows),
    ):
        if patterns:
            fits = [matches(name, patterns) for name in names]
            if not fits or not (all(fits) if every else any(fits)):
                return False
    return True


Row = Mapping[str, str | None]


def _rows(recording: Recording, passages: Iterable[Passage]) -> Mapping[int, Row]:
    """Where the focus was, by row, of rows that hold a text field or a key that was read."""
    wanted = {text.row for text in recording.fields if text.row is not None}
    wanted.update(row for passage in passages for row in passage.rows)
    events = recording.events
    found = events.filter(pc.is_in(events["seq"], value_set=pa.array(sorted(wanted), pa.int64())))
    return {row["seq"]: row for row in found.select(["seq", "app", "url", "field", "window"]).to_pylist()}


def _where(passage: Passage, recording: Recording, rows: Mapping[int, Row], views: Mapping[str, ScreenView]) -> Where:
    if passage.frame is not None:
        view = views.get(passage.frame, ScreenView())
        return Where(view.apps, _sites(view.urls), _some(passage.label), view.windows)
    first = tuple(held.field for _, held in passage.parts[:1])
    for index in first if passage.field is None else (passage.field,):
        number = recording.fields[index].row
        row = rows.get(number) if number is not None else None
        if row is None:
            return Where()
        return Where(_some(row["app"]), _sites(_some(row["url"])), _some(row["field"]), _some(row["window"]))
    # The keys themselves say where they went: a page may have changed below a title that stayed.
    pieces = (recording.fields[place.field].row for _, place in passage.parts)
    numbers = passage.rows or tuple(row for row in pieces if row is not None)
    keys = [rows[row] for row in dict.fromkeys(numbers) if row >= 0]
    apps, urls, fields, windows = (
        tuple(dict.fromkeys(key[column] or "" for key in keys)) for column in ("app", "url", "field", "window")
    )
    return Where(apps, _sites(urls), fields, windows)


def _some(name: str | None) -> tuple[str, ...]:
    return (name,) if name else ()


def _sites(urls: Iterable[str]) -> tuple[str, ...]:
    """Host names; what has none, or cannot be read, is no site."""
    out = []
    for url in urls:
        try:
            host = urlsplit(url if "//" in url else f"//{url}").hostname
        except ValueError:
            host = None
        out.append(host or "")
    return tuple(out)
