"""Screens with values that must go and words that must stay, and the checks that every covered screen has to pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages import Piece, Pixels, draw, ink
from patterns import Patterns

from image_redact import find_known

if TYPE_CHECKING:
    from image_redact import Screen

MONO = "dejavu/DejaVuSansMono.ttf"
SANS = "liberation/LiberationSans-Regular.ttf"
GREY = (140, 140, 140)
PALE = (214, 214, 206)


class Screenful:
    """A page with the pieces that must go and the pieces that must stay."""

    def __init__(
        self, hide: list[Piece], keep: list[Piece], paper: tuple[int, int, int] = (255, 255, 255), known: str = ""
    ) -> None:
        self.hide, self.keep, self.known = hide, keep, [known] if known else []
        self.pixels = draw([*hide, *keep], paper=paper)


SCREENS = {
    "glued punctuation": Screenful(
        [
            Piece(40, 40, '"(813) 314-4097",', 16),
            Piece(40, 100, "tel:(212) 555-1234", 16),
            Piece(40, 160, "key=odo.hale@example.com;", 16),
        ],
        [Piece(40, 230, "Delivery on Thursday morning", 16)],
    ),
    "cells side by side": Screenful(
        [Piece(40, 60, "415-555-0142", 15), Piece(40, 110, "212-555-0178", 15), Piece(260, 60, "482-31-7790", 15)],
        [Piece(480, 60, "4471", 15), Piece(480, 110, "Open", 15), Piece(260, 110, "Closed", 15)],
    ),
    "dark theme": Screenful(
        [
            Piece(40, 40, "mara.quill@shop.test", 14, PALE, font=MONO),
            Piece(40, 100, "512-66-1934", 14, PALE, font=MONO),
        ],
        [Piece(40, 160, "$ make release", 14, PALE, font=MONO)],
        (30, 30, 34),
    ),
    "dark and light": Screenful(
        [Piece(40, 60, "tarek@mail.example", 15, PALE, (30, 32, 40)), Piece(420, 60, "juno.ferro@example.com", 15)],
        [Piece(420, 140, "Quarterly report", 15)],
    ),
    "small grey text": Screenful(
        [
            Piece(40, 40, "lotte.hale@example.com", 11, GREY, font=SANS),
            Piece(40, 62, "303-555-0119", 11, GREY, font=SANS),
        ],
        [Piece(40, 90, "Updated this morning", 11, GREY, font=SANS)],
    ),
    "value over two words": Screenful(
        [Piece(40, 60, "Greta Lindqvist", 16)], [Piece(300, 60, "Invoice 2207", 16)], known="greta lindqvist"
    ),
    "known value misread": Screenful(
        [Piece(40, 60, "lnes 0kaf0r", 16)],
        [Piece(400, 60, "Approved", 16), Piece(40, 140, "Owner", 16)],
        known="Ines Okafor",
    ),
}


def uncovered(page: Screenful, pixels: Pixels) -> list[str]:
    """Values of which less than 95 % of the ink is under black paint."""
    black = (pixels == 0).all(axis=2)
    return [piece.text for piece in page.hide if black[ink(piece)].mean() < 0.95]


def readable(page: Screenful, screen: Screen) -> list[str]:
    """Labels of what a reading of the covered screen still shows."""
    hits = [hit for line in screen.lines for hit in (*Patterns()(line.text), *find_known(line, page.known))]
    return [hit.label for hit in hits]
