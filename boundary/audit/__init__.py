"""Audit what a policy does to a sample: what it changes, what it leaks, with figures that can be defended.

``from boundary import audit`` and `audit.run`; on the command line ``boundary audit``.
"""
