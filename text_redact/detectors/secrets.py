"""Secrets that carry their own shape: vendor tokens, private keys, and values after words that announce one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recording.model import Hit
from text_redact.normalise import normalise

# Prefix, alphabet and length as the vendors document them.
_TOKENS: tuple[tuple[str, str], ...] = (
    ("aws-access-key", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z2-7][A-Z0-9]{15}\b"),
    ("github-token", r"\bgh[pousr]_[A-Za-z0-9]{36,251}\b|\bgithub_pat_\w{22,255}\b"),
    ("gitlab-token", r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\w-]{20,64}\b"),
    ("slack-token", r"\bxox[abeoprs]-[\w-]{10,250}\b|\bxapp-\d-[\w-]{10,250}\b"),
    ("stripe-key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,247}\b"),
    ("google-api-key", r"\bAIza[\w-]{35}(?![\w-])|\bya29\.[\w-]{20,400}|\bGOCSPX-[\w-]{28}(?![\w-])"),
    ("openai-key", r"\bsk-(?=[\w-]{0,60}\d)(?=[\w-]{0,60}[A-Z])(?:proj-|ant-)?[\w-]{20,200}\b"),
    ("hugging-face-token", r"\bhf_[A-Za-z0-9]{34,40}\b"),
    ("npm-token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("pypi-token", r"\bpypi-[\w-]{50,250}\b"),
    ("sendgrid-key", r"\bSG\.[\w-]{22}\.[\w-]{43}\b"),
    ("shopify-token", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b"),
    ("digitalocean-token", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("vault-token", r"\bhv[sb]\.[\w-]{24,300}"),
    ("docker-token", r"\bdckr_pat_[\w-]{27}(?![\w-])"),
    ("azure-key", r"\bAccountKey=(?P<value>[A-Za-z0-9+/]{40,120}={0,2})"),
    ("jwt", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    ("auth-header", r"(?i:\bauthorization\s{0,3}:\s{0,3}(?:bearer|basic|token)\s{1,3})(?P<value>[\w.+/=~-]{8,2000})"),
    (
        "private-key",
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
    ),
    ("url-credentials", r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/@]{0,64}:(?P<value>[^\s/@]{1,128})@"),
)
_WORD = (
    r"(?:pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|api[ _-]?key|access[ _-]?key|secret[ _-]?key|auth[ _-]?token"
    r"|private[ _-]?key|credentials?|pin|otp)"
)
_QUOTED = r"(?P<q>[\"'`]?)(?P<value>[^\s\"'`,;]{3,256})(?P=q)"
# password: hunter2
_ASSIGNED = re.compile(
    rf"(?<![A-Za-z]){_WORD}(?:[ _-]?(?:is|code|number))?[\"'`]?[ \t]*(?:[:=]|:=|=>)[ \t]*{_QUOTED}", re.IGNORECASE
)
# "my password is hunter2", "pw hunter2", "PIN 4711": typed text has few colons. Without one, a value has to look like
# one: it holds a digit or a sign that ends no sentence.
_SAID = re.compile(
    r"(?<![A-Za-z])(?:(?:pass(?:word|wd|phrase|code)|pwd|pw|pin|otp)(?:[ \t]+code)?[ \t]+(?:is|was|to)"
    r"|pwd|pw|pin|otp|passwd)[ \t]+"
    r"(?=\S{0,64}[\d#$%&*+=@^~])[\"'`]?(?P<value>[^\s\"'`,;]{4,256}?)(?=[\"'`,;.!?)]{0,3}(?:\s|$))",
    re.IGNORECASE,
)
# --password hunter2
_OPTION = re.compile(r"(?:^|\s)--?(?:password|passwd|pass|token|secret)[ =](?P<value>\S{3,256})", re.IGNORECASE)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _TOKENS)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Finds SECRET (tokens and keys) and PASSWORD (a value that a word or an option announces)."""

    def __call__(self, text: str) -> Sequence[Hit]:
        """All hits, in offsets of ``text``."""
        plain = normalise(text)
        hits = [
            _hit("SECRET", match, 0.95, f"secret:{name}")
            for name, token in _COMPILED
            for match in token.finditer(plain.text)
        ]
        for rule, pattern in (("assigned", _ASSIGNED), ("said", _SAID), ("option", _OPTION)):
            hits += [_hit("PASSWORD", match, 0.7, f"secret:{rule}") for match in pattern.finditer(plain.text)]
        return [plain.back(hit) for hit in hits]


def _hit(label: str, match: re.Match[str], score: float, rule: str) -> Hit:
    group = "value" if "value" in match.re.groupindex else 0
    return Hit(label, match.start(group), match.end(group), score, rule)
