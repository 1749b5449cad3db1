"""The audit: draw a sample, take it through the policy, plant canaries in copies, ask for a second opinion."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from boundary.audit.canaries import FIELD, SCREEN, TYPED, Canary, draw
from boundary.audit.items import Lottery
from boundary.audit.judge import Verdict, reading
from boundary.audit.kinds import HARMLESS, KINDS, wanted
from boundary.audit.look import SLOTS, Onlooker, Tried, as_it_is, try_screens, try_texts
from boundary.audit.opinion import Opinion, Residue, second_opinion
from boundary.audit.rates import check_scipy
from boundary.audit.sampling import Sample, draw_sample
from boundary.audit.tally import Tally
from boundary.opening import open_under
from boundary.plan import Plan
from policies import Policy
from recording import discover
from recording.errors import BoundaryError, InputError

Progress = Callable[[int, int], None]
"""Called with the number of steps done and of all."""

COPY = 40
"""Canaries of one modality in one copy: enough to be quick, few enough that a session is still one."""
ROUNDS = 4
"""Copies with screenshots of each recording, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an audit does.

    Attributes:
        sample: Recordings to draw; ``None`` for all.
        canaries: Canaries for keys, and as many for texts beside them.
        screen_canaries: Canaries for screenshots.
        entities: What to plant; by default every kind that detectors know, national ids where the policy names them.
        seed: Of every draw.
        labels: Places that a person may judge, of those changed and of those kept.
        reveal: Keep the values of residues, which are recorded content.
        second: Ask for a second opinion.
    """

    sample: int | None = None
    canaries: int = 420
    screen_canaries: int = 126
    entities: tuple[str, ...] = ()
    seed: int = 0
    labels: int = 60
    reveal: bool = False
    second: bool = True


@dataclass(slots=True)
class Audit:
    """What an audit found. Content only in names of applications and, with ``reveal``, in residues.

    Attributes:
        asked: Canaries that were to be planted, by modality; harmless texts not counted.
        chance: Canaries never planted that were found all the same, and of how many.
        shapes: Events, texts and frames of each recording, to know it again.
        judge: The engine that read what was left of canaries on frames.
    """

    plan: Plan = field(repr=False)
    options: Options
    source: Path
    sample: Sample
    lottery: Lottery
    opinion: Opinion | None
    tally: Tally = field(default_factory=Tally)
    verdicts: list[Verdict] = field(default_factory=list, repr=False)
    asked: Counter[str] = field(default_factory=Counter)
    chance: tuple[int, int] = (0, 0)
    judge: str = ""
    residues: list[Residue] = field(default_factory=list, repr=False)
    shapes: list[tuple[int, int, int]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, tried: Tried) -> int:
        """Add what became of a copy's canaries; returns how many were planted."""
        self.verdicts += tried.verdicts
        self.chance = self.chance[0] + tried.found, self.chance[1] + tried.decoys
        return len(tried.verdicts)


def look(source: Path, plan: Plan, options: Options, progress: Progress | None = None) -> Audit:
    """Audit what a policy does to the recordings at ``source``. Nothing is written or released.

    Raises:
        InputError: There is no recording, an entity is unknown, or the sample is too small.
        MissingExtra: A library is absent.
    """
    start = time.monotonic()
    done = _begin(source, plan, options)
    steps = _Steps(progress, 3 * len(done.sample.paths))
    for number, path in enumerate(done.sample.paths, start=1):
        onlooker = Onlooker(number, done.opinion)
        outcome = as_it_is(path, plan, onlooker)
        done.shapes.append(onlooker.shape)
        done.residues += onlooker.settle(outcome, done.tally, done.lottery)
        steps.one()
    _canaries(done, steps)
    steps.all()
    done.seconds = time.monotonic() - start
    return done


def leak_rates(source: Path, plan: Plan, options: Options) -> Audit:
    """The part of `look` that plants canaries; the sample itself is not taken through the policy."""
    done = _begin(source, plan, options)
    _canaries(done, _Steps(None, 1))
    return done


def _begin(source: Path, plan: Plan, options: Options) -> Audit:
    check_scipy()
    _check(options)
    paths = discover(source.resolve() if source.is_symlink() else source)
    sample = draw_sample(paths, options.sample, seed=options.seed, policy=plan.policy)
    opinion = second_opinion(plan, reveal=options.reveal) if options.second else None
    return Audit(plan, options, source, sample, Lottery(options.labels, options.seed), opinion)


