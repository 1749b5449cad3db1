"""Operators that say no more than the label: none of them tells the value's length.

They are presidio-anonymizer's operators, given parameters that do not depend on the value.
"""

from __future__ import annotations

from dataclasses import dataclass

MASK_CHARS = 8
"""Length of the masked part, whatever the length of the value."""


@dataclass(frozen=True, slots=True)
class Mask:
    """``********``, then the last ``keep_last`` letters or digits of the value; more mask where it is too short."""

    keep_last: int
    char: str

    def __call__(self, label: str, value: str) -> str:
        """What stands in the value's place."""
        from presidio_anonymizer.operators import Mask as PresidioMask

        shown = [char for char in value if char.isalnum()]
        # Keeping half of a value or more would be no mask.
        tail = "".join(shown[-self.keep_last :]) if 0 < self.keep_last * 2 < len(shown) else ""
        size = MASK_CHARS + self.keep_last - len(tail)
        params = {"masking_char": self.char, "chars_to_mask": size, "from_end": False}
        return str(PresidioMask().operate("x" * size, params)) + tail


@dataclass(frozen=True, slots=True)
class Replace:
    """The label in brackets, such as ``[EMAIL_ADDRESS]``, or the text that the policy gives."""

    text: str

    def __call__(self, label: str, value: str) -> str:
        """What stands in the value's place."""
        from presidio_anonymizer.operators import Replace as PresidioReplace

        new_value = self.text or f"[{label}]"
        return str(PresidioReplace().operate("", {"new_value": new_value, "entity_type": label}))


@dataclass(frozen=True, slots=True)
class Redact:
    """Nothing at all."""

    def __call__(self, label: str, value: str) -> str:
        """What stands in the value's place."""
        from presidio_anonymizer.operators import Redact as PresidioRedact

        return str(PresidioRedact().operate("", {"entity_type": label}))
