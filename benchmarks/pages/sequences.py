"""Sixty frames each of what screens do: typing, scrolling, text replaced, windows, tabs; truth for every frame."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from benchmarks.pages.chromium import Browser
from benchmarks.pages.draw import FIRST_SEED, Drawn
from benchmarks.pages.style import document
from benchmarks.pages.style import field as form_field
from benchmarks.pages.truth import read_truth
from benchmarks.pages.values import Fill

FRAMES = 60
WIDTH, HEIGHT = 1280, 800
_FIELDS = (("Name", "PERSON"), ("E-mail", "EMAIL"), ("Phone", "PHONE"), ("Date of birth", "DOB"), ("IBAN", "IBAN"))


@dataclass(frozen=True, slots=True)
class Sequence:
    """A page, and the script that is run before each frame."""

    html: str = field(repr=False)
    steps: tuple[str, ...] = field(repr=False)


def typing(fill: Fill) -> Sequence:
    """A form filled in, a few characters a frame, with a caret; a value that is not whole has layout ``typing``."""
    values = [(name, label, fill.raw(label)) for name, label in _FIELDS]
    fields = "".join(
        form_field(name, f'<span data-pii="{label}" data-layout="typing" id="f{at}"></span><span id="c{at}"></span>')
        for at, (name, label, _) in enumerate(values)
    )
    strokes = [(at, end, len(text)) for at, (_, _, text) in enumerate(values) for end in range(1, len(text) + 1)]
    texts = json.dumps([text for _, _, text in values])
    steps = []
    for frame in range(FRAMES):
        at, end, whole = strokes[(frame + 1) * len(strokes) // FRAMES - 1]
        # Earlier fields are filled to their end: a frame may begin in the next field.
        steps.append(
            f"(() => {{ const texts = {texts}; for (let i = 0; i <= {at}; i++) {{"
            f"const f = document.getElementById('f' + i), done = i < {at} || {end} === {whole};"
            f"f.textContent = i < {at} ? texts[i] : texts[i].slice(0, {end});"
            "f.dataset.layout = done ? 'above' : 'typing';"
            f"document.getElementById('c' + i).style.cssText = i === {at} && {frame} % 4 < 2 ?"
            "'border-left:1px solid #111' : ''; } })()"
        )
    css = ".form{width:480px}"
    side = "".join(f"<p>{fill.sentence(fill.mark('PERSON'))}</p>" for _ in range(4))
    body = f"<div class='row pad'><div class=form>{fields}</div><div class='grow pad'>{side}</div></div>"
    return Sequence(document(body, css, fill.random), tuple(steps))


def scrolling(fill: Fill) -> Sequence:
    """A long table, 24 pixels a frame."""
    labels = ("PERSON", "EMAIL", "PHONE", "CARD", "IP")
    rows = "".join(
        "<tr>" + "".join(f"<td>{fill.mark(label, 'cells')}</td>" for label in labels) + f"<td>{fill.words(2)}</td></tr>"
        for _ in range(90)
    )
    css = "#view{height:700px;overflow:hidden;border:1px solid #ccd}td{border-bottom:1px solid #e3e6ea}"
    body = f"<div class=bar><b>Contacts</b></div><div id=view><table>{rows}</table></div>"
    steps = tuple(f"document.getElementById('view').scrollTop = {24 * frame}" for frame in range(FRAMES))
    return Sequence(document(body, css, fill.random), steps)


def panel(fill: Fill) -> Sequence:
    """A list in which another entry is chosen every fourth frame; the panel beside it shows that one."""
    people = [fill.mark("PERSON") for _ in range(FRAMES // 4)]
    details = [
        "".join(f"<p><span class=above>{name}</span> {fill.mark(label, 'left')}</p>" for name, label in _FIELDS)
        + f"<p>{fill.sentence(fill.mark('PHONE'), fill.mark('IP'))}</p>"
        for _ in people
    ]
    entries = "".join(f"<div class=entry id=e{at}>{person}</div>" for at, person in enumerate(people))
    css = ".entry{padding:7px 14px;width:280px}.on{background:var(--accent);color:#fff}"
    body = f"<div class=row><div>{entries}</div><div class='pad grow' id=panel></div></div>"
    steps = tuple(
        f"document.querySelectorAll('.entry').forEach((e, i) => e.classList.toggle('on', i === {frame // 4}));"
        f"document.getElementById('panel').innerHTML = {json.dumps(details[frame // 4])}"
        for frame in range(FRAMES)
    )
    return Sequence(document(body, css, fill.random), steps)


def windows(fill: Fill) -> Sequence:
    """Two windows that overlap; every tenth frame the other comes to the front, and one of them is moved."""
    inside = [
        "".join(f"<p>{fill.sentence(fill.mark(a), fill.mark(b))}</p>" for a, b in pairs)
        for pairs in ([("PERSON", "PHONE"), ("EMAIL", "CARD")] * 3, [("IBAN", "PERSON"), ("IP", "DOB")] * 3)
    ]
    boxes = "".join(
        f"<div class=window id=w{at}><div class=bar>{fill.words(2)}</div><div class=pad>{text}</div></div>"
        for at, text in enumerate(inside)
    )
    css = (
        "body{background:#53636f}.window{position:absolute;width:640px;height:430px;background:#fff;overflow:hidden;"
        "box-shadow:0 4px 18px #0008}#w0{left:60px;top:50px}#w1{left:380px;top:240px}"
    )
    steps = tuple(
        f"document.getElementById('w0').style.zIndex = {1 - frame // 10 % 2};"
        f"document.getElementById('w1').style.zIndex = {frame // 10 % 2};"
        f"document.getElementById('w1').style.left = '{380 + 7 * min(max(frame - 30, 0), 20)}px'"
        for frame in range(FRAMES)
    )
    return Sequence(document(boxes, css, fill.random), steps)


def tabs(fill: Fill) -> Sequence:
    """Three tabs switched in turn, each seen several times, with a caret that blinks over the text."""
    sets = (("PERSON", "EMAIL"), ("CARD", "DOB"), ("SSN", "ADDRESS"))
    heads = "".join(f"<span>{fill.words(2)}</span>" for _ in sets)
    bodies = "".join(
        f"<div class='tab pad'>{''.join(f'<p>{fill.sentence(fill.mark(a), fill.mark(b))}</p>' for _ in range(6))}</div>"
        for a, b in sets
    )
    css = "#caret{position:absolute;left:120px;width:1px;height:18px;background:#111}"
    steps = tuple(
        f"document.querySelectorAll('.tab').forEach((t, i) => t.style.display = i === {frame // 7 % 3} ? '' : 'none');"
        f"document.getElementById('caret').style.display = {frame} % 4 < 2 ? '' : 'none'"
        for frame in range(FRAMES)
    )
    return Sequence(
        document(f"<div class=bar>{heads}</div>{bodies}<div id=caret style='top:70px'></div>", css, fill.random), steps
    )


SEQUENCES: Mapping[str, Callable[[Fill], Sequence]] = MappingProxyType(
    {"typing": typing, "scrolling": scrolling, "panel": panel, "windows": windows, "tabs": tabs}
)


def make_sequence(split: str, kind: str, seed: int) -> Sequence:
    """A sequence: equal arguments give an equal one; the splits share kinds, not seeds."""
    return SEQUENCES[kind](Fill(Random(f"{kind} {FIRST_SEED[split] + seed}")))


def draw_sequence(page: Browser, split: str, kind: str, seed: int) -> Iterator[Drawn]:
    """The frames in order, at scale 1."""
    sequence = make_sequence(split, kind, seed)
    page.show(sequence.html, width=WIDTH, height=HEIGHT, scale=1.0)
    for step in sequence.steps:
        page.evaluate(f"{step}; new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        truth = read_truth(page, width=WIDTH, height=HEIGHT, scale=1.0)
        yield Drawn(kind, FIRST_SEED[split] + seed, 1.0, page.picture(), truth)
