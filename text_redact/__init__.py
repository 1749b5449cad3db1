"""Typed text: keys to text and back, detectors, operators, and the search for values known from elsewhere."""
