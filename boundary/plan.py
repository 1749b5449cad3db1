"""A policy made ready to run: every step built once, kept for the life of the process."""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from boundary.admit import AdmitStep
from boundary.link import Linker
from boundary.sparing import Allowed, allowed_by, sparing, sparing_passages
from policies import Policy, PolicySource, parse_policy
from policies.contract import (
    BatchDetector,
    BuildContext,
    ContextualDetector,
    Operator,
    PassageDetector,
    ScreenDetector,
    TextDetector,
    steady,
)
from policies.policy import StepUse
from recording.errors import BoundaryError, MissingExtra, StepFailed
from recording.model import Hit, Passage, Recording
from recording.timeline import Bools, Ints, Timeline

Pixels = npt.NDArray[np.uint8]


class ScreenSession(Protocol):
    """**Protocol:** reads the text of the frames of a session, in order."""

    def read(self, pixels: Pixels) -> Any:
        """BGR pixels, shape (height, width, 3) -> `image_redact.Screen`."""
        ...

    def close(self) -> None:
        """Forget everything that was read."""
        ...


class ScreenRereader(Protocol):
    """**Protocol:** reads the text of frames. Built by ``screen.reread``."""

    def session(self, *, tolerance: int = 0, memory: Any = None) -> ScreenSession:
        """A reading of many frames.

        Args:
            tolerance: How far pixels may flicker from one to the next, 0 to 255.
            memory: An `image_redact.session.Memory` of what is read, shared by the sessions of one recording.
        """
        ...


class ScreenReader(ScreenRereader, Protocol):
    """**Protocol:** reads a frame before it is changed. Built by steps that give ``screen``."""

    @property
    def max_pixels(self) -> int:
        """Most pixels of a frame; a larger one is refused by its header, before it is decoded."""
        ...

    def always(self, screen: Any) -> Sequence[Any]:
        """Boxes to cover whatever detectors find."""
        ...

    def is_no_name(self, text: str) -> bool:
        """Whether a line has words alone that any screen may show: what detectors guess there is wrong."""
        ...

    def may_be_no_name(self, text: str) -> bool:
        """Whether a text is such a word as far as OCR can tell."""
        ...


class Coverer(Protocol):
    """**Protocol:** covers boxes of a frame. Built by steps that give ``screen.change``."""

    def __call__(self, pixels: Pixels, boxes: Sequence[Any], *, block: int = 1) -> Pixels:
        """The covered pixels; under the boxes they depend on the boxes alone. Boxes grow to multiples of ``block``."""
        ...


@runtime_checkable
class Inscriber(Coverer, Protocol):
    """**Protocol:** a coverer that can write on the paint. The pipeline calls ``inscribe`` where it is.

    With a true attribute ``writes_stand_ins`` it is given the replacements of values as well as their labels.
    """

    def inscribe(self, pixels: Pixels, boxes: Sequence[Any], *, block: int = 1) -> Pixels:
        """The covered and verified pixels, changed inside the boxes alone."""
        ...


class RowDetector(Protocol):
    """**Protocol:** finds event rows that tell a secret by where they are. Built by steps that give ``rows``."""

    def __call__(self, recording: Recording) -> frozenset[int]:
        """Rows (``seq``) that must not pass, with the releases of what they press."""
        ...


class Retimer(Protocol):
    """**Protocol:** gives a recording new times. Built by steps that give ``timing.change``."""

    def __call__(self, events: Any, t_ns: Ints, timed: Bools, written: Bools, seed: bytes) -> Timeline:
        """New times, from the event table and arrays of its length.

        Args:
            t_ns: Nanoseconds, 0 where a row has no time.
            timed: Rows that have one.
            written: Rows that a redaction put there.
            seed: Secret bytes, equal for equal recordings under one project key.
        """
        ...


class Smoother(Protocol):
    """**Protocol:** gives a recording new mouse paths. Built by steps that give ``mouse.change``."""

    def __call__(self, events: Any, timeline: Timeline, seed: bytes) -> Timeline:
        """``timeline`` with ``motion``, and with new times of the rows that move."""
        ...


class Aggregate(Protocol):
    """**Protocol:** a statistic. Built by ``release`` steps; one like it is `dp.Statistic`."""

    def tally(self, events: Any, person: str | None) -> Any:
        """Counts of one recording, from its admitted events; they stay inside."""
        ...

    def forecast(self, *, left: int | None = None) -> Any:
        """How good the answer will be, before it is charged."""
        ...

    def release(self, tallies: Sequence[Any], **about: Any) -> Any:
        """The noised answer over all tallies, charged; it has ``to_json()``."""
        ...


@runtime_checkable
class TableAggregate(Aggregate, Protocol):
    """**Protocol:** a statistic that also counts in tables, whose rows name their person."""

    def columns(self) -> frozenset[str]:
        """The columns that it reads, besides ``person``."""
        ...

    def merged(self, tallies: Sequence[Any]) -> Any:
        """Tallies as one."""
        ...


