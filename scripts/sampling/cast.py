"""The invented people and values of the sample, and what is plain text in it.

Nobody here exists. Reserved or documented test values only: ``.example`` and example.com/.org names (RFC 2606),
555-01xx phone numbers, the card networks' test numbers, the SSN that the authority printed in a leaflet and withdrew,
the IBAN of the standard's own example, an address of TEST-NET-3 (RFC 5737), the access key of the AWS documentation.
"""

from __future__ import annotations

from typing import Final

AGENT: Final = "Marisol Tveit"
CUSTOMER: Final = "Dorothea Wainscott"
WRITER: Final = "Emeka Halloran"
MANAGER: Final = "Priya Ravensworth"
PEOPLE: Final = (AGENT, CUSTOMER, WRITER, MANAGER)

AGENT_MAIL: Final = "marisol.tveit@larkspur.example"
CUSTOMER_MAIL: Final = "dorothea.wainscott@example.org"
WRITER_MAIL: Final = "emeka.halloran@example.com"
MANAGER_MAIL: Final = "priya.ravensworth@corp.larkspur.example"
PHONE: Final = "(212) 555-0147"
BIRTH: Final = "1987-03-14"
SSN: Final = "219-09-9999"
CARD: Final = "4111 1111 1111 1111"
CARD_PLAIN: Final = "5555555555554444"
IBAN: Final = "DE89 3704 0044 0532 0130 00"
ADDRESS: Final = "203.0.113.47"
PASSWORD: Final = "Heron!River42"
# In pieces, so that no scanner of secrets stops at this file.
ACCESS_KEY: Final = "AKIA" + "IOSFODNN7" + "EXAMPLE"
HOST: Final = "wren-14.corp.larkspur.example"
DEVICE: Final = 0x025E104A7B3C
USER: Final = "mtveit-0412"

LABELS: Final[dict[str, str]] = {
    **dict.fromkeys(PEOPLE, "PERSON"),
    **dict.fromkeys((AGENT_MAIL, CUSTOMER_MAIL, WRITER_MAIL, MANAGER_MAIL), "EMAIL_ADDRESS"),
    PHONE: "PHONE_NUMBER",
    BIRTH: "DATE_OF_BIRTH",
    SSN: "US_SSN",
    CARD: "CREDIT_CARD",
    CARD_PLAIN: "CREDIT_CARD",
    IBAN: "IBAN_CODE",
    ADDRESS: "IP_ADDRESS",
    PASSWORD: "PASSWORD",
    ACCESS_KEY: "SECRET",
    HOST: "HOST_NAME",
    str(DEVICE): "MAC_ADDRESS",
    USER: "USER_ID",
}
"""Label of every sensitive value of the sample."""

ERASED: Final = {PASSWORD: 1, MANAGER: 1}
"""How often each value is typed and taken back."""

PLAIN_TYPED: Final = (
    "thank you for the photos of the parcel.",
    "Please keep the box until the carrier has seen it.",
    "the box is dented but the lamp",
    "Prefers short messages and paper invoices.",
    "ask the branch office",
    "Nothing else is needed from you.",
    "cat deploy.env",
    "ls reports",
)
"""Typed sentences that hold nothing sensitive and must survive."""

TASK: Final = f"Answer the refund question of {WRITER} and add {CUSTOMER} as a customer"

PLACEHOLDERS: Final[dict[str, str]] = {
    "AGENT": AGENT,
    "CUSTOMER": CUSTOMER,
    "WRITER": WRITER,
    "MANAGER": MANAGER,
    "WRITER_MAIL": WRITER_MAIL,
    "MANAGER_MAIL": MANAGER_MAIL,
    "AGENT_MAIL": AGENT_MAIL,
    "CARD_PLAIN": CARD_PLAIN,
}
"""``{{NAME}}`` of the pages' HTML."""


def fill(page: str) -> str:
    """The page's HTML with every ``{{NAME}}`` replaced."""
    for name, value in PLACEHOLDERS.items():
        page = page.replace("{{" + name + "}}", value)
    return page
