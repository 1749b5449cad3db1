"""The other end of `benchmarks._image_peer`: runs in the peer's own environment and imports nothing of ours.

Frames come in on standard input and go out on standard output, each as eight bytes of length, most significant first,
and that many bytes of PNG. An empty answer says that the peer failed on the frame. The first answer has no question:
it is the peer's version.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

_LEMMA = "benchmark_lower_lemma"


def main() -> int:
    """Answer until the input ends."""
    source = sys.stdin.buffer
    # What libraries print must not get between the frames.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    redactor = _redactor()
    _send(sink, _version().encode())
    while head := source.read(8):
        _send(sink, _redacted(redactor, source.read(int.from_bytes(head, "big"))))
    return 0


def _send(sink: BinaryIO, data: bytes) -> None:
    sink.write(len(data).to_bytes(8, "big") + data)
    sink.flush()


def _redacted(redactor: Any, png: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(png)) as image:
            redactor.redact(image.convert("RGB")).save(out, "PNG")
    except Exception:  # noqa: BLE001  the peer is anybody's code; the benchmark says that it failed
        return b""
    return out.getvalue()


def _version() -> str:
    from importlib.metadata import version

    return f"presidio-image-redactor {version('presidio-image-redactor')}"


def _redactor() -> Any:
    """The engine with every default, over a blank English pipeline, since no model is at hand."""
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_image_redactor import (  # type: ignore[import-not-found]  # only there, never here
        ImageAnalyzerEngine,
        ImageRedactorEngine,
    )
    from spacy.language import Language

    # Its first address would be looked up in a list on the network.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    # Presidio compares context words with lemmas, and a blank pipeline has none: without this it is blind to context.
    Language.component(_LEMMA, func=_lower_lemma)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "blank"
        pipeline = spacy.blank("en")
        pipeline.add_pipe(_LEMMA)
        pipeline.to_disk(model)
        models = [{"lang_code": "en", "model_name": str(model)}]
        provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
        analyzer = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    return ImageRedactorEngine(ImageAnalyzerEngine(analyzer_engine=analyzer))


def _lower_lemma(doc: Any) -> Any:
    for token in doc:
        token.lemma_ = token.lower_
    return doc


if __name__ == "__main__":
    sys.exit(main())
