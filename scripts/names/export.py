"""Trained weights to an int8 ONNX file that onnxruntime alone can run.

``python export.py WEIGHTS.pt OUT.onnx``. Plain operators first, then onnxruntime's BERT fusions, then dynamic
quantisation: weights int8 per output channel, activations uint8 per call, embedding tables int8 too.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import encoder
import layernorm
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from torch import Tensor, nn


class _Probabilities(nn.Module):
    """The tagger with its softmax, in operators that the BERT fusion recognises."""

    def __init__(self, model: encoder.Tagger) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, styles: Tensor, attention: Tensor) -> Tensor:
        model = self.model
        mask = (1.0 - attention[:, None, None, :].to(torch.float32)) * -10000.0
        places = torch.arange(512)[None, : ids.shape[1]]
        x = model.norm(model.words(ids) + model.places(places) + model.styles(styles))
        for block in model.blocks:
            x = _block(block, x, mask)
        return torch.softmax(model.head(x), -1)


def _block(block: Any, x: Tensor, mask: Tensor) -> Tensor:
    heads = block.heads
    size = x.shape[-1] // heads

    def split(part: nn.Module) -> Tensor:
        y: Tensor = part(x)
        return y.view(y.shape[0], y.shape[1], heads, size).permute(0, 2, 1, 3)

    query, key, value = split(block.query), split(block.key), split(block.value)
    scores = torch.matmul(query, key.transpose(-1, -2)) / size**0.5 + mask
    seen = torch.matmul(torch.softmax(scores, -1), value).permute(0, 2, 1, 3).contiguous()
    seen = seen.view(seen.shape[0], seen.shape[1], heads * size)
    x = block.norm1(block.mix(seen) + x)
    y: Tensor = block.norm2(block.down(nn.functional.gelu(block.up(x))) + x)
    return y


def to_onnx(model: encoder.Tagger, path: Path) -> None:
    """Write the float network with inputs ``ids``, ``styles``, ``attention`` (batch, time) and output ``scores``."""
    sample = torch.ones(2, 16, dtype=torch.int64)
    torch.onnx.export(
        _Probabilities(model.eval()),
        (sample, sample, sample),
        str(path),
        input_names=["ids", "styles", "attention"],
        output_names=["scores"],
        dynamic_axes={name: {0: "batch", 1: "time"} for name in ("ids", "styles", "attention", "scores")},
        opset_version=17,
        dynamo=False,
    )


def fuse(source: Path, target: Path, model: encoder.Tagger) -> dict[str, int]:
    """Apply onnxruntime's BERT fusions; returns how many of each were made."""
    options = FusionOptions("bert")
    fused = optimizer.optimize_model(
        str(source), "bert", num_heads=model.shape.heads, hidden_size=model.shape.width, optimization_options=options,
        opt_level=0,
    )  # fmt: skip
    fused.save_model_to_file(str(target))
    return {name: int(count) for name, count in fused.get_fused_operator_statistics().items() if count}


def quantise(source: Path, target: Path) -> None:
    """Int8 weights, per channel, embedding tables included."""
    quantize_dynamic(
        str(source),
        str(target),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Attention", "Gather", "EmbedLayerNormalization"],
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--float-out", type=Path, help="keep the float network here, to compare")
    given = parser.parse_args()
    model = encoder.load(given.weights)
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder) / "plain.onnx", given.float_out or Path(folder) / "fused.onnx"
        to_onnx(model, plain)
        print("fused:", fuse(plain, fused, model))
        quantise(fused, given.out)
        print("norms:", layernorm.unfuse(given.out))
    onnx.checker.check_model(str(given.out))
    print(f"{given.out}: {given.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
