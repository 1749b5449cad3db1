"""An audit as one HTML file: no script, nothing from elsewhere, every word escaped, values only where revealed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from boundary.audit.canaries import FIELD, LEAST, MODALITIES, SCREEN, TYPED
from boundary.audit.gates import PASSED
from boundary.audit.page_parts import bars, card, count, described, figure, interval_plot, percent, span, words
from boundary.audit.page_style import STYLE
from boundary.audit.page_tables import labels, opinion, sample

TITLES = {TYPED: "Typed", FIELD: "Texts beside the keys", SCREEN: "Screenshots"}

_SECTIONS = (
    ("leaks", "Leak rates"), ("changed", "What was changed"), ("harm", "Over-redaction"), ("withheld", "Withheld"),
    ("opinion", "Second opinion"), ("labels", "Human labels"), ("sample", "Sample and method"),
)  # fmt: skip
Data = Mapping[str, Any]


def page(data: Data) -> str:
    """The page of an audit's data, as `boundary.audit.report` makes them."""
    title = f"Audit of the policy {escape(data['policy']['name'])}"
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    banner = (
        '<p class="banner" role="alert"><strong>This page shows recorded values.</strong> '
        "It is as sensitive as the sample: keep it inside.</p>\n"
        if data["revealed"]
        else ""
    )
    links = " ".join(f'<a href="#{name}">{said}</a>' for name, said in _SECTIONS)
    return "".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-",
            f"{digest}'; base-uri 'none'; form-action 'none'\">\n",
            '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{banner}<header>\n<h1>{title}</h1>\n",
            _about(data),
            _verdict(data),
            _figures(data),
            f'<nav aria-label="Sections">{links}</nav>\n</header>\n<main>\n',
            _leaks(data),
            _changed(data),
            _harm(data),
            _withheld(data),
            opinion(data),
            labels(data),
            sample(data),
            "</main>\n<footer><p>Made offline by <code>boundary audit</code>.</p></footer>\n</body>\n</html>\n",
        )
    )


def _about(data: Data) -> str:
    drawn = data["sample"]
    return (
        f'<p class="about">{escape(data["made"])} · {count(drawn["drawn"], "recording")} of {drawn["total"]:,} · '
        f"policy digest <code>{escape(data['policy']['digest'][:16])}</code></p>\n"
    )


def _verdict(data: Data) -> str:
    """The gates, or the rate of leaks where there is none."""
    rate, gates = data["leak"]["all"]["leak"], data["gates"]
    if rate["of"]:
        said = (
            f"{rate['hits']:,} of {count(rate['of'], 'planted value')} could be recovered from what would leave: "
            f"{percent(rate['share'])}, 95 % interval {span(rate)}."
        )
    else:
        said = "No planted value left the boundary, so there is no leak rate."
    if not gates:
        return f'<div class="verdict"><strong>{said}</strong><p>No gate was set (<code>--fail-if</code>).</p></div>\n'
    bad = [gate for gate in gates if gate["state"] != PASSED]
    head = f"{len(bad)} of {count(len(gates), 'gate')} failed" if bad else f"All {count(len(gates), 'gate')} passed"
    rows = "".join(
        f"<tr><td><code>{escape(gate['text'])}</code></td><td>{_values(gate['values'])}</td>"
        f'<td class="state {"passed" if gate["state"] == PASSED else "failed"}">{escape(gate["state"])}</td></tr>'
        for gate in gates
    )
    return (
        f'<div class="verdict {"bad" if bad else "ok"}"><strong>{head}</strong><p>{said}</p>'
        f'<table><caption class="soft">An audit fails where the condition holds.</caption>{rows}</table></div>\n'
    )


def _values(values: Mapping[str, float | None]) -> str:
    return ", ".join(
        f"{escape(name)} = {'not measured' if value is None else f'{value:.4g}'}" for name, value in values.items()
    )


