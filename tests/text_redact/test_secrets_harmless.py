"""What looks like a secret and is none: identifiers, hashes, placeholders, code, and sentences about passwords."""

from __future__ import annotations

import random
import string
import uuid

import pytest
from fake_data import letters

from text_redact.secrets.engine import Secrets

RNG = random.Random(2)
HEX = "0123456789abcdef"
HARMLESS = [
    str(uuid.UUID(int=RNG.getrandbits(128))),
    letters(RNG, 40, HEX),
    "sha256:" + letters(RNG, 64, HEX),
    "sha512-" + letters(RNG, 86) + "==",
    "data:image/png;base64,iVBORw0KGgo" + letters(RNG, 200),
    "version 2.4.1-rc.3, build 20240607.1",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.",
    "press ctrl+c to copy and reset the password in the settings",
    "the password is required and the token is optional",
    "reset your password today",
    "password must contain eight characters",
    "Forgot password?",
    "your password is incorrect",
    "password expired 3 days ago",
    "pin the tab, a token ring and a secret santa",
    "class sk-some-very-long-css-class-name-here",
    "a compass: it points north; spinning: 3 times; opinion: none",
    "https://example.org:8080/path?x=1 and jane@example.org",
    "pass the salt, pin the post to the wall",
    "Password:\nUsername:",
    "Username\nPassword\nSign in\nRemember me",
    "import tokenize; secrets.token_hex",
    "npm_config_registry and hf_hub_download and glpat",
    "password = os.environ['DB_PASSWORD']",
    "password=${DB_PASSWORD}",
    "const token = process.env.API_TOKEN;",
    "password: <your password>",
    "password: changeme",
    "password: ********",
    "api_key = YOUR_API_KEY_HERE",
    "def login(user, password=None, token: str = ''):\n    self.password = password",
    "passwd = getpass.getpass()",
    "key = value; primary_key=True; sort_key: name",
    "token_type: bearer, password_field: login, key_id: 4",
    "error code 404, status code 200, zip code 90210, area code 212",
    "if (password !== confirmPassword) { return false; }",
    "passwort vergessen? mot de passe oublié? contraseña incorrecta",
    "2024-06-07T12:33:44Z worker-3 took 31 ms",
    "arn:aws:iam::123456789012:role/reader",
    "user:password@host is the form",
    "pull registry.example.com/app:v1.2.3",
    "org.apache.commons.lang3.StringUtils",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_left_alone(text):
    """Identifiers, hashes, versions, placeholders, code and prose are no secrets by themselves."""
    assert [hit.rule for hit in Secrets()(text)] == []


@pytest.mark.parametrize("length", [20, 40, 64, 200])
def test_words_in_a_row_are_no_secret(length):
    """A sentence is none however long it is."""
    words = ["please", "send", "the", "report", "to", "our", "finance", "team", "before", "noon"]
    assert not Secrets()(" ".join(RNG.choice(words) for _ in range(length)))


def test_hexadecimal_identifiers_of_any_length_are_none():
    """Hashes and object ids need a word that says otherwise."""
    for length in (8, 16, 24, 32, 40, 64, 128):
        assert not Secrets()("see " + letters(RNG, length, string.digits + "abcdef"))