@dataclass(frozen=True, slots=True)
class Detectors:
    """Every finding step that reads text, with the policy line of each."""

    text: tuple[tuple[StepUse, TextDetector], ...] = ()
    passage: tuple[tuple[StepUse, PassageDetector], ...] = ()

    def steady(self) -> Detectors:
        """The detectors of words that answer the same whatever stands around a value: fit to read a result."""
        parts = ((use, steady(detect)) for use, detect in self.text)
        return Detectors(tuple((use, part) for use, part in parts if part is not None), self.passage)

    def guesses(self) -> tuple[StepUse, ...]:
        """Steps whose answers depend on the words around a value, and that are wrong more often than others."""
        return tuple(use for use, detect in (*self.text, *self.passage) if isinstance(detect, ContextualDetector))

    def __bool__(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.text or self.passage)

    def in_text(self, text: str) -> list[tuple[StepUse, Hit]]:
        """Hits of the detectors that need the words alone."""
        return [(use, hit) for use, detect in self.text for hit in detect(text)]

    def in_texts(self, texts: Sequence[str]) -> list[list[tuple[StepUse, Hit]]]:
        """The same for many texts, in their order; detectors that are faster on many get them all."""
        out: list[list[tuple[StepUse, Hit]]] = [[] for _ in texts]
        for use, detect in self.text:
            many = detect.many(texts) if isinstance(detect, BatchDetector) else map(detect, texts)
            for found, hits in zip(out, many, strict=True):
                found += [(use, hit) for hit in hits]
        return out

    def in_passage(self, passage: Passage) -> list[tuple[StepUse, Hit]]:
        """Hits of the detectors that look at where a text is from."""
        return [(use, hit) for use, detect in self.passage for hit in detect(passage)]


@dataclass(frozen=True, slots=True)
class Plan:
    """Every step of a policy, built.

    Attributes:
        key: Project key; keyed hashes made with it link equal values and tell nothing else.
        operators: By label, with ``default``; those of overrides as `boundary.overriding.operator_name` says.
        overrides: What looks besides ``detectors`` where an override holds, in the policy's order.
    """

    policy: Policy
    key: bytes = field(repr=False)
    admit: tuple[AdmitStep, ...]
    detectors: Detectors
    link: Linker | None
    operators: Mapping[str, Operator]
    reader: ScreenReader | None
    regions: tuple[tuple[StepUse, ScreenDetector], ...]
    coverer: Coverer | None
    rows: tuple[RowDetector, ...]
    retimer: Retimer | None
    smoother: Smoother | None
    overrides: tuple[Detectors, ...]
    reread_text: tuple[TextDetector, ...]
    reread_screen: ScreenRereader | None
    aggregates: tuple[Aggregate, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the policy looks for nothing at all: then it is the identity."""
        return not self.detectors and self.reader is None and not any(self.overrides)

    def keyed(self, text: str) -> str:
        """Keyed hash (HMAC-SHA-256, 16 hex digits) of a value."""
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]


def build_plan(policy: Policy, *, key: bytes) -> Plan:
    """Build every step.

    Raises:
        BoundaryError: A step cannot be built: `MissingExtra`, or `InputError` for a list or a register.
    """
    context = BuildContext(folder=policy.folder, key=key)
    allowed = _allowed(policy)
    find = [(use, _build(use, context)) for use in policy.find]
    verify = [(use, _build(use, context)) for use in policy.verify]
    change = {label: (use, _build(use, context)) for label, use in policy.change.items()}
    for number, override in enumerate(policy.overrides):
        change |= {f"{number}:{label}": (use, _build(use, context)) for label, use in override.change.items()}
    return Plan(
        policy=policy,
        key=key,
        admit=tuple(_build(use, context) for use in policy.admit),
        detectors=_detectors(find, allowed),
        link=_build(policy.link, context) if policy.link else None,
        operators={label: made for label, (use, made) in change.items() if "text.change" in use.spec.gives},
        reader=next((made for use, made in find if "screen" in use.spec.gives), None),
        regions=tuple((use, made) for use, made in find if "region" in use.spec.gives),
        coverer=change["screen"][1] if "screen" in change else None,
        rows=tuple(made for use, made in find if "rows" in use.spec.gives),
        retimer=change["timing"][1] if "timing" in change else None,
        smoother=change["mouse"][1] if "mouse" in change else None,
        overrides=tuple(
            _detectors([(use, _build(use, context)) for use in override.find], allowed) for override in policy.overrides
        ),
        reread_text=tuple(sparing(made, allowed) for use, made in verify if "text.change" in use.spec.needs),
        reread_screen=next((made for use, made in verify if "screen.change" in use.spec.needs), None),
        aggregates=tuple(_build(use, context) for use in policy.aggregates),
    )


def _detectors(find: Sequence[tuple[StepUse, Any]], allowed: Allowed) -> Detectors:
    return Detectors(
        tuple((use, sparing(made, allowed)) for use, made in find if "text" in use.spec.gives),
        tuple((use, sparing_passages(made, allowed)) for use, made in find if "passage" in use.spec.gives),
    )


def _allowed(policy: Policy) -> Allowed:
    """Raises `InputError` where the list cannot be read."""
    from text_redact.detectors import lists

    file = policy.allow.file
    return allowed_by(policy.allow, lists.read(policy.folder / file) if file else ())


def _build(use: StepUse, context: BuildContext) -> Any:
    try:
        return use.spec.build(use.options, context)
    except BoundaryError:
        raise
    except ImportError:
        raise MissingExtra(
            f"{use.spec.name} cannot load its libraries",
            code="missing-extra",
            place=f"{use.mark.file}:{use.mark.line}:{use.mark.column}",
            hint=f"pip install 'boundary-redaction[{use.spec.extra or 'all'}]'",
        ) from None
    except Exception as error:  # noqa: BLE001  a step is anybody's code, and a policy that cannot be built is refused
        raise StepFailed(
            f"{use.spec.name} could not be built ({type(error).__name__})",
            code="step-not-built",
            place=f"{use.mark.file}:{use.mark.line}:{use.mark.column}",
            hint="boundary doctor says what is missing",
        ) from None


@functools.lru_cache(maxsize=8)
def cached_plan(sources: tuple[PolicySource, ...], folder: Path, key: bytes) -> Plan:
    """The plan of a policy, built once a process: engines unpickle their callables for every task."""
    return build_plan(parse_policy(sources, folder=folder), key=key)
