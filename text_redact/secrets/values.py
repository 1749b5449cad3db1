"""Whether a string behind an announcing word is a value at all: no placeholder, no code, no ordinary word."""

from __future__ import annotations

import re

from text_redact.secrets.randomness import looks_random
from text_redact.secrets.rules import phrases
from text_redact.words import is_ordinary

_PLACEHOLDER = re.compile(
    r"""[*\u2022\u25cf\u00b7.x_#?\-]+|(.)\1*                      # masks and repetitions
    |\$\{.*|\{\{.*|\{%.*|\$\(.*|\#\{.*|%\(.*|@\{.*|\{[\w.:!]*\}.* # templates of many languages
    |\$(?:[A-Z][A-Z_]*|[a-z]+_[a-z_]+|[A-Za-z]*(?:pass|pw|secret|token|key|user|env|name)[A-Za-z]*)(?:[:.\[\-].*)?
    |\$\d|%[A-Za-z_]+%|(?:%[sdr][:@/;,]?)+|<[^>]*>|\[[^\]]*\]|\(.*\)
    |(?:your|insert|enter|put|add|example|sample|dummy|fake)[-_. ][a-z]+(?:[-_. ][a-z]+)*
    |(?:your|insert|replace|change|enter|put)[-_]?[a-z_\-]{0,30}(?:here|key|token|secret|password|pass)
    |(?:change|replace)[-_]?(?:me|it|this)
    |(?:[a-z]+[_-])+(?:password|passwd|pwd|secret|token|key|pass)(?:[_-][a-z]+)*
    |(?:password|passwd|pwd|secret|token|key|pass)(?:[_-][a-z]+)+
    |x{3,}[-x]*|.*(?:placeholder|redacted|changeme|change_me|xxxxx|\*\*\*\*|\.\.\.$).*
    |(?:process|os|sys|self|this|cls|config|conf|settings|env|args|opts|options|request|req|params|data|form|user|ctx|context
       |secrets|vault|var|vars|local|module|inputs|github|app|props|state|event|body|session|response|res|credentials|creds)
      (?:\.|->|\[|\?\.|::).*
    |(?:vault|op|ssm|secretsmanager|gcp-secret|keyring|file|env):/{0,2}.*|arn:aws:.*|projects/.*
    |(?:await|new|lambda|function|async|return)\s.*|null|none|nil|true|false|undefined|nan|void
    |!(?:vault|ref|sub|getatt|env|secret|include|reference)\b.*|&(?:nbsp|quot|amp|lt|gt|\#\d+);?|\\[nrt"'].*
    |@[A-Za-z]+\(.*|@(?:Value|Inject|Secret)\b.*""",
    re.IGNORECASE | re.VERBOSE,
)
_CALL = re.compile(r"[A-Za-z_$][\w.$:]*(?:\(|\[|->|<\w|!\()|[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+[.)\]};,]*$")
_NAME = re.compile(r"[A-Za-z_]+")
_HARMLESS = re.compile(
    r"""[+-]?[\d.,:/\-]+(?:%|[ap]m|st|nd|rd|th|h|hrs?|mins?|s|ms|us|ns|px|pt|em|k|kb|mb|gb|tb|kib|mib|gib|x|d|days?|years?|bit|bits|bytes?|chars?)?\.?
    |v?\d+(?:\.\d+)+(?:[-+.]?(?:rc|a|b|beta|alpha|dev|post)[.\d]*)?|[$\u20ac\u00a3\u00a5][\d.,]+[kmb]?
    |[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|[a-z][a-z0-9+.-]*://\S*|www\.\S+|\#\d+|\d+(?:x|\*)\d+
    |(?:~|\.{1,2})?/(?:[\w.@~-]+/)*[\w.@~-]*|[A-Za-z]:\\\S*|[A-Za-z][A-Za-z]*['\u2019][a-z]{1,3}
    |[A-Za-z]+(?:/[A-Za-z]+)+|[A-Za-z0-9][\w-]*\.(?:py|pyc|js|ts|tsx|jsx|java|go|rb|rs|c|h|cpp|cs|php|html?|css|json|ya?ml|toml|ini|cfg|conf|txt|md|csv|xml
      |log|sh|bat|ps1|exe|dll|so|zip|gz|tar|tgz|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|svg|webp|mp[34]|mov|pem|key|crt|cer|p12|pfx|env|lock|sql|db|com|org|net|io|example|test)
    |(?:sha|md|utf|iso|rfc|ipv|base|aes|rsa|hs|rs|es|ps|x|mp|h|q|r|v|http|oauth|tls|ssl|s|ec|ed|web|log4j|node|python|py|sql|k)[-_]?\d[\d.\-]*[a-z]{0,3}
    |[A-Z]{2,10}-\d{1,6}|Q[1-4]|COVID-19|\d+(?:-[A-Za-z]+)+""",
    re.VERBOSE | re.IGNORECASE,
)
_PLACE = re.compile(
    r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|[a-z][a-z0-9+.-]*://\S*|www\.\S+|(?:~|\.{1,2})?/\S*|[A-Za-z]:\\\S*|\S+\.[a-z]{2,5}",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z'\u2019_./ ,:!?-]+")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SIGNS = frozenset("!#$%&*+=?@^~|{}[]<>\\;:\u00a3\u20ac\u00a7")
_QUOTES = frozenset("\"'`\u00b4\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb")


def is_placeholder(value: str) -> bool:
    """Whether something stands for a value: a mask, a template, a variable, a call, ``changeme``, ``None``."""
    return value.lower() in phrases("no_values") or _PLACEHOLDER.fullmatch(value) is not None


def is_code(value: str) -> bool:
    """Whether an unquoted value is an expression of a programming language: a call, an item, an attribute."""
    return _CALL.match(value) is not None


def is_harmless(value: str) -> bool:
    """Whether a value has another well-known meaning: a number, a date, a version, an address, a path, a file name."""
    return _HARMLESS.fullmatch(value) is not None


def is_place(value: str) -> bool:
    """Whether a value is an address, a path or a file name."""
    return _PLACE.fullmatch(value) is not None


def is_mixed(value: str) -> bool:
    """Whether a value looks chosen as a password: letters with digits, or signs that no word has."""
    if len(value) < 4 or is_harmless(value):
        return False
    if _is_phrase(value):
        return True
    letters = any(map(str.isalpha, value))
    digits = any(map(str.isdecimal, value))
    signs = any(char in _SIGNS for char in value.rstrip("!?:;"))
    return (letters and digits) or (signs and (letters or digits) and len(value) > 4)


def _is_phrase(value: str) -> bool:
    """Whether three or more words hang together by one sign, as in passphrases, and none speaks of passwords."""
    parts = re.split(r"[-._]", value)
    return (
        len(parts) > 2
        and len(set(re.findall(r"[-._]", value))) == 1
        and all(part.isalpha() and len(part) > 2 and part.lower() not in phrases("no_values") for part in parts)
    )


def is_word(value: str) -> bool:
    """Whether every part of a value is an ordinary English word, in any case: ``Reset``, ``two-factor``."""
    if _WORDS.fullmatch(value) is None:
        return False
    parts = [part.lower() for part in _WORD.findall(value)]
    return bool(parts) and max(map(len, parts)) > 2 and all(len(part) < 3 or _ordinary(part) for part in parts)


def _ordinary(word: str) -> bool:
    return is_ordinary(word) or (word.endswith("s") and is_ordinary(word[:-1]))


def is_name(value: str) -> bool:
    """Whether a value has only letters and underscores, like the name of a variable."""
    return _NAME.fullmatch(value) is not None


def strip_quotes(value: str) -> str:
    """The value without quotation marks around it."""
    return value.strip("".join(_QUOTES))


def is_token(value: str) -> bool:
    """Whether a value looks like a token: long enough and random, or letters mixed with digits."""
    if len(value) < 6 or is_harmless(value):
        return False
    return looks_random(value) or (
        is_mixed(value) and len(value) >= 8 and any(map(str.isdecimal, value)) and not is_word(value)
    )
