"""The records of agents' trajectories: text fields of each string, and what is typed in several as one text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recording.dropping import UNKNOWN
from recording.formats._pyautogui import LOOKS_LIKE_CODE, WORDS, Piece, Typed, read_code, typed_in_prose
from recording.json_spans import Leaf, char_starts
from recording.keys import normal_name
from recording.model import Field, Joined, TextField
from recording.records import leaf_role
from recording.roles import is_member_name

_PROSE_LIST = """
    user_task_description high_level_task_description low_level_instruction response reflection correction thought
    observation instruction reasoning plan summary explanation inner_monologue task natural_language_task query goal
    last_step_correct reason feedback answer output prediction raw_response step_description evaluation critique
"""
_PROSE = frozenset(_PROSE_LIST.split())
_NAMES = frozenset({"task_id", "example_id", "trajectory_id", "episode_id", "annotation_id", "domain", "subdomain",
                    "snapshot", "model_name", "agent"})  # fmt: skip
_MEMBER_LIST = """
    traj trajectory steps step_num step_id index value code actions ground_truth_actions params parameters position
    metadata bboxes category_id rel_bbox abs_bbox area milestone alternative_options action_timestamp action_type
    reward done info screenshot_file pyautogui task_completed alignment_score efficiency_score task_difficulty
    image images is_terminate url bbox last_step_redundant status args arguments action_inputs input start_box end_box
    interval duration presses clicks direction amount keys tab error fail success score result max_steps platform
    meta_info applications websites screen_resolution privacy_sensitivity task_description_alignment sub_domain
    task_description_ambiguity complexity multi_application_or_website contains_professional_knowledge
    involves_uncommon_features involves_repetitive_simple_subtasks logically_coherent_long_task complexity_score
    action_entropy action_frequency
    action_space observation_type screen_width screen_height temperature top_p max_tokens
