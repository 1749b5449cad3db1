"""Privacy loss distributions of draws, with Google's ``dp-accounting`` (untyped: `Any` ends at `dp.accounting`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from dp.events import Draw
from recording.errors import MissingExtra

STEP = 1e-4
"""Grid of the privacy losses. It is the same for every event, so that more events never give a smaller total."""

INSTALL = "pip install 'boundary-redaction[dp]'"

_SENSELESS = 50
"""Above this rho in all, nothing is computed: epsilon is beyond 70 at any delta, and arrays would fill the memory."""


def by_loss(draws: Mapping[Draw, int]) -> Callable[[float], float]:
    """From delta to the epsilon of all draws together, each so many times; infinite where it protects nobody.

    Every distribution is a pessimistic one on the grid (connect-the-dots, arXiv 2207.04380).

    Raises:
        MissingExtra: dp-accounting is not installed.
    """
    if not draws:
        return lambda _: 0.0
    if sum((Fraction(draw.pure**2 / 2 + draw.rho) * count for draw, count in draws.items()), Fraction(0)) > _SENSELESS:
        return lambda _: math.inf
    try:
        from dp_accounting.pld import privacy_loss_distribution as pld
    except ImportError:
        raise MissingExtra("dp-accounting is not installed", code="missing-extra", hint=INSTALL) from None
    composed = pld.identity(value_discretization_interval=STEP)
    for draw, count in sorted(draws.items()):
        coarse = draw.coarse()
        one = _geometric(coarse) if coarse.kind == "discrete-laplace" else _gaussian(coarse)
        composed = composed.compose(one.self_compose(coarse.groups * count))
    return lambda delta: float(composed.get_epsilon_for_delta(delta))


def _geometric(draw: Draw) -> Any:
    from dp_accounting.pld import privacy_loss_distribution as pld

    # The float is rounded towards less noise.
    return pld.from_discrete_laplace_mechanism(
        float(1 / draw.parameter) * (1 + 1e-12),
        sensitivity=draw.per_group,
        value_discretization_interval=STEP,
        use_connect_dots=True,
    )


def _gaussian(draw: Draw) -> Any:
    from dp_accounting.pld import privacy_loss_distribution as pld

    sigma = math.sqrt(draw.parameter) * (1 - 1e-12)
    if draw.per_group >= STEP * sigma**2:
        return pld.from_discrete_gaussian_mechanism(
            sigma, sensitivity=draw.per_group, value_discretization_interval=STEP, use_connect_dots=True
        )
    return _dense(sigma, draw.per_group)


def _dense(sigma: float, shift: int) -> Any:
    """As dp-accounting, whose loop over all outcomes takes seconds; here losses fill the grid and it is used whole."""
    import numpy as np
    from dp_accounting.pld import pld_pmf
    from dp_accounting.pld import privacy_loss_distribution as pld
    from dp_accounting.pld.privacy_loss_mechanism import DiscreteGaussianPrivacyLoss

    loss = DiscreteGaussianPrivacyLoss(sigma, sensitivity=shift)
    ends = loss.connect_dots_bounds()
    top = math.ceil(loss.privacy_loss(ends.lower_x) / STEP)
    bottom = math.floor(loss.privacy_loss(ends.upper_x) / STEP)
    deltas = loss.get_delta_for_epsilon(np.arange(bottom, top + 1) * STEP)
    return pld.PrivacyLossDistribution(pld_pmf.create_pmf_pessimistic_connect_dots_fixed_gap(STEP, bottom, top, deltas))
