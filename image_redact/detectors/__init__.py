"""What is found on a frame without a text detector: one detector and its step a file."""
