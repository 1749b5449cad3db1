"""The release page: what leaves, how sure it is, what it cost. One HTML file, no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from dp import plots
from dp.answer import Answer, Numbers
from dp.epsilon import epsilon_text
from dp.forecast import delta_of, figure
from dp.page_style import STYLE
from dp.registry import NOT_PROTECTED, OPEN, form

ROWS = 200
"""Numbers of a vector that its table lists; the files have all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A statistic that did not leave: its name, a code, why, and what would do."""

    name: str
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """What a page shows.

    Attributes:
        policy: Name of the policy.
        digest: Its digest.
        answers: What was released.
        refused: What was not.
        delta: Delta that ``totals`` are at.
        totals: Totals of the scope by name, such as ``epsilon``; empty where no accountant is installed.
    """

    policy: str
    digest: str
    answers: tuple[Answer, ...]
    refused: tuple[Refused, ...] = ()
    delta: str = "1e-6"
    totals: Mapping[str, object] = field(default_factory=dict)


def page(data: PageData) -> str:
    """The whole document, UTF-8."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    title = f"Statistics: {escape(data.policy)}"
    return "".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n',
            '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n",
            f'<p class="about">Policy digest <code>{escape(data.digest)}</code></p>\n</header>\n<main>\n',
            _budget(data),
            *(_refused(one) for one in data.refused),
            *(_answer(one) for one in data.answers),
            _limits(data),
            _registry(data),
            "</main>\n<footer><p>Made by <code>boundary release</code> from the noisy numbers alone.</p></footer>\n",
            "</body>\n</html>\n",
        )
    )


def _budget(data: PageData) -> str:
    if not data.answers:
        return "<p>Nothing was released, and nothing was charged.</p>\n"
    last = max(data.answers, key=lambda answer: answer.after)
    before = min(answer.before for answer in data.answers)
    cells = [
        ("Protected", "one day of one person" if "one day" in last.protects else "one person"),
        (f"Budget ({last.currency})", epsilon_text(last.total)),
        ("Spent before", epsilon_text(before)),
        ("Spent after", epsilon_text(last.after)),
        ("Left", epsilon_text(last.left)),
        *((f"{name} at delta {data.delta}", str(value)) for name, value in sorted(data.totals.items())),
    ]
    shown = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in cells)
    return (
        f'<dl class="figures">{shown}</dl>\n<p>{escape(last.protects[0].upper() + last.protects[1:])}: nobody who sees'
        " everything released from this budget can tell well whether that happened.</p>\n"
        '<h2 id="statistics">Statistics</h2>\n'
    )


def _refused(one: Refused) -> str:
    hint = f"<p>{escape(one.hint)}</p>" if one.hint else ""
    return (
        f'<article class="held"><h3>{escape(one.name)}: not released</h3>'
        f"<p><code>{escape(one.code)}</code> {escape(one.message)}</p>{hint}</article>\n"
    )


def _answer(answer: Answer) -> str:
    forecast = answer.forecast
    unit = str(forecast.get("unit", ""))
    error, relative = forecast.get("error"), forecast.get("rel_error")
    told = "" if error is None else f"Forecast: 95 % of its numbers within {figure(error)} {unit}"
    told += "" if relative is None else f" ({100 * relative:.3g} %)"
    cut = "; ".join(f"{name} {100 * share:.3g} %" for name, share in sorted(forecast.get("clipped", {}).items()))
    told += f". Expected to be cut off by its bounds: {cut}" if cut else ""
    return (
        f'<article aria-labelledby="{escape(answer.query)}"><h3 id="{escape(answer.query)}">{escape(answer.query)}</h3>'
        f'<p class="soft">{escape(answer.step)}, {escape(answer.currency)} {escape(answer.price)}.'
        f"{' ' + escape(told) + '.' if told else ''}</p>"
        f"{_derived(answer)}{''.join(_numbers(one, answer) for one in answer.numbers)}"
        f"<p>{escape(answer.caveat)}</p>{_steps(answer)}{_about(answer)}</article>\n"
    )


def _derived(answer: Answer) -> str:
    """What a reader takes from the answer where that is computed from its numbers: a mean, quantiles."""
    says = str(answer.forecast.get("says", "values"))
    rows = _flat({name: value for name, value in answer.derived.items() if name == says})
    if not rows:
        return ""
    cells = "".join(
        f'<tr><th>{escape(name)}</th><td class="n">{escape(value)}</td></tr>' for name, value in rows[:ROWS]
    )
    return f'<h4>Computed from the noisy numbers</h4><div class="wide"><table>{cells}</table></div>'


def _steps(answer: Answer) -> str:
    steps = "; ".join(str(step) for step in answer.derived.get("steps", ()))
    return f"<p>Post-processing, beside the noisy numbers and from them alone: {escape(steps)}.</p>" if steps else ""


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    if value is None:
        return [(path, "the noise leaves it open")]
    if isinstance(value, Mapping):
        return [row for name, one in value.items() for row in _flat(one, f"{path} {name}".strip())]
    if isinstance(value, list | tuple):
        return [(path, ", ".join(figure(one) if isinstance(one, float) else str(one) for one in value))]
    return [(path, figure(value) if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value))]


