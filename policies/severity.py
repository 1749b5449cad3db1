"""How bad it is when a value of some label leaks: for lists, lints and the levels of other tools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """From what is a nuisance to what hurts somebody the same day."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


DEFAULTS: Mapping[str, Severity] = MappingProxyType(
    {
        **dict.fromkeys(
            ("PASSWORD", "SECRET", "CREDENTIAL", "ONE_TIME_CODE", "CREDIT_CARD", "US_SSN", "IBAN_CODE",
             "US_BANK_NUMBER"),
            Severity.CRITICAL,
        ),
        **dict.fromkeys(
            ("PERSON", "ADDRESS", "EMAIL_ADDRESS", "PHONE_NUMBER", "DATE_OF_BIRTH", "CRYPTO", "MEDICAL_LICENSE",
             "FACE", "ID_DOCUMENT", "TYPED_TEXT", "FREE_TEXT"),
            Severity.HIGH,
        ),
        **dict.fromkeys(("DATE_TIME", "URL", "UUID", "ORGANIZATION"), Severity.LOW),
    }
)  # fmt: skip
"""Severities of labels that a policy says nothing about; what is here neither is `MEDIUM`, national ids are `HIGH`."""

_COUNTRY = re.compile(r"(?!ID_|IP_)[A-Z]{2}_")


def is_national(label: str) -> bool:
    """Whether a label is one of a single country's numbers, which begin with its code, as ``UK_NHS`` does."""
    return _COUNTRY.match(label) is not None


def severity_of(label: str, said: Mapping[str, Severity]) -> Severity:
    """The severity of a label: what the policy ``said``, also of all labels as ``default``, else the usual one."""
    if label in said:
        return said[label]
    if label in DEFAULTS:
        return DEFAULTS[label]
    if "default" in said:
        return said["default"]
    return Severity.HIGH if is_national(label) else Severity.MEDIUM
