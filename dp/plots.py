"""Plots of noisy integers as SVG: bars with intervals, columns over a scale, a heat map over a screen's outline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from dp.answer import Numbers

MOST_BARS = 40
LEVELS = 7
_SIDES = (96, 54)
_CELL = re.compile(r"(?:(?P<screen>.*)/)?(?P<row>[0-9]+)/(?P<column>[0-9]+)")


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Noisy counts of one screen class, rows x columns, and the half width of one value as drawn."""

    screen: str
    values: NDArray[np.int64]
    half_width: int


def bars(one: Numbers) -> str:
    """One bar a key with its interval, largest first."""
    order = sorted(range(len(one.keys)), key=lambda index: (-one.values[index], one.keys[index]))[:MOST_BARS]
    values = [one.values[index] for index in order]
    left, width, row = 190, 460, 26
    low = min(0, *(value - one.half_width for value in values)) if values else 0
    high = max([value + one.half_width for value in values], default=1)
    scale = width / max(1, high - max(low, -high))
    zero = left - max(low, -high) * scale

    def at(value: int) -> float:
        return min(max(zero + value * scale, left), left + width)

    height = row * len(order) + 8
    out = [_svg(left + width + 150, height, f"{one.name}: {one.unit} by key, with 95 % intervals")]
    for line, index in enumerate(order):
        value, top = one.values[index], 4 + line * row
        start, end = sorted((at(0), at(value)))
        lower, upper, middle = at(value - one.half_width), at(value + one.half_width), top + row / 2
        out.append(
            f'<text x="{left - 8}" y="{middle + 4:.1f}" text-anchor="end">{escape(_short(one.keys[index]))}</text>'
            f'<rect class="bar" x="{start:.1f}" y="{top + 4}" width="{end - start:.1f}" height="{row - 8}" rx="2"/>'
            f'<path class="whisker" d="M{lower:.1f} {middle}H{upper:.1f}M{lower:.1f} {middle - 5}v10'
            f'M{upper:.1f} {middle - 5}v10"/>'
            f'<text x="{left + width + 10}" y="{middle + 4:.1f}">{value:,} ± {one.half_width:,}</text>'
        )
    out.append(f'<path class="axis" d="M{zero:.1f} 0V{height}"/></svg>')
    return "".join(out)


