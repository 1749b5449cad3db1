"""The contact sheet as HTML: no script, nothing from elsewhere, every word escaped."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from html import escape
from statistics import median

from boundary.sheet_style import STYLE
from boundary.sheet_tiles import Sheet, Tile
from boundary.trace import REASONS, Mark

ROWS = 60
"""Regions of a frame that its table lists; the figures count all."""

_REMEDIES: tuple[tuple[str, str], ...] = (
    ("screen-residue", "Something could still be read after covering. Leave it withheld, or cover its window."),
    ("ocr-blind", "It shows text that OCR could not read. Set cover_unread in screen.text."),
    ("ocr-missing", "Run boundary doctor: it has the command that installs what is missing."),
    ("ocr-", "OCR failed or took too long. Run boundary doctor, then raise the limits of screen.text."),
    ("image-", "The picture cannot be read safely. Capture or convert it again as a still PNG or JPEG."),
    ("video-", "The video cannot be used. See docs/running.md."),
    ("frame-not-cleared", "Not admitted by the policy, or no step read it. Check the admit section."),
    ("consent-", "Not admitted: check the consent register."),
    ("person-", "Not admitted: check person in the policy."),
    ("text-residue", "A text of its recording still holds something. Leave it withheld and report it."),
    ("timeout", "Its recording took too long. Raise limits.seconds, or split the recording."),
    ("out-of-memory", "Split the recording, or give the machine more memory."),
    ("sheet-picture", "No picture of it is small enough for this sheet. Choose a smaller --limit."),
)  # fmt: skip
_SEE = "See the table of codes in docs/running.md."


def page(sheet: Sheet) -> str:
    """The whole document, UTF-8."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"
    tiles = sheet.tiles()
    title = f"Contact sheet: {escape(sheet.policy)}"
    return "".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
            '<a class="skip" href="#frames">Skip to the frames</a>\n',
            _BANNER if sheet.reveal else "",
            f"<header>\n<h1>{title}</h1>\n",
            f'<p class="about">Policy digest <code>{escape(sheet.digest)}</code></p>\n</header>\n<main>\n',
            _figures(sheet),
            f'<section aria-labelledby="frames">\n<h2 id="frames">Frames</h2>\n<p>{_chosen(sheet, len(tiles))}</p>\n',
            *(_tile(tile) for tile in tiles),
            "</section>\n</main>\n<footer><p>Made by <code>boundary sheet</code>. A look at what a policy does, not a ",
            "release: only <code>boundary run</code> writes what may leave.</p></footer>\n</body>\n</html>\n",
        )
    )


_BANNER = (
    '<div class="banner" role="alert"><strong>Not redacted.</strong> This sheet was made with <code>--reveal</code> '
    "and shows frames as they were captured. It is as sensitive as its source: do not send it, and delete it after use."
    "</div>\n"
)


def _figures(sheet: Sheet) -> str:
    withheld = sum(sheet.codes.values())
    shares = sheet.shares
    spread = " / ".join(_percent(f(shares)) for f in (min, median, max)) if shares else "none"
    figures = (
        ("recordings", f"{sheet.recordings:,}"),
        ("frames", f"{sheet.frames:,}"),
        ("released", f"{sheet.released:,}"),
        ("withheld", f"{withheld:,}"),
        ("regions covered", f"{sum(sheet.labels.values()):,}"),
        ("pixels covered, min / median / max", spread),
    )
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures)
    return (
        f'<section aria-labelledby="figures">\n<h2 id="figures">Figures</h2>\n<dl class="figures">{items}</dl>\n'
        '<div class="tables">\n'
        + _counts("Frames withheld", "code", sheet.codes)
        + _counts("Recordings withheld as a whole", "code", sheet.refused)
        + _counts("Regions by label", "label", sheet.labels)
        + _counts("Regions by rule", "rule", sheet.rules)
        + "</div>\n</section>\n"
    )


def _counts(caption: str, head: str, counts: Counter[str]) -> str:
    if not counts:
        return ""
    ordered = sorted(counts.items(), key=_commonest)
    rows = "".join(f'<tr><th scope="row">{escape(n)}</th><td class="n">{c:,}</td></tr>' for n, c in ordered)
    return (
        f'<table><caption>{caption}</caption><thead><tr><th scope="col">{head}</th>'
        f'<th scope="col" class="n">count</th></tr></thead><tbody>{rows}</tbody></table>\n'
    )


