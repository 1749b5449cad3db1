"""The shipped model: loaded once a process, run over batches of windows, answers remembered.

Everything is local: onnxruntime on the CPU with one thread, NumPy, and the files in ``data/``.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from policies.offline import import_onnxruntime
from recording.errors import MissingExtra
from text_redact.names.memory import Memory
from text_redact.names.segments import windows
from text_redact.names.wordpiece import Pieces, WordPiece

BATCH = 512
"""Pieces of one batch, padding included: what fits the cache of a core."""
STEP = 4
"""Rows are padded to a multiple of this, so that few shapes occur and the allocator's memory stays flat."""
REMEMBERED = 60_000_000
"""Bytes of answers remembered, about."""

Masses = npt.NDArray[np.uint8]
"""Shape (words, labels + 1): probability of each label times 255, then 255 where the word starts a name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says about a text.

    Attributes:
        words: Code points ``start, end`` of each word.
        masses: Probability of each label, shape (words, labels), 0 to 1.
        begins: Whether the word starts a new name, shape (words,).
    """

    words: tuple[tuple[int, int], ...]
    masses: npt.NDArray[np.float32] = field(repr=False)
    begins: npt.NDArray[np.bool_] = field(repr=False)


class Model:
    """A loaded model. Not picklable; get it from `shipped`."""

    def __init__(self, session: Any, cut: WordPiece, config: Mapping[str, Any]) -> None:
        self._session = session
        self._cut = cut
        self.labels: tuple[str, ...] = tuple(config["labels"])
        self.thresholds: Mapping[str, float] = config["thresholds"]
        self._longest = int(config["longest"]) - 1
        self._memory: Memory[Masses] = Memory(REMEMBERED)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read every text; equal windows are read once."""
        cut = [self._cut(text) for text in texts]
        parts = [windows(text, pieces, self._longest) for text, pieces in zip(texts, cut, strict=True)]
        keys: list[list[bytes]] = []
        todo: dict[bytes, Pieces] = {}
        known: dict[bytes, Masses] = {}
        for pieces, spans in zip(cut, parts, strict=True):
            keys.append([])
            ends = (0, *itertools.accumulate(pieces.counts))
            for first, last in spans:
                low, high = ends[first], ends[last]
                key = _key(pieces, low, high, pieces.counts[first:last])
                keys[-1].append(key)
                if key in known or key in todo:
                    continue
                held = self._memory.get(key)
                if held is None:
                    todo[key] = Pieces(pieces.ids[low:high], pieces.styles[low:high], (), pieces.counts[first:last])
                else:
                    known[key] = held
        for key, masses in zip(todo, self._run(list(todo.values())), strict=True):
            known[key] = masses
            self._memory.put(key, masses, masses.nbytes + 400)
        return [
            _merged(pieces, spans, [known[key] for key in found], len(self.labels))
            for pieces, spans, found in zip(cut, parts, keys, strict=True)
        ]

    def forget(self) -> None:
        """Drop what is remembered."""
        self._memory = Memory(REMEMBERED)

    def _run(self, rows: Sequence[Pieces]) -> list[Masses]:
        """Word masses of each row, batched by length."""
        out: list[Masses | None] = [None] * len(rows)
        order = sorted(range(len(rows)), key=lambda at: len(rows[at].ids))
        at = 0
        while at < len(order):
            # The longest row of a batch decides its width, and the width how many rows fit.
            count = 1
            while at + count < len(order):
                width = _round(len(rows[order[at + count]].ids) + 1)
                if width * (count + 1) > BATCH:
                    break
                count += 1
            chosen = order[at : at + count]
            for number, masses in zip(chosen, self._batch([rows[n] for n in chosen]), strict=True):
                out[number] = masses
            at += count
        return [masses for masses in out if masses is not None]

    def _batch(self, rows: Sequence[Pieces]) -> Iterable[Masses]:
        width = _round(max(len(row.ids) for row in rows) + 1)
        ids = np.zeros((len(rows), width), np.int64)
        styles = np.zeros((len(rows), width), np.int64)
        seen = np.zeros((len(rows), width), np.int64)
        for number, row in enumerate(rows):
            size = len(row.ids)
            ids[number, 0] = self._cut.start
            ids[number, 1 : size + 1] = row.ids
            styles[number, 1 : size + 1] = row.styles
            seen[number, : size + 1] = 1
        scores = self._session.run(None, {"ids": ids, "styles": styles, "attention": seen})[0]
        return [_words(scores[number, 1 : len(row.ids) + 1], row.counts) for number, row in enumerate(rows)]


def _round(size: int) -> int:
    return -(-size // STEP) * STEP


def _key(pieces: Pieces, low: int, high: int, counts: Sequence[int]) -> bytes:
    # What the model sees decides what it says; a digest keeps no text in memory.
    ids = np.array(pieces.ids[low:high], np.uint16).tobytes()
    return hashlib.blake2b(
        b"".join((len(ids).to_bytes(4), ids, bytes(pieces.styles[low:high]), bytes(min(n, 255) for n in counts))),
        digest_size=16,
    ).digest()


def _words(scores: npt.NDArray[np.float32], counts: Sequence[int]) -> Masses:
    """Mean over the pieces of each word; tags are O, then B and I of each label."""
    starts = np.cumsum((0, *counts[:-1]))
    first = scores[starts]
    means = np.add.reduceat(scores, starts, axis=0) / np.array(counts, np.float32)[:, None]
    labels = means[:, 1::2] + means[:, 2::2]
    begins = first[:, 1::2].sum(1) > first[:, 2::2].sum(1)
    out = np.empty((len(counts), labels.shape[1] + 1), np.uint8)
    out[:, :-1] = np.clip(np.rint(labels * 255), 0, 255)
    out[:, -1] = begins * 255
    return out


def _merged(pieces: Pieces, spans: Sequence[tuple[int, int]], found: Sequence[Masses], labels: int) -> Reading:
    """Windows put together; where two read a word, each label counts as the surer of them says."""
    if len(spans) == 1:
        whole = found[0]
    else:
        whole = np.zeros((len(pieces.counts), labels + 1), np.uint8)
        for (first, last), masses in zip(spans, found, strict=True):
            np.maximum(whole[first:last], masses, out=whole[first:last])
    return Reading(pieces.words, whole[:, :-1].astype(np.float32) / np.float32(255), whole[:, -1] > 0)


@functools.cache
def shipped() -> Model:
    """The model inside the package, checked against its digests.

    Raises:
        MissingExtra: onnxruntime is not installed, or a file is missing or damaged.
    """
    folder = resources.files("text_redact.names") / "data"
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        data = {name: (folder / name).read_bytes() for name in config["files"]}
    except (OSError, ValueError):
        raise MissingExtra(
            "the names model is not in this installation", code="names-model", hint="install the package again"
        ) from None
    for name, digest in config["files"].items():
        if hashlib.sha256(data[name]).hexdigest() != digest:
            raise MissingExtra(
                f"the names model's {name} is damaged", code="names-model", hint="install the package again"
            )
    cut = WordPiece(data["vocab.txt"].decode("utf-8").splitlines())
    return Model(_session(data["model.onnx"]), cut, config)


def _session(network: bytes) -> Any:
    try:
        onnxruntime = import_onnxruntime()
    except ImportError:
        raise MissingExtra(
            "the names model needs onnxruntime", code="missing-extra", hint="pip install 'boundary-redaction[text]'"
        ) from None
    options = onnxruntime.SessionOptions()
    # A recording is one of many that are worked on side by side: a core each, and none that waits by spinning.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
