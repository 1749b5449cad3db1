"""What a policy says is always covered: windows, applications, rectangles, title and address bars, notifications."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from image_redact.decode import Pixels, import_cv2
from policies.contract import Area, BuildContext, Options, Phase, Region, ScreenView, StepSpec
from policies.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Glob = Annotated[str, Field(min_length=1, max_length=200)]
Extent = Annotated[float, Field(ge=0, le=100_000)]


class AreaRule(Options):
    """One rule of ``screen.regions``: a window, an application or an address to cover, or a rectangle."""

    app: Glob | None = Field(default=None, description="Name of the application; * and ? as in a shell, any case.")
    window: Glob | None = Field(default=None, description="Title of the active window, written like ``app``.")
    url: Glob | None = Field(default=None, description="Address of the page, written like ``app``.")
    rect: tuple[Extent, Extent, Extent, Extent] | None = Field(
        default=None, description="Left, top, width and height; without it the whole frame is covered."
    )
    cover: Literal["all"] = Field(default="all", description="The whole frame, or all of the rectangle.")
    unit: Literal["pixels", "share"] = Field(
        default="pixels", description="Of the rectangle: pixels, or shares of the frame from 0 to 1."
    )
    unknown: Literal["cover", "pass"] = Field(
        default="cover", description="A frame of which the recorder does not say what it shows."
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.rect is None and not (self.app or self.window or self.url):
            raise ValueError("a rule needs app, window, url or rect, or it would cover every frame")
        if self.rect is not None:
            _, _, width, height = self.rect
            if not (width > 0 and height > 0):
                raise ValueError("a rectangle has a width and a height above 0")
            if self.unit == "share" and any(value > 1 for value in self.rect):
                raise ValueError("shares of the frame go from 0 to 1; use unit: pixels for pixels")
        return self


class AreasOptions(Options):
    """Options of ``screen.regions``."""

    rules: tuple[AreaRule, ...] = Field(
        default=(), description="Windows, applications, addresses and rectangles that are covered: see below."
    )
    title_bar: bool = Field(default=False, description="Cover the rows of text at the very top of the frame.")
    url_bar: bool = Field(default=False, description="Cover lines that look like an address in the top fifth.")
    toasts: bool = Field(default=False, description="Cover boxes with text near a corner that look like notifications.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.rules or self.title_bar or self.url_bar or self.toasts):
            raise ValueError("nothing is covered: add rules, title_bar, url_bar or toasts")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Covers what the policy names, whatever it holds."""

    rules: tuple[AreaRule, ...] = ()
    title_bar: bool = False
    url_bar: bool = False
    toasts: bool = False

    def __call__(self, pixels: Pixels, view: ScreenView) -> Sequence[Region]:
        """One region for each rule that applies, and for each bar and notification seen."""
        height, width = pixels.shape[:2]
        out = [
            Region("REGION", area, 1.0, f"region:{number}")
            for number, rule in enumerate(self.rules)
            if applies(rule, view)
            for area in (rectangle(rule, width, height),)
            if area is not None
        ]
        if self.title_bar:
            out += [Region("WINDOW_TITLE", area, 0.8, "title-bar") for area in title_bars(view.lines, width, height)]
        if self.url_bar:
            out += [Region("URL", area, 0.8, "url-bar") for area in url_bars(view.lines, width, height)]
        if self.toasts:
            out += [Region("NOTIFICATION", area, 0.6, "toast") for area in toasts(pixels, view.lines)]
        return tuple(out)


def applies(rule: AreaRule, view: ScreenView) -> bool:
    """Whether every name that a rule asks for is one that the frame may show."""
    asked = ((rule.app, view.apps), (rule.window, view.windows), (rule.url, view.urls))
    return all(
        any(matches(name, [pattern]) for name in names) if names else rule.unknown == "cover"
        for pattern, names in asked
        if pattern is not None
    )


def rectangle(rule: AreaRule, width: int, height: int) -> Area | None:
    """The pixels of a rule on a frame of this size, grown to whole pixels; ``None`` where it lies outside."""
    if rule.rect is None:
        return Area(0, 0, width, height)
    across, down = (width, height) if rule.unit == "share" else (1, 1)
    x, y, wide, high = rule.rect
    left, top = int(np.floor(x * across)), int(np.floor(y * down))
    right = min(width, int(np.ceil((x + wide) * across)))
    bottom = min(height, int(np.ceil((y + high) * down)))
    return Area(left, top, right - left, bottom - top) if left < right and top < bottom else None


_TITLE_SHARE = 0.05
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,9}:/{1,2}|www\.)\S|(?<![@\w])(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*|\b)|localhost[:/]\S*",
    re.IGNORECASE,
)
_BAR_SHARE = 0.2


