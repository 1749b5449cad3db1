"""What ``boundary doctor`` says about one thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``ok``, ``missing`` or ``note``; ``remedy`` is a command or a sentence."""

    name: str
    state: str
    detail: str
    remedy: str = ""
