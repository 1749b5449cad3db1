"""Codes and ciphertexts: stable where they should be, different where they must be, of a length that tells nothing."""

from __future__ import annotations

import pickle
import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.contract import BuildContext
from recording.errors import InputError
from text_redact.operators import decrypt, decrypt_text
from text_redact.operators.codes import CODE_CHARS, Hash, Pseudonym
from text_redact.operators.common import tells
from text_redact.operators.encrypt import Encrypt, key_from_environment, key_from_file
from text_redact.operators.keyed import Keyed
from text_redact.operators.steps import ENCRYPT, EncryptOptions

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
VALUES = st.text(st.characters(exclude_categories=()), min_size=1, max_size=64)
TYPED = frozenset(string.ascii_letters + string.digits + "_-.[]")


class TestHash:
    @settings(deadline=None)
    @given(VALUES, st.integers(12, 51))
    def test_it_has_one_length_and_can_be_typed(self, value, length):
        """Every value has a hash of the asked length, of keys that need no Shift."""
        text = Hash(Keyed(KEY), length)("PERSON", value)
        assert len(text) == length
        assert set(text) <= set(string.ascii_lowercase + "234567")

    def test_it_depends_on_key_label_and_value_and_on_nothing_else(self):
        """Case and punctuation make no other value; another project, label or value does, and case in passwords."""
        made = Hash(Keyed(KEY), 16)
        assert (
            made("PERSON", "Ada Example")
            == made("PERSON", "ada  EXAMPLE")
            == Hash(Keyed(KEY), 16)("PERSON", "Ada Example")
        )
        others = [
            made("PERSON", "Ada Sample"),
            made("USER_NAME", "Ada Example"),
            Hash(Keyed(OTHER), 16)("PERSON", "Ada Example"),
        ]
        assert made("PERSON", "Ada Example") not in others
        assert made("PASSWORD", "Heron-1") != made("PASSWORD", "heron-1")


class TestPseudonym:
    @settings(deadline=None)
    @given(VALUES)
    @example("pers")
    def test_it_is_the_label_and_a_code_of_one_length(self, value):
        """The length of a pseudonym is that of its label and of the code; of a value that stands in it, the label's."""
        text = Pseudonym(Keyed(KEY))("PERSON", value)
        assert text == "[PERSON]" if tells("PERSON_", value) else len(text) == len("PERSON_") + CODE_CHARS

    def test_a_person_has_one_code_however_named(self):
        """Full name, part, order, initial, typo, address and account are one person in a session."""
        names = ["Jane Doe", "Jane", "Doe, Jane", "JANE DOE", "J. Doe", "jane.doe", "Jnae Doe", "Mr Doe", "Jane M. Doe"]
        values = [("PERSON", name) for name in names]
        values += [("EMAIL_ADDRESS", "jane.doe@corp.example"), ("USER_NAME", "jdoe"), ("PERSON", "John Smith")]
        made = Pseudonym(Keyed(KEY)).for_session(values, None)
        codes = {made(label, value).rpartition("_")[2] for label, value in values}
        assert len(codes) == 2
        assert made("PERSON", "Jane") != made("PERSON", "John")

    def test_it_is_the_same_in_another_session(self):
        """The code of a full name does not depend on who else is in the session."""
        one = Pseudonym(Keyed(KEY)).for_session([("PERSON", "Jane Doe")], "u1")
        other = Pseudonym(Keyed(KEY)).for_session([("PERSON", "Doe, Jane"), ("PERSON", "Ian Ode")], "u2")
        assert one("PERSON", "Jane Doe") == other("PERSON", "jane doe")


