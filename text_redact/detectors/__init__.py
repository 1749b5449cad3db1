"""Detectors: each finds one family of sensitive text and changes nothing."""
