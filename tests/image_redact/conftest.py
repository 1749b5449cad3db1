"""Shared by the tests of `image_redact`: a plain detector, and a guard that forbids the network."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest
from patterns import Patterns


@pytest.fixture
def detect() -> Patterns:
    """The detector of the tests."""
    return Patterns()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to connect or to resolve a name fails the test."""

    def refuse(*_args: object, **_options: object) -> NoReturn:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
