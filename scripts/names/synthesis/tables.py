"""Tables and lists as screens, exports and OCR show them: columns in any order, rows of people, places and numbers."""

from __future__ import annotations

import random
from collections.abc import Callable

from synthesis.grammar import Slot
from synthesis.values import FILLERS

Piece = tuple[str, str]
Entity = Callable[[Slot], Piece]

_COLUMNS = {
    "GF": (
        "Name",
        "Full name",
        "Customer",
        "Owner",
        "Contact",
        "Assignee",
        "Employee",
        "Student",
        "Patient",
        "Guest",
        "User",
    ),
    "FG": ("Name", "Employee name", "Patient", "Member", "Author"),
    "G": ("First name", "First", "Given name", "Vorname", "Prénom", "Nombre"),
    "F": ("Last name", "Surname", "Last", "Family name", "Nachname", "Apellidos"),
    "P": ("Who", "Person", "Rep", "Manager", "Caller", "Driver"),
    "C": ("City", "Town", "Location", "Site", "Branch", "Ort", "Ciudad"),
    "K": ("Country", "Land", "Origin", "Destination"),
    "R": ("Region", "State", "Area", "Territory"),
    "O": ("Company", "Account", "Organisation", "Employer", "Vendor", "Client", "Supplier"),
    "A": ("Address", "Ship to", "Billing address", "Home address"),
    "AP": ("Street", "Address 1"),
}
_PLAIN = {
    "id": "ID",
    "n": "Qty",
    "money": "Amount",
    "date": "Date",
    "time": "Time",
    "phone": "Phone",
    "email": "Email",
    "nn": "No.",
}
_STATES = [
    "Active",
    "Pending",
    "Closed",
    "Yes",
    "No",
    "OK",
    "New",
    "Paid",
    "Open",
    "Late",
    "-",
    "N/A",
    "Edit",
    "✓",
    "x",
]
_HEADS = ("", "", "", "Attendees: ", "To: ", "cc ", "Members\n", "who: ", "team: ", "Invitees ", "list:\n", "w/ ")
_NOTES = (" (host)", " (away)", " x2", " - ok", " (organizer)", "?", " (2)")
_GAPS = ("\t", "  ", "   ", "    ", " | ", " ", ", ", ";", ",", " · ", " – ", " ¦ ", "\n")
_LISTS = ("\n", "\n", ", ", "; ", " / ", " & ", " | ", "\n- ", "\n* ", "\n• ", " ", "\t", " and ", "  ", "+")


def table(rng: random.Random, entity: Entity) -> list[Piece]:
    """The pieces of a table of one to six rows, with or without a header, aligned or not."""
    kinds = rng.sample(tuple(_COLUMNS), rng.randint(1, 3))
    if {"GF", "FG", "G", "F", "P"}.isdisjoint(kinds) and rng.random() < 0.6:
        kinds.append(rng.choice(("GF", "GF", "FG", "G")))
    if "G" in kinds and "F" not in kinds:
        kinds.insert(kinds.index("G") + rng.randint(0, 1), "F")
    columns = kinds + rng.sample((*_PLAIN, "state"), rng.randint(0, 3))
    if rng.random() < 0.5:
        rng.shuffle(columns)
    gap = rng.choice(_GAPS)
    out: list[Piece] = []
    if rng.random() < 0.5:
        heads = [rng.choice(_COLUMNS[c]) if c in _COLUMNS else _PLAIN.get(c, "Status") for c in columns]
        out.append((gap.join(heads) + "\n", ""))
    for row in range(rng.randint(1, 6)):
        out += [("\n", "")] if row else []
        for at, column in enumerate(columns):
            out += [(gap if gap != "  " else " " * rng.randint(2, 9), "")] if at else []
            out.append(_cell(column, row, rng, entity))
    return out


def _cell(column: str, row: int, rng: random.Random, entity: Entity) -> Piece:
    if column in _COLUMNS:
        return entity(Slot(column, str(row)))
    return (rng.choice(_STATES) if column == "state" else FILLERS[column](rng)), ""


def listing(rng: random.Random, entity: Entity) -> list[Piece]:
    """The pieces of a list of two to nine names, places or organisations, with or without a heading."""
    kind = rng.choice(("GF", "GF", "GF", "G", "G", "FG", "F", "P", "C", "C", "K", "R", "O"))
    gap = rng.choice([g for g in _LISTS if kind != "FG" or "," not in g] if kind != "P" else _LISTS[:6])
    if gap in {" ", "+"} and kind in {"P", "O", "R", "C"}:
        gap = "\n"
    head = rng.choice(_HEADS)
    out: list[Piece] = [(head if kind[0] in "GFP" else "", "")]
    numbered = gap == "\n" and rng.random() < 0.3
    for at in range(rng.randint(2, 9)):
        out.append(((gap if at else "") + (f"{at + 1}. " if numbered else ""), ""))
        out.append(entity(Slot(kind, str(at))))
        if rng.random() < 0.1:
            out.append((rng.choice(_NOTES), ""))
    return [piece for piece in out if piece[0]]
