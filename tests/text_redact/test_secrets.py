"""Secrets are found by their shape or by the word that announces them. Fake ones are made at run time."""

from __future__ import annotations

import random
import re
import string
import uuid

import pytest
from fake_data import letters

from text_redact.detectors.secrets import Secrets

RNG = random.Random(2)
UPPER, LOWER_HEX = string.ascii_uppercase + string.digits, "0123456789abcdef"
TOKENS = {
    "aws-access-key": "AKIA" + letters(RNG, 16, string.ascii_uppercase),
    "github-token": "ghp_" + letters(RNG, 36),
    "gitlab-token": "glpat-" + letters(RNG, 20),
    "slack-token": "xoxb-" + letters(RNG, 24),
    "stripe-key": "sk_live_" + letters(RNG, 24),
    "google-api-key": "AIza" + letters(RNG, 35),
    "openai-key": "sk-proj-A1" + letters(RNG, 40),
    "hugging-face-token": "hf_" + letters(RNG, 34),
    "npm-token": "npm_" + letters(RNG, 36),
    "pypi-token": "pypi-" + letters(RNG, 60),
    "sendgrid-key": "SG." + letters(RNG, 22) + "." + letters(RNG, 43),
    "shopify-token": "shpat_" + letters(RNG, 32, LOWER_HEX),
    "digitalocean-token": "dop_v1_" + letters(RNG, 64, LOWER_HEX),
    "vault-token": "hvs." + letters(RNG, 30),
    "docker-token": "dckr_pat_" + letters(RNG, 27),
    "azure-key": "AccountKey=" + letters(RNG, 86) + "==",
    "jwt": "eyJ" + letters(RNG, 20) + ".eyJ" + letters(RNG, 20) + "." + letters(RNG, 20),
    "auth-header": "Authorization: Bearer " + letters(RNG, 24),
    "private-key": "-----BEGIN RSA " + "PRIVATE KEY-----\n" + letters(RNG, 64) + "\n-----END RSA " + "PRIVATE KEY-----",
    "url-credentials": "postgres://jane:" + letters(RNG, 9) + "@db.example.org/crm",
}
VALUE_IN = {"azure-key": "AccountKey=(.*)", "auth-header": ".* (.*)", "url-credentials": ".*:(.*)@.*"}
"""Where only a part of an example is the secret."""
PASSWORDS = {
    "password: hunter2": "hunter2",
    "Password = 'tr0ub4dor&3'": "tr0ub4dor&3",
    '{"password": "correct-horse"}': "correct-horse",
    "DB_PASSWORD=s3cret!x": "s3cret!x",
    "aws_secret_access_key = wJalr/XUtnFEMI": "wJalr/XUtnFEMI",
    "my password is hunter2, thanks": "hunter2",
    "the wifi password was Blue#Moon.": "Blue#Moon",
    "login snoop pw biggr33nhat ok": "biggr33nhat",
    "your PIN is 4711": "4711",
    "change the pwd to n3wpass": "n3wpass",
    "mysql --password hunter2 -u jane": "hunter2",
    "curl --token=abcdef": "abcdef",
    "password：ｈｕｎｔｅｒ２": "ｈｕｎｔｅｒ２",
}
HARMLESS = [
    str(uuid.UUID(int=RNG.getrandbits(128))),
    letters(RNG, 40, LOWER_HEX),
    "sha256:" + letters(RNG, 64, LOWER_HEX),
    "version 2.4.1-rc.3, build 20240607.1",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.",
    "press ctrl+c to copy and reset the password in the settings",
    "the password is required and the token is optional",
    "class sk-some-very-long-css-class-name-here",
    "a compass: it points north; spinning: 3 times; opinion: none",
    "https://example.org:8080/path?x=1 and jane@example.org",
    "pass the salt, pin the post to the wall",
    "Password:\nUsername:",
    "import tokenize; secrets.token_hex",
    "npm_config_registry and hf_hub_download and glpat",
]


def hits(text: str) -> list[tuple[str, str]]:
    """Rule and value of each hit."""
    return [(hit.rule, text[hit.start : hit.end]) for hit in Secrets()(text)]


class TestTokens:
    @pytest.mark.parametrize("name", sorted(TOKENS))
    def test_each_vendor_token_is_found_in_a_sentence(self, name):
        """A token is found whole, with or without quotes around it."""
        token = TOKENS[name]
        value = re.sub(VALUE_IN.get(name, "(.*)"), r"\1", token, flags=re.DOTALL)
        for text in (f"use {token} now", f'"{token}"', f"x\n{token}\ny"):
            assert (f"secret:{name}", value) in hits(text)

    def test_every_rule_has_an_example(self):
        """No vendor rule goes without a positive case here."""
        from text_redact.detectors import secrets

        assert {name for name, _ in secrets._TOKENS} == set(TOKENS)

    def test_a_private_key_cut_off_is_one(self):
        """A key block without its end is a secret to the end of the text."""
        text = TOKENS["private-key"][:60]
        assert ("secret:private-key", text) in hits(text)


class TestAnnounced:
    @pytest.mark.parametrize("text", sorted(PASSWORDS))
    def test_a_value_that_a_word_announces_is_found(self, text):
        """The value is found, without its quotes and the full stop after it."""
        assert PASSWORDS[text] in {value for _, value in hits(text)}

    @pytest.mark.parametrize("text", HARMLESS)
    def test_harmless_text_is_left_alone(self, text):
        """Identifiers, hashes, versions, prose and layout are no secrets."""
        assert hits(text) == []
