"""Pages of a split as pictures with truth: kinds and seeds of the two splits are disjoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType

from benchmarks.pages import report, tune
from benchmarks.pages.chromium import Browser
from benchmarks.pages.truth import Truth, read_truth, to_json
from benchmarks.pages.values import Fill

SPLITS: Mapping[str, Mapping[str, Callable[[Fill], str]]] = MappingProxyType(
    {"tune": tune.KINDS, "report": report.KINDS}
)
SCREENS: Mapping[float, tuple[int, int]] = MappingProxyType({1.0: (1920, 1080), 1.5: (1440, 900), 2.0: (1280, 800)})
"""Device pixels per CSS pixel -> size in CSS pixels."""
FIRST_SEED: Mapping[str, int] = MappingProxyType({"tune": 0, "report": 100_000})
"""Split -> what is added to its seeds: no seed is in both."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One page as PNG, and what it shows."""

    kind: str
    seed: int
    scale: float
    png: bytes = field(repr=False)
    truth: Truth = field(repr=False)

    @property
    def name(self) -> str:
        """Name of its files without suffix."""
        return f"{self.kind}-{self.seed}-{self.scale:g}x"


def make_html(split: str, kind: str, seed: int) -> str:
    """The page as HTML: equal arguments give equal text."""
    return SPLITS[split][kind](Fill(Random(f"{kind} {FIRST_SEED[split] + seed}")))


def draw(page: Browser, split: str, kind: str, seed: int, scale: float) -> Drawn:
    """One page drawn."""
    width, height = SCREENS[scale]
    page.show(make_html(split, kind, seed), width=width, height=height, scale=scale)
    truth = read_truth(page, width=width, height=height, scale=scale)
    return Drawn(kind, FIRST_SEED[split] + seed, scale, page.picture(), truth)


def draw_all(page: Browser, split: str, seeds: int) -> Iterator[Drawn]:
    """Every kind of a split with ``seeds`` seeds at every scale."""
    for kind in SPLITS[split]:
        for seed in range(seeds):
            for scale in SCREENS:
                yield draw(page, split, kind, seed, scale)


def save(drawn: Drawn, folder: Path, *, split: str, name: str | None = None) -> None:
    """Write ``NAME.png`` and ``NAME.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    name = name or drawn.name
    (folder / f"{name}.png").write_bytes(drawn.png)
    text = to_json(drawn.truth, kind=drawn.kind, split=split, seed=drawn.seed, scale=drawn.scale)
    (folder / f"{name}.json").write_text(text, "utf-8")
