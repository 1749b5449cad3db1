"""How commands end: their exit codes, and what is said before one that is not 0."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console

from recording.errors import BoundaryError

FOUND, USAGE, REFUSED, STOPPED = 1, 2, 3, 130
"""Exit codes: findings, failures or differences; usage; a policy was refused; Ctrl-C, as shells number it."""


def fail(error: BoundaryError, code: int) -> NoReturn:
    """Say what is wrong and end with ``code``."""
    Console(stderr=True, soft_wrap=True).print(str(error), markup=False, highlight=False)
    raise SystemExit(code)
