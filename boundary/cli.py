"""``boundary``: the commands, in the order in which somebody new needs them.

Exit codes: 0 all released, 1 something withheld, 2 usage, 3 policy refused.
Also: 130 stopped, 141 the reader of the output went away, 70 our fault.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer
from rich.console import Console

from boundary import audit_cli, consume_cli, key_cli, policy_cli, show, stream_cli, subject_cli
from boundary.budget import LedgerOption, budget_app
from boundary.ending import STOPPED, USAGE, fail
from boundary.given import KeyOption, PolicyOption
from boundary.given import built as _built
from boundary.given import key_of as _key
from boundary.progress import progress as show_progress
from boundary.review.command import review_command
from boundary.run_cli import run_command
from policies.hardening import keep_memory_private
from recording.errors import BoundaryError, InputError

WITHHELD = 1
BROKEN, CLOSED = 70, 141
"""As sysexits.h and shells number an internal error, and a reader that went away."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a pretty traceback prints local variables, and those hold recorded content
    rich_markup_mode=None,
    help="Redact recordings of computer use before they leave the collection boundary.",
    epilog="Exit codes: 0 all released, 1 something withheld or found, 2 usage, 3 policy refused, 130 stopped.",
)

app.add_typer(policy_cli.app, name="policy")
app.add_typer(audit_cli.app, name="audit")
app.add_typer(key_cli.app, name="key")

app.add_typer(budget_app, name="budget")
app.add_typer(subject_cli.app, name="subject")
app.command("run", short_help="Take recordings through a policy.")(run_command)
app.command("stream", short_help="Take events from a pipe to a pipe.")(stream_cli.stream_command)
app.command("consume", short_help="Take recordings from a broker to a broker.")(consume_cli.consume_command)


def main() -> None:
    """Run the command line. An unexpected error ends in one line without content, not in a traceback."""
    keep_memory_private()
    try:
        app()
    except BoundaryError as error:
        fail(error, USAGE)
    except Exception as error:  # noqa: BLE001  a traceback would print what was being read
        Console(stderr=True).print(f"internal-error: {type(error).__name__} (please report it)", markup=False)
        sys.exit(BROKEN)


