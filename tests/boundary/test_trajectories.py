"""Trajectories of agents through the boundary: what is typed in one step or many does not leave; code still parses."""

from __future__ import annotations

import ast
import json

import pytest
from recording_help import sample
from table_help import BOTH, EMPTY, MAIL, png, policy_named, policy_of, released, rows_of

from boundary import Stage
from boundary.outcome import Release
from recording import open_recording


def trajectory(*codes: str) -> bytes:
    """OSWorld's lines, one for each step."""
    return "".join(
        json.dumps({"step_num": n, "action": code, "reward": 0}) + "\n" for n, code in enumerate(codes)
    ).encode()


ERASED = """pyautogui.write('jane.doe@corp.exampel')
pyautogui.press('backspace')
pyautogui.press('backspace')
pyautogui.write('le')"""


@pytest.mark.parametrize("policy", BOTH)
@pytest.mark.parametrize(
    "codes",
    [
        (f"pyautogui.write('{MAIL}')",),
        ("pyautogui.write('jane.do')", "time.sleep(1)", 'pyautogui.write("e@corp.example", interval=0.1)'),
        ("pyautogui.typewrite('jane.d' 'oe@corp.' + '''example''')",),
        ("\n".join(f"pyautogui.press('{char}')" for char in MAIL),),
        (f"pyautogui.typewrite({list(MAIL)!r})",),
        (f"x = 1  # mail {MAIL}\npyautogui.click(x, 5)",),
        (f"pyautogui.write('{MAIL}'",),
        (f"pyautogui.write(f'{{x}} {MAIL}')",),
        (ERASED,),
    ],
)  # fmt: skip
def test_what_an_agent_types_does_not_leave(policy, codes):
    """In one call or in many, in comments and in code that does not parse; what parsed before still does."""
    out = released({"traj.jsonl": trajectory(*codes)}, policy_named(policy))["traj.jsonl"]
    for piece in (b"jane", b"corp", b"exampel", *(("'j'", "'@'") if "press" in codes[0] or "list" in codes[0] else ())):
        assert (piece if isinstance(piece, bytes) else piece.encode()) not in out
    for old, row in zip(codes, rows_of(out), strict=True):
        try:
            ast.parse(old)
        except SyntaxError:
            continue
        if "f'" not in old:
            ast.parse(str(row["action"]))


def test_what_an_agent_does_not_type_stays_to_the_byte():
    """Coordinates, keys, sleeps, numbers."""
    data = trajectory("pyautogui.click(x=0.9722, y=0.9701)", "pyautogui.hotkey('ctrl', 'c'); time.sleep(0.50)",
                      'pyautogui.press("enter")', "DONE")  # fmt: skip
    assert released({"traj.jsonl": data}, policy_named("text"))["traj.jsonl"] == data


@pytest.mark.slow
def test_the_real_sample_goes_through_strict():
    """AgentNetBench: nothing of what was typed is anywhere in the result, the code still parses."""
    folder = sample("agentnetbench")
    assert open_recording(folder).format == "trajectory"
    (outcome,) = Stage("strict")([folder])
    assert isinstance(outcome, Release), outcome
    raw = b"\0".join(data for name, data in outcome.files.items() if not name.endswith((".png", ".jpg"))).lower()
    for value in (b"george", b"orwell", b"catalonia", b"goodreads"):
        assert value not in raw
    for name, data in outcome.files.items():
        if name.endswith(".json"):
            for step in json.loads(data)["steps"]:
                ast.parse(step["action"])


def test_who_did_not_consent_to_pictures_gives_rows_without():
    """What was typed in steps still finds its places when the pictures and their names are gone."""
    from boundary.joined import with_fields_of
    from recording import SourceFile, parse_files

    files = {"traj.jsonl": trajectory("write('ab')", "write('cd')"), "a.png": png(), "b.png": png()}
    recording = parse_files("t", {name: SourceFile(name, data) for name, data in files.items()})
    left = with_fields_of(recording, {"traj.jsonl"})
    (one,) = left.joined
    assert len(left.fields) == len(recording.fields) - 2
    assert [left.fields[place.field].text for _, place in one.parts] == ["ab", "cd"]


@pytest.mark.parametrize("shape", ["step_2.png", "shots/step_2.png", "./shots/step_2.png", "shots\\\\step_2.png"])
def test_a_step_whose_screenshot_does_not_pass_has_null(shape):
    """No step names a file that is not there: lines and documents alike; members and prose keep their words."""
    step = {"step_num": 1, "action": "pyautogui.click(1, 2)", "screenshot_file": shape.replace("\\\\", "\\")}
    document = {"steps": [{"action": "pyautogui.click(1, 2)", "image": step["screenshot_file"], "thought": "click"}]}
    files = {
        "traj.jsonl": (json.dumps(step) + "\n" + json.dumps(step | {"screenshot_file": "none.png"}) + "\n").encode(),
        "task.json": json.dumps(document).encode(),
        "shots/step_2.png": png(),
    }
    out = released(files, policy_named("text"))
    assert not any(name.endswith(".png") for name in out)
    rows = rows_of(out["traj.jsonl"])
    assert [row["screenshot_file"] for row in rows] == [None, "none.png"]
    assert rows[0] == step | {"screenshot_file": None}
    (rest,) = [json.loads(data) for name, data in out.items() if name.endswith(".json")]
    assert rest["steps"][0]["image"] is None
    assert rest["steps"][0]["thought"] == "click"


def test_a_step_whose_screenshot_passes_names_it():
    """Nothing is looked for, nothing is lost: the empty policy is the identity."""
    data = json.dumps({"step_num": 1, "action": "DONE", "screenshot_file": "a.png"}).encode() + b"\n"
    out = released({"traj.jsonl": data, "a.png": png()}, policy_of(EMPTY))
    assert out["traj.jsonl"] == data
    assert "a.png" in out
