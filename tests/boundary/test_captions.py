"""What introduces a line of a screen, and what is found by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layout import line, screen, table

from boundary.captions import captions
from boundary.findings import find, gather
from boundary.plan import Plan
from boundary.screens import Screens
from image_redact import Line
from recording.model import EVENTS, Recording

POLICY = """
find:
  - use: text.pii
  - use: text.labels
  - use: text.clipped
  - use: screen.text
link: {within: session}
change:
  default: {use: replace}
  screen: {use: cover}
verify: {on_residue: withhold}
"""


def _found(lines: Sequence[Line], plan: Plan) -> dict[str, set[str]]:
    """Labels by text of every line on which something is found."""
    recording = Recording("screen", "none", MappingProxyType({}), EVENTS.empty_table())
    session = gather(recording, frozenset(), Screens(MappingProxyType({"0.png": screen(lines)})))
    hits = find(session, plan, _never)
    each = zip(session.passages, hits, strict=True)
    return {passage.text: {found.hit.label for found in its} for passage, its in each if its}


def _never() -> None:
    """No time limit."""


def test_the_label_on_the_left_introduces_a_value():
    """In a form of two columns each value has the label of its own column."""
    lines = table(("Name", "Orla Venn", "Telefon", "0151 23456789"))
    assert captions(lines)[1] == "Name"
    assert captions(lines)[3] == "Telefon"


def test_the_label_above_introduces_a_value():
    """A label right above, at the same left edge, belongs to what is below it."""
    lines = [line("Patient", 40, 40), line("Orla Venn", 40, 60), line("Ward", 300, 40), line("B 12", 300, 60)]
    assert captions(lines)[1] == "Patient"


def test_the_head_of_a_column_introduces_every_cell():
    """A head that names a field counts before the cell on the left, which is a value itself."""
    lines = table(
        ("Customer", "City", "Date of birth"), *((f"Venn {i}x", "Corr", f"{i + 10} May 1971") for i in range(9))
    )
    said = captions(lines)
    assert all(said[at] == "Date of birth" for at in range(5, len(lines), 3))


def test_a_value_introduces_nothing():
    """Numbers, addresses and sentences are not what a field is called."""
    long = "this is a sentence that goes on and on and says nothing at all"
    assert captions([line("4850 8197", 40, 40), line("x@y.example", 40, 60)])[1] == ""
    assert captions([line(long, 40, 40), line("Orla", 40, 60)])[1] == ""


FORMS = (
    ("Full name", "Orla Venn", "PERSON"),
    ("Patient:", "Venn, Orla", "PERSON"),
    ("Kunde", "Orla van der Venn", "PERSON"),
    ("Nachname", "Venn", "PERSON"),
    ("Nom", "Orla Venn", "PERSON"),
    ("Responsable", "Orla Venn", "PERSON"),
    ("Cliente", "Orla Venn", "PERSON"),
    ("Geburtsdatum", "3.4.1971", "DATE_OF_BIRTH"),
    ("Date de naissance", "3 avril 1971", "DATE_OF_BIRTH"),
    ("Data di nascita", "03/04/1971", "DATE_OF_BIRTH"),
    ("Telefoon", "06 1234 5678", "PHONE_NUMBER"),
    ("Recovery phone (optional)", "617 555 0182", "PHONE_NUMBER"),
    ("Anschrift", "Am Wehr 4, 20095 Corr", "ADDRESS"),
    ("Billing address", "4 Weir Lane, Corr", "ADDRESS"),
    ("Postleitzahl", "20095", "ADDRESS"),
    ("Place of birth", "Corrstadt", "LOCATION"),
    ("Employee ID", "E 40213", "ID_NUMBER"),
    ("Kundennummer", "4021377", "ID_NUMBER"),
    ("Passport no.", "C01X0006H", "ID_NUMBER"),
    ("Username", "ovenn71", "USER_NAME"),
    ("Passwort", "Blauw4l#", "PASSWORD"),
)


@pytest.mark.parametrize(("label", "value", "entity"), FORMS)
@pytest.mark.parametrize("above", [False, True])
def test_a_bare_value_is_what_its_label_says(label, value, entity, above, planned: Callable[[str], Plan]):
    """Without a pattern of its own, in several languages, beside and below its label."""
    lines = [line(label, 40, 40), line(value, 40, 62) if above else line(value, 320, 40)]
    assert entity in _found(lines, planned(POLICY)).get(value, ())


NOBODY = (
    ("Name", "Report.docx"),
    ("Name", "Downloads"),
    ("File name", "Orla Venn"),
    ("Product name", "Blue Kettle"),
    ("Name", "E-mail"),
    ("Full name", "E-mail"),
    ("Full name", "Date of birth"),
    ("Customer", "Settings"),
    ("Customer", "active"),
    ("Owner", "Not assigned"),
    ("from", "Collections"),
    ("Phone", "Call"),
    ("Phone", "12"),
    ("Address", "Edit"),
    ("Email address", "Weir Lane 4"),
    ("IP address", "Weir Lane 4"),
    ("Password", "Forgot"),
    ("Password", "Forgot password?"),
    ("Order no", "40213"),
    ("Employees", "12"),
    ("Username", "required"),
    ("Price", "40.00"),
    ("Modified", "3 April 2024"),
    ("Due", "03/04/2024"),
)


@pytest.mark.parametrize(("label", "value"), NOBODY)
def test_what_does_not_look_like_its_label_says_is_left_alone(label, value, planned: Callable[[str], Plan]):
    """Heads beside heads, buttons below labels, files with names, and dates that are nobody's birth."""
    assert value not in _found([line(label, 40, 40), line(value, 320, 40)], planned(POLICY))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Name", "a b", "4111", "Ümit:", "x" * 60, "@"]), st.integers(0, 900), st.integers(0, 900)
        ),
        max_size=30,
    )
)
def test_every_line_has_one_caption_and_never_itself(cells):
    """Whatever stands where: one caption for each line, made of other lines' texts."""
    lines = [line(text, x, y) for text, x, y in cells]
    said = captions(lines)
    assert len(said) == len(lines)
    texts = {each.text for each in lines}
    assert all(not text or text in texts or any(text.startswith(part) for part in texts) for text in said)


def test_captions_of_a_full_screen_do_not_take_every_pair_of_lines():
    """3,000 cells are looked at by rows; pair by pair would be nine million comparisons."""
    lines = table(*([f"cell {i}" for _ in range(30)] for i in range(100)), column=60, row=10)
    assert len(captions(lines)) == 3000
