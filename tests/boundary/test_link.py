"""What is sensitive in one place is gone everywhere in the session."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tiny_recording import Desk, contents, left_of, picture, presses

from boundary.outcome import Release
from boundary.pipeline import process
from boundary.plan import Plan
from image_redact.decode import decode
from image_redact.ocr import Tesseract
from recording import open_recording

PASSWORD = "Grebe-4417-shoal"


def released(desk: Desk, folder: Path, plan: Plan) -> Release:
    """The release of a recording, also written to ``folder``/out for searching."""
    desk.save(folder / "in")
    outcome = process(lambda: open_recording(folder / "in"), plan)
    assert isinstance(outcome, Release), outcome
    for name, data in outcome.files.items():
        target = folder / "out" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return outcome


def shown(data: bytes) -> str:
    """What OCR reads on a frame."""
    return "\n".join(line.text for line in Tesseract().read(decode(data)).lines)


def test_a_password_of_a_secure_field_is_gone_everywhere(tmp_path: Path, full_plan: Plan) -> None:
    """Typed into a letter and erased, in a title, in the clipboard, in a file name and on a screen: all of it goes."""
    desk = Desk().window("Crm", "Sign in").into("Password", secure=True).type(PASSWORD)
    desk.window("Mail", f"Re: {PASSWORD} - Mail").into("Body").type("dear all ").type(PASSWORD).erase(len(PASSWORD))
    desk.type("the report is attached").copy(f"see {PASSWORD}!").mouse()
    desk.shot(f"shots/1 {PASSWORD}.png", picture(f"note {PASSWORD}", "the weather is fine"))
    release = released(desk, tmp_path, full_plan)
    assert left_of([PASSWORD], tmp_path / "out") == []
    assert set(release.report.findings["PASSWORD"]) == {"typed", "field", "screen"}
    typed = presses(release.files["events.jsonl"])
    assert typed.startswith("[PASSWORD]dear all ")
    assert typed.endswith("the report is attached")
    (frame,) = (data for name, data in release.files.items() if name.endswith(".png"))
    assert "Grebe" not in shown(frame)
    assert "weather is fine" in shown(frame)
    assert json.loads(release.files["clipboard.jsonl"])["text"] == "see [PASSWORD]!"


def test_an_address_gives_the_name_in_it(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """Who writes to ingrid.solberg@ may name Ingrid Solberg nowhere, with no list that has her."""
    plan = planned(
        "find: [{use: text.pii, entities: [EMAIL_ADDRESS]}]\nlink: {within: session}\nchange: {default: {use: redact}}"
    )
    desk = Desk().window("Mail", "Ingrid Solberg - Mail").into("To").type("ingrid.solberg@example.org")
    desk.tap("tab").into("Body").type("Dear INGRID  SOLBERG, solbergs are fine")
    release = released(desk, tmp_path, plan)
    assert left_of(["Ingrid", "Solberg -"], tmp_path / "out") == []
    assert presses(release.files["events.jsonl"]) == "Dear , solbergs are fine"


def test_a_role_mailbox_names_nobody(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """An address such as sales.team@ takes no words with it."""
    plan = planned(
        "find: [{use: text.pii, entities: [EMAIL_ADDRESS]}]\nlink: {within: session}\nchange: {default: {use: redact}}"
    )
    desk = Desk().window("Mail", "Inbox").into("Body").type("to sales.team@example.org: the sales team meets")
    assert presses(released(desk, tmp_path, plan).files["events.jsonl"]) == "to : the sales team meets"


def test_the_machine_and_the_person_are_gone_from_metadata_and_text(tmp_path: Path, full_plan: Plan) -> None:
    """Host name, hardware address and person id go from metadata and wherever else they were written."""
    desk = Desk().window("Term", "plover-11@tern-02.corp.example").into("Shell").type("ssh tern-02.corp.example")
    release = released(desk, tmp_path, full_plan)
    assert left_of(["tern-02", "2603023498100", "plover-11"], tmp_path / "out") == []
    metadata = json.loads(release.files["metadata.json"])
    assert metadata == {
        "system": "Linux", "node": "[HOST_NAME]", "id": 0, "user_id": "[PERSON_ID]", "screen_width": 400
    }  # fmt: skip


def test_frames_are_renamed_and_what_points_to_them_follows(tmp_path: Path, full_plan: Plan) -> None:
    """Every reference in the output leads to a frame of the output, and no neutral name tells the old one."""
    desk = Desk().window("Mail", "Inbox").mouse()
    for number in range(3):
        desk.shot(f"shots/{number} Rosalind.png", picture(f"page {number}", "nothing to see"))
    release = released(desk, tmp_path, full_plan)
    said = [json.loads(line)["file"] for line in release.files["screenshots.jsonl"].splitlines()]
    assert said == [f"frames/frame-{number:06d}.png" for number in (1, 2, 3)]
    assert {name for name in release.files if name.endswith(".png")} == set(said)


def test_a_kept_name_is_never_given_to_another_frame(tmp_path: Path, planned: Callable[[str], Plan]) -> None:
    """Where only sensitive names are replaced, the replacement is no name that another frame has."""
    plan = planned(
        "find: [{use: text.list, values: [Rosalind]}, {use: screen.text}]\n"
        "change: {default: {use: redact}, screen: {use: cover}}"
    )
    desk = Desk().window("Mail", "Inbox").mouse()
    names = ["frames/frame-000002.png", "frames/x Rosalind.png"]
    for name, text in zip(names, ["the one", "the other"], strict=True):
        desk.shot(name, picture(text, "more words"))
    release = released(desk, tmp_path, plan)
    said = [json.loads(line)["file"] for line in release.files["screenshots.jsonl"].splitlines()]
    assert said == ["frames/frame-000002.png", "frames/frame-000002-2.png"]
    assert ["other" in shown(release.files[name]) for name in said] == [False, True]


def test_the_covered_pixels_are_of_one_colour_and_the_others_stay(tmp_path: Path, full_plan: Plan) -> None:
    """Outside the boxes a screen keeps its pixels; inside there is paint."""
    data = picture("write to rosalind@example.org", "the weather is fine")
    release = released(Desk().window("Mail", "Inbox").mouse().shot("shots/1.png", data), tmp_path, full_plan)
    (after,) = (decode(data) for name, data in release.files.items() if name.endswith(".png"))
    before = decode(data)
    changed = np.any(before != after, axis=2)
    assert changed.any()
    assert (after[changed] == 0).all()
    boxes, _ = cv2.findContours(changed.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    assert max(cv2.boundingRect(box)[1] for box in boxes) < 40, "the second line is left alone"


def test_a_withheld_frame_takes_its_row_with_it(tmp_path: Path, full_plan: Plan) -> None:
    """No row of the output points to a frame that is not there."""
    desk = (
        Desk().window("Mail", "Inbox").mouse().shot("shots/1.png", b"broken").shot("shots/2.png", picture("fine words"))
    )
    release = released(desk, tmp_path, full_plan)
    assert release.report.frames_withheld == {"image-not-an-image": 1}
    said = [json.loads(line)["file"] for line in release.files["screenshots.jsonl"].splitlines()]
    assert said == [name for name in release.files if name.endswith(".png")]


def test_a_value_that_is_an_ordinary_word_does_not_withhold_its_recording(tmp_path: Path, full_plan: Plan) -> None:
    """A password may be "password": the words of the format and of replacements are not taken for it."""
    desk = Desk().window("Crm", "Sign in").into("Login", secure=True).type("password").mouse()
    desk.window("Mail", "Change your password now").into("Body").type("thanks")
    release = released(desk, tmp_path, full_plan)
    assert left_of(["your password"], tmp_path / "out") == []
    assert presses(release.files["events.jsonl"]) == "[PASSWORD]thanks"
    assert contents(tmp_path / "out")["element.jsonl"].count(b"IsPassword") == 2


@pytest.mark.parametrize("text", ["e", "hidden", "x.y"])
def test_a_short_replacement_cuts_no_holes_into_what_is_verified(
    text: str, tmp_path: Path, planned: Callable[[str], Plan]
) -> None:
    """Looking past replacements must not blind verification to words that hold the same letters."""
    from boundary.change import BLANK
    from boundary.verify import _blanker

    blank = _blanker([text])
    assert blank(f"see {text} here") == f"see {BLANK * len(text)} here"
    assert blank(f"jane{text}doe@example.org") == f"jane{text}doe@example.org"
    plan = planned(
        "find: [{use: text.pii, entities: [EMAIL_ADDRESS]}]\n"
        f"change: {{default: {{use: replace, text: {text}}}}}\nverify: {{on_residue: withhold}}"
    )
    desk = Desk().window("Mail", "Inbox").into("Body").type("to rosalind@example.org now")
    assert presses(released(desk, tmp_path, plan).files["events.jsonl"]) == f"to {text} now"
