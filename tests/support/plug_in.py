"""A distribution of somebody else's with one step that misbehaves, and the ``boundary`` program run with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

STEPS = """\
import logging, os, signal, sys, time, warnings
from multiprocessing import parent_process
from pydantic import Field
from policies.contract import Options, Phase, StepSpec


class Misbehaving:
    def __call__(self, text):
        if "do raise" in text:
            raise ValueError(text)
        if "do talk" in text:
            print(text)
            print(text, file=sys.stderr)
            os.write(2, text.encode())
            logging.getLogger("plug-in").error(text)
            warnings.warn(text)
            raise SystemExit(text)
        if "do die once" in text:
            try:
                open(os.environ["PLUG_IN_ONCE"], "x").close()
            except FileExistsError:
                return []
            os.kill(os.getpid(), signal.SIGKILL)
        if "do die" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "do leave" in text:
            os._exit(0)
        if "do abort" in text:
            os.abort()
        if "do hang" in text:
            time.sleep(600)
        if "do eat" in text:
            held = []
            while True:
                held.append(bytes(range(256)) * 2**16)
        if "do wait" in text:
            with open(os.environ["PLUG_IN_READY"], "w") as ready:
                ready.write(str(os.getpid()))
            time.sleep(600)
        return []


class MisbehavingOptions(Options):
    build: str = Field("", description="Where building fails: here, child.")


def build(options, context):
    if options.build == "here" or (options.build == "child" and parent_process() is not None):
        raise FileNotFoundError("model.bin")
    return Misbehaving()


MISBEHAVING = StepSpec(
    name="plug.misbehaving", phase=Phase.FIND, summary="Misbehaves.", options=MisbehavingOptions, build=build,
    gives=frozenset({"text"}),
)
"""
DEAF = '''\
"""Loaded by every Python that starts with this folder on its path: nothing reaches the network."""
import socket

_create = socket.socket.__init__


def _refused(*args, **named):
    raise RuntimeError("no network here")


def _local(self, family=-1, *args, **named):
    if family not in (-1, socket.AF_UNIX):
        _refused()
    if family == -1 and named.get("fileno") is None and not args[2:]:
        _refused()
    _create(self, family, *args, **named)


socket.socket.__init__ = _local
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = _refused
'''


def install(folder: Path, *, entry: str = "plug_in_steps:MISBEHAVING") -> Path:
    """Put the distribution into a folder for ``PYTHONPATH``."""
    info = folder / "plug_in-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "plug_in_steps.py").write_text(STEPS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug-in\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[boundary.steps]\nplug.misbehaving = {entry}\n")
    return folder


def deafen(folder: Path) -> Path:
    """Put a ``sitecustomize`` that forbids sockets into a folder for ``PYTHONPATH``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(DEAF)
    return folder


def environment(state: Path, *path: Path) -> dict[str, str]:
    """Variables for a run of its own, with folders in front of the module path."""
    found = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    return found | {"BOUNDARY_STATE": str(state), "PYTHONPATH": os.pathsep.join(map(str, path)), "COLUMNS": "100"}


def command(*arguments: object) -> list[str]:
    """The ``boundary`` command line of this environment."""
    return [str(Path(sys.executable).with_name("boundary")), *map(str, arguments)]


def boundary(
    *arguments: object, state: Path, path: tuple[Path, ...] = (), stdin: bytes = b""
) -> subprocess.CompletedProcess[str]:
    """Run ``boundary`` to its end."""
    done = subprocess.run(
        command(*arguments), env=environment(state, *path), input=stdin, capture_output=True, timeout=900, check=False
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
