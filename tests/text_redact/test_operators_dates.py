"""Dates move by one number of days and stay written as they were; coarser values are shared by many."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from text_redact.operators.date_shift import DateShift
from text_redact.operators.generalise import Generalise
from text_redact.operators.keyed import Keyed

KEYED = Keyed(bytes(range(32)))
DATES = st.dates(dt.date(1920, 1, 1), dt.date(2090, 12, 31))
FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%B %d, %Y", "%d %B %Y", "%d %b %Y", "%b %d %Y",
           "%A, %B %d, %Y", "%d-%b-%Y"]  # fmt: skip


def _unpadded(text: str, form: str) -> str:
    return re.sub(r"\b0(?=\d\b)", "", text) if "%b" in form.lower() else text


class TestDateShift:
    @pytest.mark.parametrize("form", FORMATS)
    @settings(deadline=None)
    @given(date=DATES, case=st.sampled_from([str, str.lower, str.upper]))
    def test_a_date_moves_by_the_days_of_its_person_and_keeps_its_form(self, form, date, case):
        """Written in any usual way and case, the shifted date is the date that many days away, in the same way."""
        assume("%b" not in form or date.month != 5)  # "May" is long and short
        made = DateShift(KEYED, person="u1")
        after = made("DATE_TIME", case(date.strftime(form)))
        moved = date + dt.timedelta(made.days)
        # Whether "14 May" becomes "03 June" or "3 June" cannot be told from "14".
        assert _unpadded(after, form) == _unpadded(case(moved.strftime(form)), form)

    @settings(deadline=None)
    @given(st.text(min_size=1, max_size=20))
    def test_the_number_is_in_its_range_and_never_zero(self, person):
        """Every person has a number of days between the least and the most, earlier or later."""
        made = DateShift(KEYED, min_days=3, max_days=9, person=person)
        assert 3 <= abs(made.days) <= 9
        assert made.days == DateShift(KEYED, min_days=3, max_days=9, person=person).days

    def test_people_have_different_numbers(self):
        """Who knows one person's dates does not know another's."""
        numbers = {DateShift(KEYED, person=f"u{number}").days for number in range(200)}
        assert len(numbers) > 100
        assert min(numbers) < 0 < max(numbers)

    @pytest.mark.parametrize(("value", "dropped", "kept"), [
        ("2024-03-09T12:30:00Z", "%Y-%m-%d", "%Y-%m-%dT12:30:00Z"),
        ("2024-03-09 12:30", "%Y-%m-%d", "%Y-%m-%d 12:30"),
        ("march 9 at 5pm", None, None),
    ])  # fmt: skip
    def test_a_time_of_day_stays_only_where_asked(self, value, dropped, kept):
        """By default what is beside a date goes; the policy may keep it."""
        drop, keep = DateShift(KEYED), DateShift(KEYED, keep_time=True)
        moved = dt.date(2024, 3, 9) + dt.timedelta(drop.days)
        if dropped:
            assert drop("DATE_TIME", value) == moved.strftime(dropped)
            assert keep("DATE_TIME", value) == moved.strftime(kept)
        else:
            assert "5pm" not in drop("DATE_TIME", value)
            assert keep("DATE_TIME", value).endswith(" at 5pm")

    @pytest.mark.parametrize("value", [
        "tomorrow", "12:30", "monday", "31/02/2024", "2024-13-40", "", " ", "\n", "4", "Q3 2024",
        "3-5 March 2024 maybe",
        "0000-01-01", "9999-12-31x", "born 4 March 1980 in Graz", "\U0001f600 2024-01-01 secret",
    ])  # fmt: skip
    def test_what_cannot_be_read_as_a_whole_gets_its_label(self, value):
        """A date among other words, an impossible one and no date at all are not half changed."""
        assert DateShift(KEYED)("DATE_OF_BIRTH", value) == "[DATE_OF_BIRTH]"

    @settings(deadline=None)
    @given(st.text(max_size=40))
    def test_it_never_raises(self, value):
        """Whatever is found under a date's label has a replacement that can be typed, and is not the value."""
        after = DateShift(KEYED)("DATE_TIME", value)
        assert after.isprintable()
        assert after != value

    def test_which_figure_is_the_day(self):
        """The one above 12; else the policy says, but before a dot stands the day."""
        us, eu = DateShift(KEYED), DateShift(KEYED, day_first=True)
        days = dt.timedelta(us.days)
        assert us("DATE", "03/04/2024") == (dt.date(2024, 3, 4) + days).strftime("%m/%d/%Y")
        assert eu("DATE", "03/04/2024") == (dt.date(2024, 4, 3) + days).strftime("%d/%m/%Y")
        assert us("DATE", "25/04/2024") == (dt.date(2024, 4, 25) + days).strftime("%d/%m/%Y")
        assert us("DATE", "03.04.2024") == (dt.date(2024, 4, 3) + days).strftime("%d.%m.%Y")

    def test_other_languages(self):
        """Months and weekdays keep their language, form and accents."""
        made = DateShift(KEYED, min_days=31, max_days=31)
        later = made.days > 0
        assert made("DATE", "4. M\u00e4rz 2024") == ("4. April 2024" if later else "2. Februar 2024")
        assert made("DATE", "lunes 4 de marzo de 2024") == (
            "jueves 4 de abril de 2024" if later else "viernes 2 de febrero de 2024"
        )

    def test_a_date_is_not_moved_onto_another_of_the_session(self):
        """What is a real date elsewhere in the session is not written; the label is."""
        made = DateShift(KEYED)
        target = (dt.date(2024, 3, 4) + dt.timedelta(DateShift(KEYED, person="u").days)).isoformat()
        session = made.for_session([("DATE_TIME", "2024-03-04"), ("DATE_TIME", target)], "u")
        assert session("DATE_TIME", "2024-03-04") == "[DATE_TIME]"
        assert made.for_session([("DATE_TIME", "2024-03-04")], "u")("DATE_TIME", "2024-03-04") == target


