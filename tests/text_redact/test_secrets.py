"""Passwords, codes and keys that the words around them give away, in many notations and languages."""

from __future__ import annotations

import itertools
import pickle
import random

import pytest
from fake_data import letters
from hypothesis import given
from hypothesis import strategies as st

from recording.errors import StepFailed
from recording.model import Hit
from text_redact.engine.rules import forget
from text_redact.secrets import engine
from text_redact.secrets.engine import Secrets, _merged

RNG = random.Random(2)
TOKEN = letters(RNG, 40)
PASSWORDS = {
    "password: hunter2": "hunter2",
    "Password = 'tr0ub4dor&3'": "tr0ub4dor&3",
    '{"password": "correct-horse"}': "correct-horse",
    "DB_PASSWORD=s3cret!x": "s3cret!x",
    "dbPassword := biggreenhat": "biggreenhat",
    "admin-password => 'a b c'": "a b c",
    "export SMTP_PASS=mailmail9": "mailmail9",
    'setPassword("open sesame")': "open sesame",
    "<password>hunter2</password>": "hunter2",
    "my password is hunter2, thanks": "hunter2",
    "the wifi password was Blue#Moon.": "Blue#Moon",
    "password for the router is biggreenhat": "biggreenhat",
    "password has been changed to n3wpass": "n3wpass",
    "hunter2 is my password": "hunter2",
    "its biggreenhat, that's the password": "biggreenhat",
    "login snoop pw biggreenhat": "biggreenhat",
    "encryption password hesaasasdd": "hesaasasdd",
    "user/pass admin hunter2": "hunter2",
    "creds: admin / hunter2": "hunter2",
    "pw: 12345678": "12345678",
    "your PIN is 4711": "4711",
    "PIN 4711": "4711",
    "passphrase: correct horse battery staple": "correct horse battery staple",
    "mysql --password hunter2 -u jane": "hunter2",
    "mysql -u root -phunter2 shop": "hunter2",
    "curl -u jane:hunter2 https://example.org": "hunter2",
    "psql postgres://jane:hunter2@db.example.org/crm": "hunter2",
    "Server=db;User Id=sa;Password=hunter two;": "hunter",
    "machine example.org login jane password hunter2": "hunter2",
    "db.example.org:5432:crm:jane:hunter2": "hunter2",
    "CREATE USER jane IDENTIFIED BY 'hunter2';": "hunter2",
    "WIFI:T:WPA;S:guest;P:hunter2;;": "hunter2",
    "echo 'jane:hunter2' | sudo chpasswd": "hunter2",
    "Password\nhunter2": "hunter2",
    "Username\njane\nPassword\nbiggreenhat": "biggreenhat",
    "user\tpassword\njane\thunter2": "hunter2",
    "name,password,role\njane,hunter2,admin": "hunter2",
    "| user | password |\n|---|---|\n| jane | hunter2 |": "hunter2",
    "Passwort: biggreenhat": "biggreenhat",
    "das WLAN-Passwort lautet hunter2": "hunter2",
    "mot de passe : hunter2": "hunter2",
    "la contraseña es hunter2": "hunter2",
    "a senha do wifi é hunter2": "hunter2",
    "het wachtwoord is hunter2": "hunter2",
    "hasło: hunter2": "hunter2",
    "пароль: hunter2": "hunter2",
    "密码：hunter2": "hunter2",
    "passwrod: hunter2": "hunter2",
    "my pasword is biggreenhat": "biggreenhat",
    "password：ｈｕｎｔｅｒ２": "ｈｕｎｔｅｒ２",
}
SECRETS = {
    "aws_secret_access_key = " + TOKEN: TOKEN,
    "Authorization: Bearer " + TOKEN: TOKEN,
    "Authorization: Basic amFuZTpodW50ZXIy": "amFuZTpodW50ZXIy",
    "https://example.org/cb?access_token=" + TOKEN + "&x=1": TOKEN,
    "https://files.example.org/a?X-Amz-Signature=" + "0f1e2d3c" * 8: "0f1e2d3c" * 8,
    'apiKey: "' + TOKEN + '",': TOKEN,
    "client-secret => " + TOKEN: TOKEN,
    '"auth": "' + TOKEN + '"': TOKEN,
    "curl --token=abcdef": "abcdef",
    "product key ABCDE-12345-FGHIJ-67890-KLMNO": "ABCDE-12345-FGHIJ-67890-KLMNO",
    "BitLocker recovery key " + "-".join(["123456"] * 8): "-".join(["123456"] * 8),
}
CODES = {
    "your verification code is 123456": "123456",
    "123456 is your Example login code": "123456",
    "G-123456 is your Google verification code.": "G-123456",
    "OTP: 428 193": "428 193",
    "Ihr Bestätigungscode lautet 428193": "428193",
    "votre code de vérification : 428193": "428193",
    "Backup codes\n1a2b3c4d\n5e6f7a8b": "5e6f7a8b",
}


