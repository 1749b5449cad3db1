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
import subprocess
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "fuzz"
HANG_S = 10
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
                done = subprocess.run(command, stdout=output, stderr=output, cwd=place, check=False, timeout=left + 120)
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


def _fuzz(name: str, seconds: float) -> None:
    import atheris

    with atheris.instrument_imports(
        include=["recording", "policies", "boundary", "image_redact", "text_redact.operators", "dp.ledger", "ruamel"]
    ):
        from fuzz_targets import targets

        target = targets()[name]
        take = target.prepare()
    from recording.errors import BoundaryError

    place = FOLDER / name
    corpus = place / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:20]).write_bytes(seed)
    words = place / "words.txt"
    words.write_text("".join(f"{_quoted(word)}\n" for word in target.words()))
    count, refused, slowest, warm_kb, began = 0, 0, 0.0, 0, time.monotonic()
    told = began
    seen: set[str] = set()

    def one(data: bytes) -> None:
        nonlocal count, refused, slowest, warm_kb
        start = time.monotonic()
        try:
            take(data)
        except BoundaryError:
            refused += 1
        except Exception as error:  # noqa: BLE001  this is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} {Path(last.filename).name}:{last.lineno} {str(error)[:60]}"
            if where not in seen:  # once for each place; the fuzzer goes on
                seen.add(where)
                digest = hashlib.sha256(where.encode()).hexdigest()[:12]
                (place / "found" / f"raised-{digest}").write_bytes(data)
                (place / "found" / f"raised-{digest}.txt").write_text(traceback.format_exc())
        count += 1
        slowest = max(slowest, time.monotonic() - start)
        if count == WARM:
            warm_kb = _peak()
        if time.monotonic() - told > 1:
            tell()

    def tell() -> None:  # the fuzzer ends the process without a word to Python, so it is told as it goes
        nonlocal told
        told = time.monotonic()
        record = {
            "target": name, "seconds": round(time.monotonic() - began), "inputs": count, "refused": refused,
            "slowest_s": round(slowest, 3), "raised": len(seen), "peak_mb": _peak() // 1024,
            "grown_mb": (_peak() - warm_kb) // 1024 if warm_kb else None,
        }  # fmt: skip
        (place / "last.json").write_text(json.dumps(record) + "\n")

    options = [
        sys.argv[0], str(corpus), f"-max_total_time={int(seconds)}", f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}",
        "-max_len=20000", f"-artifact_prefix={place}/found/", "-print_final_stats=1", "-len_control=10",
    ]  # fmt: skip
    if target.words():
        options.append(f"-dict={words}")
    atheris.Setup(options, one)
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