def _figures(data: Data) -> str:
    cells = []
    rows = {row["key"][0]: row for row in data["leak"]["modality"]}
    for m in (m for m in MODALITIES if m in rows):
        recall = rows[m]["recall"]
        cells.append(
            figure(f"Recall, {words(m)}", percent(recall["share"]), f"95 %: {span(recall)} of {recall['of']:,}")
        )
    harmless, withheld = data["harmless"]["all"], data["withheld"]["share"]
    cells.append(
        figure("Harmless texts changed", percent(harmless["share"]), f"{harmless['hits']:,} of {harmless['of']:,}")
    )
    cells.append(
        figure("Recordings withheld", percent(withheld["recordings"]), f"frames: {percent(withheld['frames'])}")
    )
    if data["opinion"] is not None:
        cells.append(figure("Second opinion", f"{data['opinion']['count']:,}", "residues to look at"))
    return f'<dl class="figures">{"".join(cells)}</dl>\n'


_HOW = (
    (
        "Each kind of value was invented, and typed by a simulated typist with slips and corrections, added to titles "
        "and other texts, or drawn into screenshots, in copies of the sample. The copies went through the policy."
    ),
    (
        f"A value counts as recovered where half of it ({LEAST} letters or digits or more) can be read in one run from "
        "what would leave: keys as they are and with their corrections carried out, deleted text, texts, pixels, OCR."
    ),
    (
        "What was withheld did not leak; it is shown apart and counts in no rate. Dots are recall, lines its exact "
        "95 % interval (Clopper and Pearson)."
    ),
)


_HELD = '<th class="n held" scope="col" title="withheld">held</th>'


