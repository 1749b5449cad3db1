"""Why a policy finds what it finds: for every place the rule, its score, what it beat, and the policy lines behind it.

It looks at recordings as a run does and changes nothing. What is returned holds places and, apart from ``repr``, the
value itself: it stays with who may see the recording.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType

from boundary.admission import Refused, without_consent
from boundary.bursts import typed_values
from boundary.deciding import Decision, places
from boundary.explained import Explained, Explanation, Rival
from boundary.findings import Found
from boundary.looking import Looked, admitted, look
from boundary.outcome import code_of
from boundary.plan import Plan
from policies.policy import StepUse
from recording import SourceFile, parse_files
from recording.errors import BoundaryError
from recording.keystrokes import key_files
from recording.model import EVENTS, Box, Field, Keys, Passage, Recording, Span, TextField


class _Patience:
    """A clock that never stops: somebody waits for the answer, and nothing leaves."""

    def __call__(self) -> None:
        """Nothing is ever too late."""

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """The time of one step."""
        yield


def explain_recording(recording: Recording, plan: Plan) -> Explanation:
    """What the policy finds in a recording, and why. What a step raises is its ``withheld`` code."""
    clock = _Patience()
    try:
        rows, _ = admitted(recording, plan, clock)
        if plan.is_empty:
            return _about(recording, rows.removed, ())
        seen = look(recording, rows, plan, clock)
        found = (*_typed(seen, plan), *_joined(_fields_and_lines(seen, plan)), *_pixels(seen, plan))
    except Refused as refusal:
        return Explanation(withheld=refusal.code, events=len(recording.events))
    except BoundaryError as error:
        return Explanation(withheld=code_of(error), events=len(recording.events))
    except Exception:  # noqa: BLE001  messages of libraries quote what they choke on; a run would withhold it too
        return Explanation(withheld="step-raised", events=len(recording.events))
    return _about(recording, rows.removed, _with_scores_alone(found, plan), seen)


def explain_text(text: str, plan: Plan, *, role: str = "text") -> Explanation:
    """What the policy finds in a text that stands beside the keys, such as a title; ``role`` as in `TextField`."""
    data = text.encode("utf-8", "surrogatepass")
    files = MappingProxyType({"text": SourceFile("text", data)})
    fields = (TextField("text", 0, len(data), "plain", role, text),)
    return explain_recording(Recording("text", "text", files, EVENTS.empty_table(), fields), without_consent(plan))


def explain_image(data: bytes, suffix: str, plan: Plan) -> Explanation:
    """What the policy finds on a screenshot, given as the bytes of a file with ``suffix``, such as ``.png``.

    Raises:
        InputError: It is no image of a known kind.
    """
    name = f"frame{suffix}"
    return explain_recording(
        parse_files("image", {name: SourceFile(name, data)}, mappings=plan.policy.read), without_consent(plan)
    )


def explain_keys(keys: str, plan: Plan) -> Explanation:
    """What the policy finds in keys that are pressed one after the other, written as `recording.keystrokes` takes them.

    Raises:
        ValueError: A key has no such name.
    """
    files = {name: SourceFile(name, data) for name, data in key_files(keys).items()}
    return explain_recording(parse_files("keys", files, mappings=plan.policy.read), without_consent(plan))


def explain_decisions(seen: Looked, plan: Plan, decisions: Iterable[Decision]) -> tuple[Explained, ...]:
    """Why each decision was made, one by one: a typed value once for each text that shows it."""
    hits = _hits(seen)
    return tuple(_explained(seen, plan, decision, hits, decision.finding.span, ()) for decision in decisions)


def _typed(seen: Looked, plan: Plan) -> Iterator[Explained]:
    """One for each typed value, however many texts showed it."""
    hits = _hits(seen)
    done = typed_values(seen.decisions)
    for rows, decision in sorted(done, key=_first_row):
        span = decision.finding.span
        assert isinstance(span, Keys)
        whole = Keys(span.stream, tuple(sorted(rows)))
        yield _explained(seen, plan, decision, hits, whole, whole.rows)


def _first_row(item: tuple[set[int], Decision]) -> int:
    return min(item[0])


def _fields_and_lines(seen: Looked, plan: Plan) -> Iterator[Explained]:
    hits = _hits(seen)
    rows = {frame.file: frame.row for frame in seen.session.recording.frames}
    for decision in seen.decisions:
        span = decision.finding.span
        if isinstance(span, Keys):
            continue
        row = None
        if isinstance(span, Field):
            row = seen.session.recording.fields[span.field].row
        elif isinstance(span, Box):
            row = rows.get(span.frame)
        yield _explained(seen, plan, decision, hits, span, () if row is None else (row,))


def _joined(found: Iterable[Explained]) -> Iterator[Explained]:
    """One for each place: rows of a frame are read as lines, as columns and together, so the same box comes again."""
    out: dict[Span, Explained] = {}
    for one in found:
        other = out.get(one.span)
        if other is None:
            out[one.span] = one
            continue
        best, rest = (one, other) if other.step == "link" and one.step != "link" else (other, one)
        told = {(best.label, best.rule), *((rival.label, rival.rule) for rival in best.rivals)}
        more = (Rival(rest.label, rest.score, rest.rule, rest.step, rest.found_by), *rest.rivals)
        out[one.span] = replace(best, rivals=(*best.rivals, *(r for r in more if (r.label, r.rule) not in told)))
    yield from out.values()


def _pixels(seen: Looked, plan: Plan) -> Iterator[Explained]:
    uses = {use.spec.summary: use for use, _ in plan.regions}
    cover = plan.policy.change.get("screen")
    rows = {frame.file: frame.row for frame in seen.session.recording.frames}
    for finding in seen.pixels:
        assert isinstance(finding.span, Box)
        row, use = rows.get(finding.span.frame), uses.get(finding.why)
        yield Explained(
            label=finding.label,
            severity=plan.policy.severity(finding.label),
            modality="screen",
            role="pixels",
            span=finding.span,
            rows=() if row is None else (row,),
            score=finding.score,
            alone=finding.score,
            rule=finding.rule,
            step=use.spec.name if use else "",
            why=finding.why,
            found_by=_line(use),
            action=cover.spec.name if cover else "",
            changed_by=_line(cover),
            rivals=(),
            link=finding.link,
        )


_Hits = Mapping[tuple[int, int, int], tuple[Found, Sequence[Found]]]


def _hits(seen: Looked) -> _Hits:
    """By passage, start and end of a place: the hit that names it, and all of them."""
    return {
        (number, start, end): (best, group)
        for number, hits in enumerate(seen.found)
        for start, end, best, group in places(hits)
    }


def _explained(
    seen: Looked, plan: Plan, decision: Decision, hits: _Hits, span: Span, rows: tuple[int, ...]
) -> Explained:
    finding, passage = decision.finding, seen.session.passages[decision.passage]
    best, group = hits[decision.passage, decision.start, decision.end]
    best = _detected(best, group)
    cover = plan.policy.change.get("screen")
    covered = passage.kind == "screen"
    return Explained(
        label=finding.label,
        severity=plan.policy.severity(finding.label),
        modality=passage.kind,
        role=passage.role,
        span=span,
        rows=rows,
        score=best.hit.score,
        alone=None,
        rule=best.hit.rule,
        step="link" if best.use is None else best.use.spec.name,
        why=finding.why if best.use is None else best.use.spec.summary,
        found_by=_line(plan.policy.link if best.use is None else best.use),
        action=(cover.spec.name if cover else "") if covered else decision.action,
        changed_by=_line(cover) if covered else decision.line,
        rivals=tuple(_rivals(best, group)),
        link=finding.link,
        value=passage.text[decision.start : decision.end],
        around=_around(passage, decision),
        caption=passage.label,
    )


def _detected(best: Found, group: Sequence[Found]) -> Found:
    """Where a value is known because it was found right here, the detector that did says more than that it is known."""
    if best.use is not None:
        return best
    same = [f for f in group if f.use is not None and f.hit.label == best.hit.label]
    return max(same, key=_score, default=best)


def _rivals(best: Found, group: Sequence[Found]) -> Iterator[Rival]:
    told = {(best.hit.label, best.hit.rule, _step(best))}
    # That what is found is known from then on says nothing.
    told |= {(f.hit.label, known.hit.rule, "") for known in group if known.use is None for f in group if f.use}
    for found in sorted(group, key=_score, reverse=True):
        about = (found.hit.label, found.hit.rule, _step(found))
        if about not in told:
            told.add(about)
            yield Rival(found.hit.label, found.hit.score, found.hit.rule, _step(found), _line(found.use))


def _score(found: Found) -> float:
    return found.hit.score


def _step(found: Found) -> str:
    return "" if found.use is None else found.use.spec.name


def _line(use: StepUse | None) -> str:
    return f"{use.mark.file}:{use.mark.line}" if use else ""


AROUND = 60
"""Code points shown on either side of a value."""


def _around(passage: Passage, decision: Decision) -> tuple[str, int, int]:
    low = max(0, decision.start - AROUND)
    return passage.text[low : decision.end + AROUND], decision.start - low, decision.end - low


def _with_scores_alone(found: Iterable[Explained], plan: Plan) -> tuple[Explained, ...]:
    """Read each value without the words around it, to tell how much of its score they make."""
    listed = list(found)
    values = list(dict.fromkeys(one.value for one in listed if one.value and one.step != "link"))
    try:
        read = dict(zip(values, plan.detectors.in_texts(values), strict=True))
    except BoundaryError:
        return tuple(listed)  # a pattern ran out of time on what it has read once: the score alone stays unknown
    best = {
        value: {label: max(h.score for _, h in hits if h.label == label) for label in {h.label for _, h in hits}}
        for value, hits in read.items()
    }
    return tuple(
        replace(one, alone=best.get(one.value, {}).get(one.label)) if one.role != "pixels" else one for one in listed
    )


def _about(
    recording: Recording, removed: frozenset[int], found: tuple[Explained, ...], seen: Looked | None = None
) -> Explanation:
    kinds: Counter[str] = Counter()
    for row in recording.events.select(["seq", "kind"]).to_batches():
        pairs = zip(row["seq"].to_pylist(), row["kind"].to_pylist(), strict=True)
        kinds.update(kind for seq, kind in pairs if seq not in removed)
    codes = Counter(seen.screens.withheld.values()) if seen else Counter[str]()
    return Explanation(
        findings=found,
        events=len(recording.events),
        removed=len(removed),
        kinds=MappingProxyType(dict(sorted(kinds.items()))),
        frames=len(recording.frames),
        frames_withheld=MappingProxyType(dict(sorted(codes.items()))),
    )


__all__ = ["Explained", "Explanation", "Rival", "explain_image", "explain_keys", "explain_recording", "explain_text"]
