"""The steps that are installed, found through the entry-point group ``boundary.steps``."""

from __future__ import annotations

import functools
import importlib.util
import shutil
from collections.abc import Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

from policies.contract import Phase, StepSpec
from recording.errors import BoundaryError, MissingExtra

GROUP = "boundary.steps"


@functools.cache
def steps() -> Mapping[str, StepSpec]:
    """Every installed step by name.

    Raises:
        BoundaryError: Two distributions offer a step of the same name, or an entry point is no `StepSpec`.
    """
    found: dict[str, StepSpec] = {}
    for entry in entry_points(group=GROUP):
        try:
            spec = entry.load()
        except Exception as error:  # noqa: BLE001  a plug-in is anybody's code
            raise BoundaryError(
                f"the step {entry.name} cannot be imported ({type(error).__name__})",
                code="step-invalid",
                hint=f"repair or uninstall {entry.dist.name if entry.dist else 'its package'}",
            ) from None
        if not isinstance(spec, StepSpec) or spec.name != entry.name:
            raise BoundaryError(
                f"the entry point {entry.name} is not a step of that name",
                code="step-invalid",
                hint="see policies.contract",
            )
        if spec.name in found and found[spec.name] is not spec:
            raise BoundaryError(
                f"two packages offer the step {spec.name}", code="step-name-taken", hint="uninstall one of them"
            )
        found[spec.name] = spec
    return MappingProxyType(found)


def of_phase(phase: Phase) -> list[str]:
    """Names of the steps of one phase, sorted."""
    return sorted(name for name, spec in steps().items() if spec.phase is phase)


def missing(spec: StepSpec) -> MissingExtra | None:
    """What keeps ``spec`` from working on this machine, or ``None``."""
    absent = [name for name in spec.modules if not _importable(name)]
    if absent:
        return MissingExtra(
            f"{spec.name} needs {', '.join(absent)}",
            code="missing-extra",
            hint=f"pip install 'boundary-redaction[{spec.extra}]'",
        )
    programs = [name for name in spec.programs if shutil.which(name) is None]
    if programs:
        return MissingExtra(
            f"{spec.name} needs the program {', '.join(programs)}",
            code="missing-program",
            hint=f"apt-get install {' '.join(PACKAGE_OF.get(name, name) for name in programs)}",
        )
    return None


PACKAGE_OF = MappingProxyType({"tesseract": "tesseract-ocr"})
"""Debian package that brings a program whose name differs from it."""


def _importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
