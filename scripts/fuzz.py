"""Fuzz every reader, guided by coverage: ``.venv/bin/python scripts/fuzz.py --minutes 60 [TARGET...]``.

Time is divided among the targets. What was tried and led somewhere new is kept in ``build/fuzz/TARGET/corpus`` for
the next time; what crashed, hung or took too much memory lies in ``build/fuzz/TARGET/found``. ``build/fuzz/log.jsonl``
has a line for each run. Exit code 1 where anything was found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "fuzz"
HANG_S = 10
"""Seconds of the processor: on a busy machine those of the clock say little."""
STUCK_S = 100
"""Seconds of the clock, after which the fuzzer ends a hang of native code."""
START_S = 900
"""Longest time to load and instrument everything, on a machine that others keep busy."""
MEMORY_MB = 2048
WARM = 2000
"""Inputs after which memory is measured first: by then models are loaded and caches are filled."""
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]


def main() -> None:
    """Run one child for each target, anew where the fuzzer ended it, until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--minutes", type=float, default=60.0, help="of all targets together")
    parser.add_argument("--list", action="store_true", help="name the targets and end")
    parser.add_argument("--child", type=float, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child is not None:
        _fuzz(asked.targets[0], asked.child)
        return
    from fuzz_targets import targets

    names = asked.targets or sorted(targets())
    if asked.list:
        print("\n".join(names))
        return
    unclean = sum(_run(name, asked.minutes * 60 / len(names)) for name in names)
    raise SystemExit(1 if unclean else 0)


def _run(name: str, seconds: float) -> int:
    """Fuzz one target for so long; the number of files in its folder of findings."""
    place = FOLDER / name
    found = place / "found"
    found.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 5:
        command = [sys.executable, __file__, name, "--child", str(left)]
        with (place / "output.txt").open("ab") as output:
            try:
                limit = left + START_S + 2 * STUCK_S
                done = subprocess.run(command, stdout=output, stderr=output, cwd=place, check=False, timeout=limit)
            except subprocess.TimeoutExpired:
                (found / f"stuck-{int(time.time())}").touch()
                break
        if (place / "last.json").exists():
            with (FOLDER / "log.jsonl").open("a") as log:
                log.write((place / "last.json").read_text())
        if done.returncode == 0:
            break
        time.sleep(1)  # what the fuzzer ended itself (a hang, a crash of native code) lies in the folder already
    count = len(list(found.iterdir()))
    print(f"{name}: {seconds / 60:.1f} minutes, {count} found", flush=True)
    return count


@dataclass(slots=True)
class _Log:
    """What became of a target's inputs; told as it goes, since the fuzzer ends the process without a word to Python."""

    name: str
    take: Callable[[bytes], object]
    reported: type[Exception]
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0
    count: int = 0
    refused: int = 0
    slowest: float = 0.0
    warm_kb: int = 0
    seen: set[str] = field(default_factory=set)

    def __call__(self, data: bytes) -> None:
        """Take one input."""
        start = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, HANG_S)
        try:
            self.take(data)
        except self.reported:
            self.refused += 1
        except Exception as error:  # noqa: BLE001  this is what is looked for
            self._keep(data, error)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        self.count += 1
        self.slowest = max(self.slowest, time.process_time() - start)
        if self.count == WARM:
            self.warm_kb = _peak()
        if time.monotonic() - self.told > 1:
            self.tell()

    def _keep(self, data: bytes, error: Exception) -> None:
        """Write down what raised, once for each place; the fuzzer goes on."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} {Path(last.filename).name}:{last.lineno} {str(error)[:60]}"
        if where not in self.seen:
            self.seen.add(where)
            file = FOLDER / self.name / "found" / f"raised-{hashlib.sha256(where.encode()).hexdigest()[:12]}"
            file.write_bytes(data)
            file.with_suffix(".txt").write_text(traceback.format_exc())

    def tell(self) -> None:
        """Write the figures so far."""
        self.told = time.monotonic()
        record = {
            "target": self.name,
            "seconds": round(time.monotonic() - self.began),
            "cpu_s": round(time.process_time()),
            "inputs": self.count,
            "refused": self.refused,
            "slowest_s": round(self.slowest, 3),
            "raised": len(self.seen),
            "peak_mb": _peak() // 1024,
            "grown_mb": (_peak() - self.warm_kb) // 1024 if self.warm_kb else None,
        }
        (FOLDER / self.name / "last.json").write_text(json.dumps(record) + "\n")


def _late(*_: object) -> None:
    raise TimeoutError


def _fuzz(name: str, seconds: float) -> None:
    import atheris

    with atheris.instrument_imports(
        include=["recording", "policies", "boundary", "image_redact", "text_redact.operators", "dp.ledger", "ruamel"]
    ):
        from fuzz_targets import targets

        from recording.errors import BoundaryError  # only now: what is imported before is not watched

        target = targets()[name]
        take = target.prepare()
    place = FOLDER / name
    corpus = place / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:20]).write_bytes(seed)
    options = [
        f"-max_total_time={int(seconds)}", f"-timeout={STUCK_S}", f"-rss_limit_mb={MEMORY_MB}", "-max_len=20000",
        f"-artifact_prefix={place}/found/", "-print_final_stats=1", f"-report_slow_units={STUCK_S}", "-len_control=10",
    ]  # fmt: skip
    if target.words():
        words = place / "words.txt"
        words.write_text("".join(f"{_quoted(word)}\n" for word in target.words()))
        options.append(f"-dict={words}")
    signal.signal(signal.SIGVTALRM, _late)
    atheris.Setup([sys.argv[0], str(corpus), *options], _Log(name, take, BoundaryError))
    atheris.Fuzz()


def _quoted(word: str) -> str:
    escaped = "".join(
        char if char.isascii() and char.isalnum() else "".join(f"\\x{byte:02x}" for byte in char.encode())
        for char in word
    )
    return f'"{escaped}"'


def _peak() -> int:
    """Largest resident size so far in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
