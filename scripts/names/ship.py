"""Put a trained model into the package: network, vocabulary, thresholds and digests.

``python ship.py WEIGHTS.pt --wheel WHEEL --folder ../../text_redact/names/data --thresholds PERSON=0.3,...``
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import batches
import corpora
import encoder
import export
import layernorm


def write(
    weights: Path, wheel: Path, folder: Path, thresholds: dict[str, float], float_out: Path | None = None
) -> None:
    """Export, quantise and describe the model in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    model, vocab = encoder.latin_only(encoder.load(weights), encoder.vocabulary(wheel))
    network = folder / "model.onnx"
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused = Path(scratch) / "plain.onnx", float_out or Path(scratch) / "fused.onnx"
        export.to_onnx(model, plain)
        print("fused:", export.fuse(plain, fused, model))
        export.quantise(fused, network)
    print("norms:", layernorm.unfuse(network))
    (folder / "vocab.txt").write_text("\n".join(vocab) + "\n", encoding="utf-8")
    config = {
        "labels": list(corpora.LABELS),
        "longest": batches.BUCKETS[-1][0],
        "thresholds": thresholds,
        "layers": model.shape.layers,
        "files": {name: _digest(folder / name) for name in ("model.onnx", "vocab.txt")},
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    print(f"{network.stat().st_size / 1e6:.1f} MB, {len(vocab)} pieces")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--thresholds", default="PERSON=0.3,LOCATION=0.3,ORGANIZATION=0.3,ADDRESS=0.3")
    parser.add_argument("--float-out", type=Path)
    given = parser.parse_args()
    pairs = (pair.split("=") for pair in given.thresholds.split(","))
    write(given.weights, given.wheel, given.folder, {name: float(value) for name, value in pairs}, given.float_out)


if __name__ == "__main__":
    main()
