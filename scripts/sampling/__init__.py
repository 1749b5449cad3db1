"""Helpers of ``scripts/record_sample``; for developers only, nothing here is installed."""