def title_bars(lines: Iterable[tuple[str, Area]], width: int, height: int) -> Iterator[Area]:
    """The whole row of every line in the top twentieth of the frame."""
    for _, box in lines:
        if box.y < max(24, height * _TITLE_SHARE):
            yield Area(0, max(0, box.y - box.height // 2), width, 2 * box.height)


def url_bars(lines: Iterable[tuple[str, Area]], width: int, height: int) -> Iterator[Area]:
    """From its first character to the right end of the bar, every line that holds an address, up in the frame.

    What stands to the right in the same row goes as well: OCR cuts an address at a long blank or a lost slash.
    """
    top = [(text, box) for text, box in lines if box.y + box.height <= height * _BAR_SHARE]
    for text, box in top:
        if _ADDRESS.search(text):
            row = [o for _, o in top if o.y < box.y + box.height and box.y < o.y + o.height and o.x >= box.x]
            right = max(o.x + o.width for o in row)
            pad = max(3, box.height // 3)
            left = max(0, box.x - pad)
            yield Area(left, max(0, box.y - pad), min(width, right + pad) - left, box.height + 2 * pad)


_CORNER_X, _CORNER_Y = 0.04, 0.12
_TOAST_WIDTH, _TOAST_HEIGHT = (140, 0.36), (40, 0.34)


def toasts(pixels: Pixels, lines: Sequence[tuple[str, Area]]) -> Iterator[Area]:
    """Rectangles with a ground of their own near a corner or the top middle, that hold lines of text.

    A notification lies near the left or right edge or the middle, and near the top or bottom; it is wider than high,
    small beside the frame, and has a straight edge on all sides.
    """
    height, width = pixels.shape[:2]
    for box in boxes_with_edges(pixels):
        right, bottom = width - box.x - box.width, height - box.y - box.height
        sideways = min(box.x, right) <= max(40, _CORNER_X * width) or abs(box.x - right) <= 0.04 * width
        upright = min(box.y, bottom) <= max(60, _CORNER_Y * height)
        floats = min(box.x, right) > 1 and min(box.y, bottom) > 1
        sized = (
            _TOAST_WIDTH[0] <= box.width <= _TOAST_WIDTH[1] * width
            and _TOAST_HEIGHT[0] <= box.height <= _TOAST_HEIGHT[1] * height
            and box.width > 1.3 * box.height
        )
        if sideways and upright and floats and sized and any(_inside(line, box) for _, line in lines):
            yield box


def _inside(line: Area, box: Area) -> bool:
    x, y = line.x + line.width // 2, line.y + line.height // 2
    return box.x <= x < box.x + box.width and box.y <= y < box.y + box.height


def boxes_with_edges(pixels: Pixels) -> Iterator[Area]:
    """Rectangles, corners rounded or not, whose outline stands out from what is around them."""
    cv2 = import_cv2()
    gradient = cv2.morphologyEx(pixels, cv2.MORPH_GRADIENT, cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3)))
    blue, green, red = cv2.split(gradient)
    edges = (cv2.max(cv2.max(blue, green), red) > 8).astype(np.uint8)
    rules = np.zeros_like(edges)
    for size in ((32, 1), (1, 12)):
        rules |= cv2.morphologyEx(edges, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, size))
    # Rounded corners leave gaps between the four sides.
    rules = cv2.morphologyEx(rules, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    contours, _ = cv2.findContours(rules, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    seen = set()
    for contour in contours:
        x, y, width, height = (int(value) for value in cv2.boundingRect(contour))
        if width < 30 or height < 12 or cv2.contourArea(contour) < 0.85 * width * height:
            continue
        seen.add(Area(x, y, width, height))
    yield from sorted(seen)


def _build(options: AreasOptions, _context: BuildContext) -> Areas:
    return Areas(rules=options.rules, title_bar=options.title_bar, url_bar=options.url_bar, toasts=options.toasts)


AREAS = StepSpec(
    name="screen.regions",
    phase=Phase.FIND,
    summary="Covers windows, rectangles, title and address bars and notifications that the policy names.",
    options=AreasOptions,
    build=_build,
    needs=frozenset({"screen"}),
    gives=frozenset({"region"}),
    extra="image",
    modules=("cv2",),
    examples=(
        {"rules": [{"app": "*Slack*", "cover": "all"}, {"window": "*Payroll*"}]},
        {"rules": [{"rect": [0, 0, 1, 0.04], "unit": "share"}, {"rect": [0, 0, 300, 40], "app": "Teams"}]},
        {"url_bar": True, "title_bar": True, "toasts": True},
    ),
    repeatable=True,
)