class TestGeneralise:
    @pytest.mark.parametrize(("label", "value", "after"), [
        ("DATE_TIME", "March 4th, 2024", "2024-03"), ("DATE_OF_BIRTH", "4.3.1980", "1980-03"),
        ("AGE", "37", "30-39"), ("AGE", "aged 37 years", "30-39"), ("AGE", "89", "80-89"), ("AGE", "90", "90+"),
        ("AGE", "104", "90+"), ("AGE", "0", "0-9"), ("LOCATION", "berlin", "Germany"), ("LOCATION", "France", "Europe"),
        ("ADDRESS", "12 rue de la Paix, 75002 Paris", "France"),
        ("ADDRESS", "1 Main St, Austin, TX 78701", "United States"),
        ("IP_ADDRESS", "10.1.2.3", "10.1.2.0/24"), ("IP_ADDRESS", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("NUMBER", "1,234", "1230-1239"), ("MONEY", "$12.50", "10-19"),
    ])  # fmt: skip
    def test_what_becomes_of_what(self, label, value, after):
        """A value becomes the month, band, country, network or range that it is in."""
        assert Generalise()(label, value) == after

    @pytest.mark.parametrize(("label", "value"), [
        ("DATE_TIME", "2024-03"), ("DATE_TIME", "march 4"), ("AGE", "999"), ("AGE", "young"),
        ("LOCATION", "Xyzzyville"),
        ("IP_ADDRESS", "10.1.2"), ("NUMBER", "-5"), ("NUMBER", "1 and 2"), ("PERSON", "Ada"), ("PASSWORD", "12345"),
        ("AGE", ""),        ("NUMBER", "9" * 40), ("ADDRESS", "12 Heron Lane"),
    ])  # fmt: skip
    def test_what_cannot_be_read_or_is_coarse_already_gets_its_label(self, label, value):
        """Nothing is guessed, and a value that would stay as it is does not stay."""
        assert Generalise()(label, value) == f"[{label}]"

    def test_options(self):
        """Year, narrow bands, wide ranges, and a kind for labels of one's own."""
        made = Generalise(date="year", band=5, bucket=1000)
        assert [made("DATE", "2024-03-04"), made("AGE", "37"), made("NUMBER", "1234")] == ["2024", "35-39", "1000-1999"]
        assert Generalise(kind="age")("LISTED", "42") == "40-49"

    @settings(deadline=None)
    @given(
        st.sampled_from(["DATE_TIME", "AGE", "LOCATION", "ADDRESS", "IP_ADDRESS", "NUMBER", "X"]), st.text(max_size=40)
    )
    def test_it_never_raises(self, label, value):
        """Whatever the value, something stands in for it that can be typed and is not the value."""
        after = Generalise()(label, value)
        assert after.isprintable()
        assert after != value
