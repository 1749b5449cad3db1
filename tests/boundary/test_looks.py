"""T14: polarity, pixel density, small and grey text: what is sensitive is covered whatever it looks like."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pages import FONTS, Colour, Piece, draw, ink, png
from PIL import ImageFont

from boundary import Release, Stage
from image_redact.decode import decode

FACES = (
    "dejavu/DejaVuSans.ttf",
    "liberation/LiberationSans-Regular.ttf",
    "dejavu/DejaVuSansMono.ttf",
    "liberation/LiberationSerif-Regular.ttf",
)
WIDTH, HEIGHT = 760, 300


@dataclass(frozen=True, slots=True)
class Look:
    """Text and paper, red, green, blue; ``size`` in pixels of a screen of density 1."""

    name: str
    colour: Colour
    paper: Colour
    size: int


LOOKS = (
    Look("black on white", (20, 20, 20), (255, 255, 255), 14),
    Look("white on black", (240, 240, 240), (18, 18, 18), 14),
    Look("grey on white, 11 px", (120, 120, 120), (255, 255, 255), 11),
    Look("pale grey on white, 12 px", (160, 160, 160), (255, 255, 255), 12),
    Look("grey on dark, 11 px", (150, 150, 150), (40, 42, 48), 11),
    Look("white on blue", (255, 255, 255), (30, 90, 200), 13),
    Look("yellow on teal", (250, 230, 120), (10, 90, 90), 13),
    Look("red on pink", (190, 30, 40), (255, 225, 228), 13),
)


AREAS = (212, 303, 415, 512, 617, 646, 702, 813)
"""Of telephone numbers; three digits at random are mostly no area, which is for the text detectors to judge."""
DENSITIES = (1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Value:
    """A value with what is glued to it."""

    before: str
    text: str
    behind: str
    piece: Piece


def values(look: Look, density: float) -> list[Value]:
    """One of each kind in a font each, in a column."""
    chance = random.Random(f"{look.name} {density}")
    first, second, last = chance.randrange(200, 899), chance.randrange(10, 99), chance.randrange(1000, 9999)
    person = chance.choice(["mara.quill", "t_osei", "juno-ferro", "lotte.hale"])
    texts = [
        ("", f"{person}{chance.randrange(10, 999)}@example.com", ""),
        ("", f"{first}-{second}-{last}", ""),
        ('"', f"({AREAS[first % len(AREAS)]}) 555-{last}", '",'),
        ("mail=", f"{person}@tern-mail.org", ";"),
    ]
    return [
        Value(before, text, behind, at(row, 260, before + text + behind, look, density))
        for row, (before, text, behind) in enumerate(texts)
    ]


def at(row: int, column: int, text: str, look: Look, density: float) -> Piece:
    """A text at its place on a screen of some density."""
    top, size = round((24 + 64 * row) * density), round(look.size * density)
    return Piece(round(column * density), top, text, size, look.colour, font=FACES[row])


def size(density: float) -> dict[str, int]:
    """Of the screen."""
    return {"width": round(WIDTH * density), "height": round(HEIGHT * density)}


def page(look: Look, density: float) -> bytes:
    """The values, and words beside them that must stay."""
    words = [at(row, 30, "Customer record", look, density) for row in range(4)]
    return png(draw([*words, *(value.piece for value in values(look, density))], paper=look.paper, **size(density)))


def share(value: Value, changed: np.ndarray, density: float) -> float:
    """How much of the value's own ink is under paint; quotes and brackets around it are nobody's secret."""
    piece = value.piece
    font = ImageFont.truetype(str(FONTS / piece.font), piece.size)
    left = piece.x + font.getlength(value.before)
    right = piece.x + font.getlength(value.before + value.text)
    where = ink(piece, **size(density))
    where[:, : round(left)] = where[:, round(right) :] = False
    return float(changed[where].mean())


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every page after a run under `baseline`, as one recording of screenshots."""
    folder = tmp_path_factory.mktemp("looks")
    (folder / "shots").mkdir()
    (folder / "key").write_bytes(b"k" * 32)
    (folder / "key").chmod(0o600)
    for density in DENSITIES:
        for number, look in enumerate(LOOKS):
            (folder / "shots" / f"{density}-{number}.png").write_bytes(page(look, density))
    policy = folder / "policy.yaml"
    policy.write_text("policy: 1\nname: looks\nextends: [baseline]\nrelease: {names: keep}\n")
    (outcome,) = Stage(policy, key_file=folder / "key")([Path(folder / "shots")])
    assert isinstance(outcome, Release), outcome
    return dict(outcome.files)


@pytest.mark.slow
@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_values_are_covered_in_every_polarity_density_size_and_grey(
    look: Look, density: float, covered: dict[str, bytes]
) -> None:
    """T14: `baseline` covers 95 % of the ink of every value."""
    name = f"{density}-{LOOKS.index(look)}.png"
    assert name in covered, sorted(covered)
    out, before = decode(covered[name]), decode(page(look, density))
    changed = (out != before).any(axis=2) | (out == 0).all(axis=2)
    shares = [share(value, changed, density) for value in values(look, density)]
    assert min(shares) >= 0.95, shares
