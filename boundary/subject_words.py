"""Plain words for codes and labels, for people who have never seen either."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NATIONAL = re.compile(r"[A-Z]{2}_")
"""Labels of official numbers begin with their country."""

KINDS: Mapping[str, str] = {
    "PERSON": "names of people",
    "EMAIL_ADDRESS": "e-mail addresses",
    "PHONE_NUMBER": "telephone numbers",
    "LOCATION": "places and addresses",
    "STREET_ADDRESS": "places and addresses",
    "ADDRESS": "places and addresses",
    "ORGANIZATION": "names of organisations",
    "CREDIT_CARD": "card numbers",
    "IBAN_CODE": "account numbers",
    "BANK_ACCOUNT": "account numbers",
    "PASSWORD": "passwords",
    "SECRET": "keys and secrets of programs",
    "USER_NAME": "user names",
    "HOST_NAME": "names of computers",
    "DEVICE_ID": "numbers of devices",
    "IP_ADDRESS": "addresses of computers",
    "MAC_ADDRESS": "addresses of computers",
    "URL": "web addresses",
    "DATE_TIME": "dates",
    "DATE_OF_BIRTH": "dates of birth",
    "FACE": "faces",
    "PERSON_ID": "numbers and names that stand for you",
    "CREDENTIAL": "passwords",
    "ONE_TIME_CODE": "codes for signing in",
    "MEDICAL_LICENSE": "official numbers",
    "CRYPTO": "account numbers",
    "QR_CODE": "codes to scan",
    "BARCODE": "codes to scan",
}
"""Label -> what a person would call it; others are read as they are spelt."""

WHY: tuple[tuple[str, str], ...] = (
    ("consent-", "you did not consent to it"),
    ("frame-not-cleared", "the rules do not let it pass, or nothing could read it"),
    ("no-reader", "a kind of file that nothing here can read"),
    ("video-", "a video: videos do not leave as they are"),
    ("screen-residue", "something could still be read in it"),
    ("ocr-", "its text could not be read for certain"),
    ("image-", "the picture could not be read"),
)
"""How a code begins -> why it stayed."""

CONSENT: Mapping[str, str] = {
    "consent-withdrawn": "You took your consent back. Nothing new of you leaves.",
    "consent-unknown": "You are not in the register of consents, so nothing new of you leaves.",
    "consent-unclear": "What the register says of you is not clear, so nothing new leaves. Ask for a correction.",
    "consent-missing": "The register does not say that you consented, so nothing new of you leaves.",
    "consent-not-yet": "Your consent has not begun, so nothing of you leaves yet.",
    "consent-ended": "Your consent has ended, so nothing new of you leaves.",
}

SCOPE: Mapping[str, str] = {
    "keys": "what you type, and other text",
    "screens": "pictures of your screen",
    "statistics": "being counted in statistics",
}


def kind_of(label: str) -> str:
    """A label in plain words."""
    if label not in KINDS and _NATIONAL.match(label):
        return "official numbers (identity, tax, health)"
    return KINDS.get(label, label.replace("_", " ").lower() if label.isupper() else label)
