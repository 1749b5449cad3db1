"""Kinds of pages that figures are reported on: CRM, chat, IDE, dark dashboard, document, checkout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from benchmarks.pages.style import document, field, table
from benchmarks.pages.values import Fill


def crm(fill: Fill) -> str:
    """A customer's record: labels left of and above values, a history, tags of inverted polarity."""
    left = "".join(
        f"<tr><td class=above>{name}</td><td>{fill.mark(label, 'left')}</td></tr>"
        for name, label in (
            ("Customer", "PERSON"), ("Email", "EMAIL"), ("Mobile", "PHONE"), ("Work", "PHONE"), ("Birthday", "DOB"),
            ("Social security no.", "SSN"), ("Bank account", "IBAN"), ("Card on file", "CARD"), ("Home", "ADDRESS"),
        )
    )  # fmt: skip
    above = "".join(
        f"<div>{field(name, fill.mark(label, 'above'))}</div>"
        for name, label in (("Account owner", "PERSON"), ("Billing address", "ADDRESS"), ("Contact", "EMAIL"))
    )
    history = "".join(f"<p>{fill.sentence(fill.mark('PERSON'), fill.mark('PHONE'))}</p>" for _ in range(6))
    tags = "".join(f"<span class=tag>{fill.mark(label)}</span>" for label in ("EMAIL", "PHONE", "PERSON", "IP"))
    css = ".tag{background:#26323f;color:#f3f6f9;border-radius:9px;padding:2px 9px;margin:4px}.side{width:330px}"
    body = (
        f"<div class=row><table>{left}</table><div class='side pad'>{above}</div><div class=grow>{history}</div></div>"
    )
    return document(
        f"<div class=bar><b>CRM</b><span>Leads</span></div><div class=pad>{tags}{body}</div>", css, fill.random
    )


def chat(fill: Fill) -> str:
    """Bubbles left and right, one of them inverted, values that break over lines."""
    bubbles = []
    for number in range(14):
        label = fill.random.choice(("EMAIL", "PHONE", "CARD", "IBAN", "ADDRESS", "DOB", "PERSON", "PASSWORD", "SSN"))
        intro = {"PASSWORD": "the password is ", "DOB": "I was born on ", "SSN": "my SSN is "}.get(label, "")
        text = f"{fill.words(1, 6)} {intro}{fill.mark(label)} {fill.words(1, 4)}"
        bubbles.append(f"<div class='bubble {'own' if number % 2 else ''}'>{text}</div>")
    css = (
        ".bubble{max-width:300px;background:#e7ebf0;border-radius:12px;padding:8px 12px;margin:8px}"
        ".own{background:var(--accent);color:#fff;margin-left:260px}.talk{width:600px}.people{width:250px;padding:12px}"
    )
    people = "".join(
        f"<p><b>{fill.mark('PERSON')}</b><br><span class=above>{fill.words(3)}</span></p>" for _ in range(9)
    )
    return document(
        f"<div class=row><div class=people>{people}</div><div class=talk>{''.join(bubbles)}</div></div>",
        css,
        fill.random,
    )


def ide(fill: Fill) -> str:
    """An editor with settings and fixtures in coloured code, a file tree and a console."""
    lines = [
        "<i># settings of the shop</i>",
        f'DATABASE = "postgres://shop:{fill.mark("PASSWORD", "glued")}@db.internal:5432/shop"',
        f'<u>API_KEY</u> = "{fill.mark("SECRET", "glued")}"',
        f"GITHUB_TOKEN={fill.mark('SECRET', 'keyvalue')}",
        f'ALLOWED = ["{fill.mark("IP", "glued")}", "{fill.mark("IP", "glued")}"]',
        f"ADMINS = (&quot;{fill.mark('EMAIL', 'glued')}&quot;,)",
        "",
        "def test_customer():",
    ]
    for _ in range(4):
        lines += [
            f'    one = Customer(name="{fill.mark("PERSON", "glued")}", phone="{fill.mark("PHONE", "glued")}",',
            f'        card="{fill.mark("CARD", "glued")}", iban="{fill.mark("IBAN", "glued")}",',
            f'        ssn="{fill.mark("SSN", "glued")}", date_of_birth="{fill.mark("DOB", "glued")}")',
            f"    assert one.{fill.words(1)}({fill.number(1, 99)}) <i># {fill.words(4)}</i>",
        ]
    code = "".join(f"<div><s>{n}</s>{line}</div>" for n, line in enumerate(lines, 1))
    tree = "".join(f"<div>{fill.words(1)}.py</div>" for _ in range(14))
    css = (
        "body{background:#fbfbfc}i{color:#5f7f5f}u{color:#8a3ea0;text-decoration:none}.tree{width:170px;background:#eceff2;"
        "padding:10px}.code{white-space:pre;padding:10px}s{color:#9aa;text-decoration:none;width:34px;display:inline-block}"
    )
    return document(
        f"<div class=row><div class=tree>{tree}</div><div class='mono code grow'>{code}</div></div>", css, fill.random
    )


