"""Settings of engines for data that must not leave: nothing reaches out, and what touches a disk lies in one folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from recording.errors import InputError

RAY_STORE_BYTES = 512 * 2**20

_NOBODY = "http://127.0.0.1:9"
"""Where nobody listens."""


def private(folder: str | Path) -> Path:
    """A folder for what engines spill and cache: made, for its owner alone; on a tmpfs or an encrypted disk, please.

    Raises:
        InputError: ``out-unwritable``; ``scratch-exposed``: others may look into it.
    """
    place = Path(folder).absolute()
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if place.stat().st_mode & 0o077:
            hint = f"chmod 700 {place}"
            raise InputError("others may look into the folder", code="scratch-exposed", place=str(place), hint=hint)
    except OSError as error:
        raise InputError(f"the folder cannot be made ({error.strerror})", code="out-unwritable", place=str(place),
                         hint="check the disk and the permissions") from None  # fmt: skip
    return place


def environment(folder: str | Path) -> dict[str, str]:
    """Environment variables for engines on this machine, to be set before one is imported.

    Telemetry and hubs are off, and web requests of any library end at a port of this machine where nobody listens;
    temporary files, caches and spilled rows are below ``folder``; Spark's workers run this Python.

    Raises:
        InputError: As `private`.
    """
    place = private(folder)
    return {
        # Ray asks for the cloud that it runs in, and reports that reports are off, even where they are.
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NOBODY),
        **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost"),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_USAGE_STATS_REPORT_URL": _NOBODY,
        # Off: one machine only, and its address is 127.0.0.1. Else all ports are open to the network.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HF_HOME": str(place / "huggingface"),
        "DASK_TEMPORARY_DIRECTORY": str(place / "dask"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(place / "spark"),
        "PYSPARK_PYTHON": sys.executable,
        # Beam, and whoever else asks Python for a temporary file.
        "TMPDIR": str(place),
    }


def ray_options(folder: str | Path) -> dict[str, Any]:
    """Keywords of ``ray.init`` for a cluster on this machine.

    Raises:
        InputError: As `private`; ``scratch-too-long``: Ray's sockets need a shorter path.
    """
    place = private(folder)
    if len(str(place)) > 40:  # a socket's path has at most 107 bytes, and Ray adds up to 65
        hint = "choose a path of at most 40 characters"
        raise InputError("the path is too long for Ray", code="scratch-too-long", place=str(place), hint=hint)
    return {
        "_temp_dir": str(place / "ray"),
        "object_spilling_directory": str(place / "ray" / "spilled"),
        "object_store_memory": RAY_STORE_BYTES,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
        "log_to_driver": False,
    }


def spark_options(folder: str | Path) -> dict[str, str]:
    """Configuration of a local session: ``SparkSession.builder.config(map=spark_options(folder))``.

    Raises:
        InputError: As `private`.
    """
    place = private(folder)
    return {
        # A task whose worker was lost is tried again, as on a cluster.
        "spark.master": "local[*,4]",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.eventLog.enabled": "false",
        "spark.local.dir": str(place / "spark"),
        "spark.sql.warehouse.dir": str(place / "warehouse"),
        # What is spilled and shuffled is encrypted with a key of the session; so is what goes over the wire.
        "spark.io.encryption.enabled": "true",
        "spark.authenticate": "true",
        "spark.network.crypto.enabled": "true",
        # One row may hold a whole recording.
        "spark.sql.execution.arrow.maxBytesPerBatch": "64m",
    }
