"""Measurements of the toolkit against named peers: ``python -m benchmarks --list``."""
