"""Skips a test where a module is absent, without importing it: some libraries act when they are imported."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def needs(*modules: str) -> None:
    """Skip the test, with the reason, unless all modules are installed."""
    absent = [name for name in modules if find_spec(name) is None]
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)}")
