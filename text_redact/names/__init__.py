"""Names of people, places and organisations, and postal addresses: the shipped model and how it is run."""

from __future__ import annotations

from collections.abc import Iterable

from policies.contract import BatchDetector, TextDetector

LABELS = ("PERSON", "LOCATION", "ORGANIZATION", "ADDRESS")
"""What the shipped model knows."""


def build(labels: Iterable[str], threshold: float | None = None) -> BatchDetector:
    """The detector for ``labels`` (of PERSON, LOCATION, ORGANIZATION, ADDRESS) with the shipped model, loaded.

    Args:
        threshold: Lowest score that counts, 0 to 1; ``None`` for the model's own by label.

    Raises:
        MissingExtra: The model or onnxruntime is not installed.
    """
    from text_redact.names.detector import Names
    from text_redact.names.model import shipped

    shipped()
    return Names(tuple(sorted(set(labels))), threshold)


def together(*detectors: TextDetector) -> BatchDetector:
    """Several detectors as one."""
    from text_redact.names.joined import Together

    return Together(detectors)
