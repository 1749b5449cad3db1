"""What differs between the policy as it stands and the version that is approved."""

from __future__ import annotations

from typing import Any

from boundary.review.desk import Desk


def compared(desk: Desk) -> dict[str, Any]:
    """Values of the page on changes."""
    return {}
