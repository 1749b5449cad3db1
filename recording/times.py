"""Time literals of recorders to nanoseconds and back, exactly: no binary floating point in between."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

_PLAIN = re.compile(r"(-?)(\d{1,19})(?:\.(\d{1,9})\d*)?")
_UNITS = ((10**17, 1), (10**14, 10**3), (10**11, 10**6))
_INT64 = 2**63


def to_ns(literal: str) -> int | None:
    """Nanoseconds of a JSON number; digits beyond the nanosecond are cut off.

    A number with a fraction is seconds; an integer of 12, 15 or 18 digits and more is milli-, micro- or nanoseconds
    (times since 1970), a shorter one seconds. ``None`` for what is no time that int64 nanoseconds can hold.
    """
    match = _PLAIN.fullmatch(literal)
    if match is not None:
        sign, whole, fraction = match.groups()
        if fraction is None:
            value = int(whole) * _scale(int(whole))
        else:
            value = int(whole) * 10**9 + int(fraction.ljust(9, "0"))
        value = -value if sign else value
        return value if -_INT64 <= value < _INT64 else None
    try:
        number = Decimal(literal)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > 10:
        return None
    return 0 if number.adjusted() < -9 else int(number * 10**9)


def like_number(t_ns: int, literal: str) -> str:
    """``t_ns`` written as the source writes ``literal``: integers keep their unit, the rest are seconds."""
    match = _PLAIN.fullmatch(literal)
    if match is not None and match[3] is None:
        return str(t_ns // _scale(int(match[2])))
    whole, fraction = divmod(abs(t_ns), 10**9)
    digits = f"{fraction:09d}".rstrip("0") or "0"
    return f"{'-' if t_ns < 0 else ''}{whole}.{digits}"


def to_unit_ns(literal: str, unit_ns: int) -> int | None:
    """Nanoseconds of a number that counts in a declared unit; ``None`` for what int64 nanoseconds cannot hold."""
    try:
        number = Decimal(literal) * unit_ns
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= _INT64:
        return None
    return int(number)


def like_unit(t_ns: int, literal: str, unit_ns: int) -> str:
    """``t_ns`` in a declared unit: a whole number where ``literal`` is one, else with a fraction."""
    if re.fullmatch(r"-?\d+", literal):
        return str(t_ns // unit_ns)
    whole, rest = divmod(abs(t_ns), unit_ns)
    digits = str(rest).rjust(len(str(unit_ns)) - 1, "0").rstrip("0") or "0"
    return f"{'-' if t_ns < 0 else ''}{whole}.{digits}"


def from_iso(text: str) -> int | None:
    """Nanoseconds since 1970 of an ISO 8601 or ``asctime`` stamp (comma or point); without a zone it is read as UTC.

    ``None`` for what is none, and for years that int64 nanoseconds cannot hold.
    """
    whole, _, fraction = text.replace(",", ".").partition(".")
    zone = re.search(r"(?:Z|[+-]\d\d:?\d\d)$", fraction)
    digits = fraction[: zone.start()] if zone else fraction
    if digits and not digits.isdecimal():
        return None
    try:
        moment = datetime.fromisoformat(whole + (zone[0] if zone else ""))
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _SECOND
    value = int(seconds) * 10**9 + int(digits[:9].ljust(9, "0") or 0)
    return value if -_INT64 <= value < _INT64 else None


def like_iso(t_ns: int, stamp: str) -> str:
    """``t_ns`` written with the separators, digits and zone of ``stamp``; what is finer than its digits is cut off."""
    zone = re.search(r"(?:Z|(?<=:\d\d)[+-]\d\d:?\d\d|(?<=\d)[+-]\d\d:\d\d)$", stamp)
    body = stamp[: zone.start()] if zone else stamp
    fraction = re.search(r"([.,])(\d+)$", body)
    tz = datetime.fromisoformat("2000-01-01T00:00:00" + zone[0]).tzinfo if zone else UTC
    seconds, rest = divmod(t_ns, 10**9)
    moment = datetime.fromtimestamp(seconds, tz)
    text = moment.strftime("%Y-%m-%d") + body[10:11] + moment.strftime("%H:%M:%S")
    if fraction:
        text += fraction[1] + f"{rest:09d}"[: len(fraction[2])].ljust(len(fraction[2]), "0")
    return text + (zone[0] if zone else "")


def _scale(number: int) -> int:
    return next((factor for limit, factor in _UNITS if abs(number) >= limit), 10**9)


_SECOND = timedelta(seconds=1)