"""
_MEMBERS = frozenset(_MEMBER_LIST.split()) | _PROSE | _NAMES | WORDS
_ARGUMENTS = frozenset({"params", "parameters", "args", "arguments", "action_inputs", "input", "action"})
_TYPED = frozenset({"text", "message", "content", "key", "keys", "value"})
_STAMP = re.compile(r"\d{8}@\d{6}(?:\.?\d{1,6})?")
_PYTHON = {"literal": "python", "name": "python-name", "number": "python-part", "part": "python-part"}
Path = tuple[str | int, ...]


@dataclass(slots=True)
class StepFields:
    """Collects the text fields of one file; made for one reading and dropped after it.

    Attributes:
        fields: The fields of the recording; those of this file are added.
    """

    file: str
    data: bytes = field(repr=False)
    fields: list[TextField] = field(repr=False)
    runs: dict[Path, list[tuple[str, Field | None]]] = field(default_factory=dict, repr=False)

    def add(self, leaves: Sequence[Leaf], row: int | None) -> None:
        """Read the leaves of one record, or of a whole document (``row`` is ``None``)."""
        if any(isinstance(part, int) for leaf in leaves for part in leaf.path[:3]):
            self.end_runs()
        for leaf in leaves:
            if leaf.kind == "string" and leaf.text and not self.code(leaf, row):
                self.text(leaf, row)
            elif leaf.kind != "string" and (role := _other_role(leaf)) is not None:
                self.fields.append(TextField(self.file, leaf.start, leaf.end, "json", role, leaf.text, row))

    def code(self, leaf: Leaf, row: int | None) -> bool:
        """Read a string as code; whether it was one."""
        if LOOKS_LIKE_CODE.search(leaf.text) is None:
            return False
        found = read_code(leaf.text)
        if found is None:
            return False
        pieces, typed = found
        at = char_starts(self.data[leaf.start : leaf.end])
        first = len(self.fields)
        for piece in pieces:
            start, end = leaf.start + at[piece.start], leaf.start + at[piece.end]
            codec = _PYTHON[piece.kind]
            self.fields.append(TextField(self.file, start, end, codec, _piece_role(piece), piece.text, row))
        self.run(leaf.path, [(one, first + one.piece if one.piece >= 0 else None) for one in typed])
        return True

    def text(self, leaf: Leaf, row: int | None) -> None:
        """A string that is no code; what calls in it type is read with what was typed before and after."""
        if _is_structure(leaf):
            return
        index = len(self.fields)
        typed = _is_argument(leaf)
        role = "typed" if typed else _role(leaf)
        self.fields.append(TextField(self.file, leaf.start, leaf.end, "json", role, leaf.text, row))
        spans = [(0, len(leaf.text))] if typed else typed_in_prose(leaf.text)
        cells = [(leaf.text[start:end], Field(index, start, end)) for start, end in spans]
        if cells:
            self.runs.setdefault(_pattern(leaf.path), []).extend(cells)

    def run(self, path: Path, typed: Iterable[tuple[Typed, int | None]]) -> None:
        """Go on with what was typed in the strings at this place of each record."""
        run = self.runs.setdefault(_pattern(path), [])
        for one, index in typed:
            run.append((one.text, None if index is None else Field(index, 0, len(one.text))))

    def end_runs(self) -> None:
        """Another trajectory begins."""
        for run in self.runs.values():
            run.append(("\n", None))

    def joined(self) -> list[Joined]:
        """What was typed, place by place: as it was in the end, and as it was typed where some was taken back."""
        out = []
        for run in self.runs.values():
            out.append(_joined(run, erase=True))
            if any(text == "\b" and place is None for text, place in run):
                out.append(_joined(run, erase=False))
        return [one for one in out if len(one.parts) > 1]


def _joined(run: Sequence[tuple[str, Field | None]], *, erase: bool) -> Joined:
    cells: list[tuple[str, Field | None]] = []
    for text, place in run:
        if text == "\b" and place is None:
            if erase and cells and cells[-1][0] != "\n":
                last, held = cells.pop()
                if len(last) > 1:
                    cells.append((last[:-1], held and Field(held.field, held.start, held.end - 1)))
        elif text:
            cells.append((text, place))
    parts, at = [], 0
    for text, place in cells:
        if place is not None:
            parts.append((at, place))
        at += len(text)
    return Joined("".join(text for text, _ in cells), tuple(parts))


def _pattern(path: Path) -> Path:
    return tuple(part for part in path if isinstance(part, str))


def _is_argument(leaf: Leaf) -> bool:
    """Whether a string is what an action types: ``params.text``, ``parameters.keys``."""
    named = [part for part in leaf.path if isinstance(part, str)]
    return len(named) > 1 and named[-1] in _TYPED and named[-2] in _ARGUMENTS and not _is_key_name(leaf.text)


def _is_key_name(text: str) -> bool:
    return len(text) > 1 and normal_name(text) is not None


def _is_structure(leaf: Leaf) -> bool:
    named = [part for part in leaf.path if isinstance(part, str)]
    if leaf.name in ("type", "action_type", "action", "status", "button"):
        return leaf.text in WORDS or leaf.text.lower() in _LOWER or leaf_role(leaf, stem="") is None
    if len(named) > 1 and named[-1] in _TYPED and named[-2] in _ARGUMENTS:
        return _is_key_name(leaf.text)
    return False


_LOWER = frozenset(word.lower() for word in WORDS) | {"typing", "hot_key", "move_to", "key_down", "key_up", "drag_to"}


def _role(leaf: Leaf) -> str:
    if leaf.name in _PROSE:
        return "description"
    if leaf.name in _NAMES:
        return "identifier"
    if leaf.name == "action_timestamp" and _STAMP.fullmatch(leaf.text):
        return "wall_clock"
    if leaf.name in ("code", "action", "command"):
        return "code"
    return leaf_role(leaf, stem="") or UNKNOWN


def _other_role(leaf: Leaf) -> str | None:
    if leaf.kind == "key" and (leaf.text in _MEMBERS or is_member_name(leaf.text)):
        return None
    return leaf_role(leaf, stem="")


def _piece_role(piece: Piece) -> str:
    return {"literal": "typed", "number": "number"}.get(piece.kind, "code")
