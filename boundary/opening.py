"""Opening recordings as a policy has them read, in the one place that knows what it says of that."""

from __future__ import annotations

from pathlib import Path

from policies import Policy
from recording import open_recording
from recording.mappings import Mappings
from recording.model import Recording


def reading_of(policy: Policy) -> tuple[Mappings, int]:
    """All that a policy says of reading: where two say the same, they have every recording read alike."""
    return policy.read, policy.limits.file_mb


def open_under(path: str | Path, policy: Policy) -> Recording:
    """The recording at ``path``: its columns as `Policy.read` declares them, no larger than `limits.file_mb`.

    Raises:
        InputError: As `recording.open_recording`.
    """
    mappings, megabytes = reading_of(policy)
    return open_recording(path, max_bytes=megabytes * 2**20, mappings=mappings)
