"""A real PostgreSQL server for tests and benchmarks: a temporary folder, a Unix socket, and gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


class Unavailable(Exception):
    """There is no server to start here; the text says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        folder: Where its socket and its data are.
        programs: Where ``pg_ctl`` is.
        prefix: What runs a program as the owner of the data.
    """

    folder: Path
    programs: Path
    prefix: tuple[str, ...]

    def url(self, database: str = "postgres") -> str:
        """Where a database is."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder))}"

    def start(self, **settings: str) -> None:
        """Start it, with settings such as ``fsync="off"``, and wait until it answers."""
        # No address to listen on: nobody else on this machine or outside can reach it.
        given = {"listen_addresses": "", "unix_socket_directories": str(self.folder), **settings}
        options = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        self.control("-w", "-t", "120", "-l", str(self.folder / "log"), "-o", options, "start")

    def control(self, *arguments: str) -> None:
        """Run ``pg_ctl``."""
        run([*self.prefix, str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), *arguments])

    def kill(self) -> None:
        """SIGKILL the server and all of its processes, as a loss of power would end them."""
        mark = self.folder / "data" / "postmaster.pid"
        head = int(mark.read_text().split()[0])
        children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        processes = (head, *map(int, children))
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(map(_alive, processes)):
            time.sleep(0.01)
        # Where nobody reaps the dead, their numbers stay taken, and the next server would wait for the old one.
        for left in (mark, *self.folder.glob(".s.PGSQL.*.lock")):
            left.unlink()


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def run(command: list[str]) -> None:
    """Run a program; its output is shown only when it fails."""
    done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, text=True)
    if done.returncode:
        raise Unavailable(f"{Path(command[-1]).name} of PostgreSQL failed: {done.stderr.strip()[:500]}")


def programs() -> Path:
    """The folder of the newest ``initdb``; Debian keeps it out of the search path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    if here is None:
        raise Unavailable("PostgreSQL is not installed: apt-get install postgresql")
    return Path(here).resolve().parent


def in_memory() -> Path | None:
    """A folder whose files are in memory, if there is one with room: flushing them takes no time."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > 2**30 else None


@contextmanager
def server(*, folder: Path | None = None) -> Iterator[Server]:
    """Make and start a server; stop and remove it afterwards.

    Args:
        folder: Where its own folder is made; by default on the disk.

    Raises:
        Unavailable: It is not installed, or does not start.
    """
    place = programs()
    prefix: tuple[str, ...] = ()
    # A socket's path has room for some hundred characters: pytest's folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=folder or "/tmp"))
    try:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                raise Unavailable("there is no user 'postgres' to run it as") from None
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            prefix = ("runuser", "-u", "postgres", "--")
        data = str(folder / "data")
        run([*prefix, str(place / "initdb"), "-A", "trust", "-E", "UTF8", "--no-locale", "-U", "postgres", "-D", data])
        started = Server(folder, place, prefix)
        started.start()
        try:
            yield started
        finally:
            with suppress(Unavailable):
                started.control("-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