class TestEncrypt:
    @settings(deadline=None)
    @given(VALUES, st.sampled_from(["PERSON", "EMAIL_ADDRESS", "X"]))
    def test_round_trip(self, value, label):
        """Whoever has the key gets the value back; every token of a label has one length and can be typed."""
        token = Encrypt(KEY)(label, value)
        assert decrypt(token, KEY) == value
        assert len(token) == len(label) + 1 + 384
        assert set(token) <= TYPED

    def test_two_tokens_of_one_value_differ(self):
        """A fresh nonce each time: equal values cannot be told from tokens."""
        assert len({Encrypt(KEY)("PERSON", "Ada") for _ in range(50)}) == 50

    @settings(deadline=None)
    @given(st.integers(7, 390), st.sampled_from(string.ascii_letters + string.digits + "-_"))
    def test_a_changed_token_is_refused(self, place, char):
        """One other character anywhere in it and there is no value, not a wrong one."""
        token = Encrypt(KEY)("PERSON", "Ada Example")
        changed = token[:place] + char + token[place + 1 :]
        if changed != token:
            with pytest.raises(InputError) as raised:
                decrypt(changed, KEY)
            assert raised.value.code == "token-invalid"

    @pytest.mark.parametrize("change", [lambda t: t.replace("PERSON", "OTHER"), lambda t: t[:-4], lambda t: t + "AAAA",
                                        lambda t: t.partition(".")[2], lambda t: "", lambda t: "PERSON."])  # fmt: skip
    def test_another_label_and_a_cut_token_are_refused(self, change):
        """The label is authenticated too, and what is no token has no value."""
        with pytest.raises(InputError) as raised:
            decrypt(change(Encrypt(KEY)("PERSON", "Ada Example")), KEY)
        assert raised.value.code == "token-invalid"
        assert "Ada" not in str(raised.value)

    def test_another_key_is_refused(self):
        """A key that did not make the token gives nothing."""
        with pytest.raises(InputError):
            decrypt(Encrypt(KEY)("PERSON", "Ada Example"), OTHER)

    def test_long_values_take_larger_blocks_and_the_longest_none(self):
        """A token says which of four sizes its value needed; beyond them there is the label."""
        sizes = {len(Encrypt(KEY)("X", "a" * size)) for size in range(1, 17000, 321)}
        assert sizes == {3, 2 + 384, 2 + 1408, 2 + 5504, 2 + 21888}
        assert Encrypt(KEY)("X", "a" * 20000) == "[X]"

    def test_tokens_inside_a_text(self):
        """Every token of a text is decrypted where it stands; the rest stays."""
        made = Encrypt(KEY)
        mail, name = made("EMAIL_ADDRESS", "ada@corp.example"), made("PERSON", "Ada\u00e9")
        text = f"to {mail}, from {name}."
        assert decrypt_text(text, KEY) == "to ada@corp.example, from Ada\u00e9."
        assert decrypt_text("nothing here: PERSON.abc", KEY) == "nothing here: PERSON.abc"

    def test_the_key_is_not_shown(self):
        """A printed or logged operator tells no key; a pickled one works elsewhere."""
        made = Encrypt(KEY)
        assert repr(KEY)[2:20] not in repr(made)
        assert decrypt(pickle.loads(pickle.dumps(made))("X", "v"), KEY) == "v"


class TestKeys:
    @pytest.mark.parametrize("written", [KEY, KEY.hex().encode(), b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"])
    def test_a_key_file_has_32_bytes_in_one_of_three_ways(self, written: bytes, tmp_path: Path):
        """Raw, hexadecimal or base64."""
        file = tmp_path / "k"
        file.write_bytes(written)
        file.chmod(0o600)
        assert key_from_file(file) == KEY

    @pytest.mark.parametrize(
        "written", [b"", b"short", KEY[:16], KEY + b"1", KEY.hex().encode()[:32], b"g" * 64, b"\xff" * 44]
    )
    def test_any_other_size_is_refused(self, written: bytes, tmp_path: Path):
        """A key of another size is a mistake and is never stretched."""
        file = tmp_path / "k"
        file.write_bytes(written)
        file.chmod(0o600)
        with pytest.raises(InputError) as raised:
            key_from_file(file)
        assert raised.value.code == "encrypt-key-size"

    def test_a_missing_or_exposed_key_is_refused(self, tmp_path: Path):
        """The policy is refused before any data are read."""
        context = BuildContext(folder=tmp_path, key=KEY)
        with pytest.raises(InputError) as raised:
            ENCRYPT.build(EncryptOptions(key_file="k"), context)
        assert raised.value.code == "encrypt-key-missing"
        (tmp_path / "k").write_bytes(KEY)
        (tmp_path / "k").chmod(0o644)
        with pytest.raises(InputError) as raised:
            ENCRYPT.build(EncryptOptions(key_file="k"), context)
        assert raised.value.code == "key-exposed"

    def test_a_key_in_the_environment(self):
        """A variable holds the key as text; one that is not set is refused."""
        assert key_from_environment("K", {"K": KEY.hex()}) == KEY
        with pytest.raises(InputError) as raised:
            key_from_environment("K", {})
        assert raised.value.code == "encrypt-key-missing"

    @pytest.mark.parametrize("options", [{}, {"key_file": "a", "key_env": "B"}, {"key": "0" * 64}, {"key_env": "a b"}])
    def test_a_policy_names_one_place_and_never_the_key(self, options):
        """Neither no place nor two, and no option for the key itself."""
        with pytest.raises(ValueError):  # noqa: PT011  pydantic's own error
            EncryptOptions.model_validate(options)
