"""Trajectories: code is parsed and never run, each literal has its place, what is typed in steps is one text."""

from __future__ import annotations

import ast
import itertools
import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recording_help import parsed, sample, sources

from recording import apply_patches, field_patch, open_recording, parse_files
from recording.formats._pyautogui import read_code, typed_in_prose
from recording.json_spans import char_starts, decode_string
from recording.python_text import as_name, literal_text, quote_like

PREFIXES = ("'", '"', "'''", '"""', "r'", 'R"""', "u'")


def literal_of(text: str, opening: str) -> str:
    """A literal of ``text`` with this prefix and these quotes."""
    quote = opening.lstrip("rRuU")
    return quote_like(text, f"{opening}x{quote}")


@settings(max_examples=100, deadline=None)
@given(text=st.text(), opening=st.sampled_from(PREFIXES))
@example(text="\\", opening="r'")
@example(text="'''\"\"\"", opening="'''")
@example(text="a\\nb\n\r\x00\x85\u2028\U0001f600", opening='"')
def test_any_text_can_be_quoted_anyhow(text, opening):
    """What is written with some quotes is read back, and the quotes are those."""
    literal = literal_of(text, opening)
    assert literal_text(literal) == text
    assert ast.literal_eval(literal) == text
    assert literal.lstrip("rRuU").startswith(opening.lstrip("rRuU"))


@settings(max_examples=80, deadline=None)
@given(text=st.text(), ascii_=st.booleans())
def test_the_characters_of_a_json_string_have_places(text, ascii_):
    """Each code point lies where its bytes are; together they are the whole string."""
    literal = json.dumps(text, ensure_ascii=ascii_).encode("utf-8", "surrogatepass").replace(b"\xed", b"?")
    if not ascii_ and "?" in text:
        return
    try:
        decoded = decode_string(literal)
    except UnicodeDecodeError:
        return
    starts = char_starts(literal)
    assert len(starts) == len(decoded) + 1
    pieces = [literal[a:b] for a, b in itertools.pairwise(starts)]
    assert b"".join(pieces) == literal[1:-1]
    assert [decode_string(b'"' + piece + b'"') for piece in pieces] == list(decoded)


CHARS = st.text(st.characters(codec="utf-8", exclude_characters="\r\f\0"), max_size=20)


@settings(max_examples=80, deadline=None)
@given(first=CHARS, second=CHARS, new=CHARS, opening=st.sampled_from(PREFIXES), ascii_=st.booleans())
def test_a_literal_in_code_in_json_is_replaced_alone(first, second, new, opening, ascii_):
    """Its text is read through both escapes, and a new one is written through both; the rest stays to the byte."""
    calls = (
        f"write({literal_of(first, opening)}, interval=0.1)  # \u00e9",
        f"write(message={literal_of(second, opening)})",
    )
    code = "\n".join(f"pyautogui.{call}" for call in ("click(x=1)", *calls))
    line = json.dumps({"step_num": 1, "action": code}, ensure_ascii=ascii_) + "\n"
    recording = parsed(traj__jsonl=line)
    fields = [one for one in recording.fields if one.codec == "python"]
    if not first or not second or literal_text(literal_of(first, opening)) != first:
        return
    told = [one.text for one in fields]
    if told != [first, second]:  # words of the vocabulary have no field unless they are typed; these are
        raise AssertionError(told)
    patch = field_patch(recording, fields[0], new)
    data = apply_patches(line.encode(), [patch])
    again = json.loads(data)["action"]
    calls = [
        node for node in ast.walk(ast.parse(again)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [node.value for node in calls] == [new, second]
    assert data.startswith(line.encode()[: patch.start])
    assert data.endswith(line.encode()[patch.end :])


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("pyautogui.write('jane')", "jane"),
        ("pyautogui.write(message='jane', interval=0.25)", "jane"),
        ("pyautogui.typewrite('ja' 'ne')", "jane"),
        ("pyautogui.typewrite(['j', 'a', 'space', 'n'])", "ja n"),
        ("pyautogui.press('j'); pyautogui.press(['a', 'n'])", "jan"),
        ("pyautogui.press(keys='j')\npyautogui.press('enter')\npyautogui.press('a')", "j\na"),
        ("pyautogui.hotkey('ctrl', 'c')\npyautogui.hotkey('shift', 'j')", "j"),
        ("pyautogui.write('x' + 'y')", "xy"),
        ("pyautogui.write('a')\npyautogui.click(1, 2)\npyautogui.write('b')", "a\nb"),
        ("computer.type(text='''two\nlines''')", "two\nlines"),
        ("write(r'C:\\dir')", "C:\\dir"),
        ("os.system('echo hi')", ""),
        ("pyautogui.write('password')", "password"),
    ],
)
def test_what_a_code_types(code, typed):
    """By calls that write and by calls that press, in their order; chords type nothing, clicks end a line."""
    found = read_code(code)
    assert found is not None
    assert "".join(one.text for one in found[1]) == typed


