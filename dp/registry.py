"""The public registry's form, filled as far as the releases tell.

The fields are those of OpenDP's registry of deployments (opendp/deployments-registry-data), whose tiers ask for ever
more: 1 what and who, 2 the parameters and the unit, 3 how it was accounted for and implemented. What only people know
is left open and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dp.answer import Answer
from dp.epsilon import epsilon_text

OPEN = "TO FILL IN"
"""Stands where only a person knows."""

NOT_PROTECTED = (
    "the names of the statistics, their public keys, bounds, prices and thresholds",
    "that the statistics were released, when, and how often",
    "how many keys a threshold lets appear, beyond what its delta allows for",
    "everything, once the budget of another scope or another collector is spent on the same people",
)
"""What no epsilon here is about."""


def form(answers: Sequence[Answer], *, policy: str, totals: Mapping[str, object], delta: str) -> dict[str, Any]:
    """The form as nested mappings, in the registry's order.

    Args:
        answers: What was released, at least one.
        policy: Name of the policy.
        totals: Totals of the scope by name, such as ``epsilon``.
        delta: Delta that the totals are at.
    """
    first = answers[-1]
    spent = epsilon_text(first.after)
    parameters = {first.currency: float(spent), **{name: totals[name] for name in sorted(totals)}, "delta": delta}
    mechanisms = sorted({one.mechanism for answer in answers for one in answer.numbers})
    days = "day" in first.protects.split(" of one person")[0]
    return {
        "status": "Draft",
        "tier": 3,
        "deployment": {
            "product": {
                "name": policy,
                "data_curators": [OPEN],
                "intended_use": OPEN,
                "data_product_type": "Summary statistics",
                "data_product_region": OPEN,
                "description": "Statistics of computer use: " + ", ".join(answer.query for answer in answers) + ".",
                "publication_date": OPEN,
                "data_product_sector": OPEN,
            },
            "dp_flavor": {
                "name": "Pure DP (approximate by the deltas below)"
                if first.currency == "epsilon"
                else "Zero-concentrated DP",
                "data_domain": "Events of recordings of computer use, each with the person it belongs to.",
                "unprotected_quantities": "\n".join(f"- {line}" for line in NOT_PROTECTED),
            },
            "privacy_loss": {
                "privacy_unit": "User-day-level" if days else "User-level",
                "privacy_unit_description": f"Neighbouring data differ by this: {first.protects}.",
                "privacy_parameters": parameters,
                "privacy_parameters_description": f"All releases of the scope '{first.scope}' so far.",
            },
            "model": {
                "model_name": "Central",
                "actors": "- People who are recorded.\n- A collector who sees the recordings and is trusted.\n"
                "- Everybody else, who sees the releases.",
                "release_type": "Many releases",
                "data_source_type": "Dynamic",
                "access_type": "Non-interactive",
            },
            "accounting": {
                "post_processing": "Quantiles and means are computed from the noisy integers. Those are not cut at 0.",
                "composition": "Sequential: integer amounts add up in a ledger that refuses what passes the total.",
            },
            "implementation": {
                "pre_processing_eda_hyperparameter_tuning": "Bounds and prices stand in the policy. Forecasts are made "
                "from public figures, never from the data.",
                "mechanisms": "\n".join(
                    [
                        *(
                            f"- Discrete {name} noise on integers, from the operating system's randomness."
                            for name in mechanisms
                        ),
                        *(f"- {line}" for answer in answers for line in _lines(answer)),
                    ]
                ),
                "justification": OPEN,
            },
            "resources": {"sources": OPEN, "registry_authors": [OPEN]},
        },
    }


def to_yaml(filled: Mapping[str, Any]) -> bytes:
    """The form as YAML 1.2, UTF-8."""
    import io

    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import LiteralScalarString

    def literal(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: literal(one) for name, one in value.items()}
        return LiteralScalarString(value + "\n") if isinstance(value, str) and "\n" in value else value

    yaml, out = YAML(), io.BytesIO()
    yaml.width = 120
    yaml.dump(literal(filled), out)
    return out.getvalue()


def _lines(answer: Answer) -> list[str]:
    """Sensitivity and price of each vector of an answer."""
    return [
        f"{answer.query}, {one.name}: a person changes at most {one.groups} values by at most {one.per_group};"
        f" {answer.currency} {epsilon_text(one.amount)}"
        + (f"; keys appear from {one.threshold}" if one.threshold is not None else "")
        for one in answer.numbers
    ]
