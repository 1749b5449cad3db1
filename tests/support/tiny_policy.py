"""A policy that releases one statistic of tiny recordings."""

from __future__ import annotations


def events_per_app(epsilon: str) -> str:
    """Its lines below the name: events in two applications, at a price out of a budget of 1."""
    return f"""\
person: user_id
find: [{{use: text.roles}}]
change: {{default: {{use: redact}}}}
release:
  budget: {{scope: tests, epsilon: 1}}
  aggregates:
    - {{use: dp.count_events, id: per-app, keys: [Mail, Crm], max_groups: 2, max_per_group: 500, epsilon: {epsilon}}}
"""
