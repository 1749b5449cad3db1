"""The operators inside presidio-anonymizer: ``AnonymizerEngine`` and ``DeanonymizeEngine`` run them as their own.

engine = AnonymizerEngine()
engine.add_anonymizer(BoundaryOperator)
engine.anonymize(text, results, {"PERSON": OperatorConfig("boundary", {"operator": surrogate(key)})})
"""

from __future__ import annotations

from typing import Any

from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator as PresidioOperator
from presidio_anonymizer.operators import OperatorType

from text_redact.operators.encrypt import KEY_BYTES, decrypt


class BoundaryOperator(PresidioOperator):
    """``boundary``: runs the operator that is given as the parameter ``operator``."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """What stands in the place of ``text``, whose label the engine passes as ``entity_type``."""
        given = params or {}
        return str(given["operator"](given.get("entity_type", "DEFAULT"), text))

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Check the parameters.

        Raises:
            InvalidParamError: There is no operator.
        """
        if not callable((params or {}).get("operator")):
            raise InvalidParamError("'operator' is not an operator")

    def operator_name(self) -> str:
        """Name in an ``OperatorConfig``."""
        return "boundary"

    def operator_type(self) -> OperatorType:
        """It anonymises."""
        return OperatorType.Anonymize


class BoundaryDecrypt(PresidioOperator):
    """``boundary_decrypt``: gives back what ``encrypt`` took, with the parameter ``key``, 32 bytes."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The value behind the token ``text``.

        Raises:
            InputError: ``token-invalid``.
        """
        return decrypt(text, (params or {})["key"])

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Check the parameters.

        Raises:
            InvalidParamError: The key is missing or has another size.
        """
        key = (params or {}).get("key")
        if not isinstance(key, bytes) or len(key) != KEY_BYTES:
            raise InvalidParamError(f"'key' must be {KEY_BYTES} bytes")

    def operator_name(self) -> str:
        """Name in an ``OperatorConfig``."""
        return "boundary_decrypt"

    def operator_type(self) -> OperatorType:
        """It undoes."""
        return OperatorType.Deanonymize
