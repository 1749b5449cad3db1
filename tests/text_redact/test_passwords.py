"""Passwords are found by where and after what they were typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.model import Passage
from text_redact.passwords import cues
from text_redact.passwords.detect import TypedPasswords

FIND = TypedPasswords()
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1, max_size=20)


def found(text: str, **about: object) -> list[str]:
    """What is found in text typed into a field."""
    return [text[hit.start : hit.end] for hit in FIND(Passage(text, "typed", "final", **about))]


class TestFields:
    @pytest.mark.parametrize(
        "label",
        ["Password", "New password (again)", "Passwort:", "Mot de passe *", "contrase\u00f1a", "PIN", "CVV", "API key",
         "Enter the verification code", "Seed phrase", "Secret answer", "\u5bc6\u7801", "Passphrase for key"],
    )  # fmt: skip
    def test_the_label_of_a_field_says_what_it_holds(self, label):
        """Everything typed into a field for a password, a code or a key goes, whatever it looks like."""
        assert found("moonlight", label=label) == ["moonlight"]

    @pytest.mark.parametrize(
        "label", ["", "Search passwords", "Password policy", "Pinterest board", "Message", "User name", "Pin to top"]
    )
    def test_a_label_about_passwords_is_none(self, label):
        """A field that merely mentions passwords holds ordinary text."""
        assert found("moonlight", label=label) == []

    @given(WORDS, WORDS)
    def test_nothing_typed_into_a_password_field_is_left(self, first, second):
        """Tabs and Enters part what goes and stay; no other character does."""
        text = f"{first}\t{second}\n"
        assert found(text, label="Password") == [first, second]


class TestWindows:
    @pytest.mark.parametrize(
        "title", ["Unlock Keyring", "Authentication Required", "Enter password", "Windows Security"]
    )
    def test_a_window_that_asks_is_answered_with_a_password(self, title):
        """What is typed into a dialog for passwords is one."""
        assert found("moonlight\n", windows=(title,)) == ["moonlight"]

    @pytest.mark.parametrize("app", ["pinentry-gtk", "SecurityAgent", "LogonUI.exe", "KeePassXC", "Bitwarden"])
    def test_some_applications_hold_nothing_else(self, app):
        """Agents that ask for passwords and managers that keep them get no ordinary text."""
        assert found("moonlight", app=app) == ["moonlight"]

    @pytest.mark.parametrize(
        "about",
        [{"windows": ("Sign in - Acme",)}, {"windows": ("Log in to Acme",)}, {"url": "https://acme.example/login?next=/"},
         {"url": "https://accounts.acme.example/v2"}, {"windows": ("Anmelden | Acme",)}],
    )  # fmt: skip
    def test_on_a_sign_in_page_everything_goes(self, about):
        """User name, password and codes of a sign-in page are credentials, in one step or in two."""
        assert found("quorra\tmoonlight\n", **about) == ["quorra", "moonlight"]

    @pytest.mark.parametrize(
        "about",
        [{"windows": ("How to log in users - Docs",)}, {"windows": ("Password policy - Wiki",)},
         {"url": "https://acme.example/authors"}, {"windows": ("Sign in", "Inbox")}, {}],
    )  # fmt: skip
    def test_pages_about_signing_in_are_ordinary(self, about):
        """A page about passwords is none to enter one, nor is a window that has moved on."""
        assert found("moonlight", **about) == []

    def test_a_policy_may_name_more_of_them(self):
        """Applications and titles that the policy names count too."""
        from text_redact.passwords.step import PASSWORDS, PasswordsOptions

        find = PASSWORDS.build(PasswordsOptions(apps=("acme-*",), titles=("Vault *",)), None)
        assert find(Passage("x1", "typed", "final", app="Acme-Gate"))
        assert find(Passage("x1", "typed", "final", windows=("vault 7",)))
        assert not find(Passage("x1", "typed", "final", app="notes"))


class TestTerminals:
    @pytest.mark.parametrize(
        ("typed", "answers"),
        [
            ("sudo apt update\nhunter2\nls -la\n", ["hunter2"]),
            ("ssh jo@build.example\nyes\ncorrect horse battery\ncd /tmp\n", ["correct horse battery"]),
            ("passwd\nold-one\nnew-one\nnew-one\nexit\n", ["old-one", "new-one", "new-one"]),
            ("cat x | sudo -k tee y\nBlue42\n", ["Blue42"]),
            ("jo@box:~$ psql -U postgres\n tops3cret\nselect 1;\n", [" tops3cret"]),
            ("PGUSER=jo psql\nGreen!\n", ["Green!"]),
            ("gpg -d notes.gpg\nmoonlight\n", ["moonlight"]),
            ("docker login -u jo\nBlue42\n", ["Blue42"]),
        ],
    )
    def test_what_follows_a_command_that_asks_is_a_password(self, typed, answers):
        """The line after sudo, ssh, psql and others is the password, again where it was wrong or new."""
        assert found(typed, app="gnome-terminal") == answers
        assert found(typed) == answers

    @pytest.mark.parametrize(
        "typed",
        ["sudo ls\nls\ngit status\n", "git commit -m x\nfoo\n", "sudo -v\n./run.sh\n", "git push\npytest -q\n",
         "echo sudo\nBlue42\n", "docker ps\nBlue42\n", "sudo true\ny\nPATH=/bin x\n"],
    )  # fmt: skip
    def test_the_next_command_is_none(self, typed):
        """A password that was not asked for is not answered: commands are commands."""
        assert found(typed, app="xterm") == []

    def test_an_editor_is_no_terminal(self):
        """A note about sudo asks for nothing."""
        assert found("sudo apt update\nthanks\n", app="notes") == []


class TestUserNames:
    @pytest.mark.parametrize("typed", ["jdoe\thunter2\n", "quorra@example.org\tmoonlight\n", "jdoe\tmoonlight\n"])
    def test_after_a_user_name_and_tab_comes_the_password(self, typed):
        """One word, Tab, one word, Enter is how people sign in."""
        assert found(typed, app="firefox") == [typed.split("\t")[1].strip()]

    @pytest.mark.parametrize(
        "typed", ["Jane\tDoe\t12 Elm\n", "quorra@example.org\tLunch tomorrow\tHi\n", "total\t5000\nsum\t9000\n"]
    )
    def test_forms_and_tables_are_no_sign_in(self, typed):
        """More than two fields, several words and columns of numbers are ordinary."""
        assert found(typed, app="firefox") == []

    def test_tab_means_something_else_in_editors(self):
        """In a spreadsheet Tab goes to the next cell."""
        assert found("jdoe\thunter2\n", app="excel.exe") == []


@given(st.text(max_size=80), st.sampled_from(["", "xterm", "firefox", "pinentry"]))
def test_hits_lie_in_the_text(text, app):
    """Whatever was typed, a hit is a part of it that holds something."""
    for hit in FIND(Passage(text, "typed", "final", app=app, windows=("Sign in",))):
        assert text[hit.start : hit.end].strip()


def test_no_cue_matches_nothing():
    """A cue that matches the empty text would find every window."""
    for pattern in (cues.MANAGERS, cues.ASKERS, cues.ASKING, cues.SIGN_IN):
        assert not pattern.search("") or pattern is cues.ASKING
        assert not pattern.fullmatch("")
