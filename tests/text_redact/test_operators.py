"""What stands in for a value does not tell it, nor how long it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from text_redact.operators import Mask, Redact, Replace

VALUES = st.text(min_size=1, max_size=64)


class TestMask:
    @given(VALUES, st.integers(0, 4))
    def test_its_length_never_depends_on_the_value(self, value, keep):
        """Every value of one label has a mask of one length."""
        assert len(Mask(keep, "*")("X", value)) == 8 + keep

    @given(VALUES, st.integers(1, 4))
    def test_it_never_shows_half_of_a_value_or_more(self, value, keep):
        """What is kept is less than half of the letters and digits."""
        shown = Mask(keep, "*")("X", value).lstrip("*")
        letters = "".join(char for char in value if char.isalnum())
        if shown:
            assert letters.endswith(shown)
            assert len(shown) * 2 < len(letters)

    def test_the_last_digits_of_a_card(self):
        """Four of sixteen digits may stay where the policy says so; four of eight may not."""
        assert Mask(4, "*")("CREDIT_CARD", "4111-1111-1111-1234") == "********1234"
        assert Mask(4, "#")("CREDIT_CARD", "1234 5678") == "#" * 12


class TestOthers:
    @given(VALUES, VALUES)
    def test_replacements_do_not_look_at_the_value(self, one, other):
        """The label, a given text and nothing at all are the same for every value."""
        for operator in (Replace(""), Replace("[hidden]"), Redact()):
            assert operator("PERSON", one) == operator("PERSON", other)

    def test_what_they_put(self):
        """A replacement is the label in brackets by default; redaction is empty."""
        assert Replace("")("PERSON", "x") == "[PERSON]"
        assert Replace("[hidden]")("PERSON", "x") == "[hidden]"
        assert Redact()("PERSON", "x") == ""
