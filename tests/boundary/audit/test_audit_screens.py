"""Canaries on screens: an audit sees what a policy leaves readable in pixels."""

from __future__ import annotations

import shutil

import pytest
from audited import desk, policy

from boundary import audit


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_an_audit_sees_on_screens_that_a_detector_is_switched_off(tmp_path):
    """Phones are hidden where they are looked for and recovered from nearly every frame where they are not."""
    desk(shots=3).save(tmp_path / "batch" / "a")
    options = audit.Options(
        canaries=0, screen_canaries=12, entities=("PHONE_NUMBER", "US_PASSPORT"), labels=0, second=False, seed=5
    )
    figures = {}
    for name, entities in {"whole": ("PHONE_NUMBER", "US_PASSPORT"), "lame": ("US_PASSPORT",)}.items():
        done = audit.run(tmp_path / "batch", policy(*entities, screens=True), tmp_path / name, options=options)
        figures[name] = done.metrics
        assert done.data["leak"]["judge"]
        row = next(row for row in done.data["leak"]["both"] if row["key"] == ["PHONE_NUMBER", "screen"])
        assert row["leak"]["of"] >= 3
    assert figures["whole"]["leak.PHONE_NUMBER.screen"] <= 0.34
    assert figures["lame"]["leak.PHONE_NUMBER.screen"] >= 0.75
    assert figures["lame"]["leak.US_PASSPORT.screen"] == figures["whole"]["leak.US_PASSPORT.screen"]
