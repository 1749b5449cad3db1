"""Opening recordings as a policy has them read, in the one place that knows what it says of that."""

from __future__ import annotations

from pathlib import Path

from policies import Policy
from recording import open_recording
from recording.model import Recording


def reads_alike(one: Policy, other: Policy) -> bool:
    """Whether two policies have every recording read alike."""
    return one.read == other.read and one.limits.file_mb == other.limits.file_mb


def open_under(path: str | Path, policy: Policy) -> Recording:
    """The recording at ``path``: its columns as `Policy.read` declares them, no larger than `limits.file_mb`.

    Raises:
        InputError: As `recording.open_recording`.
    """
    return open_recording(path, max_bytes=policy.limits.file_mb * 2**20, mappings=policy.read)
