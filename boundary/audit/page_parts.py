"""Small parts of the audit's page: numbers, intervals and bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

_WORDS = {"typed": "typed", "field": "texts", "screen": "screenshots"}


def words(modality: str) -> str:
    """A modality as people say it."""
    return _WORDS.get(modality, modality)


def percent(share: float | None) -> str:
    """A share with as many digits as tell something; a dash for none."""
    if share is None:
        return "–"
    if share in {0, 1}:
        return f"{share:.0%}".replace("%", " %")
    return f"{100 * share:.1f} %" if 0.001 <= share <= 0.999 else f"{100 * share:.2f} %"


def span(rate: Mapping[str, float | None]) -> str:
    """The interval of a rate."""
    low, high = rate["low"], rate["high"]
    return "–" if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f} %"


def count(number: int, noun: str) -> str:
    """A number and its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def card(inside: str) -> str:
    """A box around a table, which scrolls by itself where it is too wide."""
    return f'<div class="card">{inside}</div>'


def figure(name: str, value: str, small: str) -> str:
    """A figure of the head."""
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(small)}</small></dd></div>"


def described(notes: Iterable[str]) -> str:
    """A list of sentences; they are HTML already."""
    return f"<ul>{''.join(f'<li>{note}</li>' for note in notes)}</ul>"


def interval_plot(rate: Mapping[str, float | None]) -> str:
    """A dot at the share and a line over its interval, on a rail from 0 to 1."""
    share, low, high = rate["share"], rate["low"], rate["high"]
    if share is None or low is None or high is None:
        return ""
    left, width = 5, 140
    at, start, end = (left + width * value for value in (share, low, high))
    label = f"{percent(share)}, 95 % interval {span(rate)}"
    return (
        f'<svg viewBox="0 0 150 18" role="img" aria-label="{label}" class="{"good" if share == 1 else "leak"}">'
        f'<path class="rail" d="M{left} 9H{left + width}"/>'
        f'<path class="ci" d="M{start:.1f} 9H{end:.1f}"/><circle cx="{at:.1f}" cy="9" r="4.5"/></svg>'
    )


def bars(parts: Sequence[int], most: int, names: str = "tfs") -> str:
    """Parts side by side on a scale to ``most``; ``names`` are their colours, by default typed, field and screen."""
    x, out = 0.0, []
    for part, name in zip(parts, names, strict=True):
        width = 300 * part / max(1, most)
        if part:
            out.append(f'<rect class="{name}" x="{x:.1f}" y="2" width="{max(1.0, width):.1f}" height="12"/>')
        x += width
    return f'<svg viewBox="0 0 300 16" preserveAspectRatio="none" aria-hidden="true">{"".join(out)}</svg>'