def dashboard(fill: Fill) -> str:
    """Tiles and a table of devices, light on dark, in grey of little contrast."""
    tiles = "".join(f"<div class=tile><b>{fill.number(10, 9999)}</b><br>{fill.words(2)}</div>" for _ in range(5))
    rows = [
        [fill.words(1), *(fill.mark(label, "cells") for label in ("IP", "PERSON", "EMAIL", "PHONE")), fill.words(2)]
        for _ in range(17)
    ]
    css = (
        "body{background:#151a21;color:#b9c2cc}.tile{background:#222a34;border-radius:6px;padding:12px;margin:6px;flex:1}"
        "table{color:#8f9aa6}th{color:#6d7884;font-weight:400}tr+tr{border-top:1px solid #28313c}"
    )
    keys = f"<p>Webhook secret: {fill.mark('SECRET', 'left')}</p>"
    head = ("Device", "Address", "User", "Login", "Contact", "State")
    return document(f"<div class=pad><div class=row>{tiles}</div>{keys}{table(head, rows)}</div>", css, fill.random)


def letter(fill: Fill) -> str:
    """A document as a viewer shows it: serif type on a white sheet, an address block, running text."""
    text = "".join(
        f"<p>{fill.sentence(*(fill.mark(label) for label in labels), least=6, most=14)}</p>"
        for labels in (("PERSON", "DOB"), ("IBAN", "PHONE"), ("ADDRESS", "PERSON"), ("SSN",), ("CARD", "EMAIL"))
    )
    street, _, city = fill.raw("ADDRESS").partition(", ")
    block = (
        f"<p>{fill.mark('PERSON', 'left')}<br>{fill.mark('ADDRESS', 'left', street)}<br>"
        f"{fill.mark('ADDRESS', 'left', city)}</p>"
    )
    born = table(
        ("Insured person", "Date of birth", "Policy"),
        ([fill.mark("PERSON", "cells"), fill.mark("DOB", "cells"), str(fill.number(100, 999))] for _ in range(4)),
    )
    css = (
        ".sheet{width:720px;margin:16px auto;background:#fff;padding:52px 66px;"
        "font-family:'Liberation Serif','DejaVu Serif';"
        "font-size:15px;text-align:justify}body{background:#6a7178}"
    )
    code = f"<div style='float:right'>{fill.code(90)}</div>"
    return document(f"<div class=sheet>{code}{block}<h3>{fill.words(4)}</h3>{text}{born}</div>", css, fill.random)


def checkout(fill: Fill) -> str:
    """A web shop's last step: fields with labels above, an order with ordinary numbers."""
    form = "".join(
        field(name, fill.mark(label, "above"))
        for name, label in (
            ("Full name", "PERSON"), ("E-mail address", "EMAIL"), ("Phone", "PHONE"), ("Street and city", "ADDRESS"),
            ("Card number", "CARD"), ("Date of birth", "DOB"), ("IBAN for refunds", "IBAN"),
        )
    )  # fmt: skip
    goods = table(
        ("Item", "No.", "Price"),
        (
            [fill.words(2, 3), f"{fill.number(10000, 99999)}", f"{fill.number(2, 90)}.{fill.number(10, 99)}"]
            for _ in range(8)
        ),
    )
    ship = f"<p>Ships to {fill.mark('PERSON')}, {fill.mark('ADDRESS')} (call {fill.mark('PHONE', 'glued')})</p>"
    css = ".form{width:420px}.order{background:#f5f3ee;padding:18px;margin:14px}body{background:#fdfcfa}"
    body = f"<div class='row pad'><div class=form>{form}</div><div class='order grow'>{goods}{ship}</div></div>"
    return document(f"<div class=bar><b>Shop</b><span>Basket</span><span>Payment</span></div>{body}", css, fill.random)


KINDS: Mapping[str, Callable[[Fill], str]] = MappingProxyType(
    {"crm": crm, "chat": chat, "ide": ide, "dashboard": dashboard, "document": letter, "checkout": checkout}
)