@pytest.mark.parametrize(
    "code", ["pyautogui.write('", "x" * 60_000, "(" * 200 + ")" * 200, "-" * 5000 + "1", "a\r\nb", "write('\0')",
             "not " * 999]
)  # fmt: skip
def test_what_is_no_code_is_text(code):
    """Broken, too long, too deep: nothing of it is parsed, and all of it is scanned."""
    assert read_code(code) is None


def test_names_comments_and_odd_strings_have_places():
    """Whatever a code says beside its calls is scanned, too."""
    found = read_code("jane_doe = 4155550132  # for Jane\npyautogui.write(f'{jane_doe}')\nwrite(b'raw')")
    assert found is not None
    assert [(one.kind, one.text) for one in found[0]] == [
        ("name", "jane_doe"), ("number", "4155550132"), ("part", " for Jane"), ("part", "{jane_doe}"), ("part", "raw"),
    ]  # fmt: skip


def test_code_in_prose_is_found():
    """Answers of models hold code among other words."""
    text = "I type. ```python\npyautogui.write('jane')\npyautogui.press(\"d\")``` done"
    assert [text[a:b] for a, b in typed_in_prose(text)] == ["jane", "d"]


@given(text=st.text(string.printable, min_size=0, max_size=12))
def test_any_text_becomes_a_name(text):
    """One sign for one sign, so that what was put in can be blanked."""
    name = as_name(text)
    assert name.isidentifier()
    assert len(name) == max(1, len(text))


TWO = "pyautogui.write('2-xyz')\npyautogui.press('backspace')"
STEPS = [
    {"step_num": 1, "action_timestamp": "20240101@120000", "action": "pyautogui.write('hunter')",
     "response": "```\npyautogui.write('hunter')\n```", "reward": 0, "done": False, "info": {},
     "screenshot_file": "step_1_20240101@120000.png"},
    {"step_num": 2, "action_timestamp": "20240101@120004", "action": TWO,
     "response": "pyautogui.write('2-xyz')", "reward": 0, "done": True, "info": {"done": True},
     "screenshot_file": "step_2_20240101@120004.png"},
]  # fmt: skip


def test_osworld_steps_are_rows_with_their_screenshots():
    """A line, a row; its screenshot is its own, what it types goes on in the next."""
    lines = "".join(json.dumps(step) + "\n" for step in STEPS)
    files = sources(traj__jsonl=lines, result__txt="1.0\n") | sources(
        **{step["screenshot_file"].replace(".", "__"): b"\x89PNG" for step in STEPS}
    )
    recording = parse_files("task", files)
    assert recording.format == "trajectory"
    assert [frame.row for frame in recording.frames] == [0, 1]
    told = [one.text for one in recording.joined]
    assert told == ["hunter2-xy", "hunter2-xyz", "hunter2-xyz"]
    for one in recording.joined:
        for at, place in one.parts:
            piece = recording.fields[place.field].text[place.start : place.end]
            assert one.text[at : at + len(piece)] == piece


def test_trajectories_in_one_file_are_not_joined():
    """Each line of a training file is a task of its own."""
    line = {
        "task_id": "a",
        "instruction": "x",
        "traj": [{"index": 0, "image": "0.png", "value": {"code": "write('ab')"}}],
    }
    recording = parsed(train__jsonl=(json.dumps(line) + "\n") * 2)
    assert [one.text for one in recording.joined] == ["ab\nab"]


def test_the_real_sample_is_read():
    """AgentNetBench: three screenshots, code and prose, coordinates no text."""
    recording = open_recording(sample("agentnetbench"))
    assert recording.format == "trajectory"
    assert len(recording.frames) == 3
    assert "george orwell" in [one.text for one in recording.fields if one.codec == "python"]
    assert not [one for one in recording.fields if one.role == "number"]
