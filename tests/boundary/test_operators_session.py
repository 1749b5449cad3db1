"""Operators in a whole recording: one stand-in for one person everywhere, and verification that is not fooled by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tiny_recording import Desk, left_of, presses, save
from typer.testing import CliRunner

from boundary import pipeline
from boundary.change import Changed
from boundary.cli import app
from boundary.outcome import Outcome, Release, Withheld
from boundary.pipeline import process
from boundary.plan import Plan
from recording import SourceFile, parse_files
from text_redact.operators import decrypt_text
from text_redact.operators.encrypt import Encrypt

FIND = """\
person: user_id
find:
  - {use: text.roles}
  - {use: text.pii, entities: [EMAIL_ADDRESS, PHONE_NUMBER, IP_ADDRESS, CREDIT_CARD, DATE_TIME]}
  - {use: text.list, label: PERSON, values: [Rosalind Okafor]}
link: {within: session}
"""
STAND_INS = FIND + "change: {default: {use: surrogate}}"
ORIGINALS = [
    "rosalind",
    "okafor",
    "415-555-2671",
    "4929123456789012",
    "10.20.30.40",
    "plover-11",
    "tern-02",
    "corp.example",
]


def desk() -> Desk:
    """One person in keys, a title, an address, a message, a file name and the clipboard; with slips and a paste."""
    made = Desk().window("Mail", "Rosalind Okafor - Mail")
    made.log("top_window.jsonl", top_window_name="Web", window_title="Crm", url="https://crm.test/u/rosalind.okafor")
    made.into("To").type("rosalind.okafor@corp.example").tap("tab").into("Body").type("dear rosalnd").erase(2)
    made.type("ind, i met Rosalind Okafor ").type("from 10.20.30.40 415-555-2671 ").mouse()
    made.copy("write to Rosalind or rosalind.okafor@corp.example, card 4929 1234 5678 9012")
    made.more["notes.txt"] = b"OKAFOR, ROSALIND\n"
    return made


def outcome(made: Desk, plan: Plan) -> Outcome:
    """What becomes of a recording in memory."""
    files = {name: SourceFile(name, data) for name, data in made.files().items()}
    return process(lambda: parse_files("r", files), plan)


def released(made: Desk, plan: Plan) -> Mapping[str, bytes]:
    """The files of its release."""
    done = outcome(made, plan)
    assert isinstance(done, Release), done
    return done.files


def test_one_person_has_one_stand_in_everywhere(planned: Callable[[str], Plan], tmp_path: Path) -> None:
    """Keys, title, address, clipboard and notes name the same made-up person; nothing of the real one is left."""
    files = released(desk(), planned(STAND_INS))
    title = json.loads(files["top_window.jsonl"].splitlines()[0])["window_title"]
    first, last = title.removesuffix(" - Mail").split()
    mail = f"{first}.{last}@".lower()
    typed = presses(files["events.jsonl"])
    assert typed.startswith(mail)
    assert f"{first} {last} from " in typed
    assert f"dear {first.lower()}, i met" in typed
    assert mail in files["clipboard.jsonl"].decode()
    assert f"write to {first} or" in files["clipboard.jsonl"].decode()
    assert files["notes.txt"].decode() == f"{last}, {first}\n".upper()
    assert f"{first}.{last}".lower() in files["top_window.jsonl"].decode()
    assert left_of(ORIGINALS, save(tmp_path, files)) == []


def test_the_same_person_has_the_same_stand_in_in_another_recording(planned: Callable[[str], Plan]) -> None:
    """Two recordings of a project can be told to be about one person."""
    plan = planned(STAND_INS)
    other = Desk().window("Mail", "Inbox").into("Body").type("Rosalind Okafor").mouse()
    assert presses(released(other, plan)["events.jsonl"]) in released(desk(), plan)["top_window.jsonl"].decode()


@pytest.mark.parametrize(
    "use", ["surrogate", "pseudonym", "hash", "date_shift", "generalise", "mask", "encrypt, key_env: K"]
)
def test_every_operator_passes_verification_and_leaves_nothing(
    use: str, planned: Callable[[str], Plan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What operators write looks like something sensitive, and is not taken for it."""
    monkeypatch.setenv("K", "07" * 32)
    files = released(desk(), planned(FIND + f"change: {{default: {{use: {use}}}}}"))
    kept = ["corp.example"] if use == "encrypt" else []
    assert left_of([value for value in ORIGINALS if value not in kept], save(tmp_path, files)) == []


