"""What became of every source of a run, on disk: the journal in the output folder, elsewhere what must not leave."""

from __future__ import annotations

import base64
import pickle
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, overload

from boundary.counting import Counted
from boundary.journal import Log
from boundary.outcome import Outcome, Release, Report, Withheld
from boundary.result import Entry

_NOWHERE = -1


class Record(Sequence[Entry]):
    """The entries of a run in the order of its sources, read from disk one by one.

    Tallies and names of people are not in the journal: they are in a file of the state folder, for policies with
    statistics, and gone when the run has ended.
    """

    def __init__(self, paths: Sequence[Path], journal: Log, counts: Log | None) -> None:
        self._paths = paths
        self._journal = journal
        self._counts = counts
        self._ended = array("q", [_NOWHERE]) * len(paths)
        self._counted = array("q", [_NOWHERE]) * len(paths)
        self._places: dict[int, str] = {}
        self.failed: dict[int, Withheld] = {}

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        told = self._journal.read(self._ended[at])
        if "withheld" in told:
            verdict = Withheld(**told["verdict"], place=self._places.get(at + 1, ""))
            return Entry(self._paths[at], "", verdict)
        report = Report(**told["release"].pop("report"))
        release = Release({}, report, **told["release"])
        if self._counts is not None and self._counted[at] != _NOWHERE:
            person, tallies = _unpacked(self._counts.read(self._counted[at])["counts"])
            release = replace(release, person=person, tallies=tallies)
        return Entry(self._paths[at], told["name"], release)

    def done(self, number: int) -> bool:
        """Whether a source, numbered from 1, is released or withheld."""
        return self._ended[number - 1] != _NOWHERE

    def ended(self) -> Iterator[Entry]:
        """The entries of the sources that are done."""
        return (self[at] for at in range(len(self)) if self._ended[at] != _NOWHERE)

    def counted(self) -> Iterator[Counted]:
        """What each release adds to the statistics."""
        for entry in self:
            if isinstance(entry.outcome, Release):
                one = entry.outcome
                yield Counted(one.person is not None, one.tallies, one.digest_in)

    def start(self, number: int) -> None:
        """A source is being worked on."""
        self._journal.append({"started": number}, durable=False)

    def fail(self, number: int, verdict: Withheld) -> None:
        """A source failed for the first time."""
        self._journal.append({"failed": number, "code": verdict.code, "step": verdict.step})
        self.failed[number] = verdict

    def end(self, number: int, name: str, outcome: Outcome) -> None:
        """A source is withheld, or released under a name that it bears already.

        Raises:
            OSError: The disk; the source then counts as not done.
        """
        if isinstance(outcome, Withheld):
            verdict = {key: value for key, value in asdict(outcome).items() if key != "place"}
            line: dict[str, Any] = {"withheld": number, "verdict": verdict}
            if outcome.place:
                self._places[number] = outcome.place
        else:
            if self._counts is not None:
                packed = _packed((outcome.person, outcome.tallies))
                self._counted[number - 1] = self._counts.append({"source": number, "counts": packed})
            release = {
                "report": asdict(outcome.report),
                "digest_in": outcome.digest_in,
                "digests_out": dict(outcome.digests_out),
                "subject": outcome.subject,
                "name_cleared": outcome.name_cleared,
            }
            line = {"released": number, "name": name, "release": release}
        self._ended[number - 1] = self._journal.append(line)

    def replay(self, lines: Iterator[tuple[int, Any]], *, counted: bool) -> None:
        """Take over what the lines of a journal say.

        Args:
            counted: A release whose tallies are lost counts as not done.
        """
        for start, told in lines:
            number = told.get("released") or told.get("withheld") or 0
            if number:
                self._ended[number - 1] = start
            elif "failed" in told:
                self.failed[told["failed"]] = Withheld(told["code"], told["step"])
        if self._counts is not None:
            for start, told in self._counts.replay():
                if "source" in told:
                    self._counted[told["source"] - 1] = start
            self._counts.cut()
        for number in range(1, len(self) + 1):
            if counted and self.done(number) and self._counted[number - 1] == _NOWHERE and self[number - 1].name:
                self.undo(number)

    def undo(self, number: int) -> None:
        """A source is to be done again."""
        self._ended[number - 1] = _NOWHERE

    def finish(self) -> None:
        """The run has ended: take the files away. The entries can be read as long as somebody holds them."""
        if self._counts is not None:
            self._counts.remove()
        self._journal.remove()

    def close(self) -> None:
        """Let another run have the journal; the entries cannot be read any more."""
        for log in (self._journal, self._counts):
            if log is not None:
                log.close()


def _packed(data: object) -> str:
    return base64.b64encode(pickle.dumps(data)).decode()


def _unpacked(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301  chained under the project key, in a folder of our own
