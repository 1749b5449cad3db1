"""What makes pattern detectors fast: what a pattern needs is known beforehand, and a text without it is not read."""
