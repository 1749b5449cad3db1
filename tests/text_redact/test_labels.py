"""Labels name kinds of values; values that are cut off are found by what is left of them."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.model import Passage
from text_redact.labels.clipped import Clipped
from text_redact.labels.values import ENTITIES, Labelled
from text_redact.labels.vocabulary import KINDS, kind_of


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Full name", "sure"),
        ("FULL NAME *", "sure"),
        ("Prénom", "sure"),
        ("Name", "name"),
        ("name:", "name"),
        ("Customer name", "sure"),
        ("Customer ID", "id"),
        ("Patient", "person"),
        ("Patient no.", "id"),
        ("Téléphone portable", "phone"),
        ("Straße", "address"),
        ("E-mail address", None),
        ("IP address", None),
        ("File name", None),
        ("Project owner group", None),
        ("name", None),
        ("from", None),
        ("", None),
        ("We ship to every customer of ours by mail", None),
    ],
)
def test_a_label_says_what_its_value_is(label, kind):
    """By its words, whatever case, accents and punctuation; what is not written as a label is none."""
    assert kind_of(label) == kind


@given(st.text(max_size=60))
def test_any_text_has_at_most_one_kind(text):
    """No text raises, and the answer is one of the kinds."""
    assert kind_of(text) in (None, *KINDS)


@given(st.text(max_size=90), st.sampled_from(["Name:", "Patient", "PIN", "Phone", "Geburtsdatum", "Passport", "Ort"]))
def test_hits_by_label_lie_in_the_text(text, label):
    """The hit is the text without the spaces around it, of an entity that the step names."""
    for hit in Labelled()(Passage(text, "screen", label=label)):
        assert text[hit.start : hit.end] == text.strip()
        assert hit.label in ENTITIES


def test_only_screens_and_only_chosen_entities_are_looked_at():
    """Typed texts and fields have steps of their own."""
    assert not Labelled()(Passage("Orla Venn", "field", label="Full name"))
    assert not Labelled(frozenset({"ADDRESS"}))(Passage("Orla Venn", "screen", label="Full name"))
    assert Labelled()(Passage("Orla Venn", "screen", label="Full name"))


CUT = [
    ("jane.doe@exampl", "EMAIL_ADDRESS", "jane.doe@exampl"),
    ("to jane.doe@…", "EMAIL_ADDRESS", "jane.doe@"),
    ("jane.doe@example...", "EMAIL_ADDRESS", "jane.doe@example"),
    ("4111 1111 11…", "CREDIT_CARD", "4111 1111 11"),
    ("4111-1111-1111-1", "CREDIT_CARD", "4111-1111-1111-1"),
    ("411111111...", "CREDIT_CARD", "411111111"),
    ("DE89 3704 0044 0…", "IBAN_CODE", "DE89 3704 0044 0"),
    ("FR14 2004 1010 0505 0001 4111 1111", "IBAN_CODE", "FR14 2004 1010 0505 0001 4111 1111"),
    ("GB29 NWBK 6016 13", "IBAN_CODE", "GB29 NWBK 6016 13"),
    ("NL91ABNA041716…", "IBAN_CODE", "NL91ABNA041716"),
    ("+49 170 1234…", "PHONE_NUMBER", "+49 170 1234"),
    ("(212) 555-…", "PHONE_NUMBER", "(212) 555-"),
    ("617-555-01...", "PHONE_NUMBER", "617-555-01"),
    ("078-05-…", "US_SSN", "078-05-"),
]


@pytest.mark.parametrize(("text", "label", "value"), CUT)
def test_what_is_left_of_a_value_is_found(text, label, value):
    """Before an ellipsis, or at the end of the line where the beginning is nothing else."""
    hits = [(hit.label, text[hit.start : hit.end].strip()) for hit in Clipped()(Passage(text, "screen"))]
    assert (label, value) in hits


@pytest.mark.parametrize(
    "text",
    [
        "thanks @jane",
        "@jane…",
        "ask jane@ about it",
        "npm install react@18",
        "npm install left-pad@latest",
        "4.1…",
        "Loading 40…",
        "$4,111.50…",
        "4111",
        "2024 2025 …",
        "order 4711…",
        "VAT DE123456789",
        "AB12 CDEF",
        "EN 1992 2005",
        "Page 12 of 400…",
        "v2.10.3…",
        "12-34…",
        "7111 1111 11…",
        "",
    ],
)
def test_what_only_begins_alike_is_left_alone(text):
    """Mentions, versions, prices, years, tax numbers and counts are no cut values."""
    assert not Clipped()(Passage(text, "screen"))


@given(st.text(alphabet="aA1 4@.-+()…DE", max_size=80))
def test_cut_hits_lie_in_the_text(text):
    """Any text: spans in range, none empty, no error."""
    for hit in Clipped()(Passage(text, "screen")):
        assert 0 <= hit.start < hit.end <= len(text)


def test_the_detectors_can_be_pickled():
    """Engines send them to workers."""
    assert pickle.loads(pickle.dumps((Labelled(), Clipped()))) == (Labelled(), Clipped())