def _check(options: Options) -> None:
    unknown = sorted(set(options.entities) - set(KINDS))
    if unknown:
        raise InputError(
            f"no canaries for {', '.join(unknown)}", code="canary-entity", hint=f"there are {', '.join(KINDS)}"
        )
    if options.canaries < 0 or options.screen_canaries < 0 or options.labels < 0:
        raise InputError("a number of canaries or labels is negative", code="audit-options", hint="0 leaves them out")


def _canaries(done: Audit, steps: _Steps) -> None:
    """Plant canaries of every kind in copies, and judge what became of them."""
    plan = done.plan
    named = [str(name) for use in plan.policy.find for name in getattr(use.options, "entities", None) or ()]
    entities = [*(done.options.entities or wanted(named)), HARMLESS]
    readable = _readable(done.sample.paths, plan.policy)
    _texts(done, readable, entities, steps)
    _screens(done, readable, entities, steps)


@dataclass(slots=True)
class _Steps:
    progress: Progress | None
    total: int
    done: int = 0

    def one(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(min(self.done, self.total), self.total)

    def all(self) -> None:
        self.done = self.total - 1
        self.one()


def _readable(paths: Sequence[Path], policy: Policy) -> list[tuple[Path, int]]:
    """Recordings that can be opened, with their number of frames."""
    out = []
    for path in paths:
        try:
            recording = open_under(path, policy)
        except BoundaryError:
            continue
        out.append((path, len({frame.file for frame in recording.frames})))
    return out


def _texts(done: Audit, readable: Sequence[tuple[Path, int]], entities: Sequence[str], steps: _Steps) -> None:
    """Canaries in keys and texts: batches of `COPY`, the recordings in turn, until all are planted."""
    options = done.options
    pools = {m: draw(m, options.canaries, entities, seed=options.seed) for m in (TYPED, FIELD)}
    sensitive = [entity for entity in entities if entity != HARMLESS]
    decoys = draw(f"{TYPED} decoy", options.canaries, sensitive, seed=options.seed)
    for modality, pool in pools.items():
        done.asked[modality] = _sensitive(pool)
    barren, turn = 0, 0
    while readable and any(pools.values()) and barren < len(readable):
        path, _ = readable[turn % len(readable)]
        batch = [one for pool in pools.values() for one in pool[:COPY]]
        unplanted = _unplanted(done, path, batch, decoys[:COPY], turn)
        pools = {m: [one for one in unplanted if one.modality == m] + pool[COPY:] for m, pool in pools.items()}
        decoys = decoys[COPY:]
        barren = 0 if len(unplanted) < len(batch) else barren + 1
        turn += 1
        if turn <= len(readable):
            steps.one()


def _sensitive(pool: Sequence[Canary]) -> int:
    return sum(one.entity != HARMLESS for one in pool)


def _unplanted(done: Audit, path: Path, batch: Sequence[Canary], decoys: Sequence[Canary], turn: int) -> list[Canary]:
    left = list(batch)
    for tried in try_texts(
        open_under(path, done.plan.policy), batch, decoys, done.plan, seed=done.options.seed * 1009 + turn
    ):
        done.add(tried)
        here = set(tried.planted)
        left = [one for one in left if one not in here]
    return left


def _screens(done: Audit, readable: Sequence[tuple[Path, int]], entities: Sequence[str], steps: _Steps) -> None:
    """Canaries on frames: each recording gets its share by its number of frames, at most `SLOTS` on a frame."""
    if done.plan.reader is None or done.plan.coverer is None:
        return
    options = done.options
    pool = draw(SCREEN, options.screen_canaries, entities, seed=options.seed)
    done.asked[SCREEN] = _sensitive(pool)
    with_frames = [(path, frames) for path, frames in readable if frames]
    if not with_frames or not pool:
        return
    judge = reading()
    done.judge = judge.name
    total = sum(frames for _, frames in with_frames)
    for turn in range(ROUNDS):
        round_ = pool[: total * SLOTS]
        pool = pool[total * SLOTS :]
        wanted_ = len(round_)
        for path, frames in with_frames:
            share = min(len(round_), -(-wanted_ * frames // total))
            mine, round_ = round_[:share], round_[share:]
            if mine:
                seed = options.seed * 1009 + turn
                done.add(try_screens(open_under(path, done.plan.policy), mine, done.plan, judge, seed=seed))
            if turn == 0:
                steps.one()
        if not pool:
            return
