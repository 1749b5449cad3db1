"""Whether a charge makes sense, and how its events are written. Read before the ledger is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dp.ledger.contract import Charge
from dp.ledger.schema import MAX_AMOUNT, canonical
from dp.terms import Currency
from recording.errors import InputError

_LONGEST = 512


def events_text(charge: Charge, *, scope: str, total: int, currency: Currency, place: str) -> str:
    """The events of ``charge`` as canonical JSON, once everything about it was checked.

    Raises:
        InputError: ``ledger-cost``, ``ledger-currency``, or ``ledger-charge`` for ids, events or a delta that cannot
            be written down exactly. The text quotes none of them.
    """
    if type(charge.cost) is not int or charge.cost < 1:
        raise InputError("a charge must cost something", code="ledger-cost", place=place)
    if charge.cost > MAX_AMOUNT or type(total) is not int or not 1 <= total <= MAX_AMOUNT:
        raise InputError("an amount must be a whole number from 1 to 2^62", code="ledger-cost", place=place)
    if charge.currency is not currency:
        hint = f"this ledger counts {currency.value}"
        raise InputError(
            "the charge is in another currency than its scope", code="ledger-currency", place=place, hint=hint
        )
    if not all(_is_name(name) for name in (charge.release_id, charge.policy, scope)):
        raise _senseless("an id, a digest or a scope is empty, too long, or has control characters", place)
    if not 0 <= charge.delta < 1:
        raise _senseless("a delta is at least 0 and below 1", place)
    if not charge.events or not all(isinstance(event, Mapping) and _exact(event) for event in charge.events):
        raise _senseless("a charge has events, and events hold integers and strings only", place)
    return canonical(list(charge.events))


def _senseless(message: str, place: str) -> InputError:
    return InputError(message, code="ledger-charge", place=place, hint="nothing was charged")


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= _LONGEST and text.isprintable()


def _exact(value: object) -> bool:
    """Whether ``value`` reads back from JSON as it was: floats do not on every reader, and bool is no number here."""
    match value:
        case str():
            return all(not 0xD800 <= ord(letter) <= 0xDFFF for letter in value)
        case Mapping():
            return all(isinstance(key, str) and _exact(key) and _exact(item) for key, item in value.items())
        case Sequence():
            return not isinstance(value, bytes | bytearray) and all(_exact(item) for item in value)
        case None | bool() | int():
            return True
        case _:
            return False
