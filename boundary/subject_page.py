"""The page for the person who was recorded: plain words, no script, nothing from elsewhere, every word escaped."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from boundary.subject_words import CONSENT, SCOPE, WHY, kind_of
from dp.page_style import STYLE
from recording.documents import file_type

if TYPE_CHECKING:
    from boundary.holdings import Held, Holding
    from boundary.subject_own import Typed
    from boundary.subject_report import Told

APPS, TEXTS = 12, 400
"""Applications and typed texts that are listed; of more the rest is said in a word."""

OWN_STYLE = """
.own{background:var(--hold);border-left:.4rem solid var(--hold-line);padding:.75rem 1rem;margin:1rem 0}
.own p,.typed p{margin:.25rem 0}
.typed{white-space:pre-wrap;overflow-wrap:anywhere}
mark{background:#1b1f26;color:#fff;border-radius:.2rem;padding:0 .2rem}
h2{margin-top:2.25rem}
article{margin-top:1rem}article>:first-child{margin-top:0}article p:last-child{margin-bottom:0}
table{margin:.5rem 0}th{color:var(--ink)}th.n,td.n{padding-left:1rem}thead th{color:var(--soft)}
@media (prefers-color-scheme:dark){mark{background:#e8ebf0;color:#14171c}}
@media print{mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def page(told: Told) -> str:
    """The whole document."""
    style = STYLE + OWN_STYLE
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    parts = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">\n",
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"<title>Your recordings</title>\n<style>{style}</style>\n</head>\n<body>\n",
        "<header>\n<h1>Your recordings</h1>\n",
        f'<p class="about">For <strong>{escape(told.person)}</strong>, on {told.made:%-d %B %Y}</p>\n',
        _OWN if told.typed is not None else "",
        "</header>\n<main>\n",
        *_recorded(told),
        *_left(told),
        *_rules(told),
        *(_typed(told.typed) if told.typed is not None else ()),
        *_rights(told),
        "</main>\n<footer><p>Made on your organisation&#8217;s own computers by <code>boundary subject report</code>. ",
        "This page loads nothing from the internet and sends nothing anywhere.</p></footer>\n</body>\n</html>\n",
    )
    return "".join(parts)


_OWN = (
    '<div class="own"><p><strong>For your eyes only.</strong> This page shows what you typed, hidden parts included. '
    "Do not send it on; delete it when you have read it.</p></div>\n"
)


def _section(name: str, title: str, *parts: str) -> str:
    return f'<section aria-labelledby="{name}">\n<h2 id="{name}">{title}</h2>\n{"".join(parts)}</section>\n'


def _recorded(told: Told) -> Iterator[str]:
    ours = told.recorded
    if not ours:
        yield _section("recorded", "What was recorded", "<article><p>We found no recording of you.</p></article>\n")
        return
    days = sorted(day for one in ours for day in one.days)
    when = f" between {days[0]:%-d %B %Y} and {days[-1]:%-d %B %Y}" if days and days[0] != days[-1] else ""
    when = when or (f" on {days[0]:%-d %B %Y}" if days else "")
    first = f"<p>You were recorded in {_many(len(ours), 'session')}{when}.</p>\n"
    figures = {
        "Time recorded": _duration(sum(one.seconds for one in ours)),
        "Keys you pressed": _number(sum(one.keys for one in ours)),
        "Mouse clicks": _number(sum(one.clicks for one in ours)),
        "Pictures of your screen": _number(sum(one.screens for one in ours)),
    }
    seconds: Counter[str] = Counter()
    for one in ours:
        seconds.update(one.apps)
    named = [(name, spent) for name, spent in seconds.most_common() if name]
    rows = [(escape(name), _duration(spent)) for name, spent in named[:APPS]]
    rest = sum(spent for _, spent in named[APPS:])
    rows += [("other programs", _duration(rest))] if rest else []
    rows += [("no program named", _duration(seconds[""]))] if seconds[""] >= 1 else []
    apps = _table("Programs you used", ("Program", "Time"), rows) if rows else ""
    note = '<p class="soft">Breaks of more than five minutes do not count as time.</p>\n'
    yield _section(
        "recorded", "What was recorded", first, _figures(figures), apps and f"<article>{apps}{note}</article>\n"
    )


def _left(told: Told) -> Iterator[str]:
    gone = {record.source for one in told.holdings for record in one.records}
    count = sum(one.digest in gone for one in told.recorded)
    if not told.holdings:
        text = "<article><p>No release was looked into for this page, so it cannot say what left.</p></article>\n"
        yield _section("left", "What left, and what was hidden", text)
        return
    if not gone:
        first = "Nothing of yours is in the releases that were looked into."
    elif told.recorded:
        first = f"{count} of your {_many(len(told.recorded), 'session')} left the place where it was recorded, after "
        first += "what is private had been hidden. The rest stayed."
        if count == len(told.recorded):
            some = "session" if count == 1 else "sessions"
            first = f"Your {some} left the place of recording, after what is private had been hidden."
    else:
        first = "Sessions of yours left, after what is private had been hidden."
    lines = [f"<p>{first}</p>\n"]
    lines += [_release(one, told.policy.digest) for one in told.holdings if one.records]
    unclear = sum(bool(one.problem or one.unknown) for one in told.holdings)
    if unclear:
        lines.append(
            f'<article class="held"><p>{_many(unclear, "release")} could not be told apart by person. '
            "There may be more of yours in it; ask for it to be looked through by hand.</p></article>\n"
        )
    if any(one.statistics for one in told.holdings):
        lines.append(
            '<p class="soft">Statistics also left: numbers about many people together, made inexact on purpose '
            "so that nobody can be told from them.</p>\n"
        )
    yield _section("left", "What left, and what was hidden", *lines)


def _release(one: Holding, digest: str) -> str:
    pictures = sum(file_type(name) == "image" for record in one.records for name in record.digests)
    shots = sum(_count(record.report.get("frames")) for record in one.records)
    hidden: dict[str, Counter[str]] = {}
    for record in one.records:
        for label, places in _mapping(record.report.get("findings")).items():
            for place, number in _mapping(places).items():
                hidden.setdefault(kind_of(label), Counter())[place] += _count(number)
    order = sorted(hidden.items(), key=_by_size)
    rows = [
        (
            escape(kind[:1].upper() + kind[1:]),
            *(_number(places[place]) if places[place] else "&#8211;" for place in _PLACES),
        )
        for kind, places in order
    ]
    total = sum(sum(places.values()) for places in hidden.values())
    held = sum((Counter(_reasons(record)) for record in one.records), Counter[str]())
    what = f"{_many(len(one.records), 'session')} with {_many(pictures, 'picture')} of your screen"
    other = "" if one.policy[1] == digest else " It left under other rules than today&#8217;s."
    parts = [
        f"<h3>Release &#8220;{escape(one.folder.resolve().name)}&#8221;</h3>\n",
        f"<p>What left: {what}, of {shots} that were taken.{other}</p>\n",
    ]
    parts.append(f"<p>Hidden before that: <strong>{_number(total)}</strong> places.</p>\n" if total else "")
    if rows:
        parts.append(_table("", ("What was hidden", *_PLACES.values()), rows))
    if held:
        told = [(escape(reason), _number(number)) for reason, number in held.most_common()]
        parts.append(_table("What stayed behind", ("Why", "Pictures and files"), told))
    return f"<article>{''.join(parts)}</article>\n"


_PLACES: Mapping[str, str] = {"typed": "while typing", "screen": "on the screen", "field": "in titles and other texts"}


def _reasons(record: Held) -> dict[str, int]:
    out: Counter[str] = Counter()
    for name in ("frames_withheld", "files_dropped"):
        for code, number in _mapping(record.report.get(name)).items():
            out[next((words for start, words in WHY if code.startswith(start)), "it could not be cleared")] += _count(
                number
            )
    return out


def _rules(told: Told) -> Iterator[str]:
    policy = told.policy
    written = policy.effective.get("description") if isinstance(policy.effective, dict) else None
    about = str(written or "The rules have no description of their own.")
    does = dict.fromkeys(use.spec.summary for use in (*policy.admit, *policy.find, *policy.change.values()))
    steps = "".join(f"<li>{escape(text)}</li>" for text in does)
    text = (
        f"<article><p>{escape(about)}</p>\n<p>They are called <strong>{escape(policy.name)}</strong>. Nothing leaves "
        "before a computer has looked at the result once more; what is in doubt stays.</p>\n"
        f"<details><summary>What it does, step by step</summary><ul>{steps}</ul></details>\n"
        f'<p class="soft">Fingerprint of these rules: <code>{policy.digest}</code></p></article>\n'
    )
    yield _section("rules", "Under which rules", text)


def _rights(told: Told) -> Iterator[str]:
    consent = told.consent
    if consent is None:
        said = "These rules do not ask a register of consents."
    elif isinstance(consent, str):
        said = CONSENT.get(consent, "Nothing new of you leaves.")
    else:
        what = [SCOPE[name] for name in ("keys", "screens", "statistics") if name in consent]
        said = f"You consented to: {'; '.join(what)}." if what else "You consented to nothing: nothing of you leaves."
    text = (
        f"<article><p>{escape(said)}</p>\n<p>You can take your consent back at any time. From then on nothing new "
        "of you leaves, and the releases above are listed for deletion. If something was not hidden that should have "
        "been, or the other way round, say so: it becomes a test that the rules must pass.</p></article>\n"
    )
    yield _section("rights", "Your consent, and what you can do", text)


_ABOUT_TYPED = (
    "<p>Each box is one field you typed into. <mark>Marked like this</mark> is what today&#8217;s rules hide. "
    "Pictures of the screen were not read for this page; what is found only there is hidden as well.</p>\n"
)


def _typed(texts: Sequence[Typed]) -> Iterator[str]:
    lines = [_ABOUT_TYPED]
    for one in texts[:TEXTS]:
        where = " &#183; ".join(escape(word) for word in (one.app, one.into) if word) or "somewhere"
        if one.problem:
            words = f"A session cannot be shown ({escape(one.problem)})."
        elif one.secure:
            words = "A field that hides what is typed; it is not shown here either."
        else:
            words = "".join(f"<mark>{escape(part)}</mark>" if gone else escape(part) for gone, part in one.parts)
        lines.append(f'<article class="typed"><p class="soft">{where}</p><p>{words}</p></article>\n')
    if len(texts) > TEXTS:
        lines.append(f"<p>{len(texts) - TEXTS} more are not shown.</p>\n")
    yield _section("typed", "What you typed", *(lines if texts else ["<p>Nothing that can be shown.</p>\n"]))


def _figures(figures: Mapping[str, str]) -> str:
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in figures.items())
    return f'<dl class="figures">{cells}</dl>\n'


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML; all but the first are numbers."""
    top = "".join(f'<th scope="col"{_right(index)}>{cell}</th>' for index, cell in enumerate(head))
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td{_right(1)}>{cell}</td>" for cell in cells)}</tr>'
        for name, *cells in rows
    )
    heading = f"<h4>{title}</h4>\n" if title else ""
    return f'{heading}<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>\n'


def _right(index: int) -> str:
    return ' class="n"' if index else ""


def _by_size(item: tuple[str, Counter[str]]) -> tuple[int, str]:
    return -sum(item[1].values()), item[0]


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return _many(minutes, "minute")
    return f"{minutes // 60} h {minutes % 60:02} min"


def _number(count: int) -> str:
    return f"{count:,}"


def _many(count: int, noun: str) -> str:
    return f"{_number(count)} {noun}{'' if count == 1 else 's'}"


def _mapping(value: object) -> Mapping[str, object]:
    return {str(name): item for name, item in value.items()} if isinstance(value, Mapping) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
