"""What a string in a recording is, judged by the name of its JSON member.

Three answers: *structure* (a value of a small known vocabulary, which cannot hold content), *keys* (a copy of what was
typed, changed only with its whole row), or the role of a text field. What is in no table is a field of role ``text``:
an unknown string never passes silently.
"""

from __future__ import annotations

import re

_ACTIONS = re.compile(
    r"move|click|scroll|press|release|pause|resume|drag|type|long_press|hotkey|double_click|triple_click|"
    r"down|up|double|right_click|mouse_move|mouse_down|mouse_up|key_down|key_up|keydown|keyup|wait|terminate|start|stop"
)
_BUTTONS = re.compile(r"(?:Button\.)?(?:left|right|middle|unknown|x[12]?|button(?:[1-9]|[12]\d|30))")
# Windows UI Automation control types; AX roles of macOS; the common AT-SPI roles.
_CONTROL = re.compile(
    r"(?:AppBar|Button|Calendar|CheckBox|ComboBox|Custom|DataGrid|DataItem|Document|Edit|Group|Header|HeaderItem|"
    r"Hyperlink|Image|List|ListItem|MenuBar|Menu|MenuItem|Pane|ProgressBar|RadioButton|ScrollBar|SemanticZoom|"
    r"Separator|Slider|Spinner|SplitButton|StatusBar|Tab|TabItem|Table|Text|Thumb|TitleBar|ToolBar|ToolTip|Tree|"
    r"TreeItem|Window)(?:Control)?|AX(?:Application|Button|Cell|CheckBox|ComboBox|Group|Heading|Image|Link|List|Menu|"
    r"MenuBar|MenuBarItem|MenuButton|MenuItem|Outline|PopUpButton|RadioButton|Row|ScrollArea|ScrollBar|Slider|"
    r"SplitGroup|StaticText|TabGroup|Table|TextArea|TextField|Toolbar|WebArea|Window)|"
    r"push button|toggle button|entry|password text|text|label|link|frame|panel|menu|menu item|document web|list|"
    r"list item|combo box|check box|radio button|paragraph|heading|section|table|table cell|page tab|filler"
)
_TRIGGERS = re.compile(r"timer|periodic|interval|click|scroll|key|press|focus|window|start|stop|end|manual|final")
_VOCABULARY = {
    "action": _ACTIONS, "event_type": _ACTIONS, "event": _ACTIONS, "type": _ACTIONS,
    "key": re.compile(f"{_ACTIONS.pattern}|{_BUTTONS.pattern}"),
    "button": _BUTTONS,
    "ControlType": _CONTROL, "control_type": _CONTROL, "role": _CONTROL,
    "trigger": _TRIGGERS,
    "scroll_direction": re.compile(r"-?1|natural|normal"),
}  # fmt: skip

_ROLES = {
    "host_name": "node host hostname host_name computer_name machine_name",
    "device_id": "id mac mac_address uuid guid device_id machine_id serial serial_number session_id",
    "person": "user_id person user username user_name annotator participant author uploader email operator worker_id",
    "device": "system release version machine processor model platform os cpu gpu device manufacturer",
    "a11y_name": "Name name title value label placeholder help tooltip ariaLabel AXTitle AXValue AXDescription",
    "window_title": "window_title window_name window windowTitle",
    "app": "top_window_name app app_name application process process_name bundle_id exe",
    "url": "url href uri link src origin",
    "clipboard": "clipboard",
    "description": "description task_name task instruction action observation thought goal comment note",
    "file_ref": "file filename file_name path image screenshot screenshot_file video video_path image_path",
    "wall_clock": "start_time stop_time end_time date datetime created_at",
}  # fmt: skip
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names.split()}

# Member names of the known recorders. Any other name may be data used as a key, so it is a field itself.
_MEMBER_LIST = """
    time_stamp timestamp time action x y dx dy button pressed name pynput_key key key_name key_names event_idx
    event_start_idx start_idx end_idx start_time end_time stop_time complete matched pre_move trace time_trace
    drag_trace drag_time_trace description vis exception depth target control_type mark axtree a11y_tree
    past_frame_target click_type coordinate coordinates children Name ControlType BoundingRectangle left top right
    bottom w h width height Depth Children closed switched IsPassword is_password secure trigger text content
    screen_width screen_height scroll_direction video_start_timestamp obs_record_state_timings
    OBS_WEBSOCKET_OUTPUT_STARTING OBS_WEBSOCKET_OUTPUT_STARTED OBS_WEBSOCKET_OUTPUT_STOPPING
    OBS_WEBSOCKET_OUTPUT_STOPPED event_type scan_code is_keypad pixel_ratio monitor_width monitor_height type event
    step index duration
"""
_MEMBERS = frozenset(_MEMBER_LIST.split()) | set(_ROLE_OF)

KEY_MEMBERS = frozenset(
    {"key_name", "key_names", "pynput_key", "key_char", "char", "keysym", "vk", "key_code", "keycode", "keyCode",
     "key_vk", "scan_code"}
)  # fmt: skip
"""Members that hold (a copy of) what was typed, wherever they stand."""

KEY_ACTIONS = frozenset(
    {"press", "release", "type", "long_press", "hotkey", "key", "write", "down", "up", "key_down", "key_up", "keydown",
     "keyup", "keypress"}
)  # fmt: skip
"""Actions of records that stand for typing; their ``name`` and ``key`` are keys."""

_NUMBER_ROLES = frozenset({"host_name", "device_id", "person"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")


def is_structure(name: str, text: str) -> bool:
    """True where ``text`` is empty or a known structural value of member ``name``."""
    pattern = _VOCABULARY.get(name)
    return not text or (pattern is not None and pattern.fullmatch(text) is not None)


def is_member_name(name: str) -> bool:
    """True for the member names of known recorders, which are not content."""
    return name in _MEMBERS or name in KEY_MEMBERS


def role_of(name: str, text: str, *, stem: str) -> str:
    """Role of a string that is neither structure nor keys.

    Args:
        name: Name of its member.
        text: Its value.
        stem: File name without folder and suffix; ``clipboard`` makes text and content a clipboard.
    """
    if stem.startswith("clipboard") and name in {
        "text",
        "content",
        "data",
        "value",
        "clipboard",
    }:
        return "clipboard"
    if stem.startswith("top_window") and name in {"title", "name", "Name"}:
        return "window_title"
    if _DATE.fullmatch(text):
        return "wall_clock"
    role = _ROLE_OF.get(name, "text")
    # start_time and the like hold content when they are not a time.
    return "text" if role == "wall_clock" else role


def number_role(name: str, literal: str, *, metadata: bool) -> str | None:
    """Role of a number that may name somebody, else ``None``.

    Identifiers of the metadata (``id`` is a MAC address there) are fields whatever their length; anywhere else an
    integer of seven digits or more under an unknown name is one, since it may be a telephone or account number.
    """
    role = _ROLE_OF.get(name)
    if role in _NUMBER_ROLES and (metadata or name != "id"):
        return role
    if name not in _MEMBERS and literal.lstrip("-").isdigit() and len(literal) >= 7:
        return "number"
    return None
