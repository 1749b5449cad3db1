"""Codes of keys on a US keyboard, as macOS (``kVK_``) and Windows (``VK_``) number them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_MAC_ROWS = (
    (0, "asdfhgzxcv"), (11, "bqweryt123465=97-80]ou[ip"), (37, "lj'k;\\,/nm."),
)  # fmt: skip
_MAC_NAMED = {
    36: "enter", 48: "tab", 49: "space", 50: "`", 51: "backspace", 53: "esc", 54: "cmd_r", 55: "cmd", 56: "shift",
    57: "caps_lock", 58: "alt", 59: "ctrl", 60: "shift_r", 61: "alt_r", 62: "ctrl_r",
    65: ".", 67: "*", 69: "+", 75: "/", 76: "enter", 78: "-", 81: "=", 91: "8", 92: "9", 115: "home",
    116: "page_up", 117: "delete", 119: "end",
    121: "page_down", 123: "left", 124: "right", 125: "down", 126: "up",
}  # fmt: skip
_WINDOWS_NAMED = {
    8: "backspace", 9: "tab", 13: "enter", 16: "shift", 17: "ctrl", 18: "alt", 20: "caps_lock", 27: "esc",
    32: "space",
    33: "page_up", 34: "page_down", 35: "end", 36: "home", 37: "left", 38: "up", 39: "right", 40: "down",
    45: "insert",
    46: "delete", 91: "cmd", 92: "cmd_r", 106: "*", 107: "+", 109: "-", 110: ".", 111: "/", 160: "shift",
    161: "shift_r", 162: "ctrl", 163: "ctrl_r", 164: "alt", 165: "alt_r", 186: ";", 187: "=", 188: ",", 189: "-",
    190: ".", 191: "/",
    192: "`", 219: "[", 220: "\\", 221: "]", 222: "'",
}  # fmt: skip
_SHIFTED = dict(zip("`1234567890-=[]\\;',./", '~!@#$%^&*()_+{}|:"<>?', strict=True))
_PLAIN = {shifted: plain for plain, shifted in _SHIFTED.items()}

MAC: Mapping[int, str] = MappingProxyType(
    {first + n: key for first, keys in _MAC_ROWS for n, key in enumerate(keys)}
    | {82 + n: str(n) for n in range(8)}
    | _MAC_NAMED
)
"""macOS, by code."""

WINDOWS: Mapping[int, str] = MappingProxyType(
    {code: chr(code).lower() for code in (*range(48, 58), *range(65, 91))}
    | {96 + n: str(n) for n in range(10)}
    | _WINDOWS_NAMED
)
"""Windows, by code."""


def key_of(code: int, codes: Mapping[int, str], *, shift: bool) -> tuple[str, str | None]:
    """Key and the text that it types."""
    key = codes.get(code, f"<{code}>")
    if key == "space":
        return key, " "
    if len(key) > 1:
        return key, None
    return key, _SHIFTED.get(key, key.upper()) if shift else key


def code_of(key: str, text: str | None, codes: Mapping[int, str]) -> tuple[int, bool] | None:
    """Code of a key that types ``text``, and whether shift is down; ``None`` where the keyboard has none."""
    wanted, shift = key, False
    if text is not None and len(text) == 1 and text != " ":
        wanted, shift = _PLAIN.get(text, text.lower()), text in _PLAIN or text.isupper()
    return next(((code, shift) for code, name in codes.items() if name == wanted), None)