def _print_version(*, asked: bool) -> None:
    if asked:
        from boundary.versions import DISTRIBUTION, installed

        print(f"{DISTRIBUTION} {installed(DISTRIBUTION) or 'not installed'}")  # noqa: T201  this is the output
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Options of the command itself."""


@app.command("release", short_help="Release statistics of recordings, and nothing else.")
def release_command(
    policy: PolicyOption,
    sources: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DATA", help="Recordings, Parquet files, exports of ActivityWatch, or folders of them."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A new or empty folder for what leaves.")] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="Only say how exact each would be: nothing is read or charged.")
    ] = False,
    key_file: KeyOption = None,
    ledger: LedgerOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")] = False,
) -> None:
    """Release a policy's statistics: bounded per person, forecast, charged, noised. What would be too inexact is not.

    DATA are told apart by their content. A recording that cannot be read is left out; a table that cannot ends it.
    OUT holds aggregates/ (JSON and Parquet), index.html, registry.yaml and manifest.json.
    """
    from boundary import release_cli

    plan = _built(policy, _key(key_file))
    console = Console(stderr=True)
    try:
        if forecast:
            found = release_cli.forecasts(plan, ledger)
            release_cli.show_forecasts(found, Console())
            raise typer.Exit(0 if all(one.good for one in found.values()) else WITHHELD)
        if not sources or out is None:
            raise InputError("a release needs DATA and --out", code="usage", hint="--forecast needs neither")
        with show_progress(console, quiet=quiet) as progress:
            done = release_cli.release_statistics(sources, plan, out, ledger=ledger, progress=progress)
    except BoundaryError as error:
        fail(error, USAGE)
    except KeyboardInterrupt:
        console.print("stopped while counting; what was charged is stored and comes back at no cost")
        raise typer.Exit(STOPPED) from None
    if not quiet:
        release_cli.show_released(done, out, Console())
    raise typer.Exit(WITHHELD if done.refused or done.left_out else 0)


@app.command("detect", short_help="Write what a policy finds in texts.")
def detect_command(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="Input; - or nothing is standard input.")] = "-",
    policy: PolicyOption = "baseline",
    format_: Annotated[
        Literal["jsonl", "text"],
        typer.Option("--format", help='jsonl: one {"id","text"} a line; text: the whole input is one text.'),
    ] = "jsonl",
) -> None:
    """Write what a policy finds in texts: one {"id","findings"} line for each, in order.

    Offsets count Unicode code points. A line that cannot be read gives {"id","line","error"} and exit code 1.
    """
    from boundary.detect import detect_lines

    plan = _built(policy, b"detect keeps no links between runs")
    failed = False
    with _opened(file) as stream:
        lines = [_as_line(file, stream.read())] if format_ == "text" else stream
        try:
            for line, fine in detect_lines(lines, plan):
                failed = failed or not fine
                print(line, flush=True)  # noqa: T201  this is the output
        except BrokenPipeError:
            # Whoever reads has seen enough. What is left in the buffer must not raise again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(CLOSED) from None
    raise typer.Exit(WITHHELD if failed else 0)


@app.command("sheet", short_help="Show what a policy covers on screens, and why.")
def sheet_command(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A recording, or a folder of recordings.")],
    policy: PolicyOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write.")],
    limit: Annotated[int, typer.Option("--limit", help="Most frames to show, 1 to 500; withheld ones first.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Of the choice among released frames.")] = 0,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Also show frames as captured: the file is then as sensitive as SOURCE.")
    ] = False,
    key_file: KeyOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")] = False,
) -> None:
    """Write a contact sheet: covered frames with every region, its label, rule and reason, in one HTML file.

    Nothing is released. The file loads nothing from anywhere and holds no script.
    """
    from boundary.sheet import write_sheet

    plan = _built(policy, _key(key_file))
    console = Console(stderr=True)
    try:
        with show_progress(console, quiet=quiet) as progress:
            sheet = write_sheet(source, plan, out, limit=limit, seed=seed, reveal=reveal, progress=progress)
    except BoundaryError as error:
        fail(error, USAGE)
    except KeyboardInterrupt:
        console.print("stopped; nothing was written")
        raise typer.Exit(STOPPED) from None
    if not quiet:
        show.sheet(sheet, out, Console())
    raise typer.Exit(WITHHELD if sheet.codes or sheet.refused else 0)


app.command("review", short_help="Open the reviewers' page on this machine.")(review_command)


@app.command("decrypt", short_help="Give back what the operator 'encrypt' took, to who has the key.")
def decrypt_command(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="Input; - or nothing is standard input.")] = "-",
    key_file: Annotated[Path | None, typer.Option("--key-file", help="The key that encrypted.")] = None,
    key_env: Annotated[str | None, typer.Option("--key-env", help="Environment variable with that key.")] = None,
    key_ring: Annotated[str | None, typer.Option("--key-ring", help="SERVICE/NAME of that key in the keyring.")] = None,
) -> None:
    """Write a text with every token in it (LABEL.base64url) replaced by the value it was made of.

    A token that was changed, or that another key made, ends it: nothing is written, and the exit code is 1.
    """
    from text_redact.operators.encrypt import decrypt_text, the_key

    if sum(one is not None for one in (key_file, key_env, key_ring)) != 1:
        hint = "give --key-file, --key-env or --key-ring"
        fail(InputError("the key must come from one place", code="encrypt-key-missing", hint=hint), USAGE)
    try:
        key = the_key(file=key_file, variable=key_env, ring=key_ring)
    except BoundaryError as error:
        fail(error, USAGE)
    with _opened(file) as stream:
        data = stream.read()
    try:
        # Bytes that are no text are carried through as they are.
        text = decrypt_text(data.decode("utf-8", "surrogateescape"), key)
    except BoundaryError as error:
        fail(error, WITHHELD)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


@app.command("doctor", short_help="Say what is installed and what is missing.")
def doctor_command(
    entities: Annotated[bool, typer.Option("--entities", help="List what text.pii can look for.")] = False,
    brokers: Annotated[
        list[str] | None, typer.Option("--broker", metavar="HOST:PORT", help="See whether it answers; may be repeated.")
    ] = None,
) -> None:
    """Say what is installed, what is missing, and the command that adds it."""
    from boundary.doctor import examine

    if entities:
        from text_redact.entities import OWN, PRESIDIO

        print("\n".join(sorted({*PRESIDIO, *OWN})))  # noqa: T201  this is the output
        return
    checks = examine(brokers=tuple(brokers or ()))
    show.checks(checks, Console())
    raise typer.Exit(WITHHELD if any(check.state == "missing" for check in checks) else 0)


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        fail(InputError(f"cannot be read ({error.strerror})", code="unreadable", place=file), USAGE)


def _as_line(file: str, data: bytes) -> bytes:
    try:
        return json.dumps({"id": file, "text": data.decode("utf-8-sig")}).encode()
    except UnicodeDecodeError:
        fail(InputError("the text is not UTF-8", code="invalid-utf8", place=file, hint="save it as UTF-8"), USAGE)


__all__: Sequence[str] = ("app", "main")
