"""Redaction inside a recording while it is made: lines go in, cleared lines come out, memory and delay are bounded."""

from __future__ import annotations
