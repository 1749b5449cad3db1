"""Canaries of every kind through `baseline` and `strict`, typed, in texts and on screens: what cannot be recovered.

The canaries are those of ``boundary audit``; the recording they are planted in is ``samples/office``.
"""

from __future__ import annotations

from dataclasses import replace

from benchmarks._harness import Count, Result, Skip
from benchmarks.screens import SAMPLE
from boundary.audit import figures
from boundary.audit.judge import HIDDEN, LEAKED, Verdict
from boundary.audit.kinds import HARMLESS
from boundary.audit.measure import Audit, Options, leak_rates
from boundary.audit.rates import Rate
from boundary.plan import Plan, build_plan
from policies import load_policy

KEY = b"benchmark key, of no secrecy..."
SEED = 60_117_342
"""Drawn once; no detector, frame or kind of canary was changed after it was run."""
POLICIES = ("baseline", "strict")
TEXTS, SCREENS = 528, 154
QUICK = 22


def run(*, quick: bool) -> Result:
    """Recall by entity and kind of place, with exact intervals in the notes; harmless texts that were changed."""
    if not SAMPLE.is_dir():
        raise Skip("the sample is not in this copy of the repository")
    counts: list[Count] = []
    notes = ["a canary is recovered where half of it, 5 letters or digits or more, is left in one run or in its pixels"]
    for name in POLICIES[:1] if quick else POLICIES:
        options = Options(
            canaries=QUICK if quick else TEXTS,
            screen_canaries=0 if quick else SCREENS,
            seed=SEED,
            labels=0,
            second=False,
        )
        done = leak_rates(SAMPLE, _plan(name), options)
        counts += _counts(name, done)
        notes += _notes(name, done)
    return Result(counts=tuple(counts), notes=tuple(notes))


def _plan(name: str) -> Plan:
    """The policy, without its limit of time: how busy a machine is must not decide what is withheld."""
    policy = load_policy(name)
    limits = policy.limits.model_copy(update={"seconds": 86_400.0})
    return build_plan(replace(policy, limits=limits), key=KEY)


def _counts(policy: str, done: Audit) -> list[Count]:
    groups: dict[str, list[Verdict]] = {}
    for one in done.verdicts:
        if one.entity != HARMLESS:
            groups.setdefault(f"{one.modality}, all kinds", []).append(one)
            groups.setdefault(f"{one.modality}, {one.entity}", []).append(one)
    out = [_count(f"{policy}: hidden, {name}", figures.leaks(group).missed()) for name, group in sorted(groups.items())]
    for modality in sorted({one.modality for one in done.verdicts}):
        spoilt = figures.spoilt([one for one in done.verdicts if one.modality == modality])
        out.append(_count(f"{policy}: harmless texts changed, {modality}", spoilt))
    out.append(_count(f"{policy}: never planted and found", Rate(*done.chance)))
    return out


def _count(figure: str, rate: Rate) -> Count:
    return Count(figure=figure, ours=rate.hits, of=rate.of)


def _notes(policy: str, done: Audit) -> list[str]:
    out = []
    for modality in sorted({one.modality for one in done.verdicts}):
        group = [one for one in done.verdicts if one.modality == modality and one.entity != HARMLESS]
        low, high = figures.leaks(group).missed().interval()
        left = sum(one.state not in {LEAKED, HIDDEN} for one in group)
        out.append(f"{policy}, {modality}: recall between {low:.1%} and {high:.1%} (95 %); {left} withheld or void")
    return out
