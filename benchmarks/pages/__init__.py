"""Realistic screens with truth: pages of many kinds drawn by headless Chromium, filled with invented values.

``python -m benchmarks.pages OUT --split tune --seeds 2`` writes pictures and truth; see `benchmarks.pages.truth`.
"""
