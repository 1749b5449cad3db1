"""Audit what a policy does to a sample: what it changes, what it leaks, with figures that can be defended.

``from boundary import audit`` and `audit.run`; on the command line ``boundary audit``.
"""

from boundary.audit.gates import Gate, parse_gate
from boundary.audit.measure import Options
from boundary.audit.rates import Rate
from boundary.audit.write import Audited, run

__all__ = ["Audited", "Gate", "Options", "Rate", "parse_gate", "run"]
