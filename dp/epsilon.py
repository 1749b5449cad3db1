"""Privacy budget as integers: one micro-epsilon is 10^-6 of epsilon.

Float sums lose or gain spends (diffprivlib refuses the 100th spend of 0.01 at epsilon 1); integers cannot.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

MICRO = 1_000_000
"""Micro-epsilon in one epsilon."""

MAX_EPSILON = 1_000
"""No epsilon above this is accepted: far beyond any deployment, and far within 64 bits."""

_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


def micro_epsilon(value: object) -> int:
    """The epsilon ``value`` as a whole number of micro-epsilon, exactly.

    Args:
        value: A plain decimal string (``"0.25"``), an `int`, a `Decimal`, or a `float`, which is read as the shortest
            decimal that denotes it (what the reviewer wrote).

    Raises:
        ValueError: Not such a value, below one micro-epsilon, above `MAX_EPSILON`, or finer than one micro-epsilon.
    """
    match value:
        case bool():
            raise ValueError("epsilon must be a number")
        case str() if _PLAIN.fullmatch(value):
            exact = Decimal(value)
        case int() | Decimal():
            exact = Decimal(value)
        case float():
            # float() undoes subclasses such as ruamel's, whose repr may differ.
            exact = Decimal(repr(float(value)))
        case _:
            raise ValueError("epsilon must be a decimal number such as 0.25")
    # Bounds first: they also keep Decimal("1e-999999999") from becoming a huge fraction.
    if not exact.is_finite() or not Decimal("0.000001") <= exact <= MAX_EPSILON:
        raise ValueError(f"epsilon must be at least 0.000001 and at most {MAX_EPSILON}")
    micro = Fraction(exact) * MICRO
    if micro.denominator != 1:
        raise ValueError("epsilon has at most 6 decimals")
    return micro.numerator


def epsilon_text(micro: int) -> str:
    """Micro-epsilon as an exact decimal without trailing zeros: ``250000`` is ``"0.25"``."""
    whole, rest = divmod(micro, MICRO)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