def _numbers(one: Numbers, answer: Answer) -> str:
    unit = "" if one.unit == one.name else f" ({one.unit})"
    head = f"<h4>{escape(one.name + unit)}</h4>"
    if not one.keys:
        return f"{head}<p>No key reached the threshold of {one.threshold:,}.</p>"
    maps = plots.heat_maps(one, (answer.grid[0], answer.grid[1])) if len(answer.grid) == 2 else []
    if maps:
        drawn = "".join(_map(each) for each in maps)
    elif len(one.keys) > 1 and all(plots.number(key) is not None for key in one.keys):
        drawn = _figure(plots.columns(one), "Noisy numbers over the scale; lines are 95 % intervals.")
    else:
        more = len(one.keys) - plots.MOST_BARS
        rest = f" The {more:,} smallest are in the table or the files." if more > 0 else ""
        drawn = _figure(plots.bars(one), f"Noisy numbers; lines are 95 % intervals.{rest}")
    threshold = (
        f"<p>A key appears from {one.threshold:,} {escape(one.unit)} on. Hidden: {escape(one.suppressed)}.</p>"
        if one.threshold is not None
        else ""
    )
    return f"{head}{drawn}{threshold}{_table(one)}"


def _map(one: plots.HeatMap) -> str:
    rows, columns = one.values.shape
    name = f"{one.screen}: " if one.screen else ""
    caption = f"{name}{columns} by {rows} cells. Cells within ± {one.half_width:,} stay empty."
    caption += " Noise alone lifts about 1 cell in 40 above that."
    return _figure(plots.heat(one) + plots.legend(one), caption)


def _figure(drawn: str, caption: str) -> str:
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(one: Numbers) -> str:
    rows = "".join(
        f'<tr><td>{escape(key)}</td><td class="n">{value:,}</td><td class="n">{value - one.half_width:,} to'
        f" {value + one.half_width:,}</td></tr>"
        for key, value in list(zip(one.keys, one.values, strict=True))[:ROWS]
    )
    count = "1 number" if len(one.keys) == 1 else f"{len(one.keys):,} numbers"
    more = f"<p>{len(one.keys) - ROWS:,} more are in the files.</p>" if len(one.keys) > ROWS else ""
    return (
        f'<details><summary>{count}</summary><div class="wide"><table><tr><th>key</th><th class="n">'
        f'{escape(one.unit)}</th><th class="n">95 % interval</th></tr>{rows}</table></div>{more}</details>'
    )


def _about(answer: Answer) -> str:
    rows = [("Release", answer.release_id), ("Charged as", answer.ledger_head)]
    for one in answer.numbers:
        kind = "scale" if answer.currency == "epsilon" else "variance"
        rows += [
            (f"{one.name}: bounds", f"one person: at most {one.groups:,} values, each by at most {one.per_group:,}"),
            (
                f"{one.name}: noise",
                f"{one.mechanism}, {kind} {one.scale}, {answer.currency} {epsilon_text(one.amount)}",
            ),
            (f"{one.name}: delta", f"{delta_of(one.delta_noise)} noise, {delta_of(one.delta_threshold)} unknown keys"),
        ]
    before, after, total = map(epsilon_text, (answer.before, answer.after, answer.total))
    rows.append(("Budget", f"{before} before, {after} after, of {total}"))
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<details><summary>How it was made</summary><div class="wide"><table>{cells}</table></div></details>'


def _limits(data: PageData) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in NOT_PROTECTED)
    return f'<h2 id="limits">What is not protected</h2>\n<article><ul>{lines}</ul></article>\n'


def _registry(data: PageData) -> str:
    if not data.answers:
        return ""
    filled = form(data.answers, policy=data.policy, totals=data.totals, delta=data.delta)
    rows = "".join(_row(name, value) for name, value in _fields(filled))
    return (
        '<h2 id="registry">For the public registry</h2>\n<article><p class="soft">The form of the registry of'
        " deployments (tiers 1 to 3), filled as far as the releases tell; <code>registry.yaml</code> has the same.</p>"
        f'<div class="wide"><table>{rows}</table></div></article>\n'
    )


def _fields(value: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for name, one in value.items():
        if isinstance(one, Mapping):
            out += _fields(one, name)
        else:
            out.append((f"{path}: {name}" if path else name, ", ".join(one) if isinstance(one, list) else str(one)))
    return out


def _row(name: str, value: str) -> str:
    words = escape(name.replace("_", " "))
    if value == OPEN:
        return f'<tr><th>{words}</th><td class="todo">to fill in</td></tr>'
    lines = [line.removeprefix("- ") for line in value.split("\n") if line]
    shown = escape(value) if len(lines) == 1 else f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
    return f"<tr><th>{words}</th><td>{shown}</td></tr>"