def _leaks(data: Data) -> str:
    leak = data["leak"]
    chance, asked = leak["chance"], leak["asked"]
    planted = {row["key"][0]: row["planted"] for row in leak["modality"]}
    short = [
        f"{words(m)}: {planted.get(m, 0):,} of {asked[m]:,}"
        for m in MODALITIES
        if m in asked and planted.get(m, 0) < asked[m]
    ]
    notes = [
        *_HOW,
        f"OCR of what was left on screenshots: {escape(leak['judge'] or 'none')}.",
        f"Values that were never planted and were found all the same: {chance['hits']:,} of {chance['of']:,}.",
    ]
    if short:
        notes.append(f"Not all found a place: {'; '.join(short)}.")
    both = {tuple(row["key"]): row for row in leak["both"]}
    total = {row["key"][0]: row for row in leak["modality"]}
    used = [m for m in MODALITIES if m in total]
    head = "".join(
        f'<th class="group" scope="col">{TITLES[m]}</th><th class="n" scope="col">hidden</th>{_HELD}' for m in used
    )
    rows = [
        f'<tr><th scope="row"><code>{escape(entity)}</code></th>'
        + "".join(_cell(both.get((entity, m))) for m in used)
        + "</tr>"
        for entity in sorted({row["key"][0] for row in leak["entity"]})
    ]
    rows.append('<tr class="sum"><th scope="row">all kinds</th>' + "".join(_cell(total[m]) for m in used) + "</tr>")
    table = (
        f'<table><thead><tr><th scope="col">Kind of value</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
    return (
        '<h2 id="leaks">Leak rates</h2>\n<p class="lead">Recall: of the planted values that left, those that could not '
        f"be recovered.</p>\n{card(table)}\n{_by_app(data)}<details><summary>How this was measured</summary>"
        f"{described(notes)}</details>\n"
    )


def _cell(row: Mapping[str, Any] | None) -> str:
    """Plot, counts, and what was withheld."""
    if row is None:
        return '<td class="plot"></td><td class="n none">–</td><td></td>'
    recall = row["recall"]
    held = f'<td class="n held">{row["withheld"]:,}</td>' if row["withheld"] else "<td></td>"
    if not recall["of"]:
        return f'<td class="plot"></td><td class="n none">–</td>{held}'
    leaked = " leak" if row["leak"]["hits"] else ""
    return (
        f'<td class="plot">{interval_plot(recall)}</td>'
        f'<td class="n{leaked}" title="{percent(recall["share"])}, 95 % {span(recall)}">'
        f"{recall['hits']:,} of {recall['of']:,}</td>{held}"
    )


def _by_app(data: Data) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(row["key"][0])}</th><td>{words(row["key"][1])}</td>{_cell(row)}'
        f'<td class="n">{percent(row["recall"]["share"])}</td><td class="n">{span(row["recall"])}</td></tr>'
        for row in data["leak"]["app"]
    )
    head = (
        '<tr><th scope="col">Application</th><th scope="col">Where</th><th></th><th class="n" scope="col">hidden</th>'
        f'{_HELD}<th class="n" scope="col">Recall</th><th class="n" scope="col">95 % interval</th></tr>'
    )
    table = card(f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>")
    return f"<details><summary>By application</summary>{table}</details>\n"


def _changed(data: Data) -> str:
    found = data["found"]
    if not found["label"]:
        return '<h2 id="changed">What was found and changed</h2>\n<p>Nothing was found.</p>\n'
    legend = (
        '<p class="key"><i class="kt"></i>typed<i class="kf"></i>texts beside the keys<i class="ks"></i>screenshots</p>'
    )
    rest = "".join(
        f'<section class="card"><h3>{title}</h3>{_places(found[name], head)}</section>'
        for name, title, head in (("app", "By application", "Application"), ("rule", "By rule", "Rule"))
    )
    return (
        '<h2 id="changed">What was found and changed</h2>\n<p class="lead">Places in the sample itself, without '
        f"planted values.</p>\n{legend}{card(_places(found['label'], 'Label'))}\n"
        f'<details><summary>By application and rule</summary><div class="two">{rest}</div></details>\n'
    )


def _places(rows: Sequence[Mapping[str, Any]], head: str) -> str:
    most = max((sum(row[m] for m in MODALITIES) for row in rows), default=1)
    body = "".join(
        f'<tr><th scope="row"><code>{escape(row["name"])}</code></th>'
        f'<td class="bars">{bars([row[m] for m in MODALITIES], most)}</td>'
        + "".join(f'<td class="n">{row[m] or "·"}</td>' for m in MODALITIES)
        + f'<td class="n">{sum(row[m] for m in MODALITIES):,}</td></tr>'
        for row in rows
    )
    names = "".join(f'<th class="n" scope="col">{name}</th>' for name in ("typed", "texts", "screens", "all"))
    return f'<table><thead><tr><th scope="col">{head}</th><th></th>{names}</tr></thead><tbody>{body}</tbody></table>'


def _harm(data: Data) -> str:
    units = {"characters": "Characters of texts beside the keys", "keys": "Presses of characters", "pixels": "Pixels"}
    rows = [
        _share(units[unit], share["changed"], share["of"], share["share"]) for unit, share in data["changed"].items()
    ]
    rows += [
        _share(f"Harmless texts, {words(m)}", rate["hits"], rate["of"], rate["share"], f", 95 % {span(rate)}")
        for m, rate in data["harmless"].items()
        if m != "all" and rate["of"]
    ]
    table = f"<table><tbody>{''.join(rows)}</tbody></table>"
    return (
        '<h2 id="harm">Over-redaction</h2>\n<p class="lead">Share of the sample that was changed, sensitive or not. '
        "Below it: everyday sentences that were planted beside the canaries and should have been left alone, and the "
        f"share of them that was touched.</p>\n{card(table)}\n"
    )


def _share(name: str, part: int, of: int, share: float | None, more: str = "") -> str:
    return (
        f'<tr><th scope="row">{name}</th><td class="bars">{bars([part], of or 1, "b")}</td>'
        f'<td class="n">{percent(share)}</td><td class="n">{part:,} of {of:,}{more}</td></tr>'
    )


def _withheld(data: Data) -> str:
    codes, shares = data["withheld"]["codes"], data["withheld"]["share"]
    rows = []
    for name, number in codes.items():
        what, _, code = name.partition(": ")
        rows.append(
            f'<tr><td>{escape(what)}</td><td><code>{escape(code)}</code></td><td class="n">{number:,}</td></tr>'
        )
    head = '<tr><th>What</th><th>Reason</th><th class="n">Count</th></tr>'
    table = card(f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>")
    return (
        '<h2 id="withheld">Withheld</h2>\n<p class="lead">'
        f"{percent(shares['recordings'])} of the recordings and {percent(shares['frames'])} of the frames of the "
        f"sample itself; {percent(shares['canaries'])} of the planted values.</p>\n{table if rows else ''}\n"
    )
