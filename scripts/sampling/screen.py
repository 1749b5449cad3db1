"""What the X server knows: windows, titles, focus and pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from Xlib import X, error  # type: ignore[import-untyped]  # Debian: python3-xlib
from Xlib.display import Display  # type: ignore[import-untyped]

from . import desktop

Rect = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the screen."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window of a program: its content without the frame that the window manager draws."""

    number: int
    app: str
    title: str
    content: Rect
    frame: Rect
    cell: tuple[int, int]
    """Width and height of a character cell; (1, 1) for windows that resize by the pixel."""

    @property
    def bar(self) -> Rect:
        """The title bar without its buttons."""
        left, top, width, _ = self.frame
        return left, top, width - desktop.TITLE_BUTTONS, self.content[1] - top


@dataclass(slots=True)
class Screen:
    """A connection of its own; use it from one thread."""

    name: str
    display: Any = field(init=False, repr=False)
    root: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Connect."""
        self.display = Display(self.name)
        self.root = self.display.screen().root

    def _property(self, window: Any, name: str) -> Any:
        found = window.get_full_property(self.display.intern_atom(name), X.AnyPropertyType)
        return None if found is None else found.value

    def _window(self, number: int) -> Window:
        handle = self.display.create_resource_object("window", number)
        size = handle.get_geometry()
        place = handle.translate_coords(self.root, 0, 0)
        # Xlib answers "where is the root in the window", so the sign turns.
        left, top = -place.x, -place.y
        extents = self._property(handle, "_NET_FRAME_EXTENTS")
        west, east, north, south = extents if extents is not None else (0, 0, 0, 0)
        title = self._property(handle, "_NET_WM_NAME") or self._property(handle, "WM_NAME") or b""
        hints = handle.get_wm_normal_hints()
        return Window(
            number,
            handle.get_wm_class()[1],
            title.decode("utf-8") if isinstance(title, bytes) else str(title),
            (left, top, size.width, size.height),
            (left - west, top - north, size.width + west + east, size.height + north + south),
            (max(hints.width_inc, 1), max(hints.height_inc, 1)),
        )

    def windows(self) -> list[Window]:
        """Every window of a program, the lowest first."""
        found = []
        for number in self._property(self.root, "_NET_CLIENT_LIST_STACKING") or ():
            try:
                found.append(self._window(number))
            except (error.BadWindow, error.BadDrawable):
                continue
        return found

    def active(self) -> Window | None:
        """The window that has the focus."""
        value = self._property(self.root, "_NET_ACTIVE_WINDOW")
        if not value or not value[0]:
            return None
        try:
            return self._window(value[0])
        except (error.BadWindow, error.BadDrawable):
            return None

    def pixels(self) -> bytes:
        """The whole screen, four bytes a pixel (blue, green, red, pad)."""
        image = self.root.get_image(0, 0, desktop.WIDTH, desktop.HEIGHT, X.ZPixmap, 0xFFFFFFFF)
        data: bytes = image.data
        return data


def visible(rect: Rect, above: list[Window]) -> Rect | None:
    """What windows above leave of a rectangle: ``None`` when nothing, else the box of what can be seen."""
    parts = [rect]
    for window in above:
        parts = [part for old in parts for part in _outside(old, window.frame)]
    if not parts:
        return None
    left, top = min(p[0] for p in parts), min(p[1] for p in parts)
    right, bottom = max(p[0] + p[2] for p in parts), max(p[1] + p[3] for p in parts)
    return left, top, right - left, bottom - top


def _outside(rect: Rect, cover: Rect) -> Iterator[Rect]:
    x, y, w, h = rect
    left, top = max(x, cover[0]), max(y, cover[1])
    right, bottom = min(x + w, cover[0] + cover[2]), min(y + h, cover[1] + cover[3])
    if left >= right or top >= bottom:
        yield rect
        return
    for part in (
        (x, y, w, top - y),
        (x, bottom, w, y + h - bottom),
        (x, top, left - x, bottom - top),
        (right, top, x + w - right, bottom - top),
    ):
        if part[2] > 0 and part[3] > 0:
            yield part
