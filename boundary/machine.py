"""What ``boundary doctor`` says about the machine: what could show memory or files to others, or fill up midway."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from boundary.checks import Check
from boundary.state import RETIRED, state_folder
from boundary.versions import installed

LEAST_FREE_GB = 5.0
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_EARLIEST = 1_767_225_600
"""2026-01-01: a clock before that is wrong, and consent ends by the clock."""


def examine_machine(*, brokers: tuple[str, ...] = ()) -> list[Check]:
    """Look at the machine. Nothing is connected to but ``brokers``, each ``HOST:PORT``, and nothing is sent there."""
    return [
        _core_files(), _umask(), _swap(), _temporary(), _disk(), _clock(), *_keys(), *_java(),
        *(_broker(address) for address in brokers),
    ]  # fmt: skip


def _core_files() -> Check:
    soft, _ = resource.getrlimit(resource.RLIMIT_CORE)
    if soft == 0:
        return Check("core files", "ok", "off")
    remedy = "commands turn them off for themselves; a program that imports Stage should: ulimit -c 0, LimitCORE=0"
    return Check("core files", "note", "on for this account", remedy)


def _umask() -> Check:
    mask = os.umask(0o077)
    os.umask(mask)
    if mask & 0o007 == 0o007:
        return Check("umask", "ok", f"{mask:03o}")
    return Check("umask", "note", f"{mask:03o}: what is released can be read by every account here", "umask 027 or 077")


def _swap() -> Check:
    swaps = _read("/proc/swaps").splitlines()[1:]
    bare = [line.split()[0] for line in swaps if line.split() and not line.startswith(("/dev/zram", "/dev/dm-"))]
    if not swaps:
        return Check("swap", "ok", "off")
    if not bare:
        return Check("swap", "note", "on a mapped or compressed device", "make sure that it is encrypted")
    return Check(
        "swap", "note", "on, and perhaps not encrypted: memory may reach the disk", "swapoff -a, or encrypt it"
    )


def _temporary() -> Check:
    folder = Path(tempfile.gettempdir())
    kind = _kind_of(folder)
    if kind in _IN_MEMORY:
        return Check("temporary files", "ok", f"{folder}, in memory")
    remedy = "mount -t tmpfs, or set TMPDIR to a folder in memory; nothing recorded is put there by the toolkit itself"
    return Check("temporary files", "note", f"{folder}, on disk", remedy)


def _kind_of(folder: Path) -> str:
    """The kind of file system that holds a folder; empty where the system does not say."""
    place, found = str(folder.resolve()), ("", "")
    for line in _read("/proc/mounts").splitlines():
        parts = line.split()
        if len(parts) > 2:
            inside = parts[1] == "/" or place == parts[1] or place.startswith(parts[1] + "/")
            found = max(found, (parts[1], parts[2])) if inside else found
    return found[1]


def _disk() -> Check:
    folder = next(one for one in (state_folder(), *state_folder().parents) if one.exists())
    free = shutil.disk_usage(folder).free / 2**30
    state, remedy = ("ok", "") if free >= LEAST_FREE_GB else ("note", "a run stops cleanly when the disk is full")
    return Check("free disk", state, f"{free:.0f} GiB beside the state folder", remedy)


def _clock() -> Check:
    if time.time() < _EARLIEST:
        return Check("clock", "missing", "years behind: consent and budgets go by it", "set the clock; timedatectl")
    return Check("clock", "ok", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))


def _keys() -> Iterator[Check]:
    """Everything in the state folder belongs to this account, and others may not look in."""
    folder = state_folder()
    if not folder.exists():
        return
    try:
        private = [folder, *folder.glob("*.key"), *(folder / RETIRED).glob("*.key"), *folder.glob("ledger.db*")]
        others = [path.name for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077]
        strange = [path.name for path in private if path.stat().st_uid != os.getuid()]
    except OSError as error:
        yield Check("state folder", "missing", f"cannot be looked into ({error.strerror})", "check its permissions")
        return
    if others or strange:
        what = ", ".join(sorted({*others, *strange}))
        yield Check("state folder", "missing", f"open to others: {what}", f"chmod -R go= {folder}; check its owner")
    else:
        yield Check("state folder", "ok", "private")


def _java() -> Iterator[Check]:
    if installed("pyspark") is None:
        return
    java = shutil.which("java") or os.environ.get("JAVA_HOME", "")
    yield (
        Check("java", "ok", "found")
        if java
        else Check("java", "note", "pyspark needs it", "apt-get install default-jre")
    )


def _broker(address: str) -> Check:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=5):
            return Check("broker", "ok", f"{address} answers")
    except (OSError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return Check(
            "broker", "missing", f"{address} cannot be reached ({reason})", "give HOST:PORT; check the network"
        )


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
