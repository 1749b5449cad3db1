"""Judgements of a person on places of the sample, without values, and what they say about precision and recall."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from boundary.audit.items import CHANGED, KEPT, Item, from_json, to_json
from boundary.audit.rates import CONFIDENCE, Rate
from boundary.writer import write_durably
from recording.errors import InputError
from recording.mappings import HOUSE, Mappings

YES, NO, SKIP = "y", "n", "skip"
ANSWERS = (YES, NO, SKIP)
ITEMS, LABELS = "items.json", "labels.json"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be judged.

    Attributes:
        source: Where the batch lies that the sample was drawn from.
        numbers: Numbers in the batch of the recordings in the sample.
        shapes: Events, texts and frames of each, to know it again.
        seen: Places in the sample by part and kind, ``"changed typed"``.
        items: The places drawn, in the order in which they are judged.
        file_mb: Most text of a recording, as the policy says.
        read: How the policy has recordings read.
    """

    source: str
    numbers: tuple[int, ...]
    shapes: tuple[tuple[int, int, int], ...]
    seen: Mapping[str, int]
    items: tuple[Item, ...]
    file_mb: int
    read: Mappings = HOUSE


def write_task(folder: Path, task: Task) -> None:
    """Write ``items.json``: positions, labels and rules, no values."""
    data = {**asdict(task), "version": 1, "items": to_json(task.items), "read": task.read.to_json()}
    write_durably(folder / ITEMS, (json.dumps(data, indent=1) + "\n").encode())


def read_task(folder: Path) -> Task:
    """Read ``items.json``.

    Raises:
        InputError: It is not there, or not what `write_task` wrote.
    """
    try:
        data = json.loads((folder / ITEMS).read_text("utf-8"))
        return Task(
            str(data["source"]),
            tuple(map(int, data["numbers"])),
            tuple((int(a), int(b), int(c)) for a, b, c in data["shapes"]),
            {str(name): int(count) for name, count in data["seen"].items()},
            tuple(from_json(data["items"])),
            int(data["file_mb"]),
            Mappings.from_json(data["read"]) if "read" in data else HOUSE,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "no audit with places to judge here", code="audit-missing", place=str(folder / ITEMS),
            hint="give the folder that boundary audit wrote",
        ) from None  # fmt: skip


def read_labels(folder: Path) -> dict[str, str]:
    """Answers by item, as far as there are any.

    Raises:
        InputError: The file is broken.
    """
    path = folder / LABELS
    if not path.exists():
        return {}
    try:
        labels = json.loads(path.read_text("utf-8"))["labels"]
        sound = all(isinstance(name, str) and answer in ANSWERS for name, answer in labels.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        sound, labels = False, {}
    if not sound:
        raise InputError(
            "the labels cannot be read", code="labels-broken", place=str(path), hint="restore or delete the file"
        )
    return dict(labels)


def write_labels(folder: Path, labels: Mapping[str, str]) -> None:
    """Write ``labels.json``: ``{"version": 1, "labels": {item: "y" | "n" | "skip"}}``."""
    data = {"version": 1, "labels": dict(sorted(labels.items()))}
    write_durably(folder / LABELS, (json.dumps(data, indent=1) + "\n").encode())


def summary(task: Task, labels: Mapping[str, str]) -> dict[str, Any]:
    """Precision and recall as a person sees them.

    Precision is the share of changed places that were sensitive. Recall puts it together with the share of kept places
    that were sensitive too: of all sensitive places, those that were changed. Its interval takes the worst of both
    ends, each at half the error (Bonferroni), so that it holds for both together.
    """
    counts = {part: _count(part, task.items, labels) for part in (CHANGED, KEPT)}
    right = Rate(counts[CHANGED][YES], counts[CHANGED][YES] + counts[CHANGED][NO])
    missed = Rate(counts[KEPT][YES], counts[KEPT][YES] + counts[KEPT][NO])
    total = {part: sum(n for name, n in task.seen.items() if name.split()[0] == part) for part in (CHANGED, KEPT)}
    return {
        "counts": counts,
        "places": total,
        "precision": right.to_json(),
        "missed": missed.to_json(),
        "labelled_recall": _recall(right, missed, total[CHANGED], total[KEPT]),
    }


def _count(part: str, items: Sequence[Item], labels: Mapping[str, str]) -> dict[str, int]:
    answers = [labels.get(item.id, "open") for item in items if item.part == part]
    return {answer: answers.count(answer) for answer in (*ANSWERS, "open")}


def _recall(right: Rate, missed: Rate, changed: int, kept: int) -> dict[str, float | None]:
    if right.share is None or missed.share is None:
        return {"share": None, "low": 0.0, "high": 1.0}
    each = 1 - (1 - CONFIDENCE) / 2
    (low_right, high_right), (low_missed, high_missed) = right.interval(each), missed.interval(each)
    return {
        "share": _of(changed * right.share, kept * missed.share),
        "low": _of(changed * low_right, kept * high_missed) or 0.0,
        "high": 1.0 if (high := _of(changed * high_right, kept * low_missed)) is None else high,
    }


def _of(found: float, lost: float) -> float | None:
    return round(found / (found + lost), 5) if found + lost else None
