"""What a step is: the one contract between the policy language and the packages that do the work.

Packages register `StepSpec` objects under the entry-point group ``boundary.steps``; importing one must be cheap, so
heavy libraries are imported inside ``build``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from recording.model import Hit, Passage


class Phase(StrEnum):
    """The parts of a policy, in the order in which data flow through them."""

    ADMIT = "admit"
    FIND = "find"
    LINK = "link"
    CHANGE = "change"
    VERIFY = "verify"
    RELEASE = "release"


class Options(BaseModel):
    """Base of every step's options: frozen, no unknown keys, and errors that never print the data."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """What a step may know besides its options.

    Attributes:
        folder: Folder of the policy file; relative paths in options start there.
        key: Project key for keyed hashes; never leaves the process.
    """

    folder: Path
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """A step as the policy language sees it.

    Attributes:
        name: As written after ``use:``, for example ``text.pii``.
        phase: The part of the policy it belongs to.
        summary: One sentence for the reference and the reviewer.
        options: Pydantic model of its options; its field descriptions are the reference.
        build: Makes the callable that does the work. Imports what is heavy; raises `MissingExtra` or `InputError`.
        needs: Capabilities that an earlier step must give.
        gives: Capabilities that it gives to later ones.
        extra: The distribution extra that brings ``modules``.
        modules: Import names that must be found before a policy with this step is accepted.
        programs: Executables that must be on PATH.
        examples: Options that must validate, for the contract test and the reference.
        repeatable: Whether a policy may use it many times, as with lists: one that extends another adds its own and
            changes none of those it inherits.
    """

    name: str
    phase: Phase
    summary: str
    options: type[Options]
    build: Callable[[Any, BuildContext], Any]
    needs: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    extra: str = ""
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    examples: tuple[Mapping[str, object], ...] = ({},)
    repeatable: bool = False


class TextDetector(Protocol):
    """**Protocol:** finds sensitive code-point spans in one text. Built by ``find`` steps that give ``text``."""

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits, in any order; overlaps allowed."""
        ...


@runtime_checkable
class BatchDetector(TextDetector, Protocol):
    """**Protocol:** a text detector that is faster on many texts at once. The pipeline calls ``many`` where it is."""

    def many(self, texts: Sequence[str]) -> Sequence[Sequence[Hit]]:
        """All hits of each text, the same as one call for each would give."""
        ...


@runtime_checkable
class ContextualDetector(TextDetector, Protocol):
    """**Protocol:** a detector whose answers depend on the words around, such as a model.

    Replacement changes those words, so on the result its answers are others, and say nothing about what was left.
    """

    def steady(self) -> TextDetector | None:
        """The part of it whose answers do not depend on them; ``None`` where there is no such part."""
        ...


def steady(detector: TextDetector) -> TextDetector | None:
    """The part of a detector that gives the same answers whatever stands around a value."""
    return detector.steady() if isinstance(detector, ContextualDetector) else detector


class PassageDetector(Protocol):
    """**Protocol:** finds by what is known about a text besides its words. Built by steps that give ``passage``."""

    def __call__(self, passage: Passage) -> Sequence[Hit]:
        """All hits in ``passage.text``."""
        ...


class Area(NamedTuple):
    """A rectangle of pixels: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenView:
    """What is known about a frame besides its pixels.

    Recorders notice a change of window late, so a frame near one may show either: there can be two names of each kind.

    Attributes:
        apps: Applications that it may show; empty where no one knows.
        windows: Titles of the active window.
        urls: Addresses of the page in it.
        lines: The lines that were read, as text and box.
    """

    apps: tuple[str, ...] = ()
    windows: tuple[str, ...] = field(default=(), repr=False)
    urls: tuple[str, ...] = field(default=(), repr=False)
    lines: tuple[tuple[str, Area], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Region:
    """What a screen detector returns: the pixels to cover, what they show, how sure, by which rule."""

    label: str
    box: Area
    score: float
    rule: str


class ScreenDetector(Protocol):
    """**Protocol:** finds sensitive pixels of one frame. Built by ``find`` steps that give ``region``.

    What it raises withholds the frame. No allow list and no operator uncovers what it finds.
    """

    def __call__(self, pixels: npt.NDArray[np.uint8], view: ScreenView) -> Sequence[Region]:
        """All regions of rows x columns x 3 BGR pixels, which are not changed; overlaps allowed."""
        ...


@runtime_checkable
class SessionScreenDetector(ScreenDetector, Protocol):
    """**Protocol:** a screen detector that remembers what it found in parts of frames that come again."""

    def session(self) -> ScreenDetector:
        """The detector for the frames of one session, one thread at a time; this one stays as it is.

        On every frame it must find what this one finds there, whatever frames came before.
        """
        ...


class Operator(Protocol):
    """**Protocol:** gives the text that replaces a value. Built by ``change`` steps that give ``text.change``."""

    def __call__(self, label: str, value: str) -> str:
        """The replacement; its length must not depend on the length of ``value``."""
        ...


@runtime_checkable
class SessionOperator(Operator, Protocol):
    """**Protocol:** an operator that must know a session before it changes anything in it.

    It learns who is called how, and which values are real. The pipeline calls ``for_session`` where it is.
    """

    def for_session(self, values: Sequence[tuple[str, str]], person: str | None) -> Operator:
        """The operator for one session; this one stays as it is.

        Args:
            values: Label and text of everything that is sensitive in the session; may repeat.
            person: Whose session it is, as the policy's ``person`` names it; ``None`` where that is not known.
        """
        ...