def values(text: str) -> dict[str, str]:
    """Label of each value that is found."""
    return {text[hit.start : hit.end]: hit.label for hit in Secrets()(text)}


class TestAnnounced:
    @pytest.mark.parametrize("text", sorted(PASSWORDS))
    def test_a_password_is_found_by_the_words_around_it(self, text):
        """The password is covered by a finding of that label, whatever stands between it and the word."""
        found = [value for value, label in values(text).items() if label == "PASSWORD"]
        assert any(PASSWORDS[text] in value for value in found)

    @pytest.mark.parametrize("text", sorted(SECRETS))
    def test_a_key_is_found_by_the_name_in_front_of_it(self, text):
        """The key is found whole."""
        assert values(text).get(SECRETS[text]) == "SECRET"

    @pytest.mark.parametrize("text", sorted(CODES))
    def test_a_one_time_code_is_found_by_the_words_around_it(self, text):
        """The code is found, before and behind the words that name it."""
        assert values(text).get(CODES[text]) == "ONE_TIME_CODE"

    @pytest.mark.parametrize("text", ["password: hunter2", "my password is Blue#Moon."])
    def test_the_finding_ends_where_the_password_does(self, text):
        """Quotes around it and the full stop after it stay."""
        assert set(values(text)) == {PASSWORDS.get(text, "Blue#Moon")}

    def test_a_whole_private_key_is_one_finding(self):
        """A key block is covered from its first line to its last, also cut off before its end."""
        block = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + TOKEN + "\n-----END RSA " + "PRIVATE KEY-----"
        assert values(f"x\n{block}\ny") == {block: "SECRET"}
        assert values(block[:60]) == {block[:60]: "SECRET"}


class TestDetector:
    def test_it_is_picklable_and_finds_the_same(self):
        """A step crosses process borders."""
        text = "password: hunter2"
        assert list(pickle.loads(pickle.dumps(Secrets()))(text)) == list(Secrets()(text))

    def test_many_texts_give_what_each_gives(self):
        """The batch call changes nothing."""
        texts = ["pw hunter2", "", "nothing here"]
        assert Secrets().many(texts) == [Secrets()(text) for text in texts]

    def test_running_out_of_time_fails_the_step(self, monkeypatch):
        """A text that takes too long is withheld, not passed."""
        forget()
        monkeypatch.setattr(engine, "SECONDS", -1.0)
        with pytest.raises(StepFailed) as failure:
            Secrets()("password: hunter2")
        assert failure.value.code == "pattern-timeout"
        assert "hunter2" not in str(failure.value)

    @given(st.text(max_size=300))
    def test_hits_lie_in_the_text(self, text):
        """Whatever the text, every hit has a place in it and a score."""
        for hit in Secrets()(text):
            assert 0 <= hit.start < hit.end <= len(text)
            assert 0 < hit.score <= 1

    @given(
        st.lists(
            st.sampled_from(
                ["password", "pw", "token", "key", ":", "=", " is ", "\n", "'", '"', "a1", "hunter2", "x", " ",
                 "(", "|",
                 "://", "@", "ghp_", "eyJ", "-----BEGIN ", "code", "user/pass", ",", "\t", "<", ">", "PIN", "4711"],
            ),
            max_size=40,
        )
    )  # fmt: skip
    def test_pieces_of_notation_in_any_order_are_read(self, pieces):
        """No order of keywords and signs makes it fail."""
        text = "".join(pieces)
        assert all(hit.end <= len(text) for hit in Secrets()(text))

    @given(st.from_regex(r"[A-Za-z][a-z]{3,8}[0-9]{2,4}[!#%&]", fullmatch=True))
    def test_a_mixed_password_is_found_whatever_it_is(self, value):
        """Letters, digits and a sign behind "password:" are a password."""
        assert any(value in found for found in values(f"password: {value}"))


def test_the_order_of_rules_does_not_name_a_value() -> None:
    """Two rules that are equally sure of one value name it the same way in every process, whatever hashes are there."""
    hits = [Hit("SECRET", 0, 9, 0.9, f"secret:{name}") for name in ("stripe-key", "paymongo-key", "other-key")]
    assert {tuple(_merged(list(order))) for order in itertools.permutations(hits)} == {(hits[2],)}
