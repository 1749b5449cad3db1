"""From verdicts to figures: leak rates by entity, kind of place and application; the metrics that gates may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from boundary.audit.canaries import MODALITIES
from boundary.audit.judge import HIDDEN, LEAKED, VOID, WITHHELD, Verdict
from boundary.audit.kinds import HARMLESS, KINDS
from boundary.audit.rates import Rate

Row = dict[str, object]


def leaks(verdicts: Iterable[Verdict]) -> Rate:
    """Canaries of which at least half can be recovered, of those that left; what was withheld counts in neither."""
    judged = [one for one in verdicts if one.state in {LEAKED, HIDDEN} and one.entity != HARMLESS]
    return Rate(sum(one.state == LEAKED for one in judged), len(judged))


def spoilt(verdicts: Iterable[Verdict]) -> Rate:
    """Harmless texts that were changed, of those that left."""
    judged = [one for one in verdicts if one.state in {LEAKED, HIDDEN} and one.entity == HARMLESS]
    return Rate(sum(one.state == HIDDEN for one in judged), len(judged))


def table(verdicts: Sequence[Verdict], key: Callable[[Verdict], tuple[str, ...]]) -> list[Row]:
    """A row for each value of ``key``: planted, withheld, leak rate with interval, recall with interval."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for one in verdicts:
        if one.entity != HARMLESS:
            groups.setdefault(key(one), []).append(one)
    return [{"key": list(name), **row(group)} for name, group in sorted(groups.items())]


def row(group: Sequence[Verdict]) -> Row:
    """Figures of some canaries."""
    rate = leaks(group)
    states = [one.state for one in group]
    return {
        "planted": len(group) - states.count(VOID),
        "withheld": states.count(WITHHELD),
        "void": states.count(VOID),
        "leak": rate.to_json(),
        "recall": rate.missed().to_json(),
    }


def by_entity(one: Verdict) -> tuple[str, ...]:
    """Key of `table`."""
    return (one.entity,)


def by_modality(one: Verdict) -> tuple[str, ...]:
    """Key of `table`."""
    return (one.modality,)


def by_both(one: Verdict) -> tuple[str, ...]:
    """Key of `table`."""
    return one.entity, one.modality


def by_app(one: Verdict) -> tuple[str, ...]:
    """Key of `table`."""
    return one.app, one.modality


# Metrics -------------------------------------------------------------------------------------------------------------

ENDS = ("", ".low", ".high")
PLAIN = (
    "withheld.recordings", "withheld.frames", "withheld.canaries",
    "changed.characters", "changed.keys", "changed.pixels", "residues",
)  # fmt: skip
LABELLED = ("precision", "labelled_recall")


def metric_names() -> frozenset[str]:
    """Every name that a gate may use."""
    groups = ["", *(f".{m}" for m in MODALITIES), *(f".{e}" for e in KINDS)]
    groups += [f".{entity}.{modality}" for entity in KINDS for modality in MODALITIES]
    rated = [f"{name}{group}{end}" for name in ("leak", "recall") for group in groups for end in ENDS]
    rated += [f"withheld{group}" for group in groups if group]
    rated += [f"harmless{group}{end}" for group in ("", *(f".{m}" for m in MODALITIES)) for end in ENDS]
    rated += [f"{name}{end}" for name in LABELLED for end in ENDS]
    return frozenset((*rated, *PLAIN))


def metrics(data: Mapping[str, object]) -> dict[str, float | None]:
    """The value of each metric in an audit's data; one that was not measured is ``None`` or absent."""
    out: dict[str, float | None] = {}
    leak = data["leak"]
    assert isinstance(leak, dict)
    groups = [
        ("", leak["all"]),
        *((f".{'.'.join(row['key'])}", row) for name in ("entity", "modality", "both") for row in leak[name]),
    ]
    for group, figures in groups:
        for name in ("leak", "recall"):
            out |= _ends(f"{name}{group}", figures[name])
        if group:
            out[f"withheld{group}"] = figures["withheld"] / figures["planted"] if figures["planted"] else None
    harmless = data["harmless"]
    assert isinstance(harmless, dict)
    for group, rate in harmless.items():
        out |= _ends("harmless" if group == "all" else f"harmless.{group}", rate)
    withheld, changed, labels = data["withheld"], data["changed"], data.get("labels")
    assert isinstance(withheld, dict)
    assert isinstance(changed, dict)
    for name in ("recordings", "frames", "canaries"):
        out[f"withheld.{name}"] = withheld["share"][name]
    for name, share in changed.items():
        out[f"changed.{name}"] = share["share"]
    opinion = data.get("opinion")
    out["residues"] = float(opinion["count"]) if isinstance(opinion, dict) else None
    if isinstance(labels, dict):
        for name in LABELLED:
            out |= _ends(name, labels[name])
    return out


def _ends(name: str, rate: Mapping[str, float | None]) -> dict[str, float | None]:
    if rate["share"] is None:
        return {f"{name}{end}": None for end in ENDS}
    return {name: rate["share"], f"{name}.low": rate["low"], f"{name}.high": rate["high"]}
