"""Sections of the audit's page that are tables of words: second opinion, human labels, sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Any

from boundary.audit.page_parts import card, count, described, percent, span, words

Data = Mapping[str, Any]


def opinion(data: Data) -> str:
    """What other detectors and another engine find in what would leave."""
    told = data["opinion"]
    head = '<h2 id="opinion">Second opinion</h2>\n'
    if told is None:
        return f"{head}<p>None was asked for.</p>\n"
    how = f"{count(told['texts'], 'text')} were read again at lower thresholds"
    if told["engine"]:
        how += f", and {count(told['frames'], 'covered frame')} by {escape(told['engine'])}"
        if not told["independent"]:
            how += ", which the policy reads with too"
    lead = f'<p class="lead">{how}. What follows is for a person to judge: most of it is harmless.</p>\n'
    if not told["residues"]:
        return f"{head}{lead}<p>Nothing was found.</p>\n"
    groups = Counter((r["kind"], r["label"]) for r in told["residues"])
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(label)}</code></th><td>{words(kind)}</td><td class="n">{number:,}</td></tr>'
        for (kind, label), number in groups.most_common()
    )
    head_row = '<tr><th>Label</th><th>Where</th><th class="n">Places</th></tr>'
    table = f"<table><thead>{head_row}</thead><tbody>{rows}</tbody></table>"
    value = "<th>Value</th>" if data["revealed"] else ""
    each = "".join(
        f'<tr><td class="n">{r["recording"]}</td><td>{escape(r["place"])}</td>'
        f"<td><code>{escape(r['label'])}</code></td>"
        f'<td>{escape(r["rule"])}</td><td class="n">{r["score"]:.2f}</td>'
        + (f'<td><code class="value">{escape(r.get("value", ""))}</code></td>' if data["revealed"] else "")
        + "</tr>"
        for r in told["residues"]
    )
    names = (
        f'<tr><th class="n">Recording</th><th>Place</th><th>Label</th><th>Rule</th><th class="n">Score</th>{value}</tr>'
    )
    listed = len(told["residues"])
    shown = (
        f"Every place ({listed:,})" if listed == told["count"] else f"The surest {listed:,} of {told['count']:,} places"
    )
    hint = "" if data["revealed"] else "<p class='soft'>Values are shown with <code>--reveal</code> only.</p>"
    return (
        f"{head}{lead}{card(table)}\n<details><summary>{shown}</summary>{hint}"
        f'<div class="scroll">{card(f"<table><thead>{names}</thead><tbody>{each}</tbody></table>")}</div></details>\n'
    )


def labels(data: Data) -> str:
    """What a person said of a random part."""
    head = '<h2 id="labels">Human labels</h2>\n'
    told = data["labels"]
    if told is None or not any(sum(part.values()) for part in told["counts"].values()):
        return f"{head}<p>No places were drawn to be judged.</p>\n"
    counts = told["counts"]
    answered = sum(part["y"] + part["n"] for part in counts.values())
    if not answered:
        drawn = sum(sum(part.values()) for part in counts.values())
        return (
            f"{head}<p>{count(drawn, 'place')} wait to be judged: <code>boundary audit label</code> and this folder. "
            "The answers become precision and recall here.</p>\n"
        )
    precision, missed, recall = told["precision"], told["missed"], told["labelled_recall"]
    rows = (
        ("Precision", "changed places that were sensitive", precision, f"{precision['hits']:,} of {precision['of']:,}"),
        ("Missed", "kept places that were sensitive", missed, f"{missed['hits']:,} of {missed['of']:,}"),
        ("Recall", "sensitive places that were changed, from both", recall, ""),
    )
    body = "".join(
        f'<tr><th scope="row">{name}</th><td class="soft">{what}</td><td class="n">{percent(rate["share"])}</td>'
        f'<td class="n">{span(rate)}</td><td class="n">{said}</td></tr>'
        for name, what, rate, said in rows
    )
    names = (
        '<tr><th></th><th></th><th class="n">Share</th><th class="n">95 % interval</th><th class="n">Judged</th></tr>'
    )
    left = sum(part["open"] + part["skip"] for part in counts.values())
    places = told["places"]
    return (
        f'{head}<p class="lead">Drawn with equal chances from {places["changed"]:,} changed and {places["kept"]:,} '
        f"kept places of the sample; {count(left, 'place')} skipped or not yet judged.</p>\n"
        f"{card(f'<table><thead>{names}</thead><tbody>{body}</tbody></table>')}\n"
    )


def sample(data: Data) -> str:
    """How the sample was drawn, and what was measured with."""
    told = data["sample"]
    rows = "".join(
        f'<tr><td>{escape(s["format"])}</td><td>{escape(s["app"])}</td><td class="n">{s["size"]:,}</td>'
        f'<td class="n">{s["drawn"]:,}</td></tr>'
        for s in told["strata"]
    )
    names = '<tr><th>Format</th><th>Main application</th><th class="n">In the batch</th><th class="n">Drawn</th></tr>'
    notes = [
        "Rates of canaries are about invented values: real ones may be written in ways that no canary is.",
        "Canaries are put in where somebody paused, closer together than values are.",
        "On screens they stand on flat ground, in one family of fonts.",
        "Recall between people differs; the simulated typist follows published figures of typing.",
        "Intervals take canaries for independent; those of one copy share its session.",
        "Digest of the policy: <code>" + escape(data["policy"]["digest"]) + "</code>",
        "Versions: " + escape(", ".join(f"{name} {number}" for name, number in data["versions"].items() if number)),
        f"Seed {told['seed']}; {data['seconds']:,.0f} seconds.",
    ]
    return (
        f'<h2 id="sample">Sample and method</h2>\n<p class="lead">{escape(told["scheme"])}</p>\n'
        f"{card(f'<table><thead>{names}</thead><tbody>{rows}</tbody></table>')}\n"
        f"<details><summary>What these figures do not say; how to repeat them</summary>{described(notes)}</details>\n"
    )
