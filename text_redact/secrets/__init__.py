"""Secrets in text: vendor tokens, keys, credentials in many notations, and values that words announce."""
