"""What a stream did between two moments, for metrics, logs and traces."""

from __future__ import annotations

from boundary.live.flow import Figures


def since(now: Figures, before: Figures) -> Figures:
    """What was added to the figures of one stream; ``held`` stays the most there ever was."""
    return Figures(
        events=now.events - before.events,
        released=now.released - before.released,
        withheld=now.withheld - before.withheld,
        findings=now.findings - before.findings,
        late=now.late - before.late,
        forgotten=now.forgotten - before.forgotten,
        held=now.held,
    )
