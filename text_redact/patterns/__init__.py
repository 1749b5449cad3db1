"""Patterns of our own, one file for each kind of value, for what Presidio's are known to miss.

Each module has ``RULES``: pairs of the entity that a rule finds and the rule.
"""
