"""An audit as plain data: what ``audit.json`` holds, and what the page is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from boundary.audit import figures
from boundary.audit.canaries import MODALITIES
from boundary.audit.gates import PASSED, Gate
from boundary.audit.judge import WITHHELD
from boundary.audit.kinds import HARMLESS
from boundary.audit.labels import Task, summary
from boundary.audit.measure import Audit
from boundary.audit.opinion import Opinion, Residue
from boundary.audit.rates import Rate
from boundary.audit.sampling import NOWHERE
from boundary.plan import Plan
from boundary.versions import versions

MOST_RESIDUES = 400
"""Residues that are listed; the figures count all."""
LONGEST_NAME = 40


def to_data(done: Audit) -> dict[str, Any]:
    """Everything an audit found, as JSON data. Recorded values only in residues, and only with ``reveal``."""
    names = app_names(done)
    shown = [_with_app(one, names) for one in done.verdicts]
    return {
        "version": 1,
        "made": datetime.now(UTC).date().isoformat(),
        "versions": versions(),
        "policy": {"name": done.plan.policy.name, "digest": done.plan.policy.digest},
        "revealed": done.options.reveal,
        "seconds": round(done.seconds, 1),
        "sample": {
            "scheme": done.sample.scheme,
            "seed": done.options.seed,
            "total": done.sample.total,
            "drawn": len(done.sample.paths),
            "strata": [
                {"format": s.format, "app": names.get(s.app, s.app), "size": s.size, "drawn": s.drawn}
                for s in done.sample.strata
            ],
        },
        "found": _found(done, names),
        "changed": {
            unit: {"changed": done.tally.changed[unit], "of": done.tally.total[unit], "share": done.tally.share(unit)}
            for unit in ("characters", "keys", "pixels")
        },
        "withheld": _withheld(done),
        "leak": {
            "all": figures.row([one for one in shown if one.entity != HARMLESS]),
            "modality": figures.table(shown, figures.by_modality),
            "entity": figures.table(shown, figures.by_entity),
            "both": figures.table(shown, figures.by_both),
            "app": figures.table(shown, figures.by_app),
            "asked": dict(done.asked),
            "chance": Rate(*done.chance).to_json(),
            "judge": done.judge,
        },
        "harmless": {
            "all": figures.spoilt(shown).to_json(),
            **{m: figures.spoilt([v for v in shown if v.modality == m]).to_json() for m in MODALITIES},
        },
        "opinion": _opinion(done.opinion, done.residues),
        "labels": None,
        "gates": [],
    }


def judged(data: dict[str, Any], gates: Sequence[Gate], task: Task, labels: Mapping[str, str]) -> dict[str, Any]:
    """The data with what a person said, and the gates judged again with it."""
    data = {**data, "labels": summary(task, labels)}
    metrics = figures.metrics(data)
    data["metrics"] = {name: metrics[name] for name in sorted(metrics)}
    data["gates"] = [
        {"text": gate.text, "state": gate.judge(metrics), "values": {name: metrics.get(name) for name in gate.names}}
        for gate in gates
    ]
    return data


def passed(data: Mapping[str, Any]) -> bool:
    """Whether no gate fails."""
    return all(gate["state"] == PASSED for gate in data["gates"])


def app_names(done: Audit) -> dict[str, str]:
    """What an application is called in reports: its own name where nothing is found in it, else a number."""
    apps = {app for *_, app in done.tally.found} | {one.app for one in done.verdicts}
    apps |= {stratum.app for stratum in done.sample.strata} - {NOWHERE}
    out = {"": NOWHERE}
    for number, app in enumerate(sorted(apps - {""}), start=1):
        out[app] = app if _is_plain(app, done.plan) else f"application {number}"
    return out


def _is_plain(app: str, plan: Plan) -> bool:
    return len(app) <= LONGEST_NAME and app.isprintable() and not plan.detectors.in_text(app)


def _with_app(one: Any, names: Mapping[str, str]) -> Any:
    from dataclasses import replace

    return replace(one, app=names.get(one.app, NOWHERE))


def _found(done: Audit, names: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for title, part in (("label", 0), ("rule", 2), ("app", 3)):
        rows: dict[str, dict[str, Any]] = {}
        for (name, kind), count in done.tally.by(part, 1).items():
            shown = names.get(name, NOWHERE) if title == "app" else name
            rows.setdefault(shown, {"name": shown, **dict.fromkeys(MODALITIES, 0)})[kind] += count
        out[title] = sorted(rows.values(), key=_by_total)
    return out


def _by_total(row: Mapping[str, Any]) -> tuple[int, str]:
    return -sum(row[kind] for kind in MODALITIES), row["name"]


def _withheld(done: Audit) -> dict[str, Any]:
    codes = dict(done.tally.withheld.most_common())
    recordings = sum(count for name, count in codes.items() if name.startswith("recording: "))
    frames = sum(count for name, count in codes.items() if name.startswith("frame: "))
    canaries = sum(one.state == WITHHELD for one in done.verdicts)
    return {
        "codes": codes,
        "share": {
            "recordings": _share(recordings, len(done.sample.paths)),
            "frames": _share(frames, done.tally.total["frames"]),
            "canaries": _share(canaries, len(done.verdicts)),
        },
    }


def _share(count: int, total: int) -> float | None:
    return round(count / total, 5) if total else None


def _opinion(opinion: Opinion | None, residues: Sequence[Residue]) -> dict[str, Any] | None:
    if opinion is None:
        return None
    return {
        "engine": opinion.engine,
        "independent": opinion.independent,
        "texts": opinion.texts,
        "frames": opinion.frames,
        "count": len(residues),
        "residues": [
            {"recording": r.recording, "kind": r.kind, "place": r.place, "label": r.label, "rule": r.rule,
             "score": r.score, **({"value": r.value} if opinion.reveal else {})}
            for r in sorted(residues, key=_surest)[:MOST_RESIDUES]
        ],
    }  # fmt: skip


def _surest(residue: Residue) -> tuple[float, int, str]:
    return -residue.score, residue.recording, residue.place
