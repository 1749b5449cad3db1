"""Writes a withdrawal into a consent register; every other line keeps its bytes."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from boundary.register import columns, fold, read_register
from boundary.writer import write_durably
from recording.errors import InputError

STATUS = "withdrawn"
"""What the status becomes, so that who reads nothing but the status lets nobody in either."""

_BOM = "\ufeff"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What was written: ``new``, ``already`` (it stood there), or ``added`` (the register did not know the person)."""

    what: str
    lines: int


def withdraw(register: Path, person: str, day: date) -> Withdrawal:
    """Mark every line of a person, in whatever spelling, as withdrawn; add one where there is none.

    The file is replaced whole, or not at all; who withdraws at the same time waits. Its permissions stay.

    Raises:
        InputError: The register cannot be read, understood or written; the name is empty or holds a line break.
    """
    if not fold(person) or not person.isprintable():
        raise InputError("a person's id is a printable word", code="person-unknown", hint="as the register has it")
    file = register.resolve()
    try:
        with _alone(file.parent):
            read_register(file)  # what cannot be understood must not be edited
            before = file.read_bytes()
            after, done = edited(before.decode(), person, day)
            if after != before.decode():
                write_durably(file, after.encode(), mode=stat.S_IMODE(file.stat().st_mode))
    except OSError as error:
        raise InputError(f"the consent register cannot be written ({error.strerror})", code="register-unwritable",
                         place=str(register), hint="check the file and its folder") from None  # fmt: skip
    return done


def edited(text: str, person: str, day: date) -> tuple[str, Withdrawal]:
    """The text of a register with a withdrawal in it.

    Raises:
        InputError: ``register-not-editable``: its lines cannot be told apart safely.
    """
    bom, lines = (_BOM, _records(text[1:])) if text.startswith(_BOM) else ("", _records(text))
    header = columns(_cells(lines[0]))
    out = list(lines)
    if "withdrawn" not in header:
        width = len(_cells(lines[0]))
        if any(cell.strip() for line in lines[1:] for cell in _cells(line)[width:]):
            raise _not_editable("a line has more cells than the header")
        out[0] = _body(lines[0]) + ",withdrawn" + _ending(lines[0])
        header["withdrawn"] = width
    mine = [
        number
        for number, line in enumerate(lines)
        if number and fold(_at(_cells(line), header["person"])) == fold(person)
    ]
    open_ = [number for number in mine if not _at(_cells(lines[number]), header["withdrawn"]).strip()]
    for number in open_:
        out[number] = _marked(lines[number], header, day)
    if mine and not open_:
        return text, Withdrawal("already", len(mine))
    if not mine:
        ending = _ending(lines[0]) or "\n"
        out[-1] = _body(out[-1]) + (_ending(out[-1]) or ending)
        out.append(_written({header["person"]: person.strip()}, header, day) + ending)
    return bom + "".join(out), Withdrawal("new" if mine else "added", len(open_) or 1)


def _marked(line: str, header: dict[str, int], day: date) -> str:
    return _written(dict(enumerate(_cells(line))), header, day) + _ending(line)


def _written(cells: dict[int, str], header: dict[str, int], day: date) -> str:
    told = cells | {header["status"]: STATUS, header["withdrawn"]: day.isoformat()}
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(
        [told.get(index, "") for index in range(max(*told, *header.values()) + 1)]
    )
    return out.getvalue()


def _records(text: str) -> list[str]:
    """The verbatim records of a CSV text, line ends included; a quoted cell may hold line breaks."""
    out: list[str] = []
    for line in _LINE.findall(text):
        if out and out[-1].count('"') % 2:
            out[-1] += line
        else:
            out.append(line)
    whole = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    if "".join(out) != text or [_cells(line) for line in out if _body(line)] != whole:
        raise _not_editable("quotes in it are not as CSV has them")
    return out


def _cells(line: str) -> list[str]:
    return next(csv.reader(io.StringIO(line, newline=""), strict=True), [])


def _at(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _body(line: str) -> str:
    return line.rstrip("\r\n")


def _ending(line: str) -> str:
    return line[len(_body(line)) :]


def _not_editable(why: str) -> InputError:
    return InputError(f"the consent register cannot be edited: {why}", code="register-not-editable",
                      hint="mend it by hand, and write the withdrawal in by hand at once")  # fmt: skip


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others who withdraw waiting."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)
