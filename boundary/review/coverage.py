"""Which parts of the sample a policy looks at, and what happens to the parts it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boundary.plan import Plan
from boundary.review.samples import opened
from policies import Policy
from recording.errors import BoundaryError

_TEXTS = ("text", "passage")


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of thing in a recording.

    Attributes:
        count: How many the sample has.
        steps: Names of the steps that touch it.
        otherwise: What happens where none does.
        passes: Whether it would then leave as it was recorded.
    """

    what: str
    count: int
    steps: tuple[str, ...]
    otherwise: str
    passes: bool

    @property
    def open(self) -> bool:
        """Whether it leaves as it was recorded, and there is some."""
        return self.count > 0 and not self.steps and self.passes


_PARTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str, bool], ...] = (
    ("typed keys", ("key_down", "key_up"), _TEXTS, "leave as recorded", True),
    ("rhythm of keys", ("key_down", "key_up"), ("timing.change",), "leaves as recorded: it tells who types", True),
    ("paths of the mouse", ("move",), ("mouse.change",), "leave as recorded: they tell who moves it", True),
    ("clicks and scrolling", ("button_down", "button_up", "scroll"), ("rows",), "leave as recorded", True),
    ("titles, addresses, names", ("#fields",), _TEXTS, "leave as recorded", True),
    ("clipboard", ("clipboard",), _TEXTS, "leaves as recorded", True),
    ("screens", ("#frames",), ("screen",), "do not leave: nothing can read them", False),
    ("what is no text on screens", ("#frames",), ("region",), "leave where no text is beside them", True),
)  # fmt: skip
"""What there is, where it is counted, what a step must give to touch it, and what happens where none does."""


def counted(sample: Sequence[Path], policy: Policy) -> Counter[str]:
    """How many events of each kind, texts (``#fields``) and frames (``#frames``) sample recordings have."""
    counts: Counter[str] = Counter()
    for path in sample:
        try:
            recording = opened(path, policy)
        except BoundaryError:
            counts["#unreadable"] += 1
            continue
        counts.update(recording.events["kind"].to_pylist())
        counts["#fields"] += len(recording.fields)
        counts["#frames"] += len(recording.frames)
    return counts


def coverage(plan: Plan, counts: Counter[str]) -> list[Row]:
    """What the policy touches of what was `counted`."""
    uses = plan.policy.uses()
    rows = [
        Row(
            what,
            sum(counts[kind] for kind in kinds),
            tuple(dict.fromkeys(use.spec.name for use in uses if set(gives) & use.spec.gives)),
            otherwise,
            passes,
        )
        for what, kinds, gives, otherwise, passes in _PARTS
    ]
    if counts["#unreadable"]:
        rows.append(Row("recordings that cannot be read", counts["#unreadable"], (), "do not leave", passes=False))
    return rows