def _commonest(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _chosen(sheet: Sheet, shown: int) -> str:
    if not sheet.frames:
        return "There are no frames."
    if shown == sheet.frames:
        return f"All {shown:,} frames are shown, withheld ones first."
    return (
        f"{shown:,} of {sheet.frames:,} frames are shown: withheld ones first ({len(sheet.withheld):,} of "
        f"{sum(sheet.codes.values()):,}), then a random sample of the released (seed {sheet.seed}). "
        "The figures above count all frames."
    )


def _tile(tile: Tile) -> str:
    key = f"r{tile.recording}-f{tile.frame}"
    title = f"Recording {tile.recording}, frame {tile.frame}"
    name = f' <span class="name">{escape(tile.name)}</span>' if tile.name else ""
    head = f'<article id="{key}" aria-labelledby="{key}-h">\n<h3 id="{key}-h">{title}{name}</h3>\n'
    if tile.picture is None:
        return (
            f'{head}<div class="withheld"><p><strong>Withheld</strong> <code>{escape(tile.code)}</code></p>'
            f"<p>{_remedy(tile.code)}</p></div>\n</article>\n"
        )
    before = ""
    if tile.before is not None:
        before = _figure(tile.before, tile, key, f"{title}, as captured", "as captured", svg="", kind="before")
    after = _figure(
        tile.picture, tile, key, f"{title}, covered", "as it would leave", svg=_outlines(tile), kind="after"
    )
    size = f"{tile.width} x {tile.height} pixels, {_percent(tile.share)} covered"
    return (
        f'{head}<p class="about">{size}. <a class="small" href="#{key}-h">Smaller</a></p>\n'
        f'<div class="body"><div class="pictures">{before}{after}</div>\n{_regions(tile)}</div>\n</article>\n'
    )


def _figure(data: bytes, tile: Tile, key: str, alt: str, caption: str, *, svg: str, kind: str) -> str:
    code = base64.b64encode(data).decode()
    return (
        f'<figure class="{kind}"><a href="#{key}" title="Larger"><img alt="{alt}" width="{tile.width}" '
        f'height="{tile.height}" src="data:image/jpeg;base64,{code}">{svg}</a>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _outlines(tile: Tile) -> str:
    """Boxes with their numbers, in the pixels of the frame; the table beside says the same in words."""
    # Read at a third of its size or so: letters and lines grow with the frame.
    size = max(12, round(tile.width / 64))
    shapes = []
    for number, mark in enumerate(tile.marks[:ROWS], start=1):
        x, y, width, height = mark.box
        middle, low = x + width / 2, y + height / 2 + size * 0.36
        shapes.append(
            f'<g class="{mark.reason}"><rect x="{x}" y="{y}" width="{width}" height="{height}"/>'
            f'<text x="{middle:g}" y="{low:g}">{number}</text></g>'
        )
    return (
        f'<svg viewBox="0 0 {tile.width} {tile.height}" font-size="{size}" stroke-width="{max(1, size // 8)}" '
        f'aria-hidden="true" preserveAspectRatio="none">{"".join(shapes)}</svg>'
    )


def _regions(tile: Tile) -> str:
    if not tile.marks:
        return '<p class="none">Nothing was covered on this frame.</p>'
    rows = "".join(_row(number, mark) for number, mark in enumerate(tile.marks[:ROWS], start=1))
    more = len(tile.marks) - ROWS
    rest = f"<p>{more:,} more regions are not listed.</p>" if more > 0 else ""
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("no.", "label", "rule", "reason", "confidence"))
    return (
        f'<div class="regions" tabindex="0" role="region" aria-label="Covered regions">'
        f"<table><caption>{_plural(len(tile.marks))}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{rest}</div>"
    )


def _row(number: int, mark: Mark) -> str:
    score = "-" if mark.score is None else f"{mark.score:.2f}"
    cells: Iterable[str] = (escape(mark.label or "-"), escape(mark.rule or "-"), escape(REASONS[mark.reason]))
    return (
        f'<tr><th scope="row" class="key {mark.reason}">{number}</th>'
        f'{"".join(f"<td>{cell}</td>" for cell in cells)}<td class="n">{score}</td></tr>'
    )


def _plural(count: int) -> str:
    return f"{count:,} region covered" if count == 1 else f"{count:,} regions covered"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _remedy(code: str) -> str:
    return escape(next((text for start, text in _REMEDIES if code.startswith(start)), _SEE))
