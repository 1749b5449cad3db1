"""Train the names model, or distil a shallower one from it.

``python train.py --wheel WHEEL --out teacher.pt --minutes 30`` fine-tunes the published encoder;
``--teacher teacher.pt --layers 0,2,3,5`` starts from some of the teacher's blocks and learns its answers as well.
The learning rate follows the clock: warm-up over 3 % of the minutes, then linearly to zero.
"""

from __future__ import annotations

import argparse
import itertools
import time
from pathlib import Path

import batches
import encoder
import material
import torch
from torch import Tensor, nn

from text_redact.names.wordpiece import WordPiece

NAME_WEIGHT = 1.0
WARM_UP = 0.03


def _rate(done: float) -> float:
    return done / WARM_UP if done < WARM_UP else max(0.0, (1 - done) / (1 - WARM_UP))


def hard_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy over the pieces that have a target."""
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=batches.SKIP)


def soft_loss(logits: Tensor, wanted: Tensor, seen: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the teacher's tags, at temperature 2, over real pieces."""
    found = nn.functional.log_softmax(logits[seen] / 2, -1)
    return 4 * nn.functional.kl_div(
        found, nn.functional.log_softmax(wanted[seen] / 2, -1), log_target=True, reduction="batchmean"
    )


def step(
    model: encoder.Tagger, batch: batches.Batch, teacher: encoder.Tagger | None, layers: tuple[int, ...]
) -> Tensor:
    """The loss of one batch."""
    with torch.autocast("cpu", torch.bfloat16):
        states = model.states(batch.ids, batch.styles)
        logits = model.head(model.dropout(states[-1])).float()
    loss = hard_loss(logits, batch.targets)
    if teacher is None:
        return loss
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        known = teacher.states(batch.ids, batch.styles)
        wanted = teacher.head(known[-1]).float()
    seen = batch.ids != 0
    # A student's block answers for the teacher's blocks up to the one before its next neighbour.
    upto = [*(layers[at + 1] for at in range(len(layers) - 1)), len(known) - 1]
    hidden = sum(
        nn.functional.mse_loss(states[at + 1][seen].float(), known[until][seen].float())
        for at, until in enumerate(upto)
    )
    return 0.4 * loss + soft_loss(logits, wanted, seen) + hidden / len(upto)


def train(
    model: encoder.Tagger, stream: material.Stream, given: argparse.Namespace, teacher: encoder.Tagger | None
) -> None:
    """Run until the clock is up; writes weights every five minutes."""
    layers = tuple(int(n) for n in given.layers.split(",")) if given.layers else ()
    fresh = [p for name, p in model.named_parameters() if name.startswith(("head", "styles"))]
    rest = [p for name, p in model.named_parameters() if not name.startswith(("head", "styles"))]
    optimiser = torch.optim.AdamW(
        [{"params": rest, "lr": given.rate}, {"params": fresh, "lr": given.rate * 4}], weight_decay=0.01, fused=True
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    begun, seconds, saved, pieces, total, steps = time.time(), given.minutes * 60, time.time(), 0, 0.0, 0
    model.train()
    for batch in batches.ahead(stream.batches()):
        loss = step(model, batch, teacher, layers)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * _rate((time.time() - begun) / seconds)
        optimiser.step()
        optimiser.zero_grad()
        pieces, total, steps = pieces + batch.ids.numel(), total + loss.item(), steps + 1
        spent = time.time() - begun
        if steps % 50 == 0:
            print(
                f"{spent:5.0f} s, step {steps}, pass {stream.passes}: loss {total / 50:.4f}, {pieces / spent:.0f}/s",
                flush=True,
            )
            total = 0.0
        if time.time() - saved > 150:
            encoder.save(model, given.out)
            saved = time.time()
        if spent > seconds:
            break
    encoder.save(model, given.out)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, required=True, help="the package that holds the published encoder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--teacher", type=Path)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--layers", default="", help="the teacher's blocks that the student keeps")
    parser.add_argument("--inner", type=int, default=0, help="feed-forward units that each block of the student keeps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpora-only", action="store_true", help="to try the loop before there are synthetic texts")
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(2)
    cut = WordPiece(encoder.vocabulary(given.wheel))
    teacher = encoder.load(given.teacher).eval() if given.teacher else None
    if given.start:
        model = encoder.load(given.start)
    elif teacher:
        model = encoder.shorter(teacher, tuple(int(n) for n in given.layers.split(",")))
    else:
        model = encoder.from_wheel(given.wheel, len(batches.TAGS))
    stream = material.Stream(cut, seed=given.seed, synthetic=not given.corpora_only)
    if given.inner and not given.start:
        samples = [(batch.ids, batch.styles) for batch in itertools.islice(stream.batches(), 20)]
        model = encoder.narrower(model, given.inner, samples)
    train(model, stream, given, teacher)


if __name__ == "__main__":
    main()