def test_the_authorised_get_the_values_back(planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was encrypted in a text is decrypted where it stands."""
    monkeypatch.setenv("K", "07" * 32)
    files = released(desk(), planned(FIND + "change: {default: {use: 'encrypt', key_env: K}}"))
    assert decrypt_text(files["notes.txt"].decode(), b"\x07" * 32) == "OKAFOR, ROSALIND\n"


@pytest.mark.parametrize("use", ["surrogate", "pseudonym", "hash", "mask", "replace", "redact", "encrypt, key_env: K"])
def test_what_is_typed_instead_does_not_tell_how_long_the_value_was(
    use: str, planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets of 1 to 64 characters in a secure field leave the same number of keys."""
    monkeypatch.setenv("K", "07" * 32)
    plan = planned(f"find: [{{use: text.roles}}]\nchange: {{default: {{use: {use}}}}}")
    counts = set()
    for size in (1, 2, 7, 16, 33, 64):
        made = Desk().window("Crm", "Sign in").into("Password", secure=True).type(("Wq7!xk#2" * 8)[:size]).mouse()
        counts.add(len(presses(released(made, plan)["events.jsonl"])))
    assert len(counts) == 1


def test_the_command_line_decrypts_what_it_is_given(tmp_path: Path) -> None:
    """With the key a text comes back whole; with another, or a changed token, nothing is written."""
    key, other = tmp_path / "k", tmp_path / "o"
    for file, digits in ((key, "07"), (other, "08")):
        file.write_text(digits * 32)
        file.chmod(0o600)
    text = f"to {Encrypt(bytes([7]) * 32)('PERSON', 'Rosalind')}, \u00e9"
    runner = CliRunner()
    done = runner.invoke(app, ["decrypt", "--key-file", str(key)], input=text.encode())
    assert (done.exit_code, done.stdout) == (0, "to Rosalind, \u00e9")
    wrong = runner.invoke(app, ["decrypt", "--key-file", str(other)], input=text.encode())
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "token-invalid" in wrong.stderr
    assert runner.invoke(app, ["decrypt"], input=text.encode()).exit_code == 2


# Verification ------------------------------------------------------------------------------------------------------


def _spoilt(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    real = pipeline.change

    def change(*args: Any, **named: Any) -> Changed:
        done = real(*args, **named)
        return replace(done, files=spoil(dict(done.files)))

    monkeypatch.setattr(pipeline, "change", change)


def test_a_stand_in_in_a_place_where_it_was_not_written_is_residue(
    planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the places that were written are looked past, not what was written in them."""
    plan = planned(STAND_INS)
    mail = re.search(rb"write to \w+ or ([^,]+),", released(desk(), plan)["clipboard.jsonl"])
    assert mail
    _spoilt(monkeypatch, lambda files: files | {"notes.txt": files["notes.txt"] + mail[1] + b"\n"})
    verdict = outcome(desk(), plan)
    assert isinstance(verdict, Withheld)
    assert verdict.code == "text-residue"


@dataclass(frozen=True)
class Swapping:
    """An operator that hides one value behind another one of the session."""

    others: tuple[str, ...] = ()

    def __call__(self, label: str, value: str) -> str:
        """The other value."""
        return next((other for other in self.others if other.casefold() != value.casefold()), "-")

    def for_session(self, values: Any, person: str | None) -> Swapping:
        """Who else is there."""
        return Swapping(tuple(value for label, value in values if label == "PERSON" and " " in value))


def test_an_operator_that_writes_another_real_value_is_not_believed(
    planned: Callable[[str], Plan], tmp_path: Path
) -> None:
    """A replacement that holds a value of the session becomes the label."""
    plan = planned(
        "find: [{use: text.list, label: PERSON, values: [Rosalind Okafor, Wolf Teal]}]\nlink: {within: session}\n"
        "change: {default: {use: replace}}"
    )
    made = Desk().window("Mail", "Inbox").into("Body").type("Rosalind Okafor met Wolf Teal").mouse()
    files = released(made, replace(plan, operators={"default": Swapping()}))
    assert presses(files["events.jsonl"]) == "[PERSON] met [PERSON]"
    assert left_of(["Rosalind", "Wolf"], save(tmp_path, files)) == []
