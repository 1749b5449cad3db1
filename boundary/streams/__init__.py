"""Brokers: recordings, or pieces of them, are consumed, taken through a policy, and what may leave is produced."""

from __future__ import annotations
