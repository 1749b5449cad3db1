"""Words of OpenAdapt's event store: types of events, members of their documents, and rows that hold numbers alone."""

from __future__ import annotations

import re

EVENT_KINDS = {
    "mouse.move": "move", "mouse.down": "button_down", "mouse.up": "button_up", "mouse.scroll": "scroll",
    "mouse.click": "button_down", "mouse.singleclick": "button_down", "mouse.doubleclick": "button_down",
    "screen.frame": "frame", "key.down": "key_down", "key.up": "key_up", "key.type": "text", "key.shortcut": "key_pair",
}  # fmt: skip
"""What kind of row a type of event is; of a type that is not here it is ``other``."""

WORDS = {
    "type": re.compile("|".join(map(re.escape, [*EVENT_KINDS, "mouse.drag", "audio.chunk"]))),
    "button": re.compile(r"(?:Button\.)?(?:left|right|middle|unknown|x[12]?|button\d{1,2})"),
    "schema_version": re.compile(r"openadapt\.capture\.[a-z-]{1,40}/v\d{1,3}"),
    "query_kind": re.compile(r"point|focused"), "scope": re.compile(r"top_level_window"),
    "matched_fields": re.compile(r"automation_id|control_type|name"),
    "provider": re.compile(r"windows_uia"), "role_source": re.compile(r"windows_uia"),
}  # fmt: skip
"""By member, what the recorder writes of its own there."""

_MEASURE_LIST = """
    timestamp source_ordinal screenshot_timestamp screenshot_source_ordinal after_screenshot_timestamp
    after_screenshot_source_ordinal window_event_timestamp window_event_source_ordinal after_window_event_timestamp
    after_window_event_source_ordinal window_geometry_generation after_window_geometry_generation x y dx dy
    video_timestamp width height start_time end_time event_timestamp observed_at candidate_count native_window_handle
    left top right bottom process_id
"""
_OTHER_LIST = """
    type structural_observation button key_name key_char key_vk canonical_key_name canonical_key_char canonical_key_vk
    image_path transcription text modifiers key schema_version provider query_kind element process window ancestry
    candidate_context automation_id role role_source control_type name class_name framework_id bounds
    supported_patterns process_name title scope matched_fields
"""
MEASURES = frozenset(_MEASURE_LIST.split())
MEMBERS = MEASURES | frozenset(_OTHER_LIST.split())
"""Members of documents; the values of `MEASURES` are numbers."""

_NUMBER = r"-?\d{1,12}(?:\.\d{1,20})?"
_LISTED = "|".join(sorted(MEASURES - {"x", "y"}))
MOVES = re.compile(
    rf'{{"id": \d+, "timestamp": {_NUMBER}, "type": "mouse\.move", "data": {{"json": {{'
    rf'(?:"(?:{_LISTED})": (?:{_NUMBER}|null), |"structural_observation": null, |"type": "mouse\.move", )*+'
    rf'"x": {_NUMBER}, "y": {_NUMBER}}}}}, "parent_id": (?:\d+|null)}}\n?'.encode()
)
"""Most rows: numbers alone, and the words for a move."""
