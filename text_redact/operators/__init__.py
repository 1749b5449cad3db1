"""Operators: what stands in the place of a value. None of them tells the value's length.

An operator is a callable ``(label, value) -> str``. Those that must know a whole session (who is called how, which
values are taken) have ``for_session`` as well; see `policies.contract.SessionOperator`.
"""

from __future__ import annotations

from text_redact.operators.basic import Mask, Redact, Replace
from text_redact.operators.common import tells
from text_redact.operators.encrypt import decrypt, decrypt_text

__all__ = ["Mask", "Redact", "Replace", "decrypt", "decrypt_text", "tells"]
