"""What verification found in a draft, as places in the window that it was made of: they are covered in the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from boundary.deciding import Decision
from boundary.live.drafts import Draft, Seen
from boundary.live.join import Joint
from boundary.live.window import Window, file_codes
from boundary.overriding import NONE
from boundary.plan import Plan
from boundary.verify import residues
from recording import parse_files
from recording.model import Finding, Hit, Keys, Passage, Recording
from recording.timeline import Ints
from text_redact.known import index_known

WHY = "verification found it"


def covered_too(window: Window, seen: Seen, draft: Draft, joint: Joint, plan: Plan, alarm: Callable[[], None]) -> Seen:
    """The same window with what verification finds covered where it was typed; in another text its row goes.

    What it finds is searched everywhere from here on.
    """
    if joint.changed is None:
        return seen
    read = parse_files("output", joint.changed.sources(), mappings=joint.changed.mappings)
    found = residues(read, joint.changed.added, seen.known, plan, alarm, left=joint.left)
    source = _Source(window, draft, joint, read)
    presses = {row: stream for stream, of in seen.session.transcript.presses.items() for row in of.at}
    passages: list[Passage] = []
    decisions, values, gone = [], [], set[int]()
    for hit, passage in found:
        text = passage.text[hit.start : hit.end]
        values += [(hit.label, text)] if not hit.rule.startswith("link:") else []
        rows = [(row, char) for row, char in zip(source.rows(passage, hit), text, strict=False) if row is not None]
        gone.update(row for row, _ in rows if row not in presses)
        typed = [(row, char) for row, char in rows if row in presses]
        for stream in {presses[row] for row, _ in typed}:
            mine = [(row, char) for row, char in typed if presses[row] == stream]
            told = Passage(
                "".join(char for _, char in mine), "typed", "raw", stream=stream, rows=tuple(r for r, _ in mine)
            )
            decisions.append(_decision(told, len(seen.session.passages) + len(passages), hit, plan))
            passages.append(told)
    more = plan.link(values) if plan.link is not None else ()
    session = replace(seen.session, passages=(*seen.session.passages, *passages))
    return replace(
        seen,
        session=session,
        decisions=[*seen.decisions, *decisions],
        known=index_known((*seen.known, *more)),
        gone=seen.gone | gone,
    )


def _decision(passage: Passage, number: int, hit: Hit, plan: Plan) -> Decision:
    use, operator = NONE.operator(number, hit.label, plan)
    span = Keys(passage.stream, tuple(sorted(set(passage.rows))))
    finding = Finding(hit.label, span, hit.score, hit.rule, WHY, plan.keyed(passage.text))
    line = f"{use.mark.file}:{use.mark.line}"
    return Decision(finding, number, 0, len(passage.text), use.spec.name, line, operator)


class _Source:
    """Rows of a draft as it was read, as rows of the window."""

    def __init__(self, window: Window, draft: Draft, joint: Joint, read: Recording) -> None:
        self.draft, self.joint, self.fields = draft, joint, read.fields
        codes, names = file_codes(read)
        self.files: Sequence[str] = [names[code] for code in codes.tolist()]
        self.starts: list[int] = read.events["start"].to_pylist()
        self.sources = {name: source for name, (source, _) in draft.changed.edits.items()}
        self.lines = _lines(window.recording)

    def rows(self, passage: Passage, hit: Hit) -> Iterator[int | None]:
        """The row of the window behind each character of a hit; ``None`` where none is, or where it has left."""
        if passage.field is not None:
            return iter([self.row(self.fields[passage.field].row)])
        if passage.parts:
            places = [at for at, _ in passage.parts]
            numbers = np.searchsorted(places, range(hit.start, hit.end), side="right") - 1
            return (self.row(self.fields[passage.parts[max(0, n)][1].field].row) for n in numbers.tolist())
        return (self.row(row) for row in passage.rows[hit.start : hit.end])

    def row(self, row: int | None) -> int | None:
        if row is None or row < 0:
            return None
        name = self.files[row]
        at = self.starts[row] - self.joint.left.get(name, 0)
        part = self.draft.parts.get(name)
        source = self.sources.get(name, "")
        there = part.outside(at) if part is not None and at >= 0 else None
        place = self.draft.places[source].before(there) if there is not None and source in self.draft.places else None
        if place is None:
            return None
        first, starts = self.lines[source]
        return int(first[np.searchsorted(starts, place, side="right") - 1])


def _lines(recording: Recording) -> dict[str, tuple[Ints, Ints]]:
    """By file the rows of its lines, and where they start."""
    codes, names = file_codes(recording)
    starts = recording.events["start"].to_numpy()
    rows = {name: np.flatnonzero(codes == code) for code, name in enumerate(names)}
    return {name: (mine, starts[mine]) for name, mine in rows.items()}
