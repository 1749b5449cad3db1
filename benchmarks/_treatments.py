"""What is done to a page before it is attacked: every style that a policy accepts, and some that it refuses."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import numpy as np

from benchmarks._template import Ink, Picture, Target, Treat
from image_redact.cover import Region, Style
from image_redact.decode import block_of, decode
from image_redact.locate import padded
from image_redact.readers import Coverer
from image_redact.screen import Rect
from image_redact.steps import COVER
from policies.contract import BuildContext
from text_redact.operators.steps import SURROGATE

LABEL = "US_SSN"
QUALITY = 75
_CONTEXT = BuildContext(folder=Path(), key=b"benchmark attack")


def accepted() -> dict[str, Mapping[str, object]]:
    """Options of ``cover`` by name of the case: all styles of the option, and those that take text, with it."""
    cases: dict[str, Mapping[str, object]] = {style: {"style": style} for style in get_args(Style)}
    return cases | {f"{style} with label": {"style": style, "text": "label"} for style in ("fill", "blur")}


def refused() -> tuple[str, ...]:
    """Cases that show that the attack works."""
    return (
        "mosaic 4 px", "mosaic 8 px", "mosaic 16 px", "gaussian sigma 3", "gaussian sigma 5", "box blur 15 px",
    )  # fmt: skip


def covering(target: Target, options: Mapping[str, object], *, jpeg: bool = False, whole_blocks: bool = True) -> Treat:
    """A style as a policy builds it, from covering to writing.

    Args:
        jpeg: The page comes as a JPEG of quality `QUALITY`.
        whole_blocks: Cover the blocks that JPEG smears over; without, as those do who forget it.
    """
    coverer = COVER.build(COVER.options.model_validate(options), _CONTEXT)
    assert isinstance(coverer, Coverer)
    stand_in = SURROGATE.build(SURROGATE.options(), _CONTEXT).for_session([(LABEL, target.value)], None)
    written = stand_in(LABEL, target.value)

    def treat(page: Picture, ink: Ink) -> Picture:
        regions, block = [Region(padded(Rect(*ink)), LABEL, written)], 1
        if jpeg:
            data = _jpeg(page)
            page, block = decode(data), block_of(data) if whole_blocks else 1
        return coverer.inscribe(coverer(page, regions, block=block), regions, block=block)

    return treat


def reversible(case: str) -> Treat:
    """A treatment that a policy refuses, of the same boxes."""
    import cv2

    amount = int(next(word for word in case.split() if word.isdigit()))

    def treat(page: Picture, ink: Ink) -> Picture:
        box = padded(Rect(*ink))
        window = np.s_[box.y : box.bottom, box.x : box.right]
        done = page.copy()
        part = np.ascontiguousarray(page[window])
        if case.startswith("mosaic"):
            cells = (max(1, part.shape[1] // amount), max(1, part.shape[0] // amount))
            small = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
            done[window] = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        elif case.startswith("gaussian"):
            done[window] = cv2.GaussianBlur(part, (0, 0), amount)
        else:
            done[window] = cv2.blur(part, (amount, amount))
        return done

    return treat


def treatments(target: Target) -> Iterator[tuple[str, Treat]]:
    """Every case by name, for one target."""
    for name, options in accepted().items():
        yield f"accepted: {name}", covering(target, options)
        yield f"accepted: {name}, from JPEG", covering(target, options, jpeg=True)
    yield "refused: fill without whole blocks, from JPEG", covering(target, {}, jpeg=True, whole_blocks=False)
    for name in refused():
        yield f"refused: {name}", reversible(name)


def _jpeg(page: Picture) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(page[:, :, ::-1]).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
