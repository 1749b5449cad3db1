"""What verification finds in a piece of a stream is covered, and the rest of the piece leaves."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flowing import FIND, flown, moves, of_main, planned, texts, typing

from boundary.live.drafts import Seen
from boundary.live.hold import Hold
from boundary.live.lines import Line
from boundary.plan import Plan
from recording.model import Hit

SMALL = Hold(512, 300.0)


@dataclass(frozen=True)
class Sees:
    """A detector that only the second reading has."""

    pattern: str

    def __call__(self, text: str) -> Sequence[Hit]:
        """Every match."""
        return [Hit("ANIMAL", m.start(), m.end(), 0.9, "second:animal") for m in re.finditer(self.pattern, text)]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A policy that knows one value, with a second reading that knows another."""
    made = planned(tmp_path_factory.mktemp("policy"))
    return replace(made, reread_text=(*made.reread_text, Sees("zebra"), Sees(r"\d{4} herons")))


def test_what_only_verification_finds_is_covered(plan: Plan) -> None:
    """The value goes, the words around it stay, and nothing is withheld."""
    lines, flow = flown([*typing("see the zebra run "), *moves(900, 30.0)], plan, SMALL)
    shown = " ".join(texts(lines))
    assert "zebra" not in shown
    assert "see the " in shown
    assert " run" in shown
    assert flow.figures.complete
    assert flow.figures.findings == {"ANIMAL": 1}


def test_it_is_searched_everywhere_from_then_on(plan: Plan) -> None:
    """Typed with a slip in a later window, where neither reading knows it by itself, it is covered too."""
    first = [*typing("count 8153 herons here "), *moves(900, 30.0)]
    later = [*typing("still 8153-herons there ", 70.0, window_title="Chat"), *moves(900, 90.0)]
    lines, flow = flown([*first, *later], plan, SMALL)
    shown = " ".join(texts(lines))
    assert "8153" not in shown
    assert "there" in shown
    assert flow.figures.complete


def test_of_other_texts_the_row_goes(plan: Plan) -> None:
    """A title that verification finds something in is withheld as a whole, counted, and nothing else is."""
    title = b'{"time_stamp": 3, "top_window_name": "Zoo", "window_title": "my zebra"}\n'
    plain = b'{"time_stamp": 2, "top_window_name": "Zoo", "window_title": "my zoo"}\n'
    parts = [Line("top_window.jsonl", plain), Line("top_window.jsonl", title), *typing("all quiet "), *moves(900, 30.0)]
    lines, flow = flown(parts, plan, SMALL)
    together = b"".join(line.data for line in lines)
    assert b"zebra" not in together
    assert b"my zoo" in together
    assert "all quiet " in " ".join(texts(lines))
    assert flow.figures.withheld == {"text-residue": 1}


def test_where_covering_does_not_help_keys_are_withheld_and_the_mouse_goes_on(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is found and cannot be traced back keeps every text of the piece inside."""

    def nothing_done(_window: object, seen: Seen, *_more: object) -> Seen:
        return seen

    monkeypatch.setattr("boundary.live.clear.covered_too", nothing_done)
    lines, flow = flown([*typing("see the zebra run "), *moves(900, 30.0)], plan, SMALL)
    assert of_main(lines).count(b'"move"') == 900
    assert b"press" not in of_main(lines)
    assert flow.figures.withheld == {"text-residue": 36}


def test_a_value_may_be_cut_where_it_was_quiet_for_long_and_its_rest_is_covered(tmp_path: Path) -> None:
    """Half of a value, long nothing, the other half: the field's beginning leaves in time, and no half with it."""
    known = planned(tmp_path, FIND.replace("[halloran4815larkspur]", "[halloran4815larkspur, merganser]"))
    parts = [
        *typing("my account halloran"),
        *moves(2000, 20.0),
        *typing("4815larkspur thanks ", 290.0, 0.6),
        *typing("and a merganser on the lake", 310.0, 0.6),
        *moves(4000, 400.0),
    ]
    lines, flow = flown(parts, known, Hold(8192, 300.0))
    shown = " ".join(texts(lines))
    assert not any(part in shown for part in ("halloran", "4815", "lark", "spur", "merganser"))
    assert "my account " in shown
    assert "thanks" in shown
    assert flow.figures.complete
    assert flow.figures.late == 0


def test_what_was_recorded_before_waits_for_others_and_not_for_the_recorder_s_clock(plan: Plan) -> None:
    """With a clock of its own a flow counts seconds from arrival: minutes of a recording are read together."""
    parts = [*typing("some words "), *moves(20_000, 20.0)]
    _, slow = flown(parts, plan, Hold(10_000, 20.0), clock=_still)
    assert slow.figures.held == 10_000
    ticks = itertools.count(0, 10**9)
    _, live = flown(parts[:100], plan, Hold(10_000, 20.0), clock=lambda: next(ticks))
    assert live.figures.held == 21


def _still() -> int:
    return 0
