"""Write screens: ``python -m benchmarks.pages OUT --split tune --seeds 2 [--sequences | --windows]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks._harness import Skip
from benchmarks.pages.chromium import Browser, browser
from benchmarks.pages.draw import SPLITS, draw_all, save
from benchmarks.pages.sequences import SEQUENCES, draw_sequence
from benchmarks.pages.windows import draw_window


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code: 0 written, 1 a program is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pages", description="Write realistic screens with truth."
    )
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument(
        "--split", choices=sorted(SPLITS), default="tune", help="kinds to develop with, or to report on"
    )
    parser.add_argument("--seeds", type=int, default=2, help="pages of every kind and scale")
    parser.add_argument("--sequences", action="store_true", help="write sequences of 60 frames instead of pages")
    parser.add_argument("--windows", action="store_true", help="write windows of other programs instead of pages")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.windows:
            for seed in range(chosen.seeds):
                save(draw_window(chosen.split, seed), chosen.out, split=chosen.split)
            return 0
        with browser() as page:
            if chosen.sequences:
                _sequences(page, chosen.out, chosen.split, chosen.seeds)
            else:
                for drawn in draw_all(page, chosen.split, chosen.seeds):
                    save(drawn, chosen.out, split=chosen.split)
    except Skip as reason:
        print(f"nothing is drawn, {reason}", file=sys.stderr)
        return 1
    return 0


def _sequences(page: Browser, out: Path, split: str, seeds: int) -> None:
    for kind in SEQUENCES:
        for seed in range(seeds):
            for number, drawn in enumerate(draw_sequence(page, split, kind, seed)):
                save(drawn, out / f"{kind}-{drawn.seed}", split=split, name=f"{number:03}")


if __name__ == "__main__":
    sys.exit(main())
