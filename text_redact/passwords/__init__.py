"""Passwords as only a recording can tell them: by the field, the window, the command or the keys before them."""
