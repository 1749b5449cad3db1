"""Run benchmarks: ``python -m benchmarks NAME... [--quick] [--out DIR]``, or ``--list``.

A full run writes ``benchmarks/results/NAME.json``; a quick one writes only where ``--out`` says. Exit codes: 0 measured
or skipped with a printed reason, 2 usage.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from rich.console import Console

from benchmarks import _harness, _report


def names() -> list[str]:
    """Every benchmark of this folder, sorted."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def load(name: str) -> tuple[_harness.Module, str]:
    """The module of a benchmark and its summary."""
    module = importlib.import_module(f"benchmarks.{name}")
    return cast("_harness.Module", module), (module.__doc__ or "").partition("\n")[0].strip()


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Entry point; returns the exit code."""
    console = console or Console(width=None if sys.stdout.isatty() else 120)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the toolkit against named peers."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run, one after another")
    parser.add_argument("--list", action="store_true", help="name every benchmark and what it measures")
    parser.add_argument("--quick", action="store_true", help="tiny inputs: shows that it runs, measures nothing")
    parser.add_argument("--out", type=Path, help="folder of the JSON files, by default the committed one")
    chosen = parser.parse_args(arguments)
    known = names()
    if chosen.list:
        for name in known:
            console.print(f"{name:10} {load(name)[1]}", markup=False, highlight=False, soft_wrap=True)
        return 0
    unknown = sorted(set(chosen.names) - set(known))
    if unknown or not chosen.names:
        parser.error(
            f"{'no such benchmark: ' + ', '.join(unknown) if unknown else 'name one'}; there are {', '.join(known)}"
        )
    # Presidio warns of every recognizer of another language that it leaves out.
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    for name in dict.fromkeys(chosen.names):
        _run(name, console, quick=chosen.quick, out=chosen.out)
    return 0


def _run(name: str, console: Console, *, quick: bool, out: Path | None) -> None:
    module, summary = load(name)
    try:
        result = module.run(quick=quick)
    except _harness.Skip as reason:
        console.print(f"{name}: skipped, {reason}", markup=False, highlight=False)
        return
    _report.show(name, result, console)
    folder = out or (None if quick else _harness.RESULTS)
    if folder is not None:
        _harness.write_record(_harness.to_record(name, summary, result, quick=quick), folder)


if __name__ == "__main__":
    sys.exit(main())