def columns(one: Numbers) -> str:
    """Columns over a numeric scale, in the order of the scale, with the interval around each."""
    order = sorted(range(len(one.keys)), key=lambda index: number(one.keys[index]) or 0.0)
    values = np.array([one.values[index] for index in order], np.int64)
    labels = [one.keys[index] for index in order]
    joined = -(-len(values) // 120)
    if joined > 1:  # what is joined adds up; its noise adds up too, by the square root
        values, labels = np.add.reduceat(values, np.arange(0, len(values), joined)), labels[::joined]
    half = one.half_width * joined**0.5
    left, width, height = 70, 700, 190
    high, low = max(1.0, float(values.max()) + half), min(0.0, float(values.min()) - half)
    scale, each = height / (high - low), width / len(values)
    zero = 10 + high * scale
    out = [_svg(left + width + 20, height + 44, f"{one.name}: {one.unit} over a scale, with 95 % intervals")]
    for index, value in enumerate(values.tolist()):
        top, x = zero - max(0, value) * scale, left + index * each
        out.append(
            f'<rect class="bar" x="{x + each * 0.1:.1f}" y="{top:.1f}" width="{each * 0.8:.1f}"'
            f' height="{abs(value) * scale:.1f}"/>'
        )
        if each >= 6:
            middle = x + each / 2
            up, down = zero - (value + half) * scale, zero - (value - half) * scale
            out.append(f'<path class="whisker" d="M{middle:.1f} {up:.1f}V{down:.1f}"/>')
    out.append(f'<path class="axis" d="M{left} {zero:.1f}h{width}"/>')
    out.append(f'<text class="soft" x="{left - 8}" y="18" text-anchor="end">{int(high):,}</text>')
    out.append(f'<text class="soft" x="{left - 8}" y="{zero + 4:.1f}" text-anchor="end">0</text>')
    for index in range(0, len(labels), max(1, len(labels) // 8)):
        x = left + (index + 0.5) * each
        out.append(
            f'<text class="soft" x="{x:.1f}" y="{height + 34}" text-anchor="middle">{escape(labels[index])}</text>'
        )
    return "".join((*out, "</svg>"))


def heat_maps(one: Numbers, grid: tuple[int, int]) -> list[HeatMap]:
    """The maps of each screen class in a vector whose keys end in row and column; empty where they do not."""
    columns_, rows = grid
    maps: dict[str, NDArray[np.int64]] = {}
    for key, value in zip(one.keys, one.values, strict=True):
        cell = _CELL.fullmatch(key)
        if cell is None or int(cell["column"]) >= columns_ or int(cell["row"]) >= rows:
            return []
        screen = cell["screen"] or ""
        if screen not in maps:
            maps[screen] = np.zeros((rows, columns_), np.int64)
        maps[screen][int(cell["row"]), int(cell["column"])] = value
    return [_drawable(HeatMap(screen, values, one.half_width)) for screen, values in sorted(maps.items())]


def heat(one: HeatMap) -> str:
    """Cells over the outline of a screen. Cells that noise alone explains stay empty."""
    rows, columns_ = one.values.shape
    width, height = 640, 360
    steps = levels(one)
    out = [_svg(width + 24, height + 56, f"heat map of {one.screen or 'the screen'}, {columns_} by {rows} cells")]
    out.append(f'<rect class="screen" x="9" y="9" width="{width + 6}" height="{height + 6}" rx="8"/>')
    out.append(f'<path class="stand" d="M{width / 2 - 18} {height + 18}h60l10 26h-80z"/>')
    out.append(f'<g transform="translate(12 12) scale({width / columns_:.6f} {height / rows:.6f})">')
    level = np.searchsorted(np.array(steps), one.values, side="right")
    for number_ in range(1, len(steps) + 1):
        path = "".join(_runs(level == number_))
        if path:
            out.append(f'<path class="h{number_}" d="{path}"/>')
    return "".join((*out, "</g></svg>"))


def legend(one: HeatMap) -> str:
    """What the colours of a heat map stand for."""
    steps = levels(one)
    if not steps:
        return "<p class='soft'>No cell stands out from the noise.</p>"
    out = [_svg(24 + 100 * LEVELS, 40, "colours of the heat map")]
    for index, step in enumerate(steps):
        x = 10 + index * 100
        out.append(f'<rect class="h{index + 1}" x="{x}" y="4" width="96" height="12"/>')
        out.append(f'<text class="soft" x="{x}" y="34">{step:,}+</text>')
    return "".join((*out, "</svg>"))


def levels(one: HeatMap) -> list[int]:
    """Where colours change: from the first value that stands out from the noise to the largest, by equal ratios."""
    low, high = one.half_width + 1, int(one.values.max(initial=0))
    if high < low:
        return []
    edges = [round(low * (high / low) ** (index / LEVELS)) for index in range(LEVELS)]
    return sorted(set(edges))


def number(key: str) -> float | None:
    """The number that a key on a scale is or begins with, ``None`` where it is a name."""
    found = re.match(r"[\[(]?\s*(-?[0-9]+(?:\.[0-9]+)?)(?:$|[^0-9A-Za-z].*)", key)
    return float(found[1]) if found else None


def _drawable(one: HeatMap) -> HeatMap:
    """At most so many cells that a page can hold: neighbours add up, and their noise by the square root."""
    rows, columns_ = one.values.shape
    factor = max(1, -(-columns_ // _SIDES[0]), -(-rows // _SIDES[1]))
    if factor == 1:
        return one
    values = np.add.reduceat(one.values, np.arange(0, rows, factor), axis=0)
    values = np.add.reduceat(values, np.arange(0, columns_, factor), axis=1)
    return HeatMap(one.screen, values, one.half_width * factor)


def _runs(cells: NDArray[np.bool_]) -> list[str]:
    """Neighbouring cells of a row as one rectangle each."""
    out = []
    for row, line in enumerate(cells):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(np.int8), [0]))))
        out += [f"M{start} {row}h{end - start}v1h-{end - start}z" for start, end in edges.reshape(-1, 2).tolist()]
    return out


def _svg(width: float, height: float, label: str) -> str:
    return f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(label)}">'


def _short(key: Sequence[str] | str) -> str:
    text = str(key)
    return text if len(text) <= 26 else f"{text[:25]}…"
