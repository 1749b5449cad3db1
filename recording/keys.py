"""Key names of pynput, the ``keyboard`` library, X11 and browsers, brought to one vocabulary.

The vocabulary is pynput's, in lower case (``shift``, ``ctrl_l``, ``page_up``); left and right stay apart. A name that
is in no vocabulary is kept as the *text* of the key, so that detectors see what an unknown recorder wrote there.
"""

from __future__ import annotations

import re

_NAMES = """
alt alt_gr alt_l alt_r backspace caps_lock cmd cmd_l cmd_r ctrl ctrl_l ctrl_r delete down end enter esc home
insert left menu num_lock page_down page_up pause print_screen right scroll_lock shift shift_l shift_r space tab up
fn compose clear help select execute convert nonconvert kana kanji hangul eisu muhenkan henkan undo redo cut copy paste
find sleep power eject cancel separator unknown unidentified dead process
"""
_PYNPUT = frozenset(_NAMES.split())

_ALIASES = {
    "left shift": "shift_l", "right shift": "shift_r", "left ctrl": "ctrl_l", "right ctrl": "ctrl_r", "control": "ctrl",
    "control_l": "ctrl_l", "control_r": "ctrl_r", "left alt": "alt_l", "right alt": "alt_r", "alt gr": "alt_gr",
    "altgr": "alt_gr", "altgraph": "alt_gr", "iso_level3_shift": "alt_gr", "option": "alt", "return": "enter",
    "escape": "esc", "back_space": "backspace", "bksp": "backspace", "del": "delete", "ins": "insert",
    "page up": "page_up", "pageup": "page_up", "prior": "page_up", "page down": "page_down", "pagedown": "page_down",
    "next": "page_down", "pgup": "page_up", "pgdn": "page_down", "caps lock": "caps_lock", "capslock": "caps_lock",
    "num lock": "num_lock", "numlock": "num_lock", "scroll lock": "scroll_lock", "scrolllock": "scroll_lock",
    "print screen": "print_screen", "printscreen": "print_screen", "print": "print_screen", "command": "cmd",
    "windows": "cmd", "left windows": "cmd_l", "right windows": "cmd_r", "win": "cmd", "win_l": "cmd_l",
    "win_r": "cmd_r", "meta": "cmd", "meta_l": "cmd_l", "meta_r": "cmd_r", "super": "cmd", "super_l": "cmd_l",
    "super_r": "cmd_r", "spacebar": "space", "arrowleft": "left", "arrowright": "right", "arrowup": "up",
    "arrowdown": "down", "arw_left": "left", "arw_right": "right", "arw_up": "up", "arw_down": "down",
    "left arrow": "left", "right arrow": "right", "up arrow": "up", "down arrow": "down", "apps": "menu",
    "contextmenu": "menu", "shiftleft": "shift_l", "shiftright": "shift_r", "kp_enter": "enter", "iso_left_tab": "tab",
}  # fmt: skip
_PATTERN = re.compile(
    r"f[1-9][0-9]?|(?:media|xf86|launch|browser|volume|brightness|keyboard|dead|kp|num|play/pause|stop|next track|"
    r"previous track)(?:[_ ][a-z_ ]{1,24}|[a-z]{0,24})|ctrlleft|ctrlright"
)
# Numeric keypads, which pynput reports by code alone: X11 key symbols and Windows virtual keys.
_KEYPAD = {
    **{65456 + n: str(n) for n in range(10)}, **{96 + n: str(n) for n in range(10)},
    65450: "*", 65451: "+", 65452: ",", 65453: "-", 65454: ".", 65455: "/",
    106: "*", 107: "+", 109: "-", 110: ".", 111: "/",
}  # fmt: skip
_CODE = re.compile(r"<(\d{1,10})>")
_KEYPAD_NAME = re.compile(r"(?:kp|num|numpad)[_ ]?([0-9])")


def read_key(name: str) -> tuple[str, str | None]:  # noqa: PLR0911  a table of shapes, one return each
    """Key and produced text of a recorder's name for a key.

    Args:
        name: ``a``, ``A``, ``space``, ``Key.shift``, ``left shift``, ``Return``, ``<65437>``, ``[^]``, a control
            character (``ctrl`` was held: the key is the letter and there is no text) ...

    Returns:
        ``(key, text)``: the key in lower case, and what a press of it types (``None``: nothing, or a line break or
        tab, which are the transcript's to read from the key).
    """
    plain = name.removeprefix("Key.") if len(name) > 4 else name
    if len(plain) == 1:
        code = ord(plain)
        if 1 <= code <= 26 and plain not in "\t\r\n\b":
            return chr(code + 96), None
        named = {
            "\t": "tab",
            "\r": "enter",
            "\n": "enter",
            "\b": "backspace",
            "\x1b": "esc",
            "\x7f": "delete",
        }
        if plain in named:
            return named[plain], None
        return ("space", " ") if plain == " " else (plain.lower(), plain)
    digit = _KEYPAD_NAME.fullmatch(plain.lower())
    if digit is not None:
        return plain.lower(), digit[1]
    known = normal_name(plain)
    if known is not None:
        return known, (" " if known == "space" else None)
    code_name = _CODE.fullmatch(plain)
    if code_name is not None:
        number = int(code_name[1])
        if number in _KEYPAD:
            return plain, _KEYPAD[number]
        # A Windows virtual key of a letter or digit: pressed with a modifier, so it types nothing.
        return (chr(number).lower() if 48 <= number <= 57 or 65 <= number <= 90 else plain), None
    return plain, (plain or None)


def normal_name(name: str) -> str | None:
    """The vocabulary's word for a named key, ``None`` when the name is in no vocabulary."""
    lower = name.lower()
    if lower in _ALIASES:
        return _ALIASES[lower]
    if lower in _PYNPUT:
        return lower
    underscored = lower.replace(" ", "_")
    if underscored in _PYNPUT or _PATTERN.fullmatch(lower):
        return underscored
    return None


def write_key(key: str, text: str | None, *, press: bool) -> str:
    """The name that pynput-based recorders write for a key; `read_key` gives the key and text back.

    A letter that types nothing was pressed with ctrl, which pynput reports as a control character.
    """
    if key == "space" or text == " ":
        return "space"
    if text is not None:
        return key if (key, text) == read_key(key) else text
    if press and len(key) == 1 and "a" <= key <= "z":
        # The control characters that are keys of their own stay letters.
        control = chr(ord(key) - 96)
        return control if control not in "\t\r\n\b" else f"<{ord(key) - 32}>"
    if press and len(key) == 1 and key.isascii() and key.isdigit():
        return f"<{ord(key)}>"
    return key


def pynput_form(name: str) -> str:
    """How ``str(key)`` of pynput shows a name: ``'a'``, ``Key.enter``, ``<65437>``."""
    if _CODE.fullmatch(name):
        return name
    return f"Key.{name}" if len(name) > 1 and normal_name(name) is not None else repr(name)
