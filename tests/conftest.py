"""What holds for every test."""

from __future__ import annotations

import os
import sys
import zlib

import numpy as np
import pytest
from hypothesis import settings

# No test asserts a time; and what is submitted is judged by the same examples each time, not by luck.
settings.register_profile("boundary", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("boundary")


@pytest.fixture(autouse=True)
def _same_noise_each_time(request: pytest.FixtureRequest) -> None:
    """The stand-in for noise draws the same for a test whenever and wherever it runs: no test fails by bad luck."""
    fakes = sys.modules.get("dp_fakes")
    if fakes is not None:
        seed = zlib.crc32(request.node.nodeid.encode())
        fakes.RNG.bit_generator.state = np.random.default_rng(seed).bit_generator.state
