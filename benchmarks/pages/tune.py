"""Kinds of pages to develop with: mail, spreadsheet, terminal, login, small grey table, calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from benchmarks.pages.style import document, field, table
from benchmarks.pages.values import Fill


def mail(fill: Fill) -> str:
    """A list of messages and an open one with a signature."""
    items = "".join(
        f"<div class=item><b>{fill.mark('PERSON')}</b><br>{fill.words(3, 6)}"
        f"<div class='cut above'>{fill.sentence(fill.mark('EMAIL'))}</div></div>"
        for _ in range(11)
    )
    person, address = fill.raw("PERSON"), fill.raw("EMAIL")
    head = (
        f"<h2>{fill.words(4)}</h2><p>{fill.mark('PERSON', text=person)} &lt;{fill.mark('EMAIL', 'glued', address)}&gt;"
        f"<br><span class=above>To: {fill.mark('EMAIL')}; {fill.mark('EMAIL', 'glued')}, {fill.mark('EMAIL')}</span>"
    )
    text = "".join(
        f"<p>{fill.sentence(*(fill.mark(label) for label in labels))}</p>"
        for labels in (
            ("PERSON", "PHONE"), ("CARD",), ("ADDRESS", "DOB"), ("IBAN", "PERSON"), ("SSN", "EMAIL"), ("IP",),
        )
    )  # fmt: skip
    glued = f'<p>"{fill.mark("PHONE", "glued")}", he said; my password: {fill.mark("PASSWORD")}</p>'
    end = (
        f"<p>{fill.mark('PERSON', text=person)}<br>{fill.words(2)}<br>tel:{fill.mark('PHONE', 'glued')}"
        f"<br>{fill.mark('ADDRESS', 'left')}</p>"
    )
    css = ".item{padding:8px 12px;border-bottom:1px solid #d8dee6}.list{width:340px;border-right:1px solid #ccd}"
    body = f"<div class=bar><b>Mail</b><span>Inbox</span></div><div class=row><div class=list>{items}</div>"
    return document(f"{body}<div class='grow pad'>{head}{text}{glued}{end}</div></div>", css, fill.random)


def sheet(fill: Fill) -> str:
    """A spreadsheet whose columns cut what is too wide."""
    labels = ("PERSON", "EMAIL", "PHONE", "SSN", "DOB", "IBAN", "CARD", "ADDRESS")
    widths = (130, 170, 120, 100, 110, 210, 160, 230)
    head = "".join(f"<th style='width:{w}px'>{chr(65 + i)}</th>" for i, w in enumerate(widths))
    names = ("Name", "E-mail", "Phone", "SSN", "Born", "IBAN", "Card", "Address")
    rows = ["<tr><td>1</td>" + "".join(f"<td><b>{name}</b></td>" for name in names) + "</tr>"]
    for number in range(2, 44):
        cells = "".join(f"<td class=cut>{fill.mark(label, 'cells')}</td>" for label in labels)
        rows.append(f"<tr><td>{number}</td>{cells}</tr>")
    css = (
        "table{table-layout:fixed;width:1270px;font-size:12px}"
        "td,th{border:1px solid #d0d4d9;padding:2px 5px;overflow:hidden}"
        "th{background:#eef0f2;text-align:center;font-weight:400}td:first-child{background:#eef0f2}"
    )
    menu = f"<div class=bar><b>{fill.words(2)}</b><span>File</span><span>Edit</span><span>Data</span></div>"
    return document(
        f"{menu}<table><tr><th style='width:36px'></th>{head}</tr>{''.join(rows)}</table>", css, fill.random
    )


def terminal(fill: Fill) -> str:
    """A dark terminal: logs, environment variables, commands."""
    lines = []
    for _ in range(9):
        clock = f"{fill.number(0, 23):02}:{fill.number(0, 59):02}:{fill.number(0, 59):02}"
        lines += [
            f"{clock} INFO  {fill.words(2, 4)} from {fill.mark('IP')} user={fill.mark('EMAIL', 'keyvalue')}",
            f"{clock} WARN  {fill.words(3, 5)} code={fill.number(100, 999)}",
        ]
    lines += [
        f"$ export API_TOKEN={fill.mark('SECRET', 'keyvalue')}",
        f"$ mysql -h {fill.mark('IP')} --password={fill.mark('PASSWORD', 'keyvalue')}",
        f'$ curl -H "Authorization: Bearer {fill.mark("SECRET", "glued")}" https://api.example.com/v1/orders',
        "$ cat customer.json",
        f'{{"name": "{fill.mark("PERSON", "glued")}", "phone": "{fill.mark("PHONE", "glued")}",',
        f' "iban": "{fill.mark("IBAN", "glued")}", "card": "{fill.mark("CARD", "glued")}",',
        f' "ssn": "{fill.mark("SSN", "glued")}", "born": "{fill.mark("DOB", "glued")}"}}',
        f"$ ssh admin@{fill.mark('IP', 'glued')}",
        "$ _",
    ]
    css = "body{background:#10171e;color:#d4dde4}.mono{padding:10px;font-size:13px}"
    return document(f"<div class=mono>{'<br>'.join(lines)}</div>", css, fill.random)


def login(fill: Fill) -> str:
    """A sign-in page whose password is shown, with a reminder beside it."""
    form = (
        f"<h2>Sign in</h2>{field('E-mail', fill.mark('EMAIL', 'above'))}"
        f"{field('Password', fill.mark('PASSWORD', 'above'))}"
        f"{field('Recovery phone', fill.mark('PHONE', 'above'))}<div class=bar>Continue</div>"
        f"<p class=above>Last sign-in from {fill.mark('IP')}</p>"
    )
    side = f"<p>Scan with your authenticator</p>{fill.code(150)}<p class=above>{fill.words(8)}</p>"
    css = ".card{margin:70px auto;width:760px;background:#fff;padding:26px;gap:46px}body{background:#e9eef3}"
    return document(f"<div class='row card'><div class=grow>{form}</div><div>{side}</div></div>", css, fill.random)


def admin(fill: Fill) -> str:
    """A table of users, 11 px grey on white and on stripes."""
    labels = ("PERSON", "EMAIL", "PHONE", "IP", "DOB", "ADDRESS")
    rows = [
        [str(fill.number(1000, 9999)), *(fill.mark(label, "cells") for label in labels), fill.words(1)]
        for _ in range(36)
    ]
    css = "table{font-size:11px;color:#8a8f95}td,th{padding:3px 8px}tr:nth-child(even){background:#f4f5f6}"
    head = ("Id", "Name", "E-mail", "Phone", "Last IP", "Date of birth", "Address", "State")
    return document(f"<div class=pad><h3>Users</h3>{table(head, rows)}</div>", css, fill.random)


def calendar(fill: Fill) -> str:
    """A week with narrow appointments in which values wrap."""
    columns = []
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri"):
        boxes = "".join(
            f"<div class=event><b>{fill.number(8, 17)}:00</b> {fill.words(2)} {fill.mark('PERSON')} "
            f"{fill.mark(fill.random.choice(('PHONE', 'EMAIL', 'ADDRESS', 'DOB')))}</div>"
            for _ in range(fill.number(4, 6))
        )
        columns.append(f"<div class=grow><b>{day}</b>{boxes}</div>")
    css = (
        ".event{background:var(--accent);color:#fff;border-radius:4px;margin:9px 4px;padding:6px;width:150px;"
        "font-size:12px}.row>div{border-left:1px solid #dde;padding:5px}"
    )
    return document(
        f"<div class=pad><h2>Week {fill.number(1, 52)}</h2><div class=row>{''.join(columns)}</div></div>",
        css,
        fill.random,
    )


KINDS: Mapping[str, Callable[[Fill], str]] = MappingProxyType(
    {"mail": mail, "sheet": sheet, "terminal": terminal, "login": login, "admin": admin, "calendar": calendar}
)
