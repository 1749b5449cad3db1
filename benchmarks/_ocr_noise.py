"""How OCR misreads a text on a screen: the slips that Tesseract and PP-OCR made on the pages of this project."""

from __future__ import annotations

from random import Random

_ALIKE = (
    ("O", "0"), ("o", "0"), ("0", "O"), ("l", "1"), ("1", "l"), ("I", "l"), ("l", "I"), ("I", "|"), ("l", "|"),
    ("i", "l"), ("E", "£"), ("S", "5"), ("5", "S"), ("S", "$"), ("s", "5"), ("B", "8"), ("8", "B"), ("Z", "2"),
    ("2", "Z"), ("G", "6"), ("6", "G"), ("g", "9"), ("9", "g"), ("q", "9"), ("D", "O"), ("rn", "m"), ("m", "rn"),
    ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("nn", "m"), ("ri", "n"), ("li", "h"), ("fi", "ﬁ"), ("e", "c"),
    ("c", "e"), ("a", "o"), ("t", "f"), ("u", "v"), ("é", "e"), ("ü", "u"), ("ö", "o"), ("ç", "c"),
)  # fmt: skip
NOISES = ("nothing", "look-alike", "two look-alikes", "space lost", "space added", "sign lost", "wrong letter")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def noisy(value: str, noise: str, random: Random) -> str | None:
    """``value`` misread in the way of ``noise``, one of `NOISES`; ``None`` where it cannot be."""
    if noise == "nothing":
        return value
    if noise in ("look-alike", "two look-alikes"):
        once = _alike(value, random)
        return _alike(once, random) if once is not None and noise == "two look-alikes" else once
    if noise in ("space lost", "sign lost"):
        wanted = str.isspace if noise == "space lost" else _is_sign
        places = [at for at, char in enumerate(value) if wanted(char)]
        at = random.choice(places) if places else -1
        return value[:at] + value[at + 1 :] if places else None
    # Shorter values have no slack: they would match everywhere.
    if len(value) < 5:
        return None
    at = random.randrange(1, len(value))
    return (
        f"{value[:at]} {value[at:]}"
        if noise == "space added"
        else value[:at] + random.choice(_LETTERS) + value[at + 1 :]
    )


def _is_sign(char: str) -> bool:
    return not char.isalnum() and not char.isspace()


def _alike(value: str, random: Random) -> str | None:
    pairs = [pair for pair in _ALIKE if pair[0] in value]
    if not pairs:
        return None
    old, new = random.choice(pairs)
    places = [at for at in range(len(value)) if value.startswith(old, at)]
    at = random.choice(places)
    return value[:at] + new + value[at + len(old) :]
