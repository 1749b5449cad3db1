"""What announces a password: words on fields, in window titles and addresses, and commands that ask for one."""

from __future__ import annotations

import re
from importlib import resources


def _sections() -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    text = resources.files("text_redact.passwords").joinpath("cues.txt").read_text(encoding="utf-8")
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("=="):
            entries = out.setdefault(line.strip("= "), [])
        elif not line.startswith("#"):
            entries.append(line)
    return out


_SECTIONS = _sections()


def _any(section: str) -> str:
    return f"(?:{'|'.join(_SECTIONS[section])})"


def _field(section: str) -> re.Pattern[str]:
    """Labels that end in one of the words: "New password (again)" is one, "Password policy" is not."""
    before = r"(?:[^\W\d_][\w'’.-]{0,24}[ :/-]{1,3}){0,5}"
    after = (
        r"(?: {0,2}(?:\([^()]{0,40}\)|again|confirm(?:ation)?|repeat(?:ed)?|required|optional|hint|field|input|here"
        r"|[*:?.…_#\d]|for [\w@. -]{1,60}))*"
    )
    never = r"(?!search|find|filter|forgot|show|hide|reset|save)"
    return re.compile(rf"\W{{0,3}}{never}{before}{_any(section)}{after}\s*", re.IGNORECASE)


LABELS = (("ONE_TIME_CODE", _field("code")), ("PASSWORD", _field("password")), ("SECRET", _field("secret")))
"""What a field holds, by its label; the first that matches the whole label counts."""

MANAGERS = re.compile(_any("manager"), re.IGNORECASE)
"""Applications in which every text is a credential or names one."""

ASKERS = re.compile(_any("asker"), re.IGNORECASE)
"""Applications that ask for a password and for nothing else."""

_WHAT_IS_ASKED = (
    r"(?:enter|type|confirm|provide|choose|set|create|change|new|your|the|login|account|admin(?:istrator)?|master|network"
    r"|wi-?fi|security|sudo|user|unlock|keyring|please|for|key)"
)
ASKING = re.compile(
    rf"\W*(?:{_WHAT_IS_ASKED}\W+){{0,4}}{_any('password')}(?:\W+(?:required|needed|prompt))?(?:\W+(?:for|-)\W.{{1,80}})?\W*"
    r"|(?:unlock|decrypt)\W+(?:the\W+)?(?:login\W+)?(?:keyring|disk|volume|device|key|vault|wallet|drive)\b.{0,80}"
    r"|authenticat(?:e|ion)(?:\W+(?:is\W+)?(?:required|needed))?\W*|windows security|user account control",
    re.IGNORECASE,
)
"""Titles of windows that ask for a password and for nothing else."""

SIGN_IN = re.compile(
    rf"(?:^|[-|:·–—(] ?|\bto ){_any('sign in')}(?= *$| *[-|:·–—)]| +(?:to|with|page|bei|auf|en|a|op|ist)\b)",
    re.IGNORECASE,
)
"""Titles of pages on which people sign in."""

SIGN_IN_URL = re.compile(
    r"[a-z]+://(?:(?:accounts?|auth|login|signin|sso|idp|id|secure|logon|adfs|okta|auth0)\.[^/]*"
    rf"|[^/]+/(?:[^?#]*/)?{_any('sign in address')}(?:[./?#_-]|$))",
    re.IGNORECASE,
)
"""Addresses of such pages."""

SHELL = frozenset(word for line in _SECTIONS["shell"] for word in line.split())
"""First words of lines that are commands, not answers."""

ANSWERS = frozenset({"a", "n", "no", "ok", "q", "y", "yes"})
"""Answers to questions that are not about passwords."""

_COMMAND = re.compile(rf"(?:^|[|;&(]\s*|\bsudo\s+(?:-\S+\s+)*)(?:\S*/)?(?P<name>{_any('asking command')})(?=\s|$)")
_PROMPT = re.compile(r"^\s*(?:[\w.@:~/\\ -]{0,80}[$#%>]\s)?\s*(?:[A-Z_][A-Z0-9_]*=\S*\s+)*")
_GPG = r"\s(?:-c|-d|-s|-e|--(?:symmetric|decrypt|sign|gen|full-gen|edit|export-secret|import|clearsign|change))"
_LOGIN = r"\s(?:auth|login|adduser|unlock|upload|signin)\b"
_WITH_USER = r"\s(?:-u|--user|-a|--auth)\s+[^\s:]+(?:\s|$)"
_ONLY_IF = {
    "ansible": r"-k\b|-K\b|--ask",
    "ansible-playbook": r"-k\b|-K\b|--ask",
    "aws": r"\sconfigure\b",
    "curl": _WITH_USER,
    "git": r"\s(?:push|pull|fetch|clone|ls-remote|remote|submodule)\b",
    "gpg": _GPG,
    "gpg2": _GPG,
    "hg": r"\s(?:push|pull|clone)\b",
    "http": _WITH_USER,
    "mount": r"cifs|smb|username=",
    "nmcli": r"--ask|-a\b",
    "openssl": r"\s(?:enc|rsa|genrsa|pkcs12|pkcs8|req|ec|pkey)\b",
    "op": r"\ssign",
    "pass": r"\s(?:insert|edit|generate)\b",
    "read": r"\s-\w*s",
    "redis-cli": r"--askpass",
    "security": r"unlock|password",
    "svn": r"\s(?:co|checkout|ci|commit|up|update)\b",
    "wget": r"--(?:ask|use-ask)",
    "zip": r"\s(?:-\w*e|--encrypt)",
    **dict.fromkeys(
        ("az", "bw", "docker", "fly", "gh", "glab", "heroku", "npm", "oc", "podman", "twine", "vault"), _LOGIN
    ),
}
"""What the rest of the line must hold for some commands to ask for anything."""


def asks(line: str) -> bool:
    """Whether a command line starts something that may ask for a password."""
    command = _PROMPT.sub("", line)
    for match in _COMMAND.finditer(command):
        needed = _ONLY_IF.get(match["name"].split()[0])
        if needed is None or re.search(needed, command[match.start() :]):
            return True
    return False
