"""Verification reads the result itself, and believes nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tiny_recording import Desk, picture

from boundary import pipeline
from boundary.change import Changed
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from recording import SourceFile, parse_files

MAIL = "rosalind.okafor@example.org"
CARD = "4111111111111111"


def outcome(desk: Desk, plan: Plan) -> Outcome:
    """What becomes of a recording in memory."""
    files = {name: SourceFile(name, data) for name, data in desk.files().items()}
    return process(lambda: parse_files("r", files), plan)


def desk() -> Desk:
    """Something to find in each kind of place."""
    made = Desk().window("Mail", f"To {MAIL}").into("Body").type(f"see {MAIL} ").copy(CARD).mouse()
    made.more["notes.txt"] = b"a note\n"
    return made


def spoil(monkeypatch: pytest.MonkeyPatch, spoiled: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    """Let the change leave something in place, behind the back of what follows."""
    real = pipeline.change

    def change(*args: Any, **named: Any) -> Changed:
        done = real(*args, **named)
        return replace(done, files=spoiled(dict(done.files)))

    monkeypatch.setattr(pipeline, "change", change)


SPOILERS: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "a mask": lambda f: f | {"clipboard.jsonl": f["clipboard.jsonl"].replace(b"********1111", CARD.encode())},
    "a title": lambda f: f | {"top_window.jsonl": f["top_window.jsonl"].replace(b"[EMAIL_ADDRESS]", MAIL.encode())},
    "a known name elsewhere": lambda f: f | {"notes.txt": b"call Rosalind  OKAFOR\n"},
    "key rows": lambda f: f | {"events.jsonl": desk().files()["events.jsonl"]},
    "a host name": lambda f: f | {"metadata.json": desk().files()["metadata.json"]},
    "a file name": lambda f: {(f"{MAIL}.txt" if name == "file-0001.txt" else name): data for name, data in f.items()},
    "escaped": lambda f: f | {"clipboard.jsonl": f["clipboard.jsonl"].replace(b"********", b"4111\\u00201111 1111 ")},
}


@pytest.mark.parametrize("what", SPOILERS)
def test_what_the_change_left_in_place_withholds_the_recording(
    what: str, full_plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value that is still in keys, texts, metadata or names is seen by whoever reads the result."""
    assert isinstance(outcome(desk(), full_plan), Release)
    before = dict(outcome(desk(), full_plan).files)
    assert SPOILERS[what](before) != before
    spoil(monkeypatch, SPOILERS[what])
    verdict = outcome(desk(), full_plan)
    assert isinstance(verdict, Withheld)
    assert (verdict.code, verdict.step) == ("text-residue", "verify")
    assert MAIL not in f"{verdict}"


def test_a_result_that_no_reader_understands_is_withheld(full_plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be parsed again cannot be verified."""
    spoil(monkeypatch, lambda files: files | {"events.jsonl": files["events.jsonl"] + b'{"action": '})
    verdict = outcome(desk(), full_plan)
    assert isinstance(verdict, Withheld)
    assert verdict.step == "verify"


def test_an_operator_that_gives_the_value_back_is_caught(full_plan: Plan) -> None:
    """An operator is anybody's code: what it leaves readable keeps the recording inside."""
    for gives in (lambda label, value: value, lambda label, value: f"<{value.upper()}>"):
        verdict = outcome(desk(), replace(full_plan, operators={"default": gives}))
        assert isinstance(verdict, Withheld)
        assert verdict.code == "operator-leaks"


def test_a_name_that_is_kept_is_verified_like_any_text(planned: Callable[[str], Plan]) -> None:
    """What only the second opinion finds in the name of a file keeps the recording inside."""
    plan = planned("find: [{use: text.list, values: [heron]}]\nchange: {default: {use: replace}}")
    made = Desk().window("Mail", "Inbox").mouse()
    made.more["notes.txt"] = b"a note\n"
    assert isinstance(outcome(made, plan), Release)
    made.more[f"notes {MAIL}.txt"] = b"a note\n"
    verdict = outcome(made, plan)
    assert isinstance(verdict, Withheld)
    assert verdict.code == "text-residue"


class Idle:
    """Covers nothing."""

    def __call__(self, pixels: Any, boxes: Any, *, block: int = 1) -> Any:
        """The pixels as they were."""
        return pixels


def test_a_coverer_that_covers_nothing_is_caught(full_plan: Plan) -> None:
    """The second reading of a frame sees what is still there; the frame and its row stay inside."""
    made = Desk().window("Mail", "Inbox").mouse().shot("shots/1.png", picture(f"to {MAIL}", "hello"))
    made.shot("shots/2.png", picture("nothing here", "to hide"))
    release = outcome(made, replace(full_plan, coverer=Idle()))
    assert isinstance(release, Release)
    assert release.report.frames_withheld == {"screen-residue": 1}
    assert [name for name in release.files if name.endswith(".png")] == ["frames/frame-000002.png"]
    assert release.files["screenshots.jsonl"].count(b"\n") == 1


def test_a_value_that_was_only_typed_is_found_on_the_covered_screen(full_plan: Plan) -> None:
    """A frame that shows what was typed as a password stays inside when covering failed."""
    made = Desk().window("Crm", "Sign in").into("Password", secure=True).type("Grebe4417shoal").mouse()
    made.shot("shots/1.png", picture("your code is", "Grebe4417shoal"))
    release = outcome(made, replace(full_plan, coverer=Idle()))
    assert isinstance(release, Release)
    assert release.report.frames_withheld == {"screen-residue": 1}


@pytest.mark.parametrize("policy", ["lockdown", "strict", "baseline"])
def test_the_shipped_policies_release_an_ordinary_recording(policy: str) -> None:
    """Typing, slips, caret moves, shortcuts, pasting and screens pass both policies and are verified."""
    from boundary.plan import build_plan
    from policies import load_policy

    made = desk().into("Body").type("dear all,").erase(3).tap("left", "left", "enter").type("yes").mouse()
    made.key("press", "ctrl").tap("v").key("release", "ctrl").tap("home").type("so ").erase(2)
    made.shot("shots/Rosalind.png", picture(f"to {MAIL}", "hello there"))
    release = outcome(made, build_plan(load_policy(policy), key=b"k" * 32))
    assert isinstance(release, Release), release
    assert not release.report.frames_withheld
    assert "frames/frame-000001.png" in release.files
